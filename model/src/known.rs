//! What a bot knows of the people and chats that it has met.

use serde::{Deserialize, Serialize};

use super::Jid;
use crate::clock::Millis;

/// A person whom a bot has met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownUser {
    /// The one address that data about them is kept under.
    pub jid: Jid,
    /// The name that they gave themselves last; may be empty.
    pub name: String,
    /// When they first did something that reached the bot.
    pub first_seen: Millis,
    /// When they did so last.
    pub last_seen: Millis,
    /// Messages of theirs that the bot has received.
    pub messages: u64,
    /// Since when they may not use the bot's commands.
    pub banned_since: Option<Millis>,
}

/// A chat in which a bot has received something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownChat {
    /// When it did first.
    pub first_seen: Millis,
    /// When it did last.
    pub last_seen: Millis,
    /// Messages that it has received there.
    pub messages: u64,
    /// Since when the bot is off there.
    pub off_since: Option<Millis>,
    /// The language to answer in there; none when the bot's counts.
    pub language: Option<String>,
}

/// How much a bot knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct KnownCounts {
    /// People.
    pub users: u64,
    /// Groups.
    pub groups: u64,
    /// Private chats.
    pub private_chats: u64,
}

/// Somebody who may not use a bot's commands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ban {
    /// Who.
    pub person: Jid,
    /// Since when.
    pub since: Millis,
}
