//! A bot's own data, as dispatch asks of it.
//!
//! A [`DataContext`] is made from one bot and has no way to another. It keeps the bot's inbox and outbox, what its plugins
//! keep, its settings and its counts. What belongs together is one method and one transaction: an event is handled when
//! its plugin's writes, the messages that answer it and the inbox's mark are all kept, or none is.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use jadi_plugin_manifest::SettingValue;
use serde::{Deserialize, Serialize};

use super::StoreError;
use super::bounds::RecordBounds;
use super::plugin_records::{BreakerChange, NewFailure, PluginRecords};
use super::portable::Portable;
use super::usage::Usage;
use super::webhooks::{NewDelivery, Webhooks};
use crate::clock::Millis;
use crate::model::{
    Ban, Event, Jid, KeptMessage, KnownChat, KnownCounts, KnownUser, MessageId, Outgoing, Poll,
};

/// A bot's data, as it is shared.
pub type BotData = Arc<dyn DataContext>;

/// The longest key, bytes.
pub const KV_KEY_BYTES: u64 = 256;

/// How much a plugin may keep in one bot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KvBounds {
    /// The largest value under one key, bytes.
    pub value_bytes: u64,
    /// Keys and values together, bytes.
    pub total_bytes: u64,
}

impl Default for KvBounds {
    fn default() -> Self {
        Self {
            value_bytes: 64 * 1024,
            total_bytes: 5 * 1024 * 1024,
        }
    }
}

/// The number of a row, rising in the order in which rows came.
pub type Row = i64;

/// An event that waits in the inbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Its row.
    pub row: Row,
    /// Its chat, within which order counts.
    pub chat: Jid,
}

/// An event on its way into the inbox.
#[derive(Debug, Clone, PartialEq)]
pub struct Arrival {
    /// The event.
    pub event: Event,
    /// Whether anybody will handle it. If not, only its key is kept, as if it was handled already.
    pub wanted: bool,
    /// Whether it is a message that is kept beyond that, for an edit, deletion or reaction that may come.
    pub keep: bool,
    /// Whether the bot knows its chat, and who wrote it, from now on.
    pub meets: bool,
    /// Until when it waits for others that become one with it: for people who come into a group or leave it.
    pub gathers: Option<Millis>,
    /// What is posted of it to the bot's webhooks, if it has not been there before.
    pub posts: Option<NewDelivery>,
}

/// What came of keeping a batch of events.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Accepted {
    /// Those that now wait to be handled, in order: the wanted ones whose key was not there already.
    pub new: Vec<Waiting>,
    /// How many new ones nobody wants.
    pub unwanted: u64,
    /// How many were there already.
    pub repeated: u64,
    /// How many wait for others that become one with them.
    pub gathering: u64,
    /// How many have become one with such.
    pub merged: u64,
}

/// An unhandled event.
#[derive(Debug, Clone, PartialEq)]
pub struct Unhandled {
    /// The event.
    pub event: Event,
    /// When it was kept.
    pub received_at: Millis,
    /// What it is about, as it was before, when it is an edit, deletion or reaction and that was kept.
    pub original: Option<KeptMessage>,
    /// The plugins that have handled it already, before a restart.
    pub handled_by: Vec<String>,
}

/// What one plugin's handling of one event leaves behind.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Handled {
    /// The event's row in the inbox.
    pub event: Row,
    /// The plugin; none when the host itself answers.
    pub plugin: Option<String>,
    /// Changes to the plugin's key-values.
    pub writes: Vec<KvChange>,
    /// Changes to the plugin's settings.
    pub settings: Vec<SettingChange>,
    /// Changes to what the plugin has scheduled.
    pub schedule: Vec<ScheduleChange>,
    /// Changes to the bot itself, in their order.
    pub bot: Vec<ContextChange>,
    /// Which version of the plugin's key-values it has read, when it has read any.
    pub read_version: Option<u64>,
    /// How much the plugin may keep.
    pub kv_bounds: KvBounds,
    /// Messages to send, with their final ids.
    pub outgoing: Vec<Outgoing>,
    /// What the run cost.
    pub receipt: Option<Vec<u8>>,
    /// What it takes to run the event again, when it failed.
    pub failure: Option<NewFailure>,
    /// How much is kept of the plugin's runs.
    pub record_bounds: RecordBounds,
    /// What becomes of the plugin's breaker, when that changes.
    pub breaker: Option<BreakerChange>,
    /// Whether no other plugin is to see the event any more.
    pub last: bool,
    /// When.
    pub at: Millis,
}

/// A change to a plugin's key-values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KvChange {
    /// The key.
    pub key: String,
    /// The new value; none removes the key.
    pub value: Option<Vec<u8>>,
}

/// A change to one of a plugin's settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingChange {
    /// The group that it is for; none when it is for the bot.
    pub chat: Option<Jid>,
    /// Its name in the plugin's manifest.
    pub name: String,
    /// The new value; none takes it away.
    pub value: Option<SettingValue>,
}

/// A change to what the bot is and knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ContextChange {
    /// Of its settings.
    Settings(SettingsChange),
    /// Of the language of a chat; none lets the bot's count.
    ChatLanguage {
        /// The chat.
        chat: Jid,
        /// The language.
        language: Option<String>,
    },
    /// Whether the bot is off in a chat.
    Off {
        /// The chat.
        chat: Jid,
        /// Whether it is.
        off: bool,
    },
    /// Whether somebody may not use its commands.
    Ban {
        /// Who.
        person: Jid,
        /// Whether they may not.
        banned: bool,
    },
    /// Of a setting of any plugin.
    PluginSetting {
        /// Whose.
        plugin: String,
        /// The change.
        change: SettingChange,
    },
}

/// What a bot knows of the people and the chat of an event.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Surroundings {
    /// The sender.
    pub user: Option<KnownUser>,
    /// The chat.
    pub chat: Option<KnownChat>,
}

/// A change to what a plugin has scheduled in a chat.
#[derive(Debug, Clone, PartialEq)]
pub struct ScheduleChange {
    /// The chat.
    pub chat: Jid,
    /// Its name within plugin and chat.
    pub name: String,
    /// When what comes; none takes it back.
    pub event: Option<(Millis, Event)>,
}

/// What was due.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Released {
    /// Events that are in the inbox now.
    pub waiting: Vec<Waiting>,
    /// When the next one is due; it may be now.
    pub next: Option<Millis>,
}

/// Something read from a plugin's key-values, with the version that they had: it rises with each commit that writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Versioned<T> {
    /// The version.
    pub version: u64,
    /// What was read.
    pub value: T,
}

/// A message on its way out.
#[derive(Debug, Clone, PartialEq)]
pub struct Unsent {
    /// Its row.
    pub row: Row,
    /// What to send.
    pub outgoing: Outgoing,
    /// How often it was tried without success.
    pub attempts: u32,
    /// Not before this time.
    pub next_try: Millis,
}

/// A message that waits in the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaving {
    /// Its row.
    pub row: Row,
    /// Its chat, within which order counts.
    pub chat: Jid,
}

/// How an attempt to send ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attempt {
    /// The server has it.
    Sent {
        /// When.
        at: Millis,
    },
    /// It did not get through; try again.
    Later {
        /// Not before this time.
        next_try: Millis,
    },
    /// It was nothing to send, and the host has done it.
    CarriedOut,
    /// It will never get through.
    GivenUp,
}

/// A bot's settings, defaults filled in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// The language that it answers in.
    pub language: String,
    /// What commands begin with, the first one for use in help texts.
    pub prefixes: Vec<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            language: "en".to_owned(),
            prefixes: ["!", ".", "#", "/"].map(str::to_owned).to_vec(),
        }
    }
}

/// A change of settings: what is none stays.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SettingsChange {
    /// The language.
    pub language: Option<String>,
    /// The prefixes.
    pub prefixes: Option<Vec<String>>,
}

/// Messages since the bot was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// Messages from others.
    pub received: u64,
    /// Messages sent.
    pub sent: u64,
}

/// Events that came in, each once.
#[async_trait]
pub trait Inbox: Send + Sync + 'static {
    /// Keeps what arrives in order, each key once, all or none. What an event is about is looked up among the kept messages now,
    /// so that its handler sees it as it was.
    ///
    /// # Errors
    ///
    /// [`StoreError::InboxFull`] when the new ones would go past the inbox's bound.
    async fn accept(&self, arrivals: Vec<Arrival>, at: Millis) -> Result<Accepted, StoreError>;

    /// All unhandled events, in order, but those that gather.
    async fn waiting(&self) -> Result<Vec<Waiting>, StoreError>;

    /// An unhandled event; none when it is handled or there is no such row.
    async fn unhandled(&self, row: Row) -> Result<Option<Unhandled>, StoreError>;

    /// Keeps what the handling of an event has left behind, all or nothing. Returns the new outbox rows.
    ///
    /// Nothing happens, and no row is returned, when the event is handled already or this plugin has handled it.
    ///
    /// # Errors
    ///
    /// [`StoreError::KvLimit`], and [`StoreError::KvConflict`] when it writes and another event of the plugin has written
    /// since [`Handled::read_version`].
    async fn commit(&self, handled: Handled) -> Result<Vec<Leaving>, StoreError>;

    /// Ends the gathering of events whose time is over by `now`: they wait to be handled from then on.
    async fn release_gathered(&self, now: Millis) -> Result<Released, StoreError>;

    /// Marks events as handled that left nothing behind.
    async fn finish(&self, rows: Vec<Row>, at: Millis) -> Result<(), StoreError>;
}

/// Messages that go out, each until the server has it.
#[async_trait]
pub trait Outbox: Send + Sync + 'static {
    /// Keeps messages that no event has caused. Returns their rows.
    async fn post(&self, outgoing: Vec<Outgoing>) -> Result<Vec<Leaving>, StoreError>;

    /// A poll that the bot has sent or is about to, while it is remembered: the last are, as many as [`KeptBounds::polls`](super::KeptBounds::polls) says.
    async fn poll(&self, chat: &Jid, id: &MessageId) -> Result<Option<Poll>, StoreError>;

    /// All unsent messages, in order.
    async fn leaving(&self) -> Result<Vec<Leaving>, StoreError>;

    /// An unsent message; none when it is sent or given up.
    async fn unsent(&self, row: Row) -> Result<Option<Unsent>, StoreError>;

    /// Keeps how an attempt ended.
    async fn attempted(&self, row: Row, attempt: Attempt) -> Result<(), StoreError>;
}

/// What plugins keep. Each sees its own only; which one it is, dispatch says.
#[async_trait]
pub trait PluginKv: Send + Sync + 'static {
    /// The value under `key`.
    async fn kv_get(
        &self,
        plugin: &str,
        key: &str,
    ) -> Result<Versioned<Option<Vec<u8>>>, StoreError>;

    /// The keys that start with `prefix` and come after `after`, in order of their bytes, at most `limit`.
    async fn kv_keys(
        &self,
        plugin: &str,
        prefix: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Versioned<Vec<String>>, StoreError>;

    /// How many bytes of keys and values the plugin keeps.
    async fn kv_bytes(&self, plugin: &str) -> Result<Versioned<u64>, StoreError>;
}

/// What is set of plugins. Whether a value is allowed, the manifest says; here it is only kept.
#[async_trait]
pub trait PluginSettings: Send + Sync + 'static {
    /// What is set for a group, or for the bot.
    async fn plugin_setting(
        &self,
        plugin: &str,
        chat: Option<&Jid>,
        name: &str,
    ) -> Result<Option<SettingValue>, StoreError>;

    /// All that is set of a plugin, for the bot and for one chat, by name; a chat's value is over the bot's.
    async fn plugin_settings(
        &self,
        plugin: &str,
        chat: Option<&Jid>,
    ) -> Result<BTreeMap<String, SettingValue>, StoreError>;

    /// Changes it.
    async fn set_plugin_setting(
        &self,
        plugin: &str,
        change: SettingChange,
    ) -> Result<(), StoreError>;
}

/// Events that plugins have asked for.
#[async_trait]
pub trait Schedule: Send + Sync + 'static {
    /// What a plugin has scheduled in a chat, by name.
    async fn scheduled(
        &self,
        plugin: &str,
        chat: &Jid,
    ) -> Result<BTreeMap<String, Millis>, StoreError>;

    /// Puts what is due into the inbox, a batch at a time, each once.
    ///
    /// # Errors
    ///
    /// [`StoreError::InboxFull`] when there is no room: nothing is lost, it is due still.
    async fn release_due(&self, now: Millis) -> Result<Released, StoreError>;
}

/// Whom and which chats the bot has met. A person is found by either of their addresses.
#[async_trait]
pub trait Acquaintances: Send + Sync + 'static {
    /// What is known of who sent an event, and of where that was.
    async fn surroundings(&self, person: &Jid, chat: &Jid) -> Result<Surroundings, StoreError>;

    /// Somebody.
    async fn user(&self, person: &Jid) -> Result<Option<KnownUser>, StoreError>;

    /// A chat.
    async fn chat(&self, chat: &Jid) -> Result<Option<KnownChat>, StoreError>;

    /// How many there are.
    async fn counts(&self) -> Result<KnownCounts, StoreError>;

    /// When something came in last.
    async fn last_seen(&self) -> Result<Option<Millis>, StoreError>;

    /// Who is banned, the latest first, at most `most`.
    async fn bans(&self, most: u32) -> Result<Vec<Ban>, StoreError>;
}

/// Everything of one bot.
#[async_trait]
pub trait DataContext:
    Inbox
    + Outbox
    + PluginKv
    + PluginSettings
    + Schedule
    + PluginRecords
    + Acquaintances
    + Usage
    + Webhooks
    + Portable
{
    /// The settings, with the host's defaults where nothing was set.
    async fn settings(&self) -> Result<Settings, StoreError>;

    /// Changes settings and returns them all.
    async fn change_settings(&self, change: SettingsChange) -> Result<Settings, StoreError>;

    /// Counts since the bot was made.
    async fn totals(&self) -> Result<Totals, StoreError>;

    /// Forgets what was kept for longer than its [`KeptBounds`](super::KeptBounds) say, and gives the room back. WhatsApp does not
    /// deliver an acknowledged message again, so what is weeks old need not be recognised any more. Returns how many handled events
    /// are forgotten.
    async fn clean_up(&self, now: Millis) -> Result<u64, StoreError>;

    /// Writes everything out and closes the files. Every call after it fails with [`StoreError::Closed`].
    async fn close(&self) -> Result<(), StoreError>;
}
