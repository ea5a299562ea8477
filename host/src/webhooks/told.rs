//! What is told to programs of a bot: the same to those that listen and those that are posted to.

use serde_json::{Value, json};

use crate::clock::Millis;
use crate::model::{Event, EventKind, Jid};

/// Something that happened to a bot.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// `bot_connected`, `bot_disconnected` or `message_received`.
    pub event: &'static str,
    /// More of it.
    pub data: Value,
}

impl Told {
    /// A bot's connection came or went. `state` and `cause` are the names of the bot's state, and of why it is in it; `at` is since
    /// when.
    pub fn turned(
        bot: Option<&Jid>,
        open: bool,
        state: &str,
        cause: Option<&str>,
        at: Millis,
    ) -> Self {
        Self {
            event: match open {
                true => "bot_connected",
                false => "bot_disconnected",
            },
            data: json!({"jid": bot.map(Jid::as_str), "state": state, "cause": cause, "at": at}),
        }
    }

    /// A message came in; none when the event is no message.
    pub fn received(bot: Option<&Jid>, event: &Event) -> Option<Self> {
        let EventKind::Message(message) = &event.kind else {
            return None;
        };
        Some(Self {
            event: "message_received",
            data: json!({
                "jid": bot.map(Jid::as_str),
                "chat": event.chat.jid.as_str(),
                "sender": event.sender.jid.as_str(),
                "id": event.key.id.as_str(),
                "text": message.text,
                "at": event.at,
            }),
        })
    }

    /// `{"event", "data"}`, as it goes over the wire.
    pub fn text(&self) -> String {
        json!({"event": self.event, "data": self.data}).to_string()
    }
}
