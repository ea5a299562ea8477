//! This bot's people. There is no list: somebody is found by an address that an event handed over.

use crate::Result;
use crate::bindings::capabilities::jadi::plugin::users as host;
use crate::clock::Instant;

/// A person, as the bot knew them when the event began.
pub struct User(host::User);

/// Somebody, by either address; none when the bot never met them.
///
/// # Errors
///
/// When it is not granted or can't be read now.
pub fn find(person: &str) -> Result<Option<User>> {
    Ok(host::find(person)?.map(User))
}

impl User {
    /// The one address that data about them is kept under.
    pub fn jid(&self) -> String {
        self.0.jid()
    }

    /// The name that they gave themselves last; may be empty, and may be anything.
    pub fn name(&self) -> String {
        self.0.name()
    }

    /// When they first wrote to the bot, or in a group that it is in.
    pub fn first_seen(&self) -> Instant {
        Instant::from_millis(self.0.first_seen())
    }

    /// When they did so last.
    pub fn last_seen(&self) -> Instant {
        Instant::from_millis(self.0.last_seen())
    }

    /// How many messages of theirs the bot has received.
    pub fn messages(&self) -> u64 {
        self.0.messages()
    }

    /// Since when they may not use the bot's commands.
    pub fn banned_since(&self) -> Option<Instant> {
        self.0.banned_since().map(Instant::from_millis)
    }
}
