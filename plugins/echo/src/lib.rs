//! An example to start from, and a mirror for tests: what a plugin sees of a message, said back. One command for anybody,
//! one for group admins in their group, one for the bot's owner.

use jadi_plugin_sdk as jadi;
use jadi_plugin_sdk::{Media, Role};

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
    )
)]
mod plugin {
    use jadi_plugin_sdk::{Message, Reply, Words, words};

    const NOTHING: Words = words! {
        en: "There is nothing to say back: write a text, or send a file with it.",
        id: "Tidak ada yang bisa diulang: tulis teks, atau kirim berkas bersamanya.",
        es: "No hay nada que repetir: escribe un texto o envía un archivo con él.",
    };

    #[command(
        name = "echo",
        category = "tools",
        usage(en = "[text]", id = "[teks]", es = "[texto]"),
        summary(
            en = "Says it back, and what file came with it",
            id = "Mengulangnya, beserta berkas apa yang ikut",
            es = "Lo repite, y qué archivo venía con él"
        )
    )]
    fn echo(message: &Message) -> Reply {
        let text = message.args();
        let file = message.media().as_ref().map(super::described);
        Reply::text(match (text.is_empty(), file) {
            (true, None) => NOTHING.in_language(&message.language()).to_owned(),
            (true, Some(file)) => file,
            (false, None) => text,
            (false, Some(file)) => format!("{text}\n{file}"),
        })
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

/// A file as its sender describes it: name if it has one, type, size.
fn described(file: &Media) -> String {
    let name = file.file_name.as_deref().unwrap_or_default();
    let space = if name.is_empty() { "" } else { " " };
    format!("[{name}{space}{}, {} bytes]", file.mime, file.size)
}

#[cfg(test)]
mod tests {
    use jadi_plugin_sdk::MediaKind;

    use super::*;

    #[test]
    fn a_file_is_described_with_and_without_a_name() {
        let mut file = Media {
            kind: MediaKind::Image,
            mime: "image/png".to_owned(),
            size: 68,
            file_name: None,
        };
        assert_eq!(described(&file), "[image/png, 68 bytes]");
        file.file_name = Some("cat.png".to_owned());
        assert_eq!(described(&file), "[cat.png image/png, 68 bytes]");
    }
}
