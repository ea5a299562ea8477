//! A bot's owner manages it in chat: prefixes, language, plugins and their settings, and who is banned from its commands.
//!
//! # Layout
//!
//! - `plugins`: the command of that name. `texts`: what the plugin says.

mod plugins;
mod texts;

use jadi_plugin_sdk as jadi;

/// The plugin itself: what stands here is its manifest.
#[jadi::plugin(
    name = "manage",
    languages("en", "id", "es"),
    summary(
        en = "Prefixes, language, plugins and bans of this bot",
        id = "Awalan, bahasa, plugin, dan blokir bot ini",
        es = "Prefijos, idioma, complementos y bloqueos de este bot"
    ),
    reason(
        capability = "bot-admin",
        en = "To change what the bot's owner asks for",
        id = "Untuk mengubah yang diminta pemilik bot",
        es = "Para cambiar lo que pide el propietario del bot"
    ),
    reason(
        capability = "users",
        en = "To see whether somebody is banned already",
        id = "Untuk melihat apakah seseorang sudah diblokir",
        es = "Para ver si alguien ya está bloqueado"
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
    use jadi_plugin_sdk::{Answer, Error, Message, Refused, Reply, Result, Role, bot_admin, users};

    use crate::plugins::Asked;
    use crate::texts::{self, LANGUAGES};

    #[command(
        name = "prefix",
        aliases("prefixes"),
        category = "general",
        usage(en = "[prefixes]", id = "[awalan]", es = "[prefijos]"),
        summary(
            en = "What commands begin with; its owner changes it",
            id = "Awalan perintah; pemilik bot mengubahnya",
            es = "Con qué empiezan los comandos; su propietario lo cambia"
        )
    )]
    fn prefix(message: &Message) -> Result<String> {
        let (language, typed) = (message.language(), message.args());
        if typed.is_empty() {
            let title = texts::PREFIXES.in_language(&language);
            return Ok(format!("{title} {}", message.prefixes().join(" ")));
        }
        if message.role() < Role::BotOwner {
            return Ok(texts::OWNER_ONLY.in_language(&language).to_owned());
        }
        let mut prefixes: Vec<&str> = Vec::new();
        for prefix in typed.split_whitespace() {
            if !prefixes.contains(&prefix) {
                prefixes.push(prefix);
            }
        }
        match bot_admin::set_prefixes(&prefixes) {
            Ok(()) => {
                let all = prefixes.join(" ");
                Ok(texts::PREFIXES_SET.fill(&language, &[("prefixes", &all)]))
            }
            Err(Error::Refused(Refused::Invalid(_))) => {
                Ok(texts::PREFIXES_WRONG.fill(&language, &[("prefix", &message.prefix())]))
            }
            Err(error) => Err(error),
        }
    }

    #[command(
        name = "lang",
        aliases("language"),
        category = "general",
        usage(en = "[en | id | es]", id = "[en | id | es]", es = "[en | id | es]"),
        summary(
            en = "The bot's language; its owner changes it",
            id = "Bahasa bot; pemilik bot mengubahnya",
            es = "El idioma del bot; su propietario lo cambia"
        )
    )]
    fn lang(message: &Message) -> Result<String> {
        let (language, typed) = (message.language(), message.args().to_lowercase());
        let all = LANGUAGES.join(", ");
        if typed.is_empty() {
            let values = [("language", language.as_str()), ("all", &all)];
            return Ok(texts::LANGUAGE.fill(&language, &values));
        }
        if message.role() < Role::BotOwner {
            return Ok(texts::OWNER_ONLY.in_language(&language).to_owned());
        }
        if !LANGUAGES.contains(&typed.as_str()) {
            return Ok(texts::NO_LANGUAGE.fill(&language, &[("all", &all)]));
        }
        bot_admin::set_language(&typed)?;
        Ok(texts::LANGUAGE_SET.in_language(&typed).to_owned())
    }

    #[command(
        name = "plugins",
        category = "owner",
        role = "bot-owner",
        usage(
            en = "[name | enable <name> | disable <name> | set <name> <setting> <value> | reset <name> <setting>]",
            id = "[nama | enable <nama> | disable <nama> | set <nama> <pengaturan> <nilai> | reset <nama> <pengaturan>]",
            es = "[nombre | enable <nombre> | disable <nombre> | set <nombre> <ajuste> <valor> | reset <nombre> <ajuste>]"
        ),
        summary(
            en = "What the bot can do: switch it on and off, and set it",
            id = "Kemampuan bot: nyalakan, matikan, dan atur",
            es = "Lo que el bot sabe hacer: activarlo, desactivarlo y ajustarlo"
        )
    )]
    fn plugins(message: &Message) -> Result<Answer> {
        let asked = Asked {
            command: &format!("{}plugins", message.prefix()),
            language: &message.language(),
        };
        asked.answer(&message.args())
    }

    #[command(
        name = "ban",
        category = "owner",
        role = "bot-owner",
        usage(en = "[person]", id = "[orang]", es = "[persona]"),
        summary(
            en = "Keeps somebody from the bot's commands, or lists them",
            id = "Memblokir seseorang dari perintah bot, atau menampilkan daftarnya",
            es = "Impide a alguien usar los comandos del bot, o los enumera"
        )
    )]
    fn ban(message: &Message, whom: Option<Whom>) -> Result<Reply> {
        let language = message.language();
        let Some(whom) = whom else {
            return banned(&message.prefix(), &language);
        };
        if whom.jid() == message.sender().jid {
            return Ok(Reply::text(texts::NOT_YOURSELF.in_language(&language)));
        }
        let known = users::find(whom.jid())?;
        let words = if known.is_some_and(|user| user.banned_since().is_some()) {
            texts::ALREADY_BANNED
        } else {
            bot_admin::ban(whom.jid())?;
            texts::BANNED
        };
        let text = words.fill(&language, &[("who", &whom.at())]);
        Ok(Reply::text(text).mention(whom.jid()))
    }

    #[command(
        name = "unban",
        category = "owner",
        role = "bot-owner",
        usage(en = "<person>", id = "<orang>", es = "<persona>"),
        summary(
            en = "Lets somebody use the bot's commands again",
            id = "Mengizinkan lagi seseorang memakai perintah bot",
            es = "Permite de nuevo a alguien usar los comandos del bot"
        )
    )]
    fn unban(message: &Message, whom: Whom) -> Result<Reply> {
        let words = match bot_admin::unban(whom.jid())? {
            true => texts::UNBANNED,
            false => texts::NOT_BANNED,
        };
        let text = words.fill(&message.language(), &[("who", &whom.at())]);
        Ok(Reply::text(text).mention(whom.jid()))
    }

    /// Those who are banned.
    fn banned(prefix: &str, language: &str) -> Result<Reply> {
        let all = bot_admin::banned()?;
        if all.is_empty() {
            return Ok(Reply::text(
                texts::NOBODY_BANNED.fill(language, &[("prefix", prefix)]),
            ));
        }
        let mut text = texts::ALL_BANNED.in_language(language).to_owned();
        for (jid, _) in &all {
            text.push_str(&format!("\n@{}", jid.split('@').next().unwrap_or(jid)));
        }
        let reply = Reply::text(text);
        Ok(all
            .into_iter()
            .fold(reply, |reply, (jid, _)| reply.mention(jid)))
    }
}
