//! Keeps links out of groups that don't want them. Admins may post what they like, and a group allows hosts of its own.
//!
//! A message with an unwanted link ends here: plugins whose turn comes later don't get it.
//!
//! # Layout
//!
//! - `links`: links in a text, and which are allowed. `texts`: what the plugin says.

mod links;
mod texts;

use jadi_plugin_sdk as jadi;

/// The plugin itself: what stands here is its manifest.
#[jadi::plugin(
    name = "antilink",
    languages("en", "id", "es"),
    priority = 100,
    summary(
        en = "Keeps links out of groups that don't want them",
        id = "Mencegah tautan di grup yang tidak menginginkannya",
        es = "Evita enlaces en los grupos que no los quieren"
    ),
    setting(
        name = "antilink",
        scope = "group",
        kind = "toggle",
        summary(
            en = "Keeps links out",
            id = "Mencegah tautan",
            es = "Evita los enlaces"
        )
    ),
    setting(
        name = "antilink-action",
        scope = "group",
        kind = "choice",
        default = "delete",
        choices("delete", "warn", "remove"),
        summary(
            en = "What is done about a link",
            id = "Yang dilakukan terhadap tautan",
            es = "Qué se hace con un enlace"
        )
    ),
    setting(
        name = "antilink-allowed",
        scope = "group",
        kind = "text",
        most = 2000,
        summary(
            en = "Hosts that are allowed",
            id = "Host yang diizinkan",
            es = "Sitios permitidos"
        )
    ),
    reason(
        capability = "group-admin",
        en = "To delete messages with links, and to remove who posts them where the group wants that",
        id = "Untuk menghapus pesan bertautan, dan mengeluarkan pengirimnya bila grup menginginkannya",
        es = "Para borrar mensajes con enlaces, y expulsar a quien los publica si el grupo lo quiere"
    ),
    reason(
        capability = "settings",
        en = "To remember what each group's admins want",
        id = "Untuk mengingat keinginan admin tiap grup",
        es = "Para recordar lo que quieren los administradores de cada grupo"
    ),
    reason(
        capability = "groups",
        en = "To know the group's own invitation, which is allowed",
        id = "Untuk mengenali undangan grup ini sendiri, yang diizinkan",
        es = "Para reconocer la invitación del propio grupo, que se permite"
    ),
    reason(
        capability = "turns",
        en = "To keep what is deleted from other plugins",
        id = "Agar yang dihapus tidak sampai ke plugin lain",
        es = "Para que lo borrado no llegue a otros complementos"
    ),
    reason(
        capability = "chat",
        en = "To warn and to answer",
        id = "Untuk memperingatkan dan menjawab",
        es = "Para avisar y responder"
    )
)]
mod plugin {
    use jadi_plugin_sdk::arguments::Word;
    use jadi_plugin_sdk::group_admin::Change;
    use jadi_plugin_sdk::{
        Answer, Choice, Context, Edit, Message, Reply, Result, Role, group_admin, groups, settings,
        switch, turns,
    };

    use crate::{links, texts};

    /// The most hosts that a group allows.
    const HOSTS: usize = 50;

    /// What is done about a link.
    #[derive(Choice)]
    enum Action {
        /// The message is deleted, and its author warned.
        Delete,
        /// Its author is warned.
        Warn,
        /// The message is deleted, and its author removed.
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

    /// What becomes of the list of allowed hosts.
    #[derive(Choice)]
    enum Listing {
        Add,
        Del,
    }

    #[command(
        name = "antilink",
        place = "group",
        category = "group",
        role = "group-admin",
        usage(en = "[on | off]", id = "[on | off]", es = "[on | off]"),
        summary(
            en = "Keeps links out, on or off",
            id = "Mencegah tautan, nyala atau mati",
            es = "Evita los enlaces, activado o no"
        )
    )]
    fn antilink(message: &Message, to: Option<bool>) -> Result<String> {
        switch::here(message, "antilink", to)
    }

    #[command(
        name = "antilink-action",
        place = "group",
        category = "group",
        role = "group-admin",
        usage(
            en = "[delete | warn | remove]",
            id = "[delete | warn | remove]",
            es = "[delete | warn | remove]"
        ),
        summary(
            en = "What is done about a link",
            id = "Yang dilakukan terhadap tautan",
            es = "Qué se hace con un enlace"
        )
    )]
    fn antilink_action(message: &Message, to: Option<Action>) -> Result<String> {
        let language = message.language();
        let (words, action) = match to {
            Some(to) => {
                settings::set_here("antilink-action", to.name())?;
                (texts::ACTION_SET, to.name().to_owned())
            }
            None => (texts::ACTION_NOW, settings::text("antilink-action")?),
        };
        let command = format!("{}antilink-action", message.prefix());
        let values = [("action", action.as_str()), ("command", &command)];
        Ok(words.fill(&language, &values))
    }

    #[command(
        name = "antilink-allow",
        place = "group",
        category = "group",
        role = "group-admin",
        usage(
            en = "[add | del <host>]",
            id = "[add | del <host>]",
            es = "[add | del <sitio>]"
        ),
        summary(
            en = "Hosts that may be linked to",
            id = "Host yang boleh ditautkan",
            es = "Sitios a los que se puede enlazar"
        )
    )]
    fn antilink_allow(
        message: &Message,
        change: Option<Listing>,
        host: Option<Word>,
    ) -> Result<String> {
        let language = message.language();
        let command = format!("{}antilink-allow", message.prefix());
        if change.is_none() && host.is_some() {
            return Ok(texts::HOW.fill(&language, &[("command", &command)]));
        }
        let kept = settings::text("antilink-allowed")?;
        let mut hosts: Vec<String> = kept.split_whitespace().map(str::to_owned).collect();
        if let Some(change) = change {
            let Some(host) = host.and_then(|host| links::allowable(&host)) else {
                return Ok(texts::NO_HOST.in_language(&language).to_owned());
            };
            hosts.retain(|known| *known != host);
            if matches!(change, Listing::Add) {
                if hosts.len() >= HOSTS {
                    return Ok(texts::FULL.in_language(&language).to_owned());
                }
                hosts.push(host);
            }
            settings::set_here("antilink-allowed", hosts.join(" "))?;
        }
        let shown = match hosts.is_empty() {
            true => texts::NONE.in_language(&language).to_owned(),
            false => hosts.join(", "),
        };
        let values = [("hosts", shown.as_str()), ("command", &command)];
        Ok(texts::ALLOWED.fill(&language, &values))
    }

    #[on_message(chats("group"), link)]
    fn link(message: &Message) -> Result<Answer> {
        seen(message, &message.text(), || {
            group_admin::delete(message).map(Some)
        })
    }

    /// A link that is put into a message later is a link too.
    #[on_message_edit(chats("group"))]
    fn edited(edit: &Edit) -> Result<Answer> {
        seen(edit, &edit.text(), || {
            let message = edit.original();
            message.as_ref().map(group_admin::delete_quoted).transpose()
        })
    }

    /// What is done about this text; `delete` deletes the message, unless the host knows it no more.
    fn seen(
        event: &Context,
        text: &str,
        delete: impl FnOnce() -> Result<Option<Change>>,
    ) -> Result<Answer> {
        if event.role() >= Role::GroupAdmin || !settings::is_on("antilink")? {
            return Ok(Answer::none());
        }
        let allowed = settings::text("antilink-allowed")?;
        let allowed: Vec<&str> = allowed.split_whitespace().collect();
        let mut found = links::links(text);
        found.retain(|link| !links::is_allowed(link, &allowed));
        // WhatsApp is asked only where it could matter.
        if found.iter().any(|link| links::is_invitation(link))
            && let Some(code) = groups::invite_code()?
        {
            found.retain(|link| *link != links::invitation(&code));
        }
        if found.is_empty() {
            return Ok(Answer::none());
        }
        let action = settings::text("antilink-action")?;
        let (sender, language) = (event.sender().jid, event.language());
        let who = format!("@{}", sender.split('@').next().unwrap_or(&sender));
        let say = |words: jadi_plugin_sdk::Words| {
            let text = words.fill(&language, &[("who", &who)]);
            Reply::text(text).mention(sender.as_str())
        };
        let is_admin = event.bot_is_admin();
        if action == "warn" || !is_admin {
            let words = match action.as_str() {
                "warn" => texts::WARNING,
                _ => texts::NO_ADMIN,
            };
            return Ok(Answer::none().send(say(words)));
        }
        let mut answer = match delete()? {
            Some(deleted) => Answer::none().then(deleted),
            None => Answer::none(),
        };
        answer = match action.as_str() {
            "remove" => answer
                .then(group_admin::remove(&[sender.as_str()])?)
                .send(say(texts::REMOVED).unquoted()),
            _ => answer.send(say(texts::WARNING).unquoted()),
        };
        Ok(answer.then(turns::end()?))
    }
}
