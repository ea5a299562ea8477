//! What every kind of event has.

use crate::bindings::capabilities::jadi::plugin::types::Event as HostEvent;
use crate::clock::Instant;
use crate::{Chat, ChatKind, Person, Role};

/// What surrounds an event: who caused it, where, in which language to answer. Each kind of event has all of this as methods
/// of its own.
///
/// Nothing is copied into the plugin until it is asked for. Each call asks the host, so keep what you need twice.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    event: &'a HostEvent,
}

impl<'a> Context<'a> {
    pub(crate) fn new(event: &'a HostEvent) -> Self {
        Self { event }
    }

    /// The host's name for the event, as logs and receipts show it.
    pub fn event_id(&self) -> String {
        self.event.id()
    }

    /// When it happened, by WhatsApp's clock, which has whole seconds.
    pub fn at(&self) -> Instant {
        Instant::from_millis(self.event.at())
    }

    /// When it reached the host.
    pub fn received_at(&self) -> Instant {
        Instant::from_millis(self.event.received_at())
    }

    /// Where it happened.
    pub fn chat(&self) -> Chat {
        self.event.chat()
    }

    /// Whether it happened in a group.
    pub fn in_group(&self) -> bool {
        self.chat().kind == ChatKind::Group
    }

    /// Who did it.
    pub fn sender(&self) -> Person {
        self.event.sender()
    }

    /// What the sender is to this bot, in this chat.
    pub fn role(&self) -> Role {
        self.event.role()
    }

    /// The language to answer in, such as `en`.
    pub fn language(&self) -> String {
        self.event.language()
    }

    /// The bot's prefixes; never empty.
    pub fn prefixes(&self) -> Vec<String> {
        self.event.prefixes()
    }

    /// Whether the bot is an admin of the group; false in private chats.
    pub fn bot_is_admin(&self) -> bool {
        self.event.bot_is_admin()
    }

    /// When the bot came up.
    pub fn bot_started_at(&self) -> Instant {
        Instant::from_millis(self.event.bot_started_at())
    }

    /// Whether it waited at WhatsApp while the bot was away.
    pub fn waited(&self) -> bool {
        self.event.waited()
    }
}
