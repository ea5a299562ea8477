//! What a person does with a phone: write, react, edit, delete, read, type.

use std::collections::HashSet;

use wacore_binary::Node;
use waproto::whatsapp::{Message, MessageKey as WireKey};

use super::compose::{self, Context};
use super::{Look, Phone, media};
use crate::chat::{ChatId, MessageKey};
use crate::error::SendError;
use crate::event::{DeletedBy, PhoneEvent};
use crate::message::{Body, MediaFile, Outgoing, SeenMessage};
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
        let quote = match &quoted {
            Some(quoted) => Some((
                quoted.key.id.clone(),
                self.person(chat, &quoted.key.sender),
                self.quoted(quoted)?,
            )),
            None => None,
        };
        let context = Context {
            quote,
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
                    compose::file_message(sealed, content.text.clone(), context, content.view_once),
                    look,
                    body,
                )
            }
            None if text.is_empty() => return Err(SendError::Empty),
            None => (
                compose::text_message(text.clone(), context),
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

    /// A message as one that answers it carries it: with its file, sealed again.
    fn quoted(&self, message: &SeenMessage) -> Result<Message, SendError> {
        let text = message.text.clone();
        let Body::Media {
            kind,
            mime,
            name,
            bytes,
            failed: None,
            view_once: false,
        } = &message.body
        else {
            return Ok(compose::text_message(text, Context::default()));
        };
        let file = MediaFile {
            kind: *kind,
            mime: mime.clone(),
            name: name.clone(),
            bytes: bytes.to_vec(),
        };
        let server = &self.inner.server;
        let sealed =
            media::seal(&server.blobs, &file, server.clock.now_secs()).map_err(SendError::Media)?;
        let caption = (!text.is_empty()).then_some(text);
        Ok(compose::file_message(
            sealed,
            caption,
            Context::default(),
            false,
        ))
    }

    /// Reacts to a message; an empty emoji takes the reaction back.
    ///
    /// # Errors
    /// When the message is not there, or the reaction cannot be sent.
    pub async fn react(&self, key: &MessageKey, emoji: &str) -> Result<(), SendError> {
        self.check(&key.chat)?;
        self.known(key)?;
        let message =
            compose::reaction_message(self.wire_key(key), emoji, self.inner.server.clock.now_ms());
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
            compose::edit_message(self.wire_key(key), text, self.inner.server.clock.now_ms());
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
        let message = compose::revoke_message(self.wire_key(key));
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

    pub(super) fn check(&self, chat: &ChatId) -> Result<(), SendError> {
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

    pub(super) fn known(&self, key: &MessageKey) -> Result<SeenMessage, SendError> {
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
    pub(super) fn person(&self, chat: &ChatId, number: &str) -> String {
        let person = Who::new(number, 0);
        match chat {
            ChatId::Direct(_) => person.pn().to_string(),
            ChatId::Group(_) => self.inner.server.world().lid_of(&person).to_string(),
        }
    }

    pub(super) fn wire_key(&self, key: &MessageKey) -> WireKey {
        let from_me = key.sender == self.number();
        WireKey {
            remote_jid: Some(self.chat_jid(&key.chat).to_string()),
            from_me: Some(from_me),
            id: Some(key.id.clone()),
            participant: matches!(key.chat, ChatId::Group(_))
                .then(|| self.person(&key.chat, &key.sender)),
        }
    }
}
