//! What a phone shows: its chats and the messages in them, each once.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::chat::{ChatId, MessageKey};
use crate::event::{ChatSummary, DeletedBy};
use crate::message::{Body, Receipt, ReceiptKind, SeenMessage};

/// The oldest messages of a chat beyond this are forgotten.
const PER_CHAT: usize = 5_000;

#[derive(Default)]
struct Chat {
    messages: Vec<SeenMessage>,
    unread: HashSet<MessageKey>,
    last_ms: i64,
}

/// All chats of one phone.
#[derive(Default)]
pub(crate) struct ChatLog {
    chats: BTreeMap<ChatId, Chat>,
    seen: HashMap<MessageKey, ()>,
    duplicates: Vec<MessageKey>,
}

/// What became of a message that was put into the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shown {
    /// It is shown for the first time.
    New,
    /// It takes the place of one that could not be read.
    Replaced,
    /// It was there already and is not shown again.
    Again,
}

impl ChatLog {
    /// Shows a message, unless it is shown already.
    pub(crate) fn show(&mut self, message: SeenMessage) -> Shown {
        let key = message.key.clone();
        let chat = self.chats.entry(key.chat.clone()).or_default();
        if self.seen.contains_key(&key) {
            let unreadable = chat
                .messages
                .iter_mut()
                .find(|known| known.key == key && known.body == Body::Undecryptable);
            return match unreadable {
                Some(known) if message.body != Body::Undecryptable => {
                    *known = message;
                    Shown::Replaced
                }
                Some(_) => Shown::Again,
                None => {
                    self.duplicates.push(key);
                    Shown::Again
                }
            };
        }
        self.seen.insert(key.clone(), ());
        if !message.from_me && !matches!(message.body, Body::System(_)) {
            chat.unread.insert(key);
        }
        chat.last_ms = message.at_ms;
        chat.messages.push(message);
        if chat.messages.len() > PER_CHAT {
            let forgotten = chat.messages.remove(0).key;
            chat.unread.remove(&forgotten);
            self.seen.remove(&forgotten);
        }
        Shown::New
    }

    /// Notes that a message came again on the wire without being decrypted again.
    pub(crate) fn note_duplicate(&mut self, key: MessageKey) {
        self.duplicates.push(key);
    }

    /// Whether the message is shown and readable.
    pub(crate) fn has_readable(&self, key: &MessageKey) -> bool {
        self.get(key)
            .is_some_and(|message| message.body != Body::Undecryptable)
    }

    pub(crate) fn duplicates(&self) -> Vec<MessageKey> {
        self.duplicates.clone()
    }

    pub(crate) fn get(&self, key: &MessageKey) -> Option<&SeenMessage> {
        self.chats
            .get(&key.chat)?
            .messages
            .iter()
            .rev()
            .find(|message| message.key == *key)
    }

    fn get_mut(&mut self, key: &MessageKey) -> Option<&mut SeenMessage> {
        self.chats
            .get_mut(&key.chat)?
            .messages
            .iter_mut()
            .rev()
            .find(|message| message.key == *key)
    }

    /// The message with this id in a chat, whoever sent it.
    pub(crate) fn find(&self, chat: &ChatId, id: &str) -> Option<&SeenMessage> {
        self.chats
            .get(chat)?
            .messages
            .iter()
            .rev()
            .find(|message| message.key.id == id)
    }

    pub(crate) fn messages(&self, chat: &ChatId) -> Vec<SeenMessage> {
        self.chats
            .get(chat)
            .map(|chat| chat.messages.clone())
            .unwrap_or_default()
    }

    /// Gives a message a new text. `false` when it is not there or was deleted.
    pub(crate) fn edit(&mut self, key: &MessageKey, text: &str) -> bool {
        let Some(message) = self
            .get_mut(key)
            .filter(|message| message.deleted.is_none())
        else {
            return false;
        };
        message.text = text.to_owned();
        message.edited = true;
        true
    }

    /// Deletes a message for everyone. `false` when it is not there or was deleted before.
    pub(crate) fn delete(&mut self, key: &MessageKey, by: DeletedBy) -> bool {
        let Some(message) = self
            .get_mut(key)
            .filter(|message| message.deleted.is_none())
        else {
            return false;
        };
        message.deleted = Some(by);
        message.text.clear();
        message.reactions.clear();
        true
    }

    /// Sets a person's reaction; an empty one is taken back.
    pub(crate) fn react(&mut self, key: &MessageKey, from: &str, emoji: &str) -> bool {
        let Some(message) = self.get_mut(key) else {
            return false;
        };
        message.reactions.retain(|(number, _)| number != from);
        if !emoji.is_empty() {
            message.reactions.push((from.to_owned(), emoji.to_owned()));
        }
        true
    }

    /// Notes a receipt for one's own message. `false` when it says nothing new.
    pub(crate) fn receipt(&mut self, key: &MessageKey, from: &str, kind: ReceiptKind) -> bool {
        let rank = |kind: ReceiptKind| match kind {
            ReceiptKind::Delivered => 0,
            ReceiptKind::Read => 1,
            ReceiptKind::Played => 2,
        };
        let Some(message) = self.get_mut(key) else {
            return false;
        };
        match message
            .receipts
            .iter_mut()
            .find(|receipt| receipt.from == from)
        {
            Some(known) if rank(known.kind) >= rank(kind) => false,
            Some(known) => {
                known.kind = kind;
                true
            }
            None => {
                message.receipts.push(Receipt {
                    from: from.to_owned(),
                    kind,
                });
                true
            }
        }
    }

    /// Takes the unread messages of a chat, which thereby are read.
    pub(crate) fn take_unread(&mut self, chat: &ChatId) -> Vec<MessageKey> {
        let Some(chat) = self.chats.get_mut(chat) else {
            return Vec::new();
        };
        let unread = std::mem::take(&mut chat.unread);
        chat.messages
            .iter()
            .filter(|message| unread.contains(&message.key))
            .map(|message| message.key.clone())
            .collect()
    }

    /// One of the account's devices read these.
    pub(crate) fn read_elsewhere(&mut self, chat: &ChatId, ids: &[String]) {
        if let Some(chat) = self.chats.get_mut(chat) {
            chat.unread.retain(|key| !ids.contains(&key.id));
        }
    }

    /// The list of chats, newest first; `title` names a chat.
    pub(crate) fn summaries(&self, title: impl Fn(&ChatId) -> String) -> Vec<ChatSummary> {
        let mut list: Vec<ChatSummary> = self
            .chats
            .iter()
            .map(|(id, chat)| ChatSummary {
                chat: id.clone(),
                title: title(id),
                last_text: chat.messages.last().map(line).unwrap_or_default(),
                last_ms: chat.last_ms,
                unread: chat.unread.len(),
            })
            .collect();
        list.sort_by_key(|summary| std::cmp::Reverse(summary.last_ms));
        list
    }
}

fn line(message: &SeenMessage) -> String {
    match &message.body {
        Body::System(text) => text.clone(),
        _ => message.text.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(id: &str, body: Body) -> SeenMessage {
        SeenMessage {
            key: MessageKey {
                chat: ChatId::direct("6280000000101"),
                sender: "6280000000101".into(),
                id: id.into(),
            },
            from_me: false,
            at_ms: 1,
            body,
            text: "hello".into(),
            edited: false,
            deleted: None,
            reactions: Vec::new(),
            quote: None,
            mentions: Vec::new(),
            receipts: Vec::new(),
        }
    }

    #[test]
    fn a_message_is_shown_once_and_its_second_coming_counted() {
        let mut log = ChatLog::default();
        let first = message("A1", Body::Text);
        assert_eq!(log.show(first.clone()), Shown::New);
        assert_eq!(log.show(first.clone()), Shown::Again);
        assert_eq!(log.messages(&first.key.chat).len(), 1);
        assert_eq!(log.duplicates(), vec![first.key]);
    }

    #[test]
    fn a_resent_message_takes_the_place_of_the_unreadable_one() {
        let mut log = ChatLog::default();
        assert_eq!(log.show(message("A1", Body::Undecryptable)), Shown::New);
        assert_eq!(log.show(message("A1", Body::Text)), Shown::Replaced);
        assert!(log.duplicates().is_empty());
        assert!(log.has_readable(&message("A1", Body::Text).key));
    }

    #[test]
    fn a_receipt_only_goes_forward() {
        let mut log = ChatLog::default();
        let key = message("A1", Body::Text).key;
        log.show(message("A1", Body::Text));
        assert!(log.receipt(&key, "6280000000102", ReceiptKind::Read));
        assert!(!log.receipt(&key, "6280000000102", ReceiptKind::Delivered));
        assert_eq!(log.get(&key).unwrap().receipts[0].kind, ReceiptKind::Read);
    }

    #[test]
    fn what_was_deleted_cannot_be_edited() {
        let mut log = ChatLog::default();
        let key = message("A1", Body::Text).key;
        log.show(message("A1", Body::Text));
        assert!(log.delete(&key, DeletedBy::Sender));
        assert!(!log.edit(&key, "other"));
        assert_eq!(log.get(&key).unwrap().text, "");
    }
}
