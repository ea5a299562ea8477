//! What people write, and what a phone shows of it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::chat::MessageKey;
use crate::event::DeletedBy;

/// What kind of file a message carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MediaKind {
    /// A picture, shown in the chat.
    Image,
    /// A WebP picture without a bubble.
    Sticker,
    /// Any file, shown by its name.
    Document,
    /// A film.
    Video,
    /// A sound or a voice note.
    Audio,
}

/// A file in clear, as a person picks it; the phone encrypts it before it leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaFile {
    /// How it is shown.
    pub kind: MediaKind,
    /// File name; the protocol carries it for documents only.
    pub name: String,
    /// MIME type, such as `image/jpeg`.
    pub mime: String,
    /// The file itself.
    pub bytes: Vec<u8>,
}

/// What a person sends: a text, a file, or a file with a caption.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outgoing {
    /// The text, or the caption of `media`.
    pub text: Option<String>,
    /// A file to send along.
    pub media: Option<MediaFile>,
    /// The message that this one answers.
    pub quote: Option<MessageKey>,
    /// Phone numbers that are mentioned. The text names them as `@<number>`.
    pub mentions: Vec<String>,
    /// Whether `media` may be looked at once only.
    pub view_once: bool,
}

impl Outgoing {
    /// A plain text.
    pub fn text(text: impl Into<String>) -> Self {
        Self {
            text: Some(text.into()),
            ..Self::default()
        }
    }

    /// A file, with a caption unless that is empty.
    pub fn media(media: MediaFile, caption: impl Into<String>) -> Self {
        let caption = caption.into();
        Self {
            text: Some(caption).filter(|text| !text.is_empty()),
            media: Some(media),
            ..Self::default()
        }
    }
}

/// How far a message got with one of its receivers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ReceiptKind {
    /// It reached a device of the receiver.
    Delivered,
    /// The receiver read it.
    Read,
    /// The receiver played it (audio) or opened it (view once).
    Played,
}

/// A receipt that came for one's own message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Phone number of who received or read it.
    pub from: String,
    /// How far it got.
    pub kind: ReceiptKind,
}

/// What a message is, beside its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// Nothing but text.
    Text,
    /// A file; the message's text is its caption.
    Media {
        /// How it is shown.
        kind: MediaKind,
        /// MIME type as sent.
        mime: String,
        /// File name as sent; empty when the message has none.
        name: String,
        /// The file in clear; empty when the download failed, which `failed` then tells.
        bytes: Arc<[u8]>,
        /// Why the file could not be fetched or decrypted.
        failed: Option<String>,
        /// Whether it may be looked at once only.
        view_once: bool,
    },
    /// A poll; the message's text is its question.
    Poll {
        /// The answers to choose from.
        options: Vec<String>,
        /// How many may be chosen; 0 means any number.
        selectable: u32,
    },
    /// A line that WhatsApp itself writes into a chat, such as "bob was added".
    System(String),
    /// The phone could not decrypt it and asked the sender to send it again.
    Undecryptable,
    /// A kind of message that this simulator does not show; the name of its protobuf field.
    Other(String),
}

/// A message as the phone shows it now, after edits, reactions and deletion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenMessage {
    /// Names it.
    pub key: MessageKey,
    /// Whether this account sent it, from the phone or from a companion.
    pub from_me: bool,
    /// When it was sent, milliseconds since 1970 (simulator clock; the wire carries seconds).
    pub at_ms: i64,
    /// What it is.
    pub body: Body,
    /// The text or caption, as last edited. Empty once deleted.
    pub text: String,
    /// Whether it was edited.
    pub edited: bool,
    /// Who deleted it for everyone, if anyone did.
    pub deleted: Option<DeletedBy>,
    /// Number and emoji of each who reacted; one reaction a person.
    pub reactions: Vec<(String, String)>,
    /// The message that it answers.
    pub quote: Option<MessageKey>,
    /// Numbers that it mentions.
    pub mentions: Vec<String>,
    /// Receipts for it, when it is one's own; the furthest of each person.
    pub receipts: Vec<Receipt>,
}
