//! What the bot knows of somebody: name, role, since when, how much they wrote.
//!
//! # Layout
//!
//! - `texts`: what the plugin says.

mod texts;

use jadi_plugin_sdk as jadi;

/// The plugin itself: what stands here is its manifest.
#[jadi::plugin(
    name = "profile",
    languages("en", "id", "es"),
    summary(
        en = "What the bot knows of somebody",
        id = "Yang diketahui bot tentang seseorang",
        es = "Lo que el bot sabe de alguien"
    ),
    reason(
        capability = "users",
        en = "To tell since when the bot knows somebody",
        id = "Untuk memberi tahu sejak kapan bot mengenal seseorang",
        es = "Para decir desde cuándo conoce el bot a alguien"
    ),
    reason(
        capability = "media",
        en = "To show their picture",
        id = "Untuk menampilkan fotonya",
        es = "Para mostrar su foto"
    ),
    reason(
        capability = "clock",
        en = "To count the days",
        id = "Untuk menghitung hari",
        es = "Para contar los días"
    ),
    reason(
        capability = "chat",
        en = "To answer",
        id = "Untuk menjawab",
        es = "Para responder"
    )
)]
mod plugin {
    use jadi_plugin_sdk::arguments::Whom;
    use jadi_plugin_sdk::media::File;
    use jadi_plugin_sdk::{Message, Reply, Result, Role, clock, users};

    use crate::texts;

    const DAY: u64 = 86_400;

    #[command(
        name = "profile",
        aliases("me"),
        category = "general",
        usage(en = "[person]", id = "[orang]", es = "[persona]"),
        summary(
            en = "What the bot knows of you, or of somebody",
            id = "Yang diketahui bot tentangmu, atau seseorang",
            es = "Lo que el bot sabe de ti, o de alguien"
        )
    )]
    fn profile(message: &Message, whom: Option<Whom>) -> Result<Reply> {
        let (language, sender) = (message.language(), message.sender().jid);
        let jid = whom.map_or_else(|| sender.clone(), |whom| whom.jid().to_owned());
        let at = format!("@{}", jid.split('@').next().unwrap_or(&jid));
        let Some(user) = users::find(&jid)? else {
            let text = texts::UNKNOWN.fill(&language, &[("who", &at)]);
            return Ok(Reply::text(text).mention(jid));
        };
        let mut text = format!("👤 {at}");
        let mut line = |title: jadi_plugin_sdk::Words, value: &str| {
            text.push_str(&format!("\n{}: {value}", title.in_language(&language)));
        };
        let name = user.name();
        if !name.is_empty() {
            line(texts::NAME, &name);
        }
        if jid == sender {
            line(texts::ROLE, role(message.role()).in_language(&language));
        }
        let days = clock::now().since(user.first_seen()).as_secs() / DAY;
        let days = texts::DAYS.fill(&language, &[("count", &days.to_string())]);
        line(texts::KNOWN, &days);
        line(texts::MESSAGES, &user.messages().to_string());
        if user.banned_since().is_some() {
            text.push_str(&format!("\n🚫 {}", texts::BANNED.in_language(&language)));
        }
        let reply = Reply::text(text);
        // Of whom the chat does not know no picture is shown.
        let reply = match File::picture_of(&jid) {
            Ok(Some(picture)) => reply.with_file(picture),
            Ok(None) | Err(_) => reply,
        };
        Ok(reply.mention(jid))
    }

    fn role(role: Role) -> jadi_plugin_sdk::Words {
        match role {
            Role::User => texts::MEMBER,
            Role::GroupAdmin => texts::ADMIN,
            Role::BotOwner => texts::OWNER,
            Role::SystemOwner => texts::OPERATOR,
        }
    }
}
