//! An example to start from, and a mirror for tests: what a plugin sees of a message, said back. One command for anybody,
//! one for group admins in their group, one for the bot's owner.

use jadi_plugin_sdk as jadi;
use jadi_plugin_sdk::{Chat, Context, MediaKind, Membership, Quoted, Reply, Result, Role, kv};

/// The plugin itself: what stands here is its manifest.
#[jadi::plugin(
    name = "echo",
    languages("en", "id", "es"),
    summary(
        en = "Says back what you write",
        id = "Mengulang yang kamu tulis",
        es = "Repite lo que escribes"
    ),
    reason(
        capability = "chat",
        en = "To answer",
        id = "Untuk menjawab",
        es = "Para responder"
    ),
    reason(
        capability = "kv",
        en = "To remember in which groups the mirror is on",
        id = "Untuk mengingat di grup mana cermin aktif",
        es = "Para recordar en qué grupos está activo el espejo"
    ),
    reason(
        capability = "clock",
        en = "To know when later is",
        id = "Untuk mengetahui kapan nanti itu",
        es = "Para saber cuándo es más tarde"
    ),
    reason(
        capability = "schedule",
        en = "To say things back later",
        id = "Untuk mengulang sesuatu nanti",
        es = "Para repetir cosas más tarde"
    ),
    reason(
        capability = "settings",
        en = "To know whether to shout",
        id = "Untuk mengetahui apakah harus berteriak",
        es = "Para saber si hay que gritar"
    ),
    setting(
        name = "shout",
        scope = "group",
        kind = "toggle",
        summary(
            en = "Says things back in capitals",
            id = "Mengulang dengan huruf besar",
            es = "Repite las cosas en mayúsculas"
        )
    ),
    reason(
        capability = "media",
        en = "To send your file back",
        id = "Untuk mengirim kembali berkasmu",
        es = "Para devolverte tu archivo"
    )
)]
mod plugin {
    use std::time::Duration;

    use jadi_plugin_sdk::media::File;
    use jadi_plugin_sdk::{
        Deletion, Due, Edit, MediaKind, Membership, Message, Reaction, Reply, Result, clock, kv,
        schedule, settings,
    };

    jadi_plugin_sdk::texts! {
        languages: en, id, es;
        NOTHING {
            en: "There is nothing to say back: write a text, or send a file with it.",
            id: "Tidak ada yang bisa diulang: tulis teks, atau kirim berkas bersamanya.",
            es: "No hay nada que repetir: escribe un texto o envía un archivo con él.",
        }
        NO_FILE {
            en: "There is no file: send one with this as its caption, or answer one.",
            id: "Tidak ada berkas: kirim satu dengan ini sebagai keterangan, atau balas sebuah berkas.",
            es: "No hay ningún archivo: envía uno con esto como texto, o responde a uno.",
        }
    }

    #[command(
        name = "echo",
        category = "tools",
        usage(en = "[text]", id = "[teks]", es = "[texto]"),
        summary(
            en = "Says it back, with the file that came with it or that you answer",
            id = "Mengulangnya, beserta berkas yang ikut atau yang kamu balas",
            es = "Lo repite, con el archivo que venía con él o al que respondes"
        )
    )]
    fn echo(message: &Message) -> Result<Vec<Reply>> {
        let mut text = message.args();
        if settings::is_on("shout")? {
            text = text.to_uppercase();
        }
        if let Some(file) = message.media() {
            return Ok(super::with_file(
                text,
                file.kind,
                Reply::with_file_of_message,
            ));
        }
        if let Some(quoted) = message.quoted()
            && let Some(file) = quoted.media()
        {
            let enclose = |reply: Reply| reply.with_file_of(quoted);
            return Ok(super::with_file(text, file.kind, enclose));
        }
        let text = match text.is_empty() {
            true => NOTHING.in_language(&message.language()).to_owned(),
            false => text,
        };
        Ok(vec![Reply::text(text)])
    }

    #[command(
        name = "describe",
        category = "tools",
        summary(
            en = "What a file is: send it with this as its caption, or answer it",
            id = "Apa isi sebuah berkas: kirim dengan ini sebagai keterangan, atau balas berkasnya",
            es = "Qué es un archivo: envíalo con esto como texto, o respóndelo"
        )
    )]
    fn describe(message: &Message) -> Result<Reply> {
        let quoted = message.quoted();
        let file = if message.media().is_some() {
            File::of_message(message)?
        } else if let Some(quoted) = quoted.filter(|quoted| quoted.media().is_some()) {
            File::of(&quoted)?
        } else {
            return Ok(Reply::text(NO_FILE.in_language(&message.language())));
        };
        let lines = format!("{}, {} bytes\n", file.mime(), file.size());
        let name = "description.txt";
        let text = File::new(
            MediaKind::Document,
            "text/plain",
            Some(name),
            lines.as_bytes(),
        )?;
        Ok(Reply::text(lines.trim_end()).with_file(text))
    }

    #[command(
        name = "later",
        category = "tools",
        usage(
            en = "<seconds> <text>",
            id = "<detik> <teks>",
            es = "<segundos> <texto>"
        ),
        summary(
            en = "Says it back later",
            id = "Mengulangnya nanti",
            es = "Lo repite más tarde"
        )
    )]
    fn later(message: &Message, seconds: u32, text: String) -> Result<String> {
        let at = clock::now().after(Duration::from_secs(seconds.into()));
        schedule::at(&message.id(), at, &text)?;
        Ok(format!("⏳ {seconds} s"))
    }

    #[on_schedule]
    fn due(due: &Due) -> Result<String> {
        due.payload()
    }

    #[command(
        name = "shout",
        category = "tools",
        role = "group-admin",
        usage = "[on | off]",
        summary(
            en = "Whether it says things back in capitals here",
            id = "Apakah ia mengulang dengan huruf besar di sini",
            es = "Si repite las cosas en mayúsculas aquí"
        )
    )]
    fn shout(message: &Message, to: Option<bool>) -> Result<String> {
        if let Some(on) = to {
            match message.in_group() {
                true => settings::set_here("shout", on)?,
                false => settings::set("shout", on)?,
            }
        }
        let state = if settings::is_on("shout")? {
            "on"
        } else {
            "off"
        };
        Ok(format!("shout: {state}"))
    }

    #[command(
        name = "mirror",
        category = "tools",
        role = "group-admin",
        place = "group",
        usage = "[on | off]",
        summary(
            en = "Says in this group what a plugin sees of edits, deletions, reactions and who comes and goes",
            id = "Mengatakan di grup ini apa yang dilihat plugin dari suntingan, penghapusan, reaksi, dan siapa yang datang dan pergi",
            es = "Dice en este grupo qué ve un plugin de ediciones, borrados, reacciones y de quién entra y sale"
        )
    )]
    fn mirror(message: &Message, to: Option<bool>) -> Result<String> {
        let key = super::key(&message.chat());
        let is_on = kv::get(&key)?.unwrap_or(false);
        Ok(match (to, is_on) {
            (Some(true), false) => {
                kv::set(&key, &true)?;
                "mirror: on"
            }
            (Some(false), true) => {
                kv::delete(&key)?;
                "mirror: off"
            }
            (Some(true), true) => "mirror: already on",
            (Some(false), false) => "mirror: already off",
            (None, true) => "mirror: is on",
            (None, false) => "mirror: is off",
        }
        .to_owned())
    }

    #[on_message_edit(chats("group"))]
    fn edited(edit: &Edit) -> Result<Option<String>> {
        let before = super::words(edit.original().as_ref());
        super::seen(edit, format!("edited {before} to {:?}", edit.text()))
    }

    #[on_message_delete(chats("group"))]
    fn deleted(deletion: &Deletion) -> Result<Vec<Reply>> {
        let original = deletion.original();
        let text = super::words(original.as_ref());
        let who = match deletion.by_admin() {
            true => format!("of {}", deletion.author().jid),
            false => "of their own".to_owned(),
        };
        let Some(seen) = super::seen(deletion, format!("deleted {text} {who}"))? else {
            return Ok(Vec::new());
        };
        let mut replies = vec![Reply::text(seen)];
        if let Some(original) = original
            && original.media().is_some()
        {
            replies.push(Reply::text("").with_file_of(original));
        }
        Ok(replies)
    }

    #[on_reaction(chats("group"))]
    fn reacted(reaction: &Reaction) -> Result<Option<String>> {
        let to = reaction.original().map(|message| message.text());
        super::seen(
            reaction,
            format!("reacted {:?} to {to:?}", reaction.emoji()),
        )
    }

    #[on_group_add]
    fn came(membership: &Membership) -> Result<Option<String>> {
        super::seen(membership, format!("brought {}", super::names(membership)))
    }

    #[on_group_remove]
    fn went(membership: &Membership) -> Result<Option<String>> {
        super::seen(
            membership,
            format!("took away {}", super::names(membership)),
        )
    }

    #[command(
        name = "say",
        category = "group",
        role = "group-admin",
        place = "group",
        usage(en = "<text>", id = "<teks>", es = "<texto>"),
        summary(
            en = "The bot says it in this group",
            id = "Bot mengatakannya di grup ini",
            es = "El bot lo dice en este grupo"
        )
    )]
    fn say(message: &Message) -> Reply {
        match message.args() {
            text if text.is_empty() => Reply::text(NOTHING.in_language(&message.language())),
            text => Reply::text(text).unquoted(),
        }
    }

    #[command(
        name = "event",
        category = "owner",
        role = "bot-owner",
        summary(
            en = "How a plugin sees this message",
            id = "Pesan ini seperti yang dilihat plugin",
            es = "Cómo ve un plugin este mensaje"
        )
    )]
    fn show_event(message: &Message) -> String {
        let yes_no = |yes| if yes { "yes" } else { "no" };
        format!(
            "*{}*\nrole: {}\nchat: {}\nlanguage: {}\nwaited: {}",
            message.event_id(),
            super::role_name(message.role()),
            if message.in_group() {
                "group"
            } else {
                "private"
            },
            message.language(),
            yes_no(message.waited()),
        )
    }
}

fn role_name(role: Role) -> &'static str {
    match role {
        Role::User => "user",
        Role::GroupAdmin => "group admin",
        Role::BotOwner => "bot owner",
        Role::SystemOwner => "system owner",
    }
}

/// The file with the text as its caption; sounds and stickers have none, so that the text goes by itself.
fn with_file(text: String, kind: MediaKind, enclose: impl FnOnce(Reply) -> Reply) -> Vec<Reply> {
    if text.is_empty() || !matches!(kind, MediaKind::Sticker | MediaKind::Audio) {
        return vec![enclose(Reply::text(text))];
    }
    vec![Reply::text(text), enclose(Reply::text(""))]
}

/// Under which key it is kept whether a chat is mirrored.
fn key(chat: &Chat) -> String {
    format!("mirror:{}", chat.jid)
}

/// What was seen, where the mirror is on.
fn seen(context: &Context, what: String) -> Result<Option<String>> {
    let is_on: bool = kv::get(&key(&context.chat()))?.unwrap_or(false);
    Ok(is_on.then(|| format!("{} {what}", context.sender().jid)))
}

/// A message's text, when the host still has it.
fn words(message: Option<&Quoted>) -> String {
    message.map_or_else(
        || "something".to_owned(),
        |message| format!("{:?}", message.text()),
    )
}

fn names(membership: &Membership) -> String {
    let people = membership.people();
    let jids: Vec<&str> = people.iter().map(|person| person.jid.as_str()).collect();
    jids.join(", ")
}
