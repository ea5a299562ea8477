//! What group admins need: who is in the group, adding and removing people, making them admins, mentioning all; the group's
//! language, its settings at a glance, and the bot off in it.
//!
//! # Layout
//!
//! - `change`: kick, add, promote, demote: one shape for all four.
//! - `people`: whom a command means: those who are mentioned, who wrote the answered message, and numbers in its text.
//! - `glance`: a group's settings at a glance. `texts`: what the plugin says.

mod change;
mod glance;
mod people;
mod texts;

use jadi_plugin_sdk as jadi;

/// The plugin itself: what stands here is its manifest.
#[jadi::plugin(
    name = "group",
    languages("en", "id", "es"),
    summary(
        en = "People of a group: who they are, add, remove, promote, demote, mention",
        id = "Orang dalam grup: siapa saja, tambah, keluarkan, jadikan admin, sebut",
        es = "Personas del grupo: quiénes son, añadir, expulsar, ascender, degradar, mencionar"
    ),
    reason(
        capability = "groups",
        en = "To tell who is in the group, and to mention them",
        id = "Untuk memberi tahu siapa saja di grup dan menyebut mereka",
        es = "Para decir quién está en el grupo y mencionarlo"
    ),
    reason(
        capability = "media",
        en = "To show the group's picture",
        id = "Untuk menampilkan foto grup",
        es = "Para mostrar la foto del grupo"
    ),
    reason(
        capability = "group-admin",
        en = "To add, remove, promote and demote whom an admin names",
        id = "Untuk menambah, mengeluarkan, dan mengubah status orang yang disebut admin",
        es = "Para añadir, expulsar, ascender y degradar a quien nombre un administrador"
    ),
    reason(
        capability = "chats",
        en = "To be off in a group, and to speak its language",
        id = "Untuk diam di sebuah grup, dan memakai bahasanya",
        es = "Para callar en un grupo y hablar su idioma"
    ),
    reason(
        capability = "commands",
        en = "To show a group's settings at a glance",
        id = "Untuk menampilkan semua pengaturan grup",
        es = "Para mostrar de un vistazo los ajustes de un grupo"
    ),
    reason(
        capability = "chat",
        en = "To answer",
        id = "Untuk menjawab",
        es = "Para responder"
    )
)]
mod plugin {
    use jadi_plugin_sdk::media::File;
    use jadi_plugin_sdk::{
        Answer, GroupChange, Message, Reply, Result, chats, commands, groups, switch,
    };

    use crate::change::{self, Change};
    use crate::texts::{self, LANGUAGES};
    use crate::{glance, people};

    #[command(
        name = "groupinfo",
        place = "group",
        category = "group",
        summary(
            en = "Name, description and size of this group",
            id = "Nama, deskripsi, dan jumlah anggota grup ini",
            es = "Nombre, descripción y tamaño de este grupo"
        )
    )]
    fn groupinfo(message: &Message) -> Result<Reply> {
        let group = groups::current()?;
        let language = message.language();
        let people = group.participants();
        let admins = people.iter().filter(|person| person.admin).count();
        let mut text = format!("*{}*", group.subject());
        for line in [
            group.description(),
            format!(
                "{}: {}",
                texts::MEMBERS.in_language(&language),
                group.size()
            ),
            format!("{}: {admins}", texts::ADMINS.in_language(&language)),
        ] {
            if !line.is_empty() {
                text.push('\n');
                text.push_str(&line);
            }
        }
        let reply = Reply::text(text);
        // Told all the same when its picture can't be fetched.
        Ok(match File::picture_of(&group.jid()) {
            Ok(Some(picture)) => reply.with_file(picture),
            Ok(None) | Err(_) => reply,
        })
    }

    #[command(
        name = "grouplink",
        aliases("invite"),
        role = "group-admin",
        needs_bot_admin,
        place = "group",
        category = "group",
        summary(
            en = "The invitation link of this group",
            id = "Tautan undangan grup ini",
            es = "El enlace de invitación de este grupo"
        )
    )]
    fn grouplink(message: &Message) -> Result<String> {
        Ok(match groups::invite_code()? {
            Some(code) => format!("https://chat.whatsapp.com/{code}"),
            None => texts::NO_LINK.in_language(&message.language()).to_owned(),
        })
    }

    #[command(
        name = "groupsettings",
        role = "group-admin",
        place = "group",
        category = "group",
        summary(
            en = "What is set in this group, at a glance",
            id = "Semua pengaturan grup ini",
            es = "Lo que está ajustado en este grupo, de un vistazo"
        )
    )]
    fn groupsettings(message: &Message) -> Result<String> {
        let (language, subject) = (message.language(), groups::current()?.subject());
        Ok(glance::text(
            &subject,
            &commands::group_settings()?,
            chats::current()?.off_since().is_some(),
            &language,
        ))
    }

    #[command(
        name = "grouplang",
        role = "group-admin",
        place = "group",
        category = "group",
        usage(
            en = "[en | id | es | off]",
            id = "[en | id | es | off]",
            es = "[en | id | es | off]"
        ),
        summary(
            en = "The bot's language in this group",
            id = "Bahasa bot di grup ini",
            es = "El idioma del bot en este grupo"
        )
    )]
    fn grouplang(message: &Message) -> Result<String> {
        let (language, typed) = (message.language(), message.args().to_lowercase());
        let all = LANGUAGES.join(", ");
        match typed.as_str() {
            "" => {
                let command = format!("{}grouplang", message.prefix());
                let values = [
                    ("language", language.as_str()),
                    ("all", &all),
                    ("command", &command),
                ];
                Ok(texts::LANGUAGE_NOW.fill(&language, &values))
            }
            "off" => {
                chats::set_language(None)?;
                Ok(texts::LANGUAGE_OFF.in_language(&language).to_owned())
            }
            known if LANGUAGES.contains(&known) => {
                chats::set_language(Some(known))?;
                Ok(texts::LANGUAGE_SET.in_language(known).to_owned())
            }
            _ => Ok(texts::NO_LANGUAGE.fill(&language, &[("all", &all)])),
        }
    }

    #[command(
        name = "mute",
        role = "group-admin",
        place = "group",
        category = "group",
        usage(en = "[on | off]", id = "[on | off]", es = "[on | off]"),
        summary(
            en = "The bot heeds only admins here, on or off",
            id = "Di sini bot hanya menuruti admin, nyala atau mati",
            es = "Aquí el bot solo hace caso a los administradores, activado o no"
        )
    )]
    fn mute(message: &Message, to: Option<bool>) -> Result<String> {
        let now = chats::current()?.off_since().is_some();
        if let Some(to) = to.filter(|to| *to != now) {
            chats::set_off(to)?;
        }
        Ok(match (now, to) {
            (false, Some(true)) => texts::MUTED.in_language(&message.language()).to_owned(),
            _ => switch::told(message, now, to),
        })
    }

    #[command(
        name = "tagall",
        aliases("everyone"),
        cooldown_seconds = 30,
        role = "group-admin",
        place = "group",
        category = "group",
        usage(
            en = "[hidden] [text]",
            id = "[hidden] [teks]",
            es = "[hidden] [texto]"
        ),
        summary(
            en = "Mentions everybody in the group; hidden names nobody",
            id = "Menyebut semua orang di grup; hidden tanpa menulis nama",
            es = "Menciona a todos los del grupo; hidden no escribe los nombres"
        )
    )]
    fn tagall(message: &Message) -> Result<Reply> {
        let people = groups::current()?.participants();
        let typed = message.args();
        let hidden = typed.strip_prefix("hidden").map(str::trim_start);
        let mut text = match hidden {
            Some("") => "📢".to_owned(),
            Some(text) => text.to_owned(),
            None => typed.clone(),
        };
        for person in people.iter().filter(|_| hidden.is_none()) {
            if !text.is_empty() {
                text.push('\n');
            }
            text.push('@');
            text.push_str(people::user(&person.jid));
        }
        let reply = Reply::text(text).unquoted();
        Ok(people
            .into_iter()
            .fold(reply, |reply, person| reply.mention(person.jid)))
    }

    #[command(
        name = "kick",
        role = "group-admin",
        needs_bot_admin,
        place = "group",
        category = "group",
        usage(en = "<person>", id = "<orang>", es = "<persona>"),
        summary(
            en = "Removes somebody from the group",
            id = "Mengeluarkan seseorang dari grup",
            es = "Expulsa a alguien del grupo"
        )
    )]
    fn kick(message: &Message) -> Result<Answer> {
        change::made(message, Change::Kick)
    }

    #[command(
        name = "add",
        role = "group-admin",
        needs_bot_admin,
        place = "group",
        category = "group",
        usage(en = "<number>", id = "<nomor>", es = "<número>"),
        summary(
            en = "Adds somebody to the group",
            id = "Menambahkan seseorang ke grup",
            es = "Añade a alguien al grupo"
        )
    )]
    fn add(message: &Message) -> Result<Answer> {
        change::made(message, Change::Add)
    }

    #[command(
        name = "promote",
        role = "group-admin",
        needs_bot_admin,
        place = "group",
        category = "group",
        usage(en = "<person>", id = "<orang>", es = "<persona>"),
        summary(
            en = "Makes somebody an admin",
            id = "Menjadikan seseorang admin",
            es = "Hace administrador a alguien"
        )
    )]
    fn promote(message: &Message) -> Result<Answer> {
        change::made(message, Change::Promote)
    }

    #[command(
        name = "demote",
        role = "group-admin",
        needs_bot_admin,
        place = "group",
        category = "group",
        usage(en = "<person>", id = "<orang>", es = "<persona>"),
        summary(
            en = "Makes an admin an ordinary member",
            id = "Menjadikan admin anggota biasa",
            es = "Quita a alguien de administrador"
        )
    )]
    fn demote(message: &Message) -> Result<Answer> {
        change::made(message, Change::Demote)
    }

    #[on_group_change]
    fn changed(change: &GroupChange) -> Answer {
        change::told(change)
    }
}
