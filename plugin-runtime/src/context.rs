//! What goes into a handler and what comes out, in the host's own words.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use jadi_model::clock::Millis;
use jadi_model::{
    Action, Ban, Event, EventKind, GroupInfo, Jid, KeptMessage, KnownChat, KnownCounts, KnownUser,
    Message, Person, Progress, Role,
};
use jadi_plugin_manifest::{Setting, SettingValue};

use super::grants::Grants;
use super::hosting::{HostingAnswer, HostingAsk};

/// What a handler is given with its event.
#[derive(Debug, Clone)]
pub struct EventInput {
    /// The inbox's name for the event, shown in logs and receipts.
    pub event_id: String,
    /// What happened.
    pub event: Arc<Event>,
    /// When the host had it.
    pub received_at: Millis,
    /// The message that an edit, deletion or reaction is about, when it is still kept.
    pub original: Option<Arc<KeptMessage>>,
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
    /// The group that the event is in; none in a private chat, and when the bot is not in it any more.
    pub group: Option<Arc<GroupInfo>>,
    /// The bot's own address; it is never told to the plugin by this.
    pub own: Option<Jid>,
    /// When this bot came up in this process.
    pub bot_started_at: Millis,
    /// What the operator lets the plugin do.
    pub grants: Grants,
}

impl EventInput {
    /// Whether the event tells of this address: of its chat, its sender, whom its content names, or who is in its group.
    pub(super) fn names(&self, jid: &Jid) -> bool {
        let event = &self.event;
        let is = |person: &Person| person.jid == *jid || person.lid.as_ref() == Some(jid);
        let kept = |kept: &KeptMessage| is(&kept.author) || names(&kept.message, jid);
        let content = match &event.kind {
            EventKind::Message(message) => names(message, jid),
            EventKind::MessageDelete { author, .. } => is(author),
            EventKind::GroupAdd { people } | EventKind::GroupRemove { people } => {
                people.iter().any(is)
            }
            EventKind::GroupChange { people, .. } => people.iter().any(|one| one.jid == *jid),
            EventKind::MessageEdit { .. }
            | EventKind::Reaction { .. }
            | EventKind::PollVote { .. }
            | EventKind::Due { .. }
            | EventKind::Hosting { .. } => false,
        };
        let group = self.group.as_ref();
        content
            || event.chat.jid == *jid
            || is(&event.sender)
            || self
                .original
                .as_ref()
                .is_some_and(|original| kept(original))
            || group.is_some_and(|group| group.participant(jid).is_some())
    }
}

/// Whether a message, or one that it answers, mentions somebody or is theirs.
fn names(message: &Message, jid: &Jid) -> bool {
    let quoted = message.quoted.as_ref();
    message.mentions.contains(jid)
        || quoted.is_some_and(|quoted| quoted.author == *jid || names(&quoted.message, jid))
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

/// A setting of the event's group, as a look at all of them shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupSettingFact {
    /// Which plugin has it.
    pub plugin: String,
    /// What its manifest says of it.
    pub setting: Setting,
    /// One line on what it does, in the event's language.
    pub summary: String,
    /// What counts in the group.
    pub value: SettingValue,
}

/// An installed plugin, as one bot has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PluginFact {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// One line on what it is for, in the event's language; may be empty.
    pub summary: String,
    /// Whether it serves the bot.
    pub enabled: bool,
    /// The enabled plugin that has one of its commands.
    pub clashes_with: Option<String>,
    /// What can be set of it, in the order of its manifest.
    pub settings: Vec<PluginSettingFact>,
}

/// A setting of a plugin, for the bot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PluginSettingFact {
    /// What its manifest says of it.
    pub setting: Setting,
    /// One line on what it does, in the event's language.
    pub summary: String,
    /// What counts for the bot.
    pub value: SettingValue,
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

    /// The plugin's own setting: the value for the event's group, or the bot's.
    async fn setting(&self, name: &str, here: bool) -> Result<Option<SettingValue>, ReadError>;

    /// What the plugin has scheduled in the event's chat, by name.
    async fn scheduled(&self) -> Result<BTreeMap<String, Millis>, ReadError>;

    /// The commands that the event's sender may use in its chat, of all plugins enabled for the bot, in any order.
    async fn commands(&self) -> Result<Vec<CommandFact>, ReadError>;

    /// What can be set per group of all plugins enabled for the bot, with what counts in the event's group; in any order.
    async fn group_settings(&self) -> Result<Vec<GroupSettingFact>, ReadError>;

    /// Somebody whom the bot has met, by either address.
    async fn user(&self, person: &Jid) -> Result<Option<KnownUser>, ReadError>;

    /// The event's chat; none when nothing was ever received there.
    async fn chat(&self) -> Result<Option<KnownChat>, ReadError>;

    /// How much the bot knows.
    async fn counts(&self) -> Result<KnownCounts, ReadError>;

    /// Who is banned, the latest first, not all when they are very many.
    async fn bans(&self) -> Result<Vec<Ban>, ReadError>;

    /// The plugins installed on the host, as the bot has them, by name.
    async fn plugins(&self) -> Result<Vec<PluginFact>, ReadError>;

    /// Fetches a file by the handle that came in its message, at most `limit` bytes.
    async fn media(&self, handle: &[u8], limit: u64) -> Result<Vec<u8>, MediaError>;

    /// Fetches the profile picture of somebody, or of the event's group, at most `limit` bytes; none when there is none to be seen.
    async fn picture(&self, of: &Jid, limit: u64) -> Result<Option<Vec<u8>>, MediaError>;

    /// The code of the invitation link of the event's group; none when the bot may not see it.
    async fn invite_code(&self) -> Result<Option<String>, ReadError>;

    /// Asks a server. That the address is one of the manifest's was checked; that it is not one of a private network was not.
    async fn fetch(&self, request: HttpRequest) -> Result<HttpResponse, FetchError>;

    /// Asks about the host's bots. Whether the plugin may is checked; with another bot than the main one nobody asks.
    async fn hosting(&self, ask: HostingAsk) -> Result<HostingAnswer, ReadError>;

    /// The one early effect.
    async fn progress(&self, progress: Progress) -> Result<(), ReadError>;
}

/// A read failed for a reason that is not the handler's.
#[derive(Debug, thiserror::Error)]
#[error("the bot's data can't be read: {0}")]
pub struct ReadError(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// Why a file is not there.
#[derive(Debug, thiserror::Error)]
pub enum MediaError {
    /// WhatsApp has it no more.
    #[error("WhatsApp does not keep this file any more")]
    Gone,
    /// It has more bytes than were allowed.
    #[error("the file is larger than was allowed")]
    TooLarge,
    /// It can't be fetched now.
    #[error(transparent)]
    Unavailable(#[from] ReadError),
}

/// A request to a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpRequest {
    /// Its method, in capitals.
    pub method: &'static str,
    /// Its address: `https`, a name and no number, the usual port.
    pub url: String,
    /// Its headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: Option<Vec<u8>>,
    /// The most bytes that the answer's body may have.
    pub most: u64,
}

/// A server's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpResponse {
    /// Its status.
    pub status: u16,
    /// Its headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: Vec<u8>,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FetchError {
    /// The server's name leads to a machine that a plugin must not reach.
    #[error("{0} is not on the internet but on a private network")]
    Private(String),
    /// The answer has more bytes than were allowed.
    #[error("the answer is larger than was allowed")]
    TooLarge,
    /// No such server, no connection, or no answer in time.
    #[error("no answer came in time")]
    Unavailable,
}

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

/// A change to one of the plugin's settings, committed only when the handler returned ok.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingWrite {
    /// Which one.
    pub name: String,
    /// Whether it is for the event's group, else for the bot.
    pub here: bool,
    /// The new value; none takes it away.
    pub value: Option<SettingValue>,
}

/// A change to what the plugin has scheduled in the event's chat, committed only when the handler returned ok.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScheduleWrite {
    /// Asks for an event; one of the same name is replaced.
    At {
        /// Its name.
        name: String,
        /// When.
        at: Millis,
        /// What comes with it.
        payload: Vec<u8>,
    },
    /// Takes one back.
    Cancel {
        /// Its name.
        name: String,
    },
}

/// A change to the bot or the event's chat, committed only when the handler returned ok.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BotWrite {
    /// The bot's language.
    Language(String),
    /// The chat's language; none lets the bot's count.
    ChatLanguage(Option<String>),
    /// The bot's prefixes.
    Prefixes(Vec<String>),
    /// Whether the bot is off in the chat.
    Off(bool),
    /// Whether somebody may not use the bot's commands.
    Ban {
        /// Who.
        person: Jid,
        /// Whether they are banned.
        banned: bool,
    },
    /// A setting of any plugin, for the bot.
    PluginSetting {
        /// Whose.
        plugin: String,
        /// Which one.
        name: String,
        /// The new value; none takes it away.
        value: Option<SettingValue>,
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
    /// What it wants set; empty when it failed.
    pub setting_writes: Vec<SettingWrite>,
    /// What it wants to come later; empty when it failed.
    pub schedule_writes: Vec<ScheduleWrite>,
    /// What it wants changed of the bot and the chat, in its order; empty when it failed.
    pub bot_writes: Vec<BotWrite>,
    /// What it logged, also when it failed.
    pub log: Vec<LogLine>,
    /// What it cost.
    pub receipt: Receipt,
    /// Whether the handler has consumed the event: plugins whose turn comes later don't see it.
    pub consumed: bool,
    /// Why it failed, if it did.
    pub failure: Option<super::Failure>,
    /// What it takes to run it again, if it failed.
    pub recording: Option<Box<super::Recording>>,
}
