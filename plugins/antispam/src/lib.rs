//! Slows down who floods a group: a warning first, then their messages are deleted or they are removed, as the group wants it.
//!
//! # Layout
//!
//! - `flood`: how much is too much. `texts`: what the plugin says.

mod flood;
mod texts;

use jadi_plugin_sdk as jadi;

/// The plugin itself: what stands here is its manifest.
#[jadi::plugin(
    name = "antispam",
    languages("en", "id", "es"),
    priority = 110,
    summary(
        en = "Slows down who floods a group",
        id = "Memperlambat yang membanjiri grup",
        es = "Frena a quien inunda un grupo"
    ),
    setting(
        name = "antispam",
        scope = "group",
        kind = "toggle",
        summary(
            en = "Slows down who floods the group",
            id = "Memperlambat yang membanjiri grup",
            es = "Frena a quien inunda el grupo"
        )
    ),
    setting(
        name = "antispam-action",
        scope = "group",
        kind = "choice",
        default = "delete",
        choices("delete", "warn", "remove"),
        summary(
            en = "What is done after the warning",
            id = "Yang dilakukan setelah peringatan",
            es = "Qué se hace después del aviso"
        )
    ),
    reason(
        capability = "kv",
        en = "To count messages of the last moments",
        id = "Untuk menghitung pesan beberapa saat terakhir",
        es = "Para contar los mensajes de los últimos momentos"
    ),
    reason(
        capability = "group-admin",
        en = "To delete a flood, and to remove who goes on",
        id = "Untuk menghapus banjir pesan, dan mengeluarkan yang terus melakukannya",
        es = "Para borrar la inundación y expulsar a quien siga"
    ),
    reason(
        capability = "turns",
        en = "To keep a flood from other plugins",
        id = "Agar banjir pesan tidak sampai ke plugin lain",
        es = "Para que la inundación no llegue a otros complementos"
    ),
    reason(
        capability = "settings",
        en = "To remember what each group's admins want",
        id = "Untuk mengingat keinginan admin tiap grup",
        es = "Para recordar lo que quieren los administradores de cada grupo"
    ),
    reason(
        capability = "chat",
        en = "To warn and to answer",
        id = "Untuk memperingatkan dan menjawab",
        es = "Para avisar y responder"
    )
)]
mod plugin {
    use jadi_plugin_sdk::{
        Answer, Choice, Message, Reply, Result, Role, group_admin, kv, settings, switch, turns,
    };

    use crate::flood::{Verdict, Writers};
    use crate::texts;

    /// Who goes on so often is removed, where the group wants that.
    const STRIKES: u32 = 4;

    /// What is done after the warning.
    #[derive(Choice)]
    enum Action {
        Delete,
        Warn,
        Remove,
    }

    impl Action {
        fn name(&self) -> &'static str {
            match self {
                Self::Delete => "delete",
                Self::Warn => "warn",
                Self::Remove => "remove",
            }
        }
    }

    #[command(
        name = "antispam",
        place = "group",
        category = "group",
        role = "group-admin",
        usage(en = "[on | off]", id = "[on | off]", es = "[on | off]"),
        summary(
            en = "Slows down who floods the group, on or off",
            id = "Memperlambat yang membanjiri grup, nyala atau mati",
            es = "Frena a quien inunda el grupo, activado o no"
        )
    )]
    fn antispam(message: &Message, to: Option<bool>) -> Result<String> {
        switch::here(message, "antispam", to)
    }

    #[command(
        name = "antispam-action",
        place = "group",
        category = "group",
        role = "group-admin",
        usage(
            en = "[delete | warn | remove]",
            id = "[delete | warn | remove]",
            es = "[delete | warn | remove]"
        ),
        summary(
            en = "What is done after the warning",
            id = "Yang dilakukan setelah peringatan",
            es = "Qué se hace después del aviso"
        )
    )]
    fn antispam_action(message: &Message, to: Option<Action>) -> Result<String> {
        let (words, action) = match to {
            Some(to) => {
                settings::set_here("antispam-action", to.name())?;
                (texts::ACTION_SET, to.name().to_owned())
            }
            None => (texts::ACTION_NOW, settings::text("antispam-action")?),
        };
        let command = format!("{}antispam-action", message.prefix());
        let values = [("action", action.as_str()), ("command", &command)];
        Ok(words.fill(&message.language(), &values))
    }

    #[on_message(chats("group"))]
    fn said(message: &Message) -> Result<Answer> {
        if message.role() >= Role::GroupAdmin || !settings::is_on("antispam")? {
            return Ok(Answer::none());
        }
        let sender = message.sender().jid;
        let key = format!("writers/{}/{}", message.chat().jid, Writers::part(&sender));
        let mut writers: Writers = kv::get(&key)?.unwrap_or_default();
        // By when it was written: what waited while the bot was away comes all at once, and is no flood.
        let verdict = writers.writes(&sender, &message.text(), message.at().as_millis());
        kv::set(&key, &writers)?;
        let strikes = match verdict {
            Verdict::Fine => return Ok(Answer::none()),
            Verdict::First => 1,
            Verdict::Again(strikes) => strikes,
        };
        let action = settings::text("antispam-action")?;
        let who = format!("@{}", sender.split('@').next().unwrap_or(&sender));
        let say = |words: jadi_plugin_sdk::Words| {
            let text = words.fill(&message.language(), &[("who", &who)]);
            Reply::text(text).mention(sender.as_str()).unquoted()
        };
        let mut answer = Answer::none();
        if strikes == 1 {
            answer = answer.send(say(texts::WARNING));
        }
        if action == "warn" || !message.bot_is_admin() {
            return Ok(answer);
        }
        answer = answer.then(group_admin::delete(message)?);
        if action == "remove" && strikes == STRIKES {
            answer = answer
                .then(group_admin::remove(&[sender.as_str()])?)
                .send(say(texts::REMOVED));
        }
        Ok(answer.then(turns::end()?))
    }
}
