//! When a message cannot be read: asking its sender again, and sending again what a receiver asks for.
//!
//! A retry receipt carries fresh keys, so that the sender can begin a new session instead of trusting the broken one.

use wacore::messages::{MessageUtils, wrap_device_sent};
use wacore_binary::{Node, NodeContent};
use waproto::whatsapp::message::SenderKeyDistributionMessage;

use super::receive::Envelope;
use super::seal::enc;
use super::{Crypto, Phone, Sent};
use crate::chat::ChatId;
use crate::server::iq::keys::prekey_bundle;
use crate::server::world::Who;
use crate::wire::stanza::{StanzaExt as _, node};

/// A message that came unreadable so often is given up, as clients do.
const MAX_RETRIES: u32 = 5;

impl Phone {
    /// Asks the sending device for a message that could not be read.
    pub(super) async fn ask_again(&self, envelope: &Envelope) {
        let mut crypto = self.inner.crypto.lock().await;
        let count = crypto.retries.entry(envelope.key()).or_default();
        *count += 1;
        let count = *count;
        let mut receipt = node("receipt")
            .attr("to", envelope.from.clone())
            .attr("id", envelope.id.as_str())
            .attr("type", "retry")
            .build();
        if let Some(participant) = &envelope.participant {
            receipt.set("participant", participant.clone());
        }
        if let Some(recipient) = &envelope.recipient {
            receipt.set("recipient", recipient.clone());
        }
        if count > MAX_RETRIES {
            // Given up: the server shall not deliver it for ever.
            receipt.attrs.0.retain(|(key, _)| key != "type");
            drop(crypto);
            self.inner.server.accept(&self.inner.who, receipt);
            return;
        }
        let retry = node("retry")
            .attr("v", "1")
            .attr("count", count)
            .attr("id", envelope.id.as_str())
            .attr("t", envelope.at_ms / 1000)
            .build();
        let keys = match crypto.signal.retry_keys().await {
            Ok(keys) => keys,
            Err(error) => {
                tracing::warn!(%error, "a phone has no keys for a retry receipt");
                return;
            }
        };
        drop(crypto);
        receipt.content = Some(NodeContent::Nodes(
            [retry].into_iter().chain(keys).collect(),
        ));
        self.inner.server.accept(&self.inner.who, receipt);
    }

    /// Sends a message again to the one device that asked for it.
    pub(super) async fn send_again(&self, receipt: &Node) {
        let id = receipt.attr_str("id");
        let sent = {
            let book = self
                .inner
                .sent
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner);
            book.iter().rev().find(|sent| sent.id == id).cloned()
        };
        let asking = receipt
            .attr_jid("participant")
            .or_else(|| receipt.attr_jid("from"));
        let asking = asking.and_then(|jid| self.inner.server.world().resolve(&jid));
        let (Some(sent), Some(asking)) = (sent, asking) else {
            return;
        };
        let count = receipt
            .child("retry")
            .map(|retry| retry.attr_str("count"))
            .unwrap_or_default();
        if count.parse::<u32>().unwrap_or(1) > MAX_RETRIES {
            return;
        }
        let mut crypto = self.inner.crypto.lock().await;
        if let Err(reason) = self.begin_anew(&mut crypto, &asking, receipt).await {
            tracing::warn!(%reason, "a new session for a resend could not begin");
            return;
        }
        match self.resend(&mut crypto, &asking, &sent, &count).await {
            Ok(stanza) => {
                if self
                    .inner
                    .server
                    .route_message(&self.inner.who, &stanza)
                    .is_err()
                {
                    tracing::debug!("a resend was refused: the chat has changed since");
                }
            }
            Err(error) => tracing::warn!(%error, "a message could not be encrypted again"),
        }
    }

    async fn begin_anew(
        &self,
        crypto: &mut Crypto,
        asking: &Who,
        receipt: &Node,
    ) -> Result<(), String> {
        crypto.signal.drop_session(asking);
        let registration = receipt
            .child("registration")
            .and_then(|registration| registration.bytes());
        let registration =
            registration.and_then(|bytes| Some(u32::from_be_bytes(bytes.try_into().ok()?)));
        let keys = match receipt.child("keys") {
            Some(keys) => keys.clone(),
            None => prekey_bundle(&mut self.inner.server.world(), asking.pn()),
        };
        let registration = if receipt.child("keys").is_some() {
            registration
        } else {
            None
        };
        crypto
            .signal
            .begin_session(asking, &keys, registration)
            .await
            .map_err(|error| error.to_string())
    }

    async fn resend(
        &self,
        crypto: &mut Crypto,
        asking: &Who,
        sent: &Sent,
        count: &str,
    ) -> Result<Node, crate::error::SendError> {
        let mut message = sent.message.clone();
        let mut stanza = node("message")
            .attr("id", sent.id.as_str())
            .attr("type", sent.look.kind)
            .build();
        match &sent.chat {
            ChatId::Group(jid) => {
                let key = crypto
                    .signal
                    .sender_key(jid, &self.inner.who)
                    .await
                    .map_err(|error| crate::error::SendError::Crypto {
                        device: jid.clone(),
                        reason: error.to_string(),
                    })?;
                message.sender_key_distribution_message =
                    buffa::MessageField::some(SenderKeyDistributionMessage {
                        group_id: Some(jid.clone()),
                        axolotl_sender_key_distribution_message: Some(key),
                    });
                let participant = self.inner.server.world().lid_of(asking);
                stanza.set("to", self.chat_jid(&sent.chat));
                stanza.set("participant", participant);
                stanza.set("addressing_mode", "lid");
            }
            ChatId::Direct(number) => {
                stanza.set("to", asking.pn());
                if asking.number == self.number() {
                    let chat = Who::new(number.as_str(), 0).pn();
                    stanza.set("recipient", chat.clone());
                    message = wrap_device_sent(message, chat.to_string());
                }
            }
        }
        if let Some(edit) = sent.look.edit {
            stanza.set("edit", edit);
        }
        let plain = MessageUtils::encode_and_pad(&message);
        let sealed = self.seal_for_device(crypto, asking, &plain).await?;
        if let Some(sealed) = sealed {
            let mut enc = enc(sealed, sent.look);
            enc.set("count", count);
            stanza.content = Some(NodeContent::Nodes(vec![enc]));
        }
        Ok(stanza)
    }
}
