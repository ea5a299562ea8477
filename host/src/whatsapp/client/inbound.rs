//! Messages on their way in: from the client's durability hook to [`Inbound::commit`].
//!
//! The client calls the hook after decrypting and *before* it acknowledges to WhatsApp. The hook only maps and commits: a
//! send from inside could wait for the per-sender Signal lock that is held while it runs.

use std::sync::Arc;

use whatsapp_rust::prelude::{Client, InboundMessage};
use whatsapp_rust::types::message::{MessageCategory, MessageInfo};
use whatsapp_rust::{InboundDurabilityHook, anyhow};

use super::address::{self, NumberBook};
use super::content::{self, Content};
use super::polls;
use super::recent::Recent;
use crate::model::{Chat, ChatKind, Event, EventKey, EventKind, JidKind, Person};
use crate::whatsapp::{CommitError, Inbound};

/// The client's durability hook of one session.
pub(super) struct Hook {
    pub(super) inbound: Arc<dyn Inbound>,
    pub(super) recent: Arc<Recent>,
}

#[async_trait::async_trait]
impl InboundDurabilityHook for Hook {
    async fn on_messages(
        &self,
        client: Arc<Client>,
        batch: &[InboundMessage],
    ) -> anyhow::Result<()> {
        let mut events = Vec::with_capacity(batch.len());
        for message in batch {
            if let Some(event) = told(&client, self.inbound.as_ref(), message).await? {
                self.recent.note(&event.key, &message.message);
                events.push(event);
            }
        }
        if !events.is_empty() {
            self.inbound.commit(events).await?;
        }
        Ok(())
    }
}

/// The event that a message is, if it is any.
///
/// # Errors
///
/// When it is a vote, and it is not known now in which poll.
pub(super) async fn told(
    client: &Client,
    inbound: &dyn Inbound,
    message: &InboundMessage,
) -> Result<Option<Event>, CommitError> {
    let (message, info) = (&message.message, &message.info);
    let named = address::named_in(info, message);
    let book = NumberBook::look_up(client, named).await;
    let content = match (content::read(message, &book), chat(info, &book)) {
        (Some(content), _) => Some(content),
        (None, Some(chat)) => polls::vote(client, inbound, message, info, &chat.jid).await?,
        (None, None) => None,
    };
    Ok(content.and_then(|content| event(content, info, &book)))
}

/// The event that a message with this content is, or nothing when a bot has no business with it: status posts, newsletters, traffic
/// between the account's own devices.
fn event(content: Content, info: &MessageInfo, book: &NumberBook) -> Option<Event> {
    if info.category == MessageCategory::Peer {
        return None;
    }
    let source = &info.source;
    let sender = book.fold(&source.sender, source.sender_alt.as_ref())?;
    let chat = chat(info, book)?;
    if chat.kind == ChatKind::Group && chat.jid.kind() != JidKind::Group {
        return None;
    }
    let sender = sender.person(&info.push_name);
    Some(Event {
        key: EventKey {
            chat: chat.jid.clone(),
            sender: sender.jid.clone(),
            id: info.id.parse().ok()?,
        },
        at: info.timestamp.timestamp_millis(),
        kind: kind(content, info, &sender, book),
        chat,
        sender,
    })
}

/// Where a message stands.
fn chat(info: &MessageInfo, book: &NumberBook) -> Option<Chat> {
    let source = &info.source;
    Some(
        if source.chat.server.is_pn_family() || source.chat.server.is_lid_family() {
            let other = if source.is_from_me {
                source.recipient_alt.as_ref()
            } else {
                source.sender_alt.as_ref()
            };
            Chat {
                jid: book.fold(&source.chat, other)?.jid,
                kind: ChatKind::Private,
            }
        } else {
            Chat {
                jid: address::plain(&source.chat)?,
                kind: ChatKind::Group,
            }
        },
    )
}

fn kind(content: Content, info: &MessageInfo, sender: &Person, book: &NumberBook) -> EventKind {
    match content {
        Content::Message(mut message) => {
            message.from_me = info.source.is_from_me;
            message.offline = info.is_offline;
            message.by_companion = info.source.sender.device != 0;
            EventKind::Message(message)
        }
        Content::Edit { target, text } => EventKind::MessageEdit { target, text },
        Content::Revoke { target, author } => EventKind::MessageDelete {
            target,
            author: author
                .and_then(|author| Some(book.fold_text(&author)?.person("")))
                .filter(|author| author.jid != sender.jid)
                .unwrap_or_else(|| sender.clone()),
        },
        Content::PollVote {
            target,
            plugin,
            name,
            chosen,
        } => EventKind::PollVote {
            plugin,
            name,
            poll: target,
            chosen,
        },
        Content::Reaction { target, emoji } => EventKind::Reaction { target, emoji },
    }
}

#[cfg(test)]
mod tests;
