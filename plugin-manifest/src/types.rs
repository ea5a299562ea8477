//! The manifest's fields, as they stand in JSON.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Text;

/// A plugin's declaration of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Its name: a lower-case letter, then letters, digits and dashes; at most 32.
    pub name: String,
    /// Its version, `major.minor.patch` with an optional pre-release.
    pub version: String,
    /// Who wrote it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub authors: Vec<String>,
    /// One line on what it is for.
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub summary: Text,
    /// The languages that it answers in, such as `en`; each text that is given by language has all of them.
    pub languages: Vec<String>,
    /// Its commands.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub commands: Vec<Command>,
    /// Titles of categories that the usual ones (general, group, hosting, owner, tools, fun) don't cover.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub categories: BTreeMap<String, Text>,
    /// The events that it wants beside its commands: an event that matches any of these is handed over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<EventFilter>,
    /// Whether it answers texts in private chats that look like a command but are none of any plugin.
    #[serde(default, skip_serializing_if = "is_default")]
    pub unknown_commands: bool,
    /// Its turn when several plugins want one event: higher first, equal ones by name.
    #[serde(default, skip_serializing_if = "is_default")]
    pub priority: i16,
    /// Which set of limits it needs.
    #[serde(default, skip_serializing_if = "is_default")]
    pub limits: LimitsClass,
    /// What a bot's owner, and for some a group's admins, can set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub settings: Vec<Setting>,
    /// The hosts that it talks to through `http`, such as `api.example.org`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub http_hosts: Vec<String>,
    /// What it needs a capability for, shown when it is installed.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub reasons: BTreeMap<Capability, Text>,
}

/// A command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Command {
    /// What is typed after the prefix: a lower-case letter, then letters, digits and dashes; at most 32.
    pub name: String,
    /// Other names of it, of the same form.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// Its arguments as usage shows them, such as `<number> [--qr | --code]`.
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub usage: Text,
    /// One line on what it does.
    pub summary: Text,
    /// The key of the heading that menus show it under.
    #[serde(default = "general")]
    pub category: String,
    /// The least role that may use it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub role: Role,
    /// Where it works.
    #[serde(default, skip_serializing_if = "is_default")]
    pub place: Place,
    /// Whether the bot must be an admin of the group.
    #[serde(default, skip_serializing_if = "is_default")]
    pub needs_bot_admin: bool,
    /// How long one person waits between two uses, seconds.
    #[serde(default, skip_serializing_if = "is_default")]
    pub cooldown_seconds: u32,
}

impl Command {
    /// Its name, then its aliases.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.name.as_str()).chain(self.aliases.iter().map(String::as_str))
    }
}

/// Something that can be set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setting {
    /// Its name, of the form of a command's.
    pub name: String,
    /// One line on what it does.
    pub summary: Text,
    /// For what it is set.
    #[serde(default, skip_serializing_if = "is_default")]
    pub scope: Scope,
    /// What it can be.
    pub value: SettingKind,
}

/// For what something is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// For the bot.
    #[default]
    Bot,
    /// For each group; the bot's value is what groups have that set none.
    Group,
}

/// What a setting can be, and what it is when nobody has set it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum SettingKind {
    /// A text.
    Text {
        /// When nobody has set it.
        #[serde(default)]
        default: String,
        /// The most characters that it may have.
        #[serde(default = "text_length")]
        most: u32,
    },
    /// A whole number.
    Number {
        /// When nobody has set it.
        default: i64,
        /// The least that it may be.
        #[serde(default = "least_number")]
        least: i64,
        /// The most that it may be.
        #[serde(default = "most_number")]
        most: i64,
    },
    /// On or off.
    Toggle {
        /// When nobody has set it.
        #[serde(default)]
        default: bool,
    },
    /// One of several.
    Choice {
        /// When nobody has set it.
        default: String,
        /// All of them.
        choices: Vec<String>,
    },
}

/// The value of a setting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum SettingValue {
    /// On or off.
    Toggle(bool),
    /// A whole number.
    Number(i64),
    /// A text, or one of several.
    Text(String),
}

impl SettingKind {
    /// What it is when nobody has set it.
    pub fn default_value(&self) -> SettingValue {
        match self {
            Self::Text { default, .. } | Self::Choice { default, .. } => {
                SettingValue::Text(default.clone())
            }
            Self::Number { default, .. } => SettingValue::Number(*default),
            Self::Toggle { default } => SettingValue::Toggle(*default),
        }
    }

    /// Whether it can be this. The error says what it can be.
    ///
    /// # Errors
    ///
    /// With what would be right, such as `a number from 1 to 9`.
    pub fn allows(&self, value: &SettingValue) -> Result<(), String> {
        let fits = match (self, value) {
            (Self::Text { most, .. }, SettingValue::Text(text)) => {
                text.chars().count() <= usize::try_from(*most).unwrap_or(usize::MAX)
            }
            (Self::Choice { choices, .. }, SettingValue::Text(text)) => choices.contains(text),
            (Self::Number { least, most, .. }, SettingValue::Number(number)) => {
                (least..=most).contains(&number)
            }
            (Self::Toggle { .. }, SettingValue::Toggle(_)) => true,
            _ => false,
        };
        if fits { Ok(()) } else { Err(self.described()) }
    }

    /// Words for what it can be, such as `a number from 1 to 9`.
    pub fn described(&self) -> String {
        match self {
            Self::Text { most, .. } => format!("a text of at most {most} characters"),
            Self::Choice { choices, .. } => format!("one of {}", choices.join(", ")),
            Self::Number { least, most, .. } => format!("a number from {least} to {most}"),
            Self::Toggle { .. } => "on or off".to_owned(),
        }
    }
}

/// Events that a plugin wants. All conditions must hold; an empty list sets none; within a list one is enough.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventFilter {
    /// What happened.
    pub event: EventKind,
    /// In which kind of chat.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub chats: Vec<ChatKind>,
    /// Parts of a message's text, compared without regard to case.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contains: Vec<String>,
    /// Only messages with a link in their text.
    #[serde(default, skip_serializing_if = "is_default")]
    pub link: bool,
    /// Only messages with one of these files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub media: Vec<MediaKind>,
}

/// What a caller is to a bot, in rising order.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Anybody.
    #[default]
    User,
    /// An admin of the group.
    GroupAdmin,
    /// The owner of the bot.
    BotOwner,
    /// The operator of the host.
    SystemOwner,
}

/// Where a command works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// Everywhere.
    #[default]
    Any,
    /// In groups.
    Group,
    /// In private chats.
    Private,
    /// With the main bot only.
    Main,
}

/// The kinds of event; each is an exported interface of the contract, `on-` and this name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EventKind {
    /// A message was sent.
    Message,
    /// A message was deleted for everyone.
    MessageDelete,
    /// A message's text was changed.
    MessageEdit,
    /// An emoji was put on a message or taken off.
    Reaction,
    /// People came into a group.
    GroupAdd,
    /// People left a group.
    GroupRemove,
    /// Something that the plugin scheduled itself is due.
    Schedule,
    /// A change of people that the plugin asked for with `group-admin` has been tried.
    GroupChange,
    /// Somebody votes in a poll that the plugin has sent.
    PollVote,
    /// Something has become of a bot of the host.
    Hosting,
}

impl EventKind {
    /// Whether the event has a message's content that text, link and media conditions can look at.
    pub fn has_content(self) -> bool {
        matches!(self, Self::Message | Self::MessageEdit)
    }
}

/// The kind of a chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChatKind {
    /// With one person.
    Private,
    /// A group.
    Group,
}

/// What a file in a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MediaKind {
    /// A picture.
    Image,
    /// A sticker.
    Sticker,
    /// A video.
    Video,
    /// A sound or voice message.
    Audio,
    /// Any other file.
    Document,
}

/// A set of limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LimitsClass {
    /// For compiled plugins: the common pool.
    #[default]
    Small,
    /// For a compiled plugin that computes, such as on pictures: the common pool, but more CPU and time for an event, when the
    /// operator grants it.
    Heavy,
    /// For a plugin that brings an interpreter along, such as JavaScript or Python: more memory, a pool of its own,
    /// only when the operator grants it.
    Script,
}

/// An import of the contract, by its interface's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Capability {
    /// Its own key-values, per bot.
    Kv,
    /// The chat that the event came from, and early effects.
    Chat,
    /// What the caller may use.
    Commands,
    /// Its own log.
    Log,
    /// The time.
    Clock,
    /// Files of messages.
    Media,
    /// Randomness.
    Random,
    /// What is known of the event's group.
    Groups,
    /// Changing the event's group.
    GroupAdmin,
    /// Its own settings.
    Settings,
    /// Events at a later time.
    Schedule,
    /// Servers on the internet.
    Http,
    /// What the bot knows of the event's people.
    Users,
    /// The event's chat as the bot has it, and switching it off there.
    Chats,
    /// Ending an event's round.
    Turns,
    /// Managing the bot.
    BotAdmin,
    /// Making and managing the host's bots.
    Hosting,
}

fn text_length() -> u32 {
    1024
}

fn least_number() -> i64 {
    i64::MIN
}

fn most_number() -> i64 {
    i64::MAX
}

fn general() -> String {
    "general".to_owned()
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
