//! What comes to a phone: messages to decrypt and show, receipts, notices.

use wacore::messages::{decode_plaintext, unwrap_device_sent};
use wacore_binary::{Jid, Node};
use wacore_libsignal::protocol::SignalProtocolError;
use waproto::whatsapp::{Message, MessageKey as WireKey};

use super::chat_log::Shown as Outcome;
use super::content::{self, Content, Part, Shown};
use super::{Phone, media};
use crate::chat::{ChatId, MessageKey};
use crate::event::{DeletedBy, PhoneEvent};
use crate::message::{Body, ReceiptKind, SeenMessage};
use crate::server::Server;
use crate::server::receipt::ids_of;
use crate::server::world::Who;
use crate::wire::stanza::{StanzaExt as _, node};

/// What the outside of a message says.
pub(super) struct Envelope {
    pub(super) id: String,
    pub(super) sender: Who,
    pub(super) chat: ChatId,
    pub(super) from: Jid,
    pub(super) participant: Option<Jid>,
    pub(super) recipient: Option<Jid>,
    pub(super) at_ms: i64,
    pub(super) peer: bool,
}

impl Envelope {
    pub(super) fn key(&self) -> MessageKey {
        MessageKey {
            chat: self.chat.clone(),
            sender: self.sender.number.clone(),
            id: self.id.clone(),
        }
    }
}

enum Opened {
    Read(Box<Message>),
    /// It was decrypted before: the ratchet does not turn back.
    Again,
    Unreadable(String),
}

impl Phone {
    /// Takes a message: decrypts it, shows it, tells its sender.
    pub(super) async fn receive(&self, stanza: &Node) {
        let Some(envelope) = self.read_envelope(stanza) else {
            tracing::warn!("a phone was handed a message without a sender");
            return;
        };
        let mut readable = Vec::new();
        let mut unreadable = None;
        let mut again = false;
        for enc in stanza.get_children_by_tag("enc") {
            match Box::pin(self.open(&envelope, enc)).await {
                Opened::Read(message) => readable.push(*message),
                Opened::Again => again = true,
                Opened::Unreadable(reason) => {
                    let hidden = enc.attr_str("decrypt-fail") == "hide";
                    unreadable = Some((reason, hidden));
                }
            }
        }
        // Its sender knows that it arrived before anybody has seen it, so that no reading overtakes that news.
        if unreadable.is_none() {
            self.confirm(&envelope);
        }
        for message in readable {
            Box::pin(self.take(&envelope, message)).await;
        }
        if again && unreadable.is_none() && self.log().has_readable(&envelope.key()) {
            self.log().note_duplicate(envelope.key());
        }
        match unreadable {
            None => {}
            Some((reason, hidden)) if !self.log().has_readable(&envelope.key()) => {
                tracing::debug!(%reason, "a phone asks for a message again");
                if !hidden && !envelope.peer {
                    self.show(
                        &envelope,
                        Body::Undecryptable,
                        String::new(),
                        None,
                        Vec::new(),
                    );
                }
                self.ask_again(&envelope).await;
            }
            Some(_) => self.confirm(&envelope),
        }
    }

    fn read_envelope(&self, stanza: &Node) -> Option<Envelope> {
        let world = self.inner.server.world();
        let from = stanza.attr_jid("from")?;
        let participant = stanza.attr_jid("participant");
        let recipient = stanza.attr_jid("recipient");
        let sender = world.resolve(participant.as_ref().unwrap_or(&from))?;
        let chat = match &participant {
            Some(_) => world.chat_of(&from)?,
            None if sender.number == self.number() => {
                world.chat_of(recipient.as_ref().unwrap_or(&from))?
            }
            None => ChatId::Direct(sender.number.clone()),
        };
        Some(Envelope {
            id: stanza.attr_str("id"),
            sender,
            chat,
            from,
            participant,
            recipient,
            at_ms: stanza.attr_str("t").parse::<i64>().unwrap_or_default() * 1000,
            peer: stanza.attr_str("category") == "peer",
        })
    }

    async fn open(&self, envelope: &Envelope, enc: &Node) -> Opened {
        let Some(bytes) = enc.bytes() else {
            return Opened::Unreadable("it is empty".to_owned());
        };
        let version = enc.attr_str("v").parse().unwrap_or(2);
        let kind = enc.attr_str("type");
        let mut crypto = self.inner.crypto.lock().await;
        let plain = match (kind.as_str(), &envelope.chat) {
            ("skmsg", ChatId::Group(group)) => {
                crypto
                    .signal
                    .open_from_group(group, &envelope.sender, &bytes)
                    .await
            }
            _ => crypto.signal.open(&envelope.sender, &kind, &bytes).await,
        };
        let plain = match plain {
            Ok(plain) => plain,
            Err(SignalProtocolError::DuplicatedMessage(..)) => return Opened::Again,
            Err(error) => return Opened::Unreadable(error.to_string()),
        };
        let message = match decode_plaintext(&plain, version) {
            Ok(message) => message,
            Err(error) => return Opened::Unreadable(error.to_string()),
        };
        if let Some(distribution) = message.sender_key_distribution_message.as_option()
            && let Some(key) = &distribution.axolotl_sender_key_distribution_message
        {
            let group = distribution
                .group_id
                .clone()
                .unwrap_or_else(|| envelope.chat.to_string());
            if let Err(error) = crypto
                .signal
                .learn_sender_key(&group, &envelope.sender, key)
                .await
            {
                return Opened::Unreadable(error.to_string());
            }
        }
        Opened::Read(Box::new(message))
    }

    /// Does what a decrypted message asks for.
    async fn take(&self, envelope: &Envelope, message: Message) {
        let message = if envelope.sender.number == self.number() {
            unwrap_device_sent(message)
        } else {
            message
        };
        match content::read(&message) {
            Content::Nothing => {}
            Content::Show(Shown {
                text,
                part,
                quote,
                mentions,
            }) => {
                let body = match part {
                    Part::Text => Body::Text,
                    Part::File(file) => media::open(&self.inner.server.blobs, file),
                    Part::Poll {
                        options,
                        selectable,
                    } => {
                        self.note_poll(envelope.key(), &message);
                        Body::Poll {
                            options,
                            selectable,
                        }
                    }
                    Part::Other(kind) => Body::Other(kind),
                };
                let quote = quote.and_then(|(id, author)| {
                    let sender = self.number_of(&author)?;
                    Some(MessageKey {
                        chat: envelope.chat.clone(),
                        sender,
                        id,
                    })
                });
                let mentions = mentions
                    .iter()
                    .filter_map(|jid| self.number_of(jid))
                    .collect();
                self.show(envelope, body, text, quote, mentions);
            }
            Content::Edit { target, text } => {
                let key = self.target_key(envelope, &target);
                if key.sender == envelope.sender.number && self.log().edit(&key, &text) {
                    self.emit(PhoneEvent::Edited { key, text });
                }
            }
            Content::Revoke { target } => {
                let key = self.target_key(envelope, &target);
                let by = if key.sender == envelope.sender.number {
                    DeletedBy::Sender
                } else if self.is_admin(&envelope.chat, &envelope.sender.number) {
                    DeletedBy::Admin(envelope.sender.number.clone())
                } else {
                    return;
                };
                if self.log().delete(&key, by.clone()) {
                    self.emit(PhoneEvent::Deleted { key, by });
                }
            }
            Content::React { target, emoji } => {
                let key = self.target_key(envelope, &target);
                let from = envelope.sender.number.clone();
                if self.log().react(&key, &from, &emoji) {
                    self.emit(PhoneEvent::Reaction { key, from, emoji });
                }
            }
            Content::KeysWanted(ids) => {
                let own = envelope.sender.number == self.number();
                let known = ids.iter().any(|id| *id == self.inner.app_state_key_id);
                if own
                    && known
                    && let Err(error) = self.share_app_state_key(&envelope.sender).await
                {
                    tracing::warn!(%error, "the companion did not get the app state key it asked for");
                }
            }
        }
    }

    fn show(
        &self,
        envelope: &Envelope,
        body: Body,
        text: String,
        quote: Option<MessageKey>,
        mentions: Vec<String>,
    ) {
        let message = SeenMessage {
            key: envelope.key(),
            from_me: envelope.sender.number == self.number(),
            at_ms: envelope.at_ms,
            body,
            text,
            edited: false,
            deleted: None,
            reactions: Vec::new(),
            quote,
            mentions,
            receipts: Vec::new(),
        };
        let outcome = self.log().show(message.clone());
        if outcome != Outcome::Again {
            self.emit(PhoneEvent::Message(message));
        }
    }

    /// Which message is meant: `from_me` is relative to whoever speaks of it.
    fn target_key(&self, envelope: &Envelope, target: &WireKey) -> MessageKey {
        let speaker = &envelope.sender.number;
        let id = target.id.clone().unwrap_or_default();
        let named = target
            .participant
            .as_deref()
            .and_then(|jid| self.number_of(jid));
        let sender = if target.from_me.unwrap_or(false) {
            speaker.clone()
        } else if let Some(named) = named {
            named
        } else if let ChatId::Direct(peer) = &envelope.chat {
            if speaker == self.number() {
                peer.clone()
            } else {
                self.number().to_owned()
            }
        } else {
            self.log()
                .find(&envelope.chat, &id)
                .map_or_else(String::new, |message| message.key.sender.clone())
        };
        MessageKey {
            chat: envelope.chat.clone(),
            sender,
            id,
        }
    }

    fn number_of(&self, jid: &str) -> Option<String> {
        let jid: Jid = jid.parse().ok()?;
        self.inner
            .server
            .world()
            .resolve(&jid)
            .map(|who| who.number)
    }

    /// Tells the sender that the message arrived; the server need not keep it any longer.
    fn confirm(&self, envelope: &Envelope) {
        let mut receipt = node("receipt")
            .attr("to", envelope.from.clone())
            .attr("id", envelope.id.as_str())
            .build();
        if let Some(participant) = &envelope.participant {
            receipt.set("participant", participant.clone());
        }
        if envelope.peer {
            receipt.set("type", "peer_msg");
        } else if envelope.sender.number == self.number() {
            receipt.set("type", "sender");
            if let Some(recipient) = &envelope.recipient {
                receipt.set("recipient", recipient.clone());
            }
        }
        self.inner.server.accept(&self.inner.who, receipt);
    }

    /// Takes a receipt: for an own message, for a message read on a companion, or a request to send again.
    pub(super) async fn receive_receipt(&self, stanza: &Node) {
        if stanza.attr_str("type") == "retry" {
            self.send_again(stanza).await;
            return;
        }
        let kind = match stanza.attr_str("type").as_str() {
            "" => ReceiptKind::Delivered,
            "read" => ReceiptKind::Read,
            "played" => ReceiptKind::Played,
            _ => return,
        };
        let Some(from) = stanza.attr_jid("from") else {
            return;
        };
        let (reader, chat) = {
            let world = self.inner.server.world();
            let reader = world.resolve(
                &stanza
                    .attr_jid("participant")
                    .unwrap_or_else(|| from.clone()),
            );
            let chat = stanza.attr_jid("recipient").unwrap_or(from);
            (reader, world.chat_of(&chat))
        };
        let (Some(reader), Some(chat)) = (reader, chat) else {
            return;
        };
        let ids = ids_of(stanza);
        if reader.number == self.number() {
            self.log().read_elsewhere(&chat, &ids);
            return;
        }
        for id in ids {
            let key = MessageKey {
                chat: chat.clone(),
                sender: self.number().to_owned(),
                id,
            };
            if self.log().receipt(&key, &reader.number, kind) {
                self.emit(PhoneEvent::Receipt {
                    key,
                    from: reader.number.clone(),
                    kind,
                });
            }
        }
    }

    pub(super) fn receive_typing(&self, stanza: &Node) {
        let Some(from) = stanza.attr_jid("from") else {
            return;
        };
        let (who, chat) = {
            let world = self.inner.server.world();
            let who = world.resolve(
                &stanza
                    .attr_jid("participant")
                    .unwrap_or_else(|| from.clone()),
            );
            (who, world.chat_of(&from))
        };
        if let (Some(who), Some(chat)) = (who, chat) {
            let typing = stanza.child("composing").is_some();
            self.emit(PhoneEvent::Typing {
                chat,
                from: who.number,
                typing,
            });
        }
    }

    /// Takes a notice of the server: about the account's companions, or about a group.
    pub(super) async fn receive_notification(&self, stanza: &Node) {
        let kind = stanza.attr_str("type");
        if kind == "w:gp2" || (kind == "picture" && stanza.attr_jid("participant").is_some()) {
            self.receive_group_notice(stanza);
        }
        if kind != "devices" {
            return;
        }
        let change = Server::device_in_notification(&self.inner.server.world(), stanza);
        match change {
            Some((true, device)) => self.emit(PhoneEvent::DeviceLinked(device)),
            Some((false, device)) => {
                if let Err(error) = self.renew_key_index_list().await {
                    tracing::warn!(%error, "the list of companions could not be signed anew");
                }
                self.emit(PhoneEvent::DeviceUnlinked(device));
            }
            None => {}
        }
    }
}
