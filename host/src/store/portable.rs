//! A bot's data in pieces that any host can take in: what it knows, is set to and keeps for its plugins.
//!
//! Not among them: its session and its webhooks, which are credentials; events and messages that are on their way, which belong to
//! that session; and what single runs of plugins cost and how they failed, which is the host's.

use async_trait::async_trait;
use jadi_plugin_manifest::SettingValue;
use serde::{Deserialize, Serialize};

use super::StoreError;
use crate::clock::Millis;
use crate::model::{ChatKind, Event, Jid, base64_bytes};

/// A piece of a bot's data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "piece", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Piece {
    /// What was set for the bot; what is none was not.
    Settings {
        /// The language that it answers in.
        language: Option<String>,
        /// What commands begin with.
        prefixes: Option<Vec<String>>,
    },
    /// A person whom it has met.
    User {
        /// The one address that data about them is kept under.
        jid: Jid,
        /// Their linked identity.
        lid: Option<Jid>,
        /// The name that they gave themselves last; may be empty.
        name: String,
        /// When they first did something that reached the bot.
        first_seen: Millis,
        /// When they did so last.
        last_seen: Millis,
        /// Messages of theirs.
        messages: u64,
        /// Since when they may not use the bot's commands.
        banned_since: Option<Millis>,
    },
    /// A chat in which it has received something.
    Chat {
        /// Its address.
        jid: Jid,
        /// A private chat or a group.
        kind: ChatKind,
        /// When something first came in there.
        first_seen: Millis,
        /// When it did last.
        last_seen: Millis,
        /// Messages.
        messages: u64,
        /// Since when the bot is off there.
        off_since: Option<Millis>,
        /// The language to answer in there.
        language: Option<String>,
    },
    /// A setting of a plugin.
    PluginSetting {
        /// Whose.
        plugin: String,
        /// The group that it is for; none when it is for the bot.
        chat: Option<Jid>,
        /// Its name.
        name: String,
        /// Its value.
        value: SettingValue,
    },
    /// Something that a plugin keeps.
    PluginData {
        /// Whose.
        plugin: String,
        /// The key.
        key: String,
        /// The value, as base64.
        #[serde(with = "base64_bytes")]
        value: Vec<u8>,
    },
    /// Something that a plugin has asked for, at a time.
    Scheduled {
        /// Whose.
        plugin: String,
        /// In which chat.
        chat: Jid,
        /// Its name there.
        name: String,
        /// When.
        at: Millis,
        /// What comes then.
        event: Box<Event>,
    },
    /// What it did and used on one day.
    Day {
        /// The day of UTC, counted from 1970-01-01.
        day: i64,
        /// Messages from others.
        received: u64,
        /// Messages sent.
        sent: u64,
        /// Time of a processor that its client took, microseconds.
        client_us: u64,
        /// The same of its plugins.
        plugins_us: u64,
    },
}

/// Giving a bot's data out, taking it in, and forgetting it.
#[async_trait]
pub trait Portable: Send + Sync + 'static {
    /// All of it, as it is at one moment, in the order of [`Piece`]'s kinds.
    async fn pieces(&self) -> Result<Vec<Piece>, StoreError>;

    /// Puts these in the place of all that is there: all or nothing. What the last day counted stays where it is more, since
    /// the day's limit goes by it.
    ///
    /// # Errors
    ///
    /// [`StoreError::KvLimit`] when a plugin would keep more than it may.
    async fn replace(&self, pieces: Vec<Piece>) -> Result<(), StoreError>;

    /// Forgets everything that the bot knows, is set to and keeps, what its plugins cost, how they failed, and its webhooks among
    /// it. What is on its way to people goes on, and the counts of its last day stay: the day's limit goes by them.
    async fn erase(&self) -> Result<(), StoreError>;
}
