//! What becomes of bots, as events in the main bot's inbox: the plugins that manage bots tell it on.

use super::fleet::Fleet;
use crate::model::{
    Chat, ChatKind, Event, EventKey, EventKind, HostingStep, Jid, JidKind, MessageId, Person,
};
use crate::whatsapp::Inbound;

/// Whom something concerns, and where it is told.
#[derive(Debug, Clone)]
pub(super) struct About {
    /// The chat.
    pub(super) chat: Jid,
    /// The person.
    pub(super) person: Person,
    /// The plugin; all that want to know when none is named.
    pub(super) plugin: Option<String>,
}

impl About {
    /// Something for one person alone.
    pub(super) fn private(person: Jid, plugin: Option<String>) -> Self {
        Self {
            chat: person.clone(),
            person: Person {
                jid: person,
                lid: None,
                name: String::new(),
            },
            plugin,
        }
    }
}

/// Puts a step into the main bot's inbox. The same id is taken once only.
pub(super) async fn happened(fleet: &Fleet, id: MessageId, about: &About, step: HostingStep) {
    let Some(main) = fleet.main_dispatch() else {
        return;
    };
    let kind = match about.chat.kind() {
        JidKind::Group => ChatKind::Group,
        _ => ChatKind::Private,
    };
    let event = Event {
        key: EventKey {
            chat: about.chat.clone(),
            sender: about.person.jid.clone(),
            id,
        },
        at: fleet.parts.clock.now(),
        chat: Chat {
            jid: about.chat.clone(),
            kind,
        },
        sender: about.person.clone(),
        kind: EventKind::Hosting {
            plugin: about.plugin.clone(),
            step,
        },
    };
    if let Err(error) = main.commit(vec![event]).await {
        tracing::warn!(%error, "what became of a bot could not be told");
    }
}
