//! The commands that every bot has: ping, menu, help, runtime; and a hint when a command is unknown.
//!
//! The functions here ask the host and hand plain data to the modules beside, which make the texts and are tested without a
//! host.
//!
//! # Layout
//!
//! - `menu`: commands under the titles of their categories, in pages.
//! - `help`: one command, or the one that was probably meant.
//! - `span`: a stretch of time in words.

mod help;
mod menu;
mod span;

use jadi_plugin_sdk as jadi;

/// The plugin itself: what stands here is its manifest.
#[jadi::plugin(
    name = "core",
    languages("en", "id", "es"),
    summary(
        en = "Menu, help and signs of life",
        id = "Menu, bantuan, dan tanda hidup",
        es = "Menú, ayuda y señales de vida"
    ),
    reason(
        capability = "commands",
        en = "To show in menu and help what you can use",
        id = "Untuk menampilkan yang bisa kamu pakai di menu dan bantuan",
        es = "Para mostrar en el menú y la ayuda lo que puedes usar"
    ),
    reason(
        capability = "clock",
        en = "To measure how long a message takes, and how long the bot has been up",
        id = "Untuk mengukur lama perjalanan pesan dan lama bot aktif",
        es = "Para medir cuánto tarda un mensaje y cuánto lleva activo el bot"
    ),
    reason(
        capability = "chat",
        en = "To answer",
        id = "Untuk menjawab",
        es = "Para responder"
    )
)]
mod plugin {
    use jadi_plugin_sdk::{Message, Reply, Result, clock, commands};

    use crate::{help, menu, span};

    jadi_plugin_sdk::texts! {
        languages: en, id, es;
        PONG { en: "Pong", id: "Pong", es: "Pong" }
        UP { en: "Up for", id: "Aktif selama", es: "Activo desde hace" }
    }

    #[command(
        name = "ping",
        summary(
            en = "How fast the bot answers",
            id = "Seberapa cepat bot menjawab",
            es = "Qué tan rápido responde el bot"
        )
    )]
    fn ping(message: &Message) -> Reply {
        // WhatsApp's own time of the message has whole seconds only, which would say more about the second than about the bot.
        let late = clock::now().since(message.received_at());
        let language = message.language();
        Reply::text(format!(
            "*{}* {}",
            PONG.in_language(&language),
            span::short(late)
        ))
    }

    #[command(
        name = "runtime",
        aliases("uptime"),
        summary(
            en = "How long the bot has been up",
            id = "Sudah berapa lama bot aktif",
            es = "Cuánto tiempo lleva activo el bot"
        )
    )]
    fn runtime(message: &Message) -> Reply {
        let up = clock::now().since(message.bot_started_at());
        let language = message.language();
        Reply::text(format!(
            "*{}* {}",
            UP.in_language(&language),
            span::long(up, &language)
        ))
    }

    #[command(
        name = "menu",
        aliases("commands"),
        usage(
            en = "[page | category]",
            id = "[halaman | kategori]",
            es = "[página | categoría]"
        ),
        summary(
            en = "What you can use here",
            id = "Yang bisa kamu pakai di sini",
            es = "Lo que puedes usar aquí"
        )
    )]
    fn menu(message: &Message) -> Result<Reply> {
        let asked = message.args();
        let text = menu::text(
            &commands::usable()?,
            &asked,
            &message.prefix(),
            &message.language(),
        );
        Ok(Reply::text(text))
    }

    #[command(
        name = "help",
        aliases("h"),
        usage(en = "[command]", id = "[perintah]", es = "[comando]"),
        summary(
            en = "How to use a command",
            id = "Cara memakai sebuah perintah",
            es = "Cómo usar un comando"
        )
    )]
    fn help(message: &Message) -> Result<Reply> {
        let word = message.args();
        let text = help::text(
            &commands::usable()?,
            &word,
            &message.prefix(),
            &message.language(),
        );
        Ok(Reply::text(text))
    }

    #[unknown_command]
    fn unknown(message: &Message) -> Result<Reply> {
        let word = message.command().map(|command| command.name);
        let text = help::unknown(
            &commands::usable()?,
            &word.unwrap_or_default(),
            &message.prefix(),
            &message.language(),
        );
        Ok(Reply::text(text))
    }
}

#[cfg(test)]
mod tests {
    /// Commands as a host tells them.
    pub fn commands() -> Vec<jadi_plugin_sdk::commands::Command> {
        use jadi_plugin_sdk::Role;
        [
            ("ping", "general", "General", "", Role::User, &[][..]),
            (
                "menu",
                "general",
                "General",
                "[page]",
                Role::User,
                &["commands"],
            ),
            (
                "kick",
                "group",
                "Group",
                "<person>",
                Role::GroupAdmin,
                &["remove"],
            ),
        ]
        .into_iter()
        .map(
            |(name, category, title, usage, role, aliases)| jadi_plugin_sdk::commands::Command {
                plugin: "example".to_owned(),
                name: name.to_owned(),
                aliases: aliases.iter().map(|alias| (*alias).to_owned()).collect(),
                category: category.to_owned(),
                category_title: title.to_owned(),
                usage: usage.to_owned(),
                summary: format!("What {name} does"),
                role,
            },
        )
        .collect()
    }
}
