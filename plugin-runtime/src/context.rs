//! What goes into a handler and what comes out, in the host's own words.

use std::sync::Arc;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use jadi_model::clock::Millis;
use jadi_model::{Action, Event, Progress, Role};

/// What a handler is given with its event.
#[derive(Debug, Clone)]
pub struct EventInput {
    /// The inbox's name for the event, shown in logs and receipts.
    pub event_id: String,
    /// What happened.
    pub event: Arc<Event>,
    /// What the sender is to this bot, here.
    pub role: Role,
    /// The command that the message's text is, when this plugin has it.
    pub command: Option<Invocation>,
    /// The language to answer in, such as `en`.
    pub language: String,
    /// The bot's prefixes, the first one for use in help texts.
    pub prefixes: Vec<String>,
    /// Whether the bot is an admin of the group.
    pub bot_is_admin: bool,
    /// When this bot came up in this process.
    pub bot_started_at: Millis,
}

/// A text recognised as a command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invocation {
    /// The prefix that was typed.
    pub prefix: String,
    /// The command's name as its manifest has it; for an unknown command what was typed, in lower case.
    pub name: String,
    /// What was typed, when that was an alias.
    pub alias: Option<String>,
    /// The rest of the text, spaces around it removed.
    pub args: String,
    /// Whether a command of this name exists.
    pub known: bool,
}

/// A command as menus and help show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandFact {
    /// Which plugin has it.
    pub plugin: String,
    /// Its name, without prefix.
    pub name: String,
    /// Other names.
    pub aliases: Vec<String>,
    /// Its category's key, such as `group`.
    pub category: String,
    /// The category's title, in the event's language.
    pub category_title: String,
    /// Arguments as usage shows them, such as `<number> [--qr | --code]`, in the event's language; may be empty.
    pub usage: String,
    /// One line on what it does, in the event's language.
    pub summary: String,
    /// The least role that may use it.
    pub role: Role,
}

/// What a handler may read while it runs: one (bot, plugin, event), made by dispatch. Nothing in it names a bot.
#[async_trait]
pub trait Reads: Send + Sync + 'static {
    /// The plugin's own value under `key`, as of the start of the event.
    async fn kv_get(&self, key: &str) -> Result<Option<Vec<u8>>, ReadError>;

    /// The plugin's own keys that start with `prefix` and come after `after`, in order, at most `limit`.
    async fn kv_keys(
        &self,
        prefix: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<String>, ReadError>;

    /// How many bytes of keys and values the plugin keeps in this bot.
    async fn kv_bytes(&self) -> Result<u64, ReadError>;

    /// The commands that the event's sender may use in its chat, of all plugins enabled for the bot, in any order.
    async fn commands(&self) -> Result<Vec<CommandFact>, ReadError>;

    /// The one early effect.
    async fn progress(&self, progress: Progress) -> Result<(), ReadError>;
}

/// A read failed for a reason that is not the handler's.
#[derive(Debug, thiserror::Error)]
#[error("the bot's data can't be read: {0}")]
pub struct ReadError(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// A change to the plugin's key-values, committed only when the handler returned ok.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KvWrite {
    /// Set a value.
    Set {
        /// The key.
        key: String,
        /// The value.
        value: Vec<u8>,
    },
    /// Remove a key.
    Delete {
        /// The key.
        key: String,
    },
}

/// How loud a log line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LogLevel {
    /// For the author while writing.
    Debug,
    /// What happened.
    Info,
    /// Something odd.
    Warn,
    /// Something failed.
    Error,
}

/// A line of the plugin's own log: for its owner, never for the host's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    /// How loud.
    pub level: LogLevel,
    /// The text.
    pub text: String,
}

/// What one event cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Receipt {
    /// CPU time inside the component, microseconds.
    pub cpu_micros: u64,
    /// Wall time, microseconds.
    pub wall_micros: u64,
    /// Largest linear memory, bytes.
    pub peak_memory: u64,
    /// Calls into the host.
    pub host_calls: u32,
    /// Bytes that went into the host by calls.
    pub bytes_in: u64,
    /// Bytes of the largest of these calls.
    pub largest_call: u64,
    /// Actions asked for, whether or not they were done.
    pub actions: u64,
    /// Text of these, bytes.
    pub text_bytes: u64,
    /// Log lines, bytes.
    pub log_bytes: u64,
}

/// What came of running one event in one plugin.
#[derive(Debug)]
pub struct Outcome {
    /// What the handler wants done; empty when it failed.
    pub actions: Vec<Action>,
    /// What the handler wants kept; empty when it failed.
    pub kv_writes: Vec<KvWrite>,
    /// What it logged, also when it failed.
    pub log: Vec<LogLine>,
    /// What it cost.
    pub receipt: Receipt,
    /// Why it failed, if it did.
    pub failure: Option<super::Failure>,
    /// What it takes to run it again, if it failed.
    pub recording: Option<Box<super::Recording>>,
}
