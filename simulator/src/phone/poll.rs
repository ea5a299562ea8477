//! Polls from the person's side: their secrets as they come, and votes.

use std::collections::HashMap;
use std::sync::{MutexGuard, PoisonError};

use waproto::whatsapp::Message;

use super::{Look, Phone, compose};
use crate::chat::MessageKey;
use crate::error::SendError;
use crate::message::Body;

impl Phone {
    /// Votes for these options of a poll, in place of what this person chose before; for none of them takes the vote back.
    ///
    /// # Errors
    /// When the message is no poll, has no such option or lets one choose fewer, or the vote cannot be sent.
    pub async fn vote(&self, key: &MessageKey, chosen: &[String]) -> Result<(), SendError> {
        self.check(&key.chat)?;
        let Body::Poll {
            options,
            selectable,
        } = self.known(key)?.body
        else {
            return Err(SendError::NoPoll(key.clone()));
        };
        if let Some(stranger) = chosen.iter().find(|option| !options.contains(option)) {
            return Err(SendError::NoSuchOption(stranger.clone()));
        }
        let most = match selectable {
            0 => options.len(),
            most => most as usize,
        };
        if chosen.len() > most {
            return Err(SendError::TooManyOptions(most));
        }
        let secret = self.secrets().get(key).cloned();
        let secret = secret.ok_or_else(|| SendError::NoPoll(key.clone()))?;
        let creator = self.person(&key.chat, &key.sender);
        let voter = self.person(&key.chat, self.number());
        let hashes: Vec<_> = chosen
            .iter()
            .map(|option| wacore::poll::compute_option_hash(option).to_vec())
            .collect();
        let sealed = wacore::poll::encrypt_poll_vote_with_secret(
            &hashes, &secret, &key.id, &creator, &voter,
        );
        let sealed = sealed.map_err(|error| SendError::Crypto {
            device: creator,
            reason: error.to_string(),
        })?;
        let at_ms = self.inner.server.clock.now_ms();
        let message = compose::vote_message(self.wire_key(key), sealed, at_ms);
        let look = Look {
            kind: "poll",
            media: None,
            edit: None,
        };
        self.submit(&key.chat, &Self::message_id(), message, look)
            .await
    }

    /// Remembers what votes in a poll that came are encrypted with.
    pub(super) fn note_poll(&self, key: MessageKey, message: &Message) {
        let context = message.message_context_info.as_option();
        if let Some(secret) = context.and_then(|context| context.message_secret.clone()) {
            self.secrets().insert(key, secret);
        }
    }

    fn secrets(&self) -> MutexGuard<'_, HashMap<MessageKey, Vec<u8>>> {
        self.inner
            .polls
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
