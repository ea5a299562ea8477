//! The latest messages that came in, kept in memory for one purpose: an answer that quotes one must carry its content,
//! since phones show the quote from the answer and not from their own store.
//!
//! Bounded in messages and in text; nothing is written anywhere. After a restart a late answer quotes without a preview.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use whatsapp_rust::prelude::{MessageBuilderExt, MessageExt, wa};

use crate::model::{EventKey, Jid, MessageId};

/// How many messages of a session are kept.
const KEPT: usize = 64;
/// How many characters of a text are quoted; a phone shows less.
const QUOTED_CHARS: usize = 300;

/// One session's latest messages.
#[derive(Default)]
pub(super) struct Recent {
    messages: Mutex<VecDeque<(Jid, MessageId, Box<wa::Message>)>>,
}

impl Recent {
    /// Keeps what a quote of this message needs.
    pub(super) fn note(&self, key: &EventKey, message: &wa::Message) {
        let base = message.get_base_message();
        let preview = match base.text_content().or_else(|| base.get_caption()) {
            Some(text) => Box::new(wa::Message::text(
                text.chars().take(QUOTED_CHARS).collect::<String>(),
            )),
            None => return,
        };
        let mut messages = self.messages.lock().unwrap_or_else(PoisonError::into_inner);
        messages.push_back((key.chat.clone(), key.id.clone(), preview));
        while messages.len() > KEPT {
            messages.pop_front();
        }
    }

    /// What to put into a quote of this message; an empty text when it is not known any more.
    pub(super) fn preview(&self, chat: &Jid, id: &MessageId) -> Box<wa::Message> {
        let messages = self.messages.lock().unwrap_or_else(PoisonError::into_inner);
        messages
            .iter()
            .rev()
            .find(|(in_chat, with_id, _)| in_chat == chat && with_id == id)
            .map_or_else(
                || Box::new(wa::Message::text("")),
                |(_, _, message)| message.clone(),
            )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(number: usize) -> EventKey {
        EventKey {
            chat: "6280000000101@s.whatsapp.net".parse().expect("jid"),
            sender: "6280000000101@s.whatsapp.net".parse().expect("jid"),
            id: format!("ID{number}").parse().expect("id"),
        }
    }

    #[test]
    fn the_newest_messages_can_be_quoted_and_old_ones_are_let_go() {
        let recent = Recent::default();
        for number in 0..KEPT + 1 {
            recent.note(&key(number), &wa::Message::text(format!("text {number}")));
        }
        let preview = |number| {
            let key = key(number);
            recent.preview(&key.chat, &key.id).conversation
        };
        assert_eq!(preview(KEPT).as_deref(), Some("text 64"));
        assert_eq!(preview(1).as_deref(), Some("text 1"));
        assert_eq!(preview(0).as_deref(), Some(""));
    }

    #[test]
    fn a_long_text_is_cut() {
        let recent = Recent::default();
        recent.note(&key(1), &wa::Message::text("ñ".repeat(1000)));
        let quoted = recent.preview(&key(1).chat, &key(1).id).conversation;
        assert_eq!(quoted.expect("a text").chars().count(), QUOTED_CHARS);
    }
}
