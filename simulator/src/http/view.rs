//! How phones, messages and events look as JSON.

use std::collections::HashMap;

use serde::Serialize;

use crate::chat::{ChatId, MessageKey};
use crate::event::{DeletedBy, DeviceIndex, GroupNotice, LinkedDevice, PhoneEvent};
use crate::message::{Body, MediaKind, Receipt, ReceiptKind, SeenMessage};
use crate::{Phone, Simulator};

/// A person with a phone.
#[derive(Debug, Serialize)]
pub(super) struct PhoneView {
    name: String,
    number: String,
    jid: String,
    lid: String,
    online: bool,
    /// Unread messages in all chats.
    unread: usize,
    devices: Vec<LinkedDevice>,
}

impl PhoneView {
    pub(super) fn of(phone: &Phone) -> Self {
        Self {
            name: phone.name().to_owned(),
            number: phone.number().to_owned(),
            jid: phone.jid(),
            lid: phone.lid(),
            online: phone.is_online(),
            unread: phone.chats().iter().map(|chat| chat.unread).sum(),
            devices: phone.linked_devices(),
        }
    }
}

/// How far one's own message got: the ticks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Ticks {
    Sent,
    Delivered,
    Read,
}

/// A message as a phone shows it.
#[derive(Debug, Serialize)]
pub(super) struct MessageView {
    chat: ChatId,
    sender: String,
    id: String,
    from_me: bool,
    at_ms: i64,
    kind: &'static str,
    text: String,
    edited: bool,
    deleted: Option<DeletedBy>,
    reactions: Vec<ReactionView>,
    quote: Option<QuoteView>,
    mentions: Vec<String>,
    receipts: Vec<Receipt>,
    status: Ticks,
    #[serde(skip_serializing_if = "Option::is_none")]
    media: Option<MediaView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    poll: Option<PollView>,
    /// The line that WhatsApp itself wrote.
    #[serde(skip_serializing_if = "Option::is_none")]
    system: Option<String>,
    /// The protobuf field of a kind that is not shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    other: Option<String>,
}

#[derive(Debug, Serialize)]
struct ReactionView {
    from: String,
    emoji: String,
}

#[derive(Debug, Serialize)]
struct QuoteView {
    sender: String,
    id: String,
}

#[derive(Debug, Serialize)]
struct MediaView {
    kind: MediaKind,
    mime: String,
    name: String,
    /// In bytes.
    size: usize,
    /// Where the file in clear can be fetched.
    url: String,
    failed: Option<String>,
    view_once: bool,
}

#[derive(Debug, Serialize)]
struct PollView {
    options: Vec<String>,
    selectable: u32,
}

/// Makes views of the messages of one phone. It asks for each group's size once.
pub(super) struct Viewer<'a> {
    sim: &'a Simulator,
    phone: &'a Phone,
    others: HashMap<String, usize>,
}

impl<'a> Viewer<'a> {
    pub(super) fn new(sim: &'a Simulator, phone: &'a Phone) -> Self {
        Self {
            sim,
            phone,
            others: HashMap::new(),
        }
    }

    pub(super) fn view(&mut self, message: SeenMessage) -> MessageView {
        let receivers = self.receivers(&message.key.chat);
        let mut view = MessageView {
            kind: "text",
            status: ticks(&message.receipts, receivers),
            media: None,
            poll: None,
            system: None,
            other: None,
            chat: message.key.chat.clone(),
            sender: message.key.sender.clone(),
            id: message.key.id.clone(),
            from_me: message.from_me,
            at_ms: message.at_ms,
            text: message.text,
            edited: message.edited,
            deleted: message.deleted,
            reactions: message
                .reactions
                .into_iter()
                .map(|(from, emoji)| ReactionView { from, emoji })
                .collect(),
            quote: message.quote.map(|key| QuoteView {
                sender: key.sender,
                id: key.id,
            }),
            mentions: message.mentions,
            receipts: message.receipts,
        };
        match message.body {
            Body::Text => {}
            Body::Media {
                kind,
                mime,
                name,
                bytes,
                failed,
                view_once,
            } => {
                view.kind = kind_name(kind);
                view.media = Some(MediaView {
                    kind,
                    mime,
                    name,
                    size: bytes.len(),
                    url: media_url(self.phone.name(), &message.key),
                    failed,
                    view_once,
                });
            }
            Body::Poll {
                options,
                selectable,
            } => {
                view.kind = "poll";
                view.poll = Some(PollView {
                    options,
                    selectable,
                });
            }
            Body::System(line) => {
                view.kind = "system";
                view.system = Some(line);
            }
            Body::Undecryptable => view.kind = "undecryptable",
            Body::Other(field) => {
                view.kind = "other";
                view.other = Some(field);
            }
        }
        view
    }

    /// How many people a message in this chat is for.
    fn receivers(&mut self, chat: &ChatId) -> usize {
        match chat {
            ChatId::Direct(_) => 1,
            ChatId::Group(jid) => *self.others.entry(jid.clone()).or_insert_with(|| {
                let me = self.phone.number();
                self.sim.group(jid).map_or(1, |group| {
                    let others = group.members.iter().filter(|one| one.number != me);
                    others.count()
                })
            }),
        }
    }
}

/// Two ticks once everybody has it, blue ones once everybody has read it.
fn ticks(receipts: &[Receipt], receivers: usize) -> Ticks {
    let read = receipts
        .iter()
        .filter(|receipt| receipt.kind != ReceiptKind::Delivered)
        .count();
    if receivers > 0 && read >= receivers {
        Ticks::Read
    } else if receivers > 0 && receipts.len() >= receivers {
        Ticks::Delivered
    } else {
        Ticks::Sent
    }
}

fn kind_name(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Image => "image",
        MediaKind::Sticker => "sticker",
        MediaKind::Document => "document",
        MediaKind::Video => "video",
        MediaKind::Audio => "audio",
    }
}

fn media_url(phone: &str, key: &MessageKey) -> String {
    let phone = percent_encoded(phone);
    let chat = percent_encoded(&key.chat.to_string());
    let (sender, id) = (percent_encoded(&key.sender), percent_encoded(&key.id));
    format!("/api/phones/{phone}/chats/{chat}/messages/{sender}/{id}/media")
}

/// `text` as one segment of a path.
fn percent_encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// What happened on a phone. What concerns a message carries the message as it is now.
#[derive(Debug, Serialize)]
pub(super) struct EventView {
    phone: String,
    #[serde(flatten)]
    what: What,
}

#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
enum What {
    Message {
        message: MessageView,
    },
    Edited {
        message: Option<MessageView>,
    },
    Deleted {
        message: Option<MessageView>,
    },
    Reaction {
        from: String,
        emoji: String,
        message: Option<MessageView>,
    },
    Receipt {
        from: String,
        kind: ReceiptKind,
        message: Option<MessageView>,
    },
    Group {
        chat: String,
        by: String,
        change: GroupNotice,
    },
    Typing {
        chat: ChatId,
        from: String,
        typing: bool,
    },
    DeviceLinked {
        device: DeviceIndex,
    },
    DeviceUnlinked {
        device: DeviceIndex,
    },
}

impl EventView {
    pub(super) fn of(sim: &Simulator, phone: &Phone, event: PhoneEvent) -> Self {
        let mut viewer = Viewer::new(sim, phone);
        let mut now = |key: &MessageKey| {
            let messages = phone.messages(&key.chat);
            let message = messages.into_iter().find(|message| message.key == *key)?;
            Some(viewer.view(message))
        };
        let what = match event {
            PhoneEvent::Message(message) => What::Message {
                message: Viewer::new(sim, phone).view(message),
            },
            PhoneEvent::Edited { key, .. } => What::Edited { message: now(&key) },
            PhoneEvent::Deleted { key, .. } => What::Deleted { message: now(&key) },
            PhoneEvent::Reaction { key, from, emoji } => What::Reaction {
                from,
                emoji,
                message: now(&key),
            },
            PhoneEvent::Receipt { key, from, kind } => What::Receipt {
                from,
                kind,
                message: now(&key),
            },
            PhoneEvent::Group { group, by, what } => What::Group {
                chat: group,
                by,
                change: what,
            },
            PhoneEvent::Typing { chat, from, typing } => What::Typing { chat, from, typing },
            PhoneEvent::DeviceLinked(device) => What::DeviceLinked { device },
            PhoneEvent::DeviceUnlinked(device) => What::DeviceUnlinked { device },
        };
        Self {
            phone: phone.name().to_owned(),
            what,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn receipt(from: &str, kind: ReceiptKind) -> Receipt {
        Receipt {
            from: from.to_owned(),
            kind,
        }
    }

    #[test]
    fn ticks_wait_for_everybody() {
        let bob = receipt("6280000000102", ReceiptKind::Read);
        let carol = receipt("6280000000103", ReceiptKind::Delivered);
        assert_eq!(ticks(&[], 2), Ticks::Sent);
        assert_eq!(ticks(std::slice::from_ref(&bob), 2), Ticks::Sent);
        assert_eq!(ticks(&[bob.clone(), carol], 2), Ticks::Delivered);
        assert_eq!(ticks(&[bob], 1), Ticks::Read);
        assert_eq!(ticks(&[], 0), Ticks::Sent);
    }

    #[test]
    fn a_name_cannot_leave_its_segment_of_the_path() {
        assert_eq!(percent_encoded("a/b?é"), "a%2Fb%3F%C3%A9");
    }
}
