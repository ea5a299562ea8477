//! What it takes to run an event again exactly as it was: what went in, and every answer that the handler got.
//!
//! A component sees nothing but its event, its reads, the time and random numbers. With these written down, the same component
//! does the same again, on any machine. [`super::tape`] writes them down while an event runs, [`super::replay`] gives them back.

use std::collections::BTreeMap;
use std::sync::Arc;

use jadi_plugin_manifest::SettingValue;
use serde::{Deserialize, Serialize};

use super::context::{
    CommandFact, EventInput, FetchError, GroupSettingFact, HttpRequest, Invocation, PluginFact,
};
use super::grants::Grants;
use super::hosting::{HostingAnswer, HostingAsk};
use super::limits::EventLimits;
use jadi_model::clock::Millis;
use jadi_model::{
    Ban, Event, EventKind, GroupInfo, Jid, KeptMessage, KnownChat, KnownCounts, KnownUser, Message,
    Progress, Role,
};

/// One event as a handler met it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recording {
    /// What the handler was given.
    pub input: RecordedInput,
    /// What it might use.
    pub limits: EventLimits,
    /// The seed of its random numbers, 64 hexadecimal digits.
    #[serde(with = "hex_seed")]
    pub seed: [u8; 32],
    /// The times that it was told, in order.
    pub clock: Vec<Told>,
    /// What it read, in order.
    pub reads: Vec<Read>,
    /// Whether it read more than is written down here, so that a replay ends where the recording does.
    pub cut: bool,
}

/// A time that was told so many times in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// The time.
    pub at: Millis,
    /// How often.
    pub times: u64,
}

/// What a handler was given; an [`EventInput`] as it is kept. Handles to files are left out: they hold the files' keys, and no
/// handler sees them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each is the field of EventInput of that name")]
pub struct RecordedInput {
    pub event_id: String,
    pub event: Event,
    pub received_at: Millis,
    pub original: Option<KeptMessage>,
    pub role: Role,
    pub command: Option<Invocation>,
    pub language: String,
    pub prefixes: Vec<String>,
    pub bot_is_admin: bool,
    pub group: Option<GroupInfo>,
    pub own: Option<Jid>,
    pub bot_started_at: Millis,
    pub grants: Grants,
}

impl From<EventInput> for RecordedInput {
    fn from(input: EventInput) -> Self {
        let EventInput {
            event_id,
            event,
            received_at,
            original,
            role,
            command,
            language,
            prefixes,
            bot_is_admin,
            group,
            own,
            bot_started_at,
            grants,
        } = input;
        let mut event = Event::clone(&event);
        if let EventKind::Message(message) = &mut event.kind {
            forget_handles(message);
        }
        if let EventKind::GroupChange {
            asked: Some(asked), ..
        } = &mut event.kind
        {
            forget_handles(&mut asked.message);
        }
        if let EventKind::Hosting { step, .. } = &mut event.kind
            && !step.picture.is_empty()
        {
            // It is as good as a password for a moment; what a handler does with it depends on its being there only.
            step.picture = b"left out".to_vec();
        }
        let mut original = original.map(Arc::unwrap_or_clone);
        if let Some(original) = &mut original {
            forget_handles(&mut original.message);
        }
        let group = group.map(Arc::unwrap_or_clone);
        Self {
            event_id,
            event,
            received_at,
            original,
            role,
            command,
            language,
            prefixes,
            bot_is_admin,
            group,
            own,
            bot_started_at,
            grants,
        }
    }
}

impl From<RecordedInput> for EventInput {
    fn from(input: RecordedInput) -> Self {
        let RecordedInput {
            event_id,
            event,
            received_at,
            original,
            role,
            command,
            language,
            prefixes,
            bot_is_admin,
            group,
            own,
            bot_started_at,
            grants,
        } = input;
        Self {
            event_id,
            event: event.into(),
            received_at,
            original: original.map(Arc::new),
            role,
            command,
            language,
            prefixes,
            bot_is_admin,
            group: group.map(Arc::new),
            own,
            bot_started_at,
            grants,
        }
    }
}

/// Takes the handles off a message's file and off those that it answers.
fn forget_handles(message: &mut Message) {
    if let Some(media) = &mut message.media {
        media.handle.clear();
    }
    if let Some(quoted) = &mut message.quoted {
        forget_handles(&mut quoted.message);
    }
}

/// One read and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Read {
    /// What was asked.
    pub call: Call,
    /// The answer; none when there was none before the event ended.
    pub answer: Option<Answer>,
}

/// A question to the bot's data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "read", rename_all = "kebab-case")]
pub enum Call {
    /// The value under a key.
    KvGet {
        /// The key.
        key: String,
    },
    /// A page of keys.
    KvKeys {
        /// What they start with.
        prefix: String,
        /// The key that they come after.
        after: Option<String>,
        /// How many at most.
        limit: u32,
    },
    /// How much is kept.
    KvBytes,
    /// The value of a setting.
    Setting {
        /// Its name.
        name: String,
        /// Whether for the group.
        here: bool,
    },
    /// What is scheduled.
    Scheduled,
    /// What the sender may use.
    Commands,
    /// What a group has set of all plugins.
    GroupSettings,
    /// Somebody whom the bot has met.
    User {
        /// Who.
        person: Jid,
    },
    /// The event's chat.
    Chat,
    /// How much the bot knows.
    Counts,
    /// Who is banned.
    Bans,
    /// What is installed.
    Plugins,
    /// A file of the event's. Which one is not written down: that would be its key.
    Media {
        /// How many bytes at most.
        limit: u64,
    },
    /// A profile picture.
    Picture {
        /// Of whom.
        of: Jid,
        /// How many bytes at most.
        limit: u64,
    },
    /// The code of the group's invitation.
    InviteCode,
    /// A server's answer.
    Fetch {
        /// The request's method.
        method: String,
        /// Its address.
        url: String,
        /// Its headers.
        headers: Vec<(String, String)>,
        /// Its body.
        body: Option<Bytes>,
        /// How many bytes the answer may have.
        most: u64,
    },
    /// About the host's bots.
    Hosting {
        /// What.
        ask: HostingAsk,
    },
    /// The early effect.
    Progress {
        /// What was shown.
        shown: Progress,
    },
}

impl From<&HttpRequest> for Call {
    fn from(request: &HttpRequest) -> Self {
        Self::Fetch {
            method: request.method.to_owned(),
            url: request.url.clone(),
            headers: request.headers.clone(),
            body: request.body.clone().map(Bytes),
            most: request.most,
        }
    }
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// To [`Call::KvGet`].
    Value(Option<Bytes>),
    /// To [`Call::KvKeys`].
    Keys(Vec<String>),
    /// To [`Call::KvBytes`].
    Size(u64),
    /// To [`Call::Setting`].
    Setting(Option<SettingValue>),
    /// To [`Call::Scheduled`].
    Scheduled(BTreeMap<String, Millis>),
    /// To [`Call::Commands`].
    Commands(Vec<CommandFact>),
    /// To [`Call::GroupSettings`].
    GroupSettings(Vec<GroupSettingFact>),
    /// To [`Call::User`].
    User(Option<KnownUser>),
    /// To [`Call::Chat`].
    Chat(Option<KnownChat>),
    /// To [`Call::Counts`].
    Counts(KnownCounts),
    /// To [`Call::Bans`].
    Bans(Vec<Ban>),
    /// To [`Call::Plugins`].
    Plugins(Vec<PluginFact>),
    /// To [`Call::Media`] and [`Call::Picture`].
    File(Bytes),
    /// To the same: it is kept no more, or there is none.
    FileGone,
    /// To the same: it is larger than was allowed.
    FileTooLarge,
    /// To [`Call::InviteCode`].
    InviteCode(Option<String>),
    /// To [`Call::Fetch`].
    Response {
        /// The status.
        status: u16,
        /// The headers.
        headers: Vec<(String, String)>,
        /// The body.
        body: Bytes,
    },
    /// To [`Call::Fetch`]: none came.
    NoResponse(FetchError),
    /// To [`Call::Hosting`].
    Hosting(Box<HostingAnswer>),
    /// To [`Call::Progress`].
    Shown,
    /// It could not be served.
    Failed(String),
}

/// About what a fact's texts take, bytes.
const LINE: usize = 256;

impl Answer {
    /// About how many bytes it takes.
    pub(super) fn weight(&self) -> usize {
        match self {
            Self::Value(value) => value.as_ref().map_or(0, |value| value.0.len()),
            Self::Keys(keys) => keys.iter().map(String::len).sum(),
            Self::Commands(facts) => facts.len().saturating_mul(size_of::<CommandFact>()),
            Self::GroupSettings(facts) => {
                let weight = size_of::<GroupSettingFact>().saturating_add(LINE);
                facts.len().saturating_mul(weight)
            }
            Self::Plugins(facts) => facts
                .iter()
                .map(|fact| fact.settings.len().saturating_add(1))
                .sum::<usize>()
                .saturating_mul(size_of::<PluginFact>().saturating_add(LINE)),
            Self::Bans(bans) => bans.len().saturating_mul(size_of::<Ban>()),
            Self::User(_) | Self::Chat(_) | Self::Counts(_) => size_of::<KnownUser>(),
            Self::Setting(Some(SettingValue::Text(text))) => text.len(),
            Self::Scheduled(names) => names.keys().map(|name| name.len().saturating_add(8)).sum(),
            Self::InviteCode(code) => code.as_ref().map_or(0, String::len),
            Self::File(bytes) => bytes.0.len(),
            Self::Response { headers, body, .. } => headers
                .iter()
                .map(|(name, value)| name.len().saturating_add(value.len()))
                .sum::<usize>()
                .saturating_add(body.0.len()),
            Self::Hosting(answer) => answer.weight(),
            Self::Size(_)
            | Self::Setting(_)
            | Self::FileGone
            | Self::FileTooLarge
            | Self::NoResponse(_)
            | Self::Shown => 8,
            Self::Failed(message) => message.len(),
        }
    }
}

/// Bytes that stand in a file as text when they are text that people read, in hexadecimal digits otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Spelled", into = "Spelled")]
pub struct Bytes(pub Vec<u8>);

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Spelled {
    Text(String),
    Hex(String),
}

impl From<Bytes> for Spelled {
    fn from(Bytes(bytes): Bytes) -> Self {
        let readable = |c: char| !c.is_control() || matches!(c, '\n' | '\t');
        match std::str::from_utf8(&bytes) {
            Ok(text) if text.chars().all(readable) => Self::Text(text.to_owned()),
            _ => Self::Hex(hex::encode(bytes)),
        }
    }
}

impl TryFrom<Spelled> for Bytes {
    type Error = hex::FromHexError;

    fn try_from(spelled: Spelled) -> Result<Self, Self::Error> {
        match spelled {
            Spelled::Text(text) => Ok(Self(text.into_bytes())),
            Spelled::Hex(digits) => hex::decode(digits).map(Self),
        }
    }
}

/// A seed as digits.
mod hex_seed {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(
        seed: &[u8; 32],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(seed))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<[u8; 32], D::Error> {
        let digits = String::deserialize(deserializer)?;
        let mut seed = [0; 32];
        hex::decode_to_slice(digits, &mut seed).map_err(D::Error::custom)?;
        Ok(seed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::support::input;
    use jadi_model::{Media, MediaKind, Quoted};

    fn file() -> Option<Media> {
        Some(Media {
            kind: MediaKind::Image,
            mime: "image/png".to_owned(),
            bytes: 1,
            file_name: None,
            handle: b"the key of a file".to_vec(),
        })
    }

    #[test]
    fn no_key_of_a_file_is_kept() {
        let mut input = input();
        let mut event = Event::clone(&input.event);
        let EventKind::Message(message) = &mut event.kind else {
            panic!("a message");
        };
        message.media = file();
        message.quoted = Some(Quoted {
            id: "3EB0AA".parse().expect("an id"),
            author: event.sender.jid.clone(),
            message: Box::new(Message {
                media: file(),
                ..Message::default()
            }),
        });
        input.event = event.into();
        let kept = RecordedInput::from(input);
        let EventKind::Message(message) = &kept.event.kind else {
            panic!("a message");
        };
        let handle = |message: &Message| message.media.as_ref().expect("a file").handle.clone();
        assert!(handle(message).is_empty());
        assert!(handle(&message.quoted.as_ref().expect("an answer").message).is_empty());
    }

    #[test]
    fn bytes_stand_as_text_where_they_are_text() {
        for (bytes, json) in [
            (b"hello".to_vec(), r#"{"text":"hello"}"#),
            (vec![0xff, 1], r#"{"hex":"ff01"}"#),
            (b"\x1b[2J".to_vec(), r#"{"hex":"1b5b324a"}"#),
        ] {
            let bytes = Bytes(bytes);
            assert_eq!(serde_json::to_string(&bytes).expect("JSON"), json);
            assert_eq!(serde_json::from_str::<Bytes>(json).expect("bytes"), bytes);
        }
        serde_json::from_str::<Bytes>(r#"{"hex":"f"}"#).expect_err("half a byte");
    }
}
