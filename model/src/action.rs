//! What a handler asks for, as dispatch commits it and the WhatsApp room carries it out.

use serde::{Deserialize, Serialize};

use super::{GroupChange, HostingOrder, Jid, MediaKind, MessageId, Person};
use crate::clock::Millis;

/// One thing to be done on WhatsApp for one bot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "kebab-case")]
pub enum Action {
    /// Send a message.
    Send(SendMessage),
    /// Put an emoji on a message; an empty one takes it off.
    React {
        /// The message.
        target: MessageRef,
        /// The emoji; empty takes it off.
        emoji: String,
    },
    /// Replace the text of a message of the bot's own.
    Edit {
        /// The chat it stands in.
        chat: Jid,
        /// The bot's own message.
        target: MessageId,
        /// The new text.
        text: String,
    },
    /// Delete a message for everyone: the bot's own, or as group admin another's.
    Delete {
        /// The message.
        target: MessageRef,
    },
    /// Change a group.
    Group {
        /// Which one.
        group: Jid,
        /// How.
        change: GroupChange,
        /// Who is told what has become of it; nobody when the plugin does not want to know.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        asker: Option<Box<GroupAsker>>,
    },
    /// Do something with the bots of this host. Not for WhatsApp.
    Hosting {
        /// The chat that it was asked for in.
        chat: Jid,
        /// What to do.
        order: Box<HostingOrder>,
    },
    /// Change the bot itself: done by the host, in its turn among the other actions of the chat.
    Bot {
        /// The chat that it was asked for in.
        chat: Jid,
        /// How.
        change: BotChange,
    },
}

/// Who asked for a change of a group, and is told what has become of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GroupAsker {
    /// The plugin.
    pub plugin: String,
    /// Who caused that it asked.
    pub person: Person,
    /// Their message that it was handling.
    pub message: Option<AskingMessage>,
}

/// A message that a plugin was handling when it asked for something, as far as that is needed to point at it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskingMessage {
    /// Its id.
    pub id: MessageId,
    /// When it was sent, by WhatsApp's clock.
    pub at: Millis,
    /// Its text.
    pub text: String,
}

/// Without the text, since debug output ends in logs.
impl std::fmt::Debug for AskingMessage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AskingMessage")
            .field("id", &self.id)
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}

/// A change of the bot that the action is of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "kebab-case")]
pub enum BotChange {
    /// Enables or disables a plugin.
    Plugin {
        /// Its name.
        name: String,
        /// Whether it is to serve the bot.
        enabled: bool,
    },
}

impl Action {
    /// The chat that it happens in.
    pub fn chat(&self) -> &Jid {
        match self {
            Self::Send(message) => &message.chat,
            Self::React { target, .. } | Self::Delete { target } => &target.chat,
            Self::Edit { chat, .. } | Self::Bot { chat, .. } | Self::Hosting { chat, .. } => chat,
            Self::Group { group, .. } => group,
        }
    }
}

/// A message to send.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct SendMessage {
    /// Where to.
    pub chat: Jid,
    /// Text, or the media's caption; may be empty with media only.
    pub text: String,
    /// A file.
    pub media: Option<MediaOut>,
    /// The message it answers.
    pub quote: Option<MessageRef>,
    /// Who is mentioned.
    pub mentions: Vec<Jid>,
    /// What makes it a poll, whose question is the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub poll: Option<Box<Poll>>,
}

/// A poll to send, and as it is remembered while people vote.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Poll {
    /// The plugin that sends it and is told of votes.
    pub plugin: String,
    /// Its name, as the plugin knows it.
    pub name: String,
    /// What may be chosen, each another one.
    pub options: Vec<String>,
    /// Whether one person may choose several.
    pub several: bool,
    /// What votes in it are encrypted with, 32 bytes.
    #[serde(with = "super::base64_bytes")]
    pub secret: Vec<u8>,
}

/// Without secret and options, since debug output ends in logs.
impl std::fmt::Debug for Poll {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Poll")
            .field("plugin", &self.plugin)
            .field("options", &self.options.len())
            .finish_non_exhaustive()
    }
}

/// Without the text, since debug output ends in logs.
impl std::fmt::Debug for SendMessage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SendMessage")
            .field("chat", &self.chat)
            .field("text_bytes", &self.text.len())
            .field("media", &self.media.as_ref().map(|media| media.kind))
            .field("quote", &self.quote.is_some())
            .finish_non_exhaustive()
    }
}

/// A file to send.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct MediaOut {
    /// What to send it as.
    pub kind: MediaKind,
    /// Its MIME type.
    pub mime: String,
    /// A document's file name.
    pub file_name: Option<String>,
    /// Where its content is.
    pub content: MediaContent,
}

/// Where a file's content is.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MediaContent {
    /// Here.
    Bytes(#[serde(with = "super::base64_bytes")] Vec<u8>),
    /// At WhatsApp already: the handle of the message that brought it.
    Kept(#[serde(with = "super::base64_bytes")] Vec<u8>),
}

/// Without the content.
impl std::fmt::Debug for MediaOut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MediaOut")
            .field("kind", &self.kind)
            .field("mime", &self.mime)
            .finish_non_exhaustive()
    }
}

/// Points at a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageRef {
    /// The chat it stands in.
    pub chat: Jid,
    /// Who wrote it.
    pub author: Jid,
    /// Whether the bot's own account wrote it.
    pub from_me: bool,
    /// Its id.
    pub id: MessageId,
}

/// An action on its way out, with the id that it keeps on every attempt: a resend after a crash is not seen twice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outgoing {
    /// The id of the message that carries it.
    pub id: MessageId,
    /// What to do.
    pub action: Action,
}

/// The one early effect of a long command, before the handler returns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "progress", rename_all = "kebab-case")]
pub enum Progress {
    /// Put an emoji on the message that asked.
    React {
        /// The message that asked.
        target: MessageRef,
        /// The emoji.
        emoji: String,
    },
    /// Show "typing…" in the chat.
    Typing {
        /// The chat.
        chat: Jid,
    },
}
