//! What happened, as a handler may see it: already decrypted, folded to one address per person, of one bot.

use serde::{Deserialize, Serialize};

use super::{HostingStep, Jid, MessageId, PeopleChange, PersonChanged};
use crate::clock::Millis;

/// What makes an event unique within a bot: WhatsApp redelivers, so the inbox keeps the first of each key.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct EventKey {
    /// Where it happened.
    pub chat: Jid,
    /// Whose message or notification it is.
    pub sender: Jid,
    /// The stanza's id, unique within chat and sender.
    pub id: MessageId,
}

/// One event of one bot. Which bot is not in it: the inbox that holds it belongs to one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Its identity for deduplication.
    pub key: EventKey,
    /// When it happened, by WhatsApp's clock.
    pub at: Millis,
    /// The chat it happened in.
    pub chat: Chat,
    /// Who did it.
    pub sender: Person,
    /// What it is.
    pub kind: EventKind,
}

/// The kinds of event, each with what only it has.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum EventKind {
    /// A message was sent.
    Message(Message),
    /// A message's text was changed by its sender.
    MessageEdit {
        /// The edited message.
        target: MessageId,
        /// The new text.
        text: String,
    },
    /// A message was deleted for everyone, by its sender or by an admin.
    MessageDelete {
        /// The deleted message.
        target: MessageId,
        /// Who wrote the deleted message; the event's sender is who deleted it.
        author: Person,
    },
    /// An emoji was put on a message or, when empty, taken off.
    Reaction {
        /// The message reacted to.
        target: MessageId,
        /// The emoji; empty when taken off.
        emoji: String,
    },
    /// People came into a group.
    GroupAdd {
        /// Who came; the event's sender is who added them, or who joined by link.
        people: Vec<Person>,
    },
    /// People left a group or were removed.
    GroupRemove {
        /// Who went; the event's sender is who removed them, or who left.
        people: Vec<Person>,
    },
    /// Something that a plugin scheduled is due; the event's sender is who caused that it was scheduled.
    Due {
        /// Whose it is.
        plugin: String,
        /// Its name within plugin and chat.
        name: String,
        /// For which time it was scheduled.
        at: Millis,
        /// What was given along.
        #[serde(with = "super::base64_bytes")]
        payload: Vec<u8>,
    },
    /// A change of a group's people that a plugin asked for has been tried; the event's sender is who caused that.
    GroupChange {
        /// Whose it is.
        plugin: String,
        /// What was to be done.
        change: PeopleChange,
        /// What has become of each.
        people: Vec<PersonChanged>,
        /// The message that the plugin was handling when it asked.
        asked: Option<Box<KeptMessage>>,
    },
    /// A vote in a poll that a plugin has sent; the event's sender is who votes.
    PollVote {
        /// Whose poll it is.
        plugin: String,
        /// Its name, as the plugin knows it.
        name: String,
        /// The poll's message.
        poll: MessageId,
        /// What they have chosen now; nothing takes their vote back.
        chosen: Vec<String>,
    },
    /// Something has become of a bot of this host; the event's sender is whom it concerns.
    Hosting {
        /// The plugin that is told; all that want to know when none is named.
        plugin: Option<String>,
        /// What has become of it.
        step: HostingStep,
    },
}

/// A chat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chat {
    /// Its address: the group's, or the other person's folded one.
    pub jid: Jid,
    /// Group or private.
    pub kind: ChatKind,
}

/// Group or private.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChatKind {
    /// A chat with one person.
    Private,
    /// A group.
    Group,
}

/// A person, under one address: the number's when it is known, else the LID.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The one address that data about this person is kept under.
    pub jid: Jid,
    /// Their linked identity, when known and not `jid` itself.
    pub lid: Option<Jid>,
    /// The name they gave themselves; may be empty.
    pub name: String,
}

/// A message's content.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Message {
    /// Text or caption; empty when there is none.
    pub text: String,
    /// The file that came with it.
    pub media: Option<Media>,
    /// The message it answers.
    pub quoted: Option<Quoted>,
    /// Who is mentioned in the text.
    pub mentions: Vec<Jid>,
    /// Whether it is to be seen once only.
    pub view_once: bool,
    /// Whether the bot's own account wrote it, on the phone or on another device.
    pub from_me: bool,
    /// Whether it waited at the server while the bot was away.
    pub offline: bool,
    /// Whether a linked device wrote it, such as a computer's or a bot's, and not the phone itself.
    #[serde(default)]
    pub by_companion: bool,
}

/// Without the text, since debug output ends in logs.
impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Message")
            .field("text_bytes", &self.text.len())
            .field("media", &self.media.as_ref().map(|media| media.kind))
            .field("quoted", &self.quoted.is_some())
            .field("from_me", &self.from_me)
            .field("offline", &self.offline)
            .finish_non_exhaustive()
    }
}

/// What a file in a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MediaKind {
    /// A picture.
    Image,
    /// A sticker, WebP.
    Sticker,
    /// A video or GIF.
    Video,
    /// A sound or voice message.
    Audio,
    /// Any other file.
    Document,
}

/// A file in a message: what is known before it is downloaded.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Media {
    /// What it is.
    pub kind: MediaKind,
    /// Its MIME type as the sender gave it.
    pub mime: String,
    /// Its size in bytes as the sender gave it.
    pub bytes: u64,
    /// A document's file name.
    pub file_name: Option<String>,
    /// What the WhatsApp room needs to download it; opaque everywhere else.
    #[serde(with = "super::base64_bytes")]
    pub handle: Vec<u8>,
}

/// Without the handle: it holds the file's key.
impl std::fmt::Debug for Media {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Media")
            .field("kind", &self.kind)
            .field("mime", &self.mime)
            .field("bytes", &self.bytes)
            .finish_non_exhaustive()
    }
}

/// The message that another one answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Quoted {
    /// Its id.
    pub id: MessageId,
    /// Who wrote it.
    pub author: Jid,
    /// Its content as the answering client quoted it.
    pub message: Box<Message>,
}

/// A message that the host still has, when a later event is about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KeptMessage {
    /// Its id.
    pub id: MessageId,
    /// Who wrote it.
    pub author: Person,
    /// When it was sent, by WhatsApp's clock.
    pub at: Millis,
    /// Its content.
    pub message: Message,
}
