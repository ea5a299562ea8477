//! How a phone encrypts: once for each device of the people in a chat, or once for a group with its sender key.

use std::collections::HashSet;

use wacore::messages::{MessageUtils, wrap_device_sent};
use wacore_binary::Node;
use waproto::whatsapp::Message;
use waproto::whatsapp::message::SenderKeyDistributionMessage;

use super::signal::Sealed;
use super::{Crypto, Look, Phone, RESENDABLE, Sent};
use crate::chat::ChatId;
use crate::error::SendError;
use crate::server::iq::keys::prekey_bundle;
use crate::server::message::Refusal;
use crate::server::world::Who;
use crate::wire::stanza::{StanzaExt as _, node};

impl Phone {
    /// Encrypts for everyone in the chat and gives it to the server.
    pub(super) async fn submit(
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
