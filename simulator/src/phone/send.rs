//! What a person does with a phone: write, react, edit, delete, read, type.

use std::collections::HashSet;

use wacore::messages::{MessageUtils, wrap_device_sent};
use wacore_binary::Node;
use waproto::whatsapp::message::SenderKeyDistributionMessage;
use waproto::whatsapp::{Message, MessageKey as WireKey};

use super::content::{self, Context};
use super::signal::Sealed;
use super::{Crypto, Look, Phone, RESENDABLE, Sent, media};
use crate::chat::{ChatId, MessageKey};
use crate::error::SendError;
use crate::event::{DeletedBy, PhoneEvent};
use crate::message::{Body, Outgoing, SeenMessage};
use crate::server::iq::keys::prekey_bundle;
use crate::server::message::Refusal;
use crate::server::world::Who;
use crate::wire::stanza::{StanzaExt as _, node};

impl Phone {
    /// Sends a message and shows it in the chat.
    ///
    /// # Errors
    /// When there is nothing to send, the receiver does not exist, this account may not write there, or the phone is offline.
    pub async fn send(&self, chat: &ChatId, content: Outgoing) -> Result<MessageKey, SendError> {
        self.check(chat)?;
        let server = &self.inner.server;
        let quoted = match &content.quote {
            Some(key) => Some(
                self.log()
                    .get(key)
                    .cloned()
                    .ok_or_else(|| SendError::NoSuchMessage(key.clone()))?,
            ),
            None => None,
        };
        let context = Context {
            quote: quoted.as_ref().map(|quoted| {
                (
                    quoted.key.id.clone(),
                    self.person(chat, &quoted.key.sender),
                    quoted.text.clone(),
                )
            }),
            mentions: content
                .mentions
                .iter()
                .map(|number| self.person(chat, number))
                .collect(),
        };
        let text = content.text.clone().unwrap_or_default();
        let (message, look, body) = match &content.media {
            Some(file) => {
                let sealed = media::seal(&server.blobs, file, server.clock.now_secs())
                    .map_err(SendError::Media)?;
                let look = Look {
                    kind: "media",
                    media: Some(media::wire_name(file.kind)),
                    edit: None,
                };
                let body = Body::Media {
                    kind: file.kind,
                    mime: file.mime.clone(),
                    name: file.name.clone(),
                    bytes: file.bytes.as_slice().into(),
                    failed: None,
                    view_once: content.view_once,
                };
                (
                    content::file_message(sealed, content.text.clone(), context, content.view_once),
                    look,
                    body,
                )
            }
            None if text.is_empty() => return Err(SendError::Empty),
            None => (
                content::text_message(text.clone(), context),
                Look::TEXT,
                Body::Text,
            ),
        };
        let key = MessageKey {
            chat: chat.clone(),
            sender: self.number().to_owned(),
            id: Self::message_id(),
        };
        let shown = SeenMessage {
            key: key.clone(),
            from_me: true,
            at_ms: server.clock.now_ms(),
            body,
            text,
            edited: false,
            deleted: None,
            reactions: Vec::new(),
            quote: content.quote,
            mentions: content.mentions,
            receipts: Vec::new(),
        };
        self.log().show(shown.clone());
        self.emit(PhoneEvent::Message(shown));
        self.submit(chat, &key.id, message, look).await?;
        Ok(key)
    }

    /// Reacts to a message; an empty emoji takes the reaction back.
    ///
    /// # Errors
    /// When the message is not there, or the reaction cannot be sent.
    pub async fn react(&self, key: &MessageKey, emoji: &str) -> Result<(), SendError> {
        self.check(&key.chat)?;
        self.known(key)?;
        let message =
            content::reaction_message(self.wire_key(key), emoji, self.inner.server.clock.now_ms());
        let look = Look {
            kind: "reaction",
            media: None,
            edit: None,
        };
        self.submit(&key.chat, &Self::message_id(), message, look)
            .await?;
        let from = self.number().to_owned();
        self.log().react(key, &from, emoji);
        self.emit(PhoneEvent::Reaction {
            key: key.clone(),
            from,
            emoji: emoji.to_owned(),
        });
        Ok(())
    }

    /// Gives an own message a new text.
    ///
    /// # Errors
    /// When the message is not there or not one's own, or the edit cannot be sent.
    pub async fn edit(&self, key: &MessageKey, text: &str) -> Result<(), SendError> {
        self.check(&key.chat)?;
        if !self.known(key)?.from_me {
            return Err(SendError::NotYours(key.clone()));
        }
        let message =
            content::edit_message(self.wire_key(key), text, self.inner.server.clock.now_ms());
        self.submit(
            &key.chat,
            &Self::message_id(),
            message,
            Look {
                edit: Some("1"),
                ..Look::TEXT
            },
        )
        .await?;
        self.log().edit(key, text);
        self.emit(PhoneEvent::Edited {
            key: key.clone(),
            text: text.to_owned(),
        });
        Ok(())
    }

    /// Deletes a message for everyone: an own one, or as a group admin anybody's.
    ///
    /// # Errors
    /// When the message is not there, this account may not delete it, or the deletion cannot be sent.
    pub async fn revoke(&self, key: &MessageKey) -> Result<(), SendError> {
        self.check(&key.chat)?;
        let own = self.known(key)?.from_me;
        if !own && !self.is_admin(&key.chat, self.number()) {
            return Err(SendError::NotYours(key.clone()));
        }
        let message = content::revoke_message(self.wire_key(key));
        let edit = if own { "7" } else { "8" };
        self.submit(
            &key.chat,
            &Self::message_id(),
            message,
            Look {
                edit: Some(edit),
                ..Look::TEXT
            },
        )
        .await?;
        let by = if own {
            DeletedBy::Sender
        } else {
            DeletedBy::Admin(self.number().to_owned())
        };
        self.log().delete(key, by.clone());
        self.emit(PhoneEvent::Deleted {
            key: key.clone(),
            by,
        });
        Ok(())
    }

    /// Reads all unread messages of a chat and tells their senders.
    ///
    /// # Errors
    /// When the phone is offline.
    pub async fn mark_read(&self, chat: &ChatId) -> Result<(), SendError> {
        if !self.is_online() {
            return Err(SendError::Offline);
        }
        let unread = self.log().take_unread(chat);
        let senders: HashSet<&str> = unread.iter().map(|key| key.sender.as_str()).collect();
        for sender in senders {
            let mut ids = unread
                .iter()
                .filter(|key| key.sender == sender)
                .map(|key| key.id.as_str());
            let Some(first) = ids.next() else { continue };
            let mut receipt = node("receipt")
                .attr("to", self.chat_jid(chat))
                .attr("type", "read")
                .attr("id", first)
                .attr("t", self.inner.server.clock.now_secs())
                .build();
            if let ChatId::Group(_) = chat {
                let lid = self.inner.server.world().lid_of(&Who::new(sender, 0));
                receipt.set("participant", lid);
            }
            let items: Vec<Node> = ids.map(|id| node("item").attr("id", id).build()).collect();
            if !items.is_empty() {
                let list = node("list").children(items).build();
                receipt.content = Some(wacore_binary::NodeContent::Nodes(vec![list]));
            }
            self.inner.server.accept(&self.inner.who, receipt);
        }
        Ok(())
    }

    /// Shows the others in a chat that this person types, or no longer does.
    pub fn set_typing(&self, chat: &ChatId, typing: bool) {
        let state = crate::wire::stanza::empty(if typing { "composing" } else { "paused" });
        let notice = node("chatstate")
            .attr("to", self.chat_jid(chat))
            .children([state])
            .build();
        self.inner.server.accept(&self.inner.who, notice);
    }

    fn check(&self, chat: &ChatId) -> Result<(), SendError> {
        if !self.is_online() {
            return Err(SendError::Offline);
        }
        let world = self.inner.server.world();
        match chat {
            ChatId::Direct(number) if world.accounts.contains_key(number) => Ok(()),
            ChatId::Direct(number) => Err(SendError::NotOnWhatsApp(number.clone())),
            ChatId::Group(jid) => {
                let group = jid.split('@').next().and_then(|id| world.groups.get(id));
                let group = group.filter(|group| group.member(self.number()).is_some());
                match group {
                    None => Err(SendError::NotInGroup(jid.clone())),
                    Some(group) if group.announce && !group.is_admin(self.number()) => {
                        Err(SendError::AdminsOnly(jid.clone()))
                    }
                    Some(_) => Ok(()),
                }
            }
        }
    }

    fn known(&self, key: &MessageKey) -> Result<SeenMessage, SendError> {
        self.log()
            .get(key)
            .cloned()
            .ok_or_else(|| SendError::NoSuchMessage(key.clone()))
    }

    pub(super) fn is_admin(&self, chat: &ChatId, number: &str) -> bool {
        let ChatId::Group(jid) = chat else {
            return false;
        };
        let world = self.inner.server.world();
        jid.split('@')
            .next()
            .and_then(|id| world.groups.get(id))
            .is_some_and(|group| group.is_admin(number))
    }

    pub(super) fn chat_jid(&self, chat: &ChatId) -> wacore_binary::Jid {
        match chat {
            ChatId::Direct(number) => Who::new(number.as_str(), 0).pn(),
            ChatId::Group(jid) => {
                wacore_binary::Jid::group(jid.split('@').next().unwrap_or_default())
            }
        }
    }

    /// A person's JID as it is written inside messages of this chat: groups are LID-addressed.
    fn person(&self, chat: &ChatId, number: &str) -> String {
        let person = Who::new(number, 0);
        match chat {
            ChatId::Direct(_) => person.pn().to_string(),
            ChatId::Group(_) => self.inner.server.world().lid_of(&person).to_string(),
        }
    }

    fn wire_key(&self, key: &MessageKey) -> WireKey {
        let from_me = key.sender == self.number();
        WireKey {
            remote_jid: Some(self.chat_jid(&key.chat).to_string()),
            from_me: Some(from_me),
            id: Some(key.id.clone()),
            participant: matches!(key.chat, ChatId::Group(_))
                .then(|| self.person(&key.chat, &key.sender)),
            ..Default::default()
        }
    }

    /// Encrypts for everyone in the chat and gives it to the server.
    async fn submit(
        &self,
        chat: &ChatId,
        id: &str,
        message: Message,
        look: Look,
    ) -> Result<(), SendError> {
        self.remember(Sent {
            id: id.to_owned(),
            chat: chat.clone(),
            message: message.clone(),
            look,
        });
        let mut crypto = self.inner.crypto.lock().await;
        let mut stanza = node("message")
            .attr("to", self.chat_jid(chat))
            .attr("id", id)
            .attr("type", look.kind)
            .build();
        if let Some(edit) = look.edit {
            stanza.set("edit", edit);
        }
        let children = match chat {
            ChatId::Direct(number) => {
                self.seal_for_person(&mut crypto, number, message, look)
                    .await?
            }
            ChatId::Group(jid) => {
                stanza.set("addressing_mode", "lid");
                self.seal_for_group(&mut crypto, jid, message, look).await?
            }
        };
        stanza.content = Some(wacore_binary::NodeContent::Nodes(children));
        self.inner.server.note_traffic();
        self.inner
            .server
            .route_message(&self.inner.who, &stanza)
            .map_err(|refusal| match (refusal, chat) {
                (Refusal::NotFound, ChatId::Direct(number)) => {
                    SendError::NotOnWhatsApp(number.clone())
                }
                (_, ChatId::Group(jid)) => SendError::NotInGroup(jid.clone()),
                (Refusal::Forbidden, ChatId::Direct(number)) => {
                    SendError::NotOnWhatsApp(number.clone())
                }
            })
    }

    fn remember(&self, sent: Sent) {
        let mut book = self
            .inner
            .sent
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if book.len() >= RESENDABLE {
            book.pop_front();
        }
        book.push_back(sent);
    }

    async fn seal_for_person(
        &self,
        crypto: &mut Crypto,
        number: &str,
        message: Message,
        look: Look,
    ) -> Result<Vec<Node>, SendError> {
        let server = &self.inner.server;
        let devices = {
            let world = server.world();
            let mut devices = world.devices_of(number);
            if number != self.number() {
                devices.extend(world.devices_of(self.number()));
            }
            devices.retain(|device| *device != self.inner.who);
            devices
        };
        let for_peer = MessageUtils::encode_and_pad(&message);
        let destination = Who::new(number, 0).pn().to_string();
        let for_own = MessageUtils::encode_and_pad(&wrap_device_sent(message, destination));
        let mut targets = Vec::with_capacity(devices.len());
        for device in devices {
            let plain = if device.number == self.number() {
                &for_own
            } else {
                &for_peer
            };
            let jid = device.pn();
            if let Some(sealed) = self.seal_for_device(crypto, &device, plain).await? {
                targets.push(
                    node("to")
                        .attr("jid", jid)
                        .children([enc(sealed, look)])
                        .build(),
                );
            }
        }
        Ok(vec![node("participants").children(targets).build()])
    }

    async fn seal_for_group(
        &self,
        crypto: &mut Crypto,
        jid: &str,
        message: Message,
        look: Look,
    ) -> Result<Vec<Node>, SendError> {
        let server = &self.inner.server;
        let own = &self.inner.who;
        let devices: HashSet<Who> = {
            let world = server.world();
            let id = jid.split('@').next().unwrap_or_default();
            let members = world
                .groups
                .get(id)
                .map(|group| group.members.clone())
                .unwrap_or_default();
            members
                .iter()
                .flat_map(|member| world.devices_of(&member.number))
                .filter(|device| device != own)
                .collect()
        };
        let failed = |error: wacore_libsignal::protocol::SignalProtocolError| SendError::Crypto {
            device: jid.to_owned(),
            reason: error.to_string(),
        };
        // Who left must not be able to read on.
        let holders = crypto.sender_key_holders.remove(jid).unwrap_or_default();
        let holders = if holders.is_subset(&devices) {
            holders
        } else {
            crypto.signal.drop_sender_key(jid, own);
            HashSet::new()
        };
        let distribution = Message {
            sender_key_distribution_message: buffa::MessageField::some(
                SenderKeyDistributionMessage {
                    group_id: Some(jid.to_owned()),
                    axolotl_sender_key_distribution_message: Some(
                        crypto.signal.sender_key(jid, own).await.map_err(failed)?,
                    ),
                    ..Default::default()
                },
            ),
            ..Default::default()
        };
        let distribution = MessageUtils::encode_and_pad(&distribution);
        let mut targets = Vec::new();
        for device in devices.difference(&holders) {
            let jid = server.world().lid_of(device);
            if let Some(sealed) = self.seal_for_device(crypto, device, &distribution).await? {
                targets.push(
                    node("to")
                        .attr("jid", jid)
                        .children([enc(sealed, Look::TEXT)])
                        .build(),
                );
            }
        }
        let plain = MessageUtils::encode_and_pad(&message);
        let bytes = crypto
            .signal
            .seal_for_group(jid, own, &plain)
            .await
            .map_err(failed)?;
        crypto.sender_key_holders.insert(jid.to_owned(), devices);
        let mut children = Vec::with_capacity(2);
        if !targets.is_empty() {
            children.push(node("participants").children(targets).build());
        }
        children.push(enc(
            Sealed {
                kind: "skmsg",
                bytes,
            },
            look,
        ));
        Ok(children)
    }

    /// Encrypts for one device, beginning a session if there is none. `None` for a device without keys.
    pub(super) async fn seal_for_device(
        &self,
        crypto: &mut Crypto,
        device: &Who,
        plain: &[u8],
    ) -> Result<Option<Sealed>, SendError> {
        let failed = |error: wacore_libsignal::protocol::SignalProtocolError| SendError::Crypto {
            device: device.pn().to_string(),
            reason: error.to_string(),
        };
        if !crypto.signal.has_session(device) {
            let bundle = prekey_bundle(&mut self.inner.server.world(), device.pn());
            if bundle.child("error").is_some() {
                return Ok(None);
            }
            crypto
                .signal
                .begin_session(device, &bundle, None)
                .await
                .map_err(failed)?;
        }
        crypto
            .signal
            .seal(device, plain)
            .await
            .map(Some)
            .map_err(failed)
    }

    /// Sends something to one of the account's own companions that belongs to no chat.
    pub(super) async fn send_to_own_device(
        &self,
        companion: &Who,
        message: Message,
    ) -> Result<(), SendError> {
        let mut crypto = self.inner.crypto.lock().await;
        let plain = MessageUtils::encode_and_pad(&message);
        let Some(sealed) = self.seal_for_device(&mut crypto, companion, &plain).await? else {
            return Ok(());
        };
        let stanza = node("message")
            .attr("to", companion.pn())
            .attr("id", Self::message_id())
            .attr("type", "text")
            .attr("category", "peer")
            .attr("push_priority", "high")
            .children([enc(sealed, Look::TEXT)])
            .build();
        self.inner
            .server
            .route_message(&self.inner.who, &stanza)
            .map_err(|_| SendError::NotOnWhatsApp(companion.number.clone()))
    }
}

/// `<enc>` with a ciphertext in it. What is not shown as a bubble must not leave one when it cannot be read.
pub(super) fn enc(sealed: Sealed, look: Look) -> Node {
    let mut enc = node("enc")
        .attr("v", "2")
        .attr("type", sealed.kind)
        .bytes(sealed.bytes)
        .build();
    if let Some(media) = look.media {
        enc.set("mediatype", media);
    }
    if look.edit.is_some() || look.kind == "reaction" {
        enc.set("decrypt-fail", "hide");
    }
    enc
}
