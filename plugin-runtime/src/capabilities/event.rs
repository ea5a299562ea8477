//! The event and its messages, as a handler sees them: what is handed over points into the event's own data, and each
//! function copies only what it is asked for.
//!
//! `kinds`: what the event is about when it is no message.

mod kinds;

use wasmtime::component::Resource;

use super::super::bindings::jadi::plugin::types as wit;
use super::super::state::EventState;
use jadi_model::clock::Millis;
use jadi_model::{
    Action, ChatKind, EventKind, Jid, KeptMessage, Media, MediaKind, Message, MessageId,
    MessageRef, Person, Role,
};

/// The event of an instance: there is one, so nothing has to be remembered.
pub struct HeldEvent;

/// A message of the event, or the one that it answers, and so on: how many answers away it is.
#[derive(Clone, Copy)]
pub struct HeldMessage {
    root: Root,
    depth: u32,
}

/// Where a message comes from.
#[derive(Clone, Copy)]
enum Root {
    /// It is the event.
    Event,
    /// The event is about it, and the host still has it.
    Original,
    /// It asked for the change that the event is about.
    Asked,
}

impl HeldMessage {
    /// The message that the event is.
    pub(in super::super) const EVENT: Self = Self {
        root: Root::Event,
        depth: 0,
    };
    /// The message that the event is about.
    const ORIGINAL: Self = Self {
        root: Root::Original,
        depth: 0,
    };
}

/// The event's edit.
pub struct HeldEdit;
/// The event's deletion.
pub struct HeldDeletion;
/// The event's reaction.
pub struct HeldReaction;
/// Those who came or went.
pub struct HeldMembership;
/// The change that has been tried.
pub struct HeldChange;
/// The vote in a poll.
pub struct HeldVote;
/// What is due.
pub struct HeldDue;

/// The step that the event is.
pub struct HeldStep;

/// An action that is not yet returned.
pub enum HeldAction {
    /// Something to be done.
    Do(Box<Action>),
    /// The end of the event's round.
    End,
}

/// A message where it stands in the event.
struct Seen<'a> {
    message: &'a Message,
    id: &'a MessageId,
    author: &'a Jid,
}

impl<'a> Seen<'a> {
    fn kept(kept: &'a KeptMessage) -> Self {
        Self {
            message: &kept.message,
            id: &kept.id,
            author: &kept.author.jid,
        }
    }
}

/// A handle whose message is not there. The host makes no such handles.
#[derive(Debug, thiserror::Error)]
#[error("the event has no such message")]
struct NoMessage;

impl EventState {
    fn seen(&self, held: &Resource<HeldMessage>) -> wasmtime::Result<Seen<'_>> {
        let event = &self.input.event;
        let HeldMessage { root, depth } = *self.handles.get(held)?;
        let mut seen = match (root, &event.kind, &self.input.original) {
            (Root::Event, EventKind::Message(message), _) => Seen {
                message,
                id: &event.key.id,
                author: &event.sender.jid,
            },
            (Root::Original, _, Some(original)) => Seen::kept(original),
            (
                Root::Asked,
                EventKind::GroupChange {
                    asked: Some(asked), ..
                },
                _,
            ) => Seen::kept(asked),
            _ => return Err(NoMessage.into()),
        };
        for _ in 0..depth {
            let quoted = seen.message.quoted.as_ref().ok_or(NoMessage)?;
            seen = Seen {
                message: &quoted.message,
                id: &quoted.id,
                author: &quoted.author,
            };
        }
        Ok(seen)
    }

    /// The file of a message.
    pub(super) fn media_of(
        &self,
        held: &Resource<HeldMessage>,
    ) -> wasmtime::Result<Option<&Media>> {
        Ok(self.seen(held)?.message.media.as_ref())
    }

    /// Hands over the message that the event is about, when the host still has it.
    fn original(&mut self) -> wasmtime::Result<Option<Resource<HeldMessage>>> {
        if self.input.original.is_none() {
            return Ok(None);
        }
        Ok(Some(self.hand_over(HeldMessage::ORIGINAL)?))
    }

    /// Where a message stands, for an action that points at it.
    pub(super) fn point_at(&self, held: &Resource<HeldMessage>) -> wasmtime::Result<MessageRef> {
        let seen = self.seen(held)?;
        Ok(MessageRef {
            chat: self.input.event.chat.jid.clone(),
            author: seen.author.clone(),
            from_me: seen.message.from_me,
            id: seen.id.clone(),
        })
    }
}

impl wit::Host for EventState {}

impl wit::HostEvent for EventState {
    fn id(&mut self, _event: Resource<HeldEvent>) -> wasmtime::Result<String> {
        Ok(self.input.event_id.clone())
    }

    fn at(&mut self, _event: Resource<HeldEvent>) -> wasmtime::Result<Millis> {
        Ok(self.input.event.at)
    }

    fn received_at(&mut self, _event: Resource<HeldEvent>) -> wasmtime::Result<Millis> {
        Ok(self.input.received_at)
    }

    fn chat(&mut self, _event: Resource<HeldEvent>) -> wasmtime::Result<wit::Chat> {
        let chat = &self.input.event.chat;
        Ok(wit::Chat {
            jid: chat.jid.to_string(),
            kind: match chat.kind {
                ChatKind::Private => wit::ChatKind::Private,
                ChatKind::Group => wit::ChatKind::Group,
            },
        })
    }

    fn sender(&mut self, _event: Resource<HeldEvent>) -> wasmtime::Result<wit::Person> {
        Ok(person(&self.input.event.sender))
    }

    fn role(&mut self, _event: Resource<HeldEvent>) -> wasmtime::Result<wit::Role> {
        Ok(role(self.input.role))
    }

    fn language(&mut self, _event: Resource<HeldEvent>) -> wasmtime::Result<String> {
        Ok(self.input.language.clone())
    }

    fn prefixes(&mut self, _event: Resource<HeldEvent>) -> wasmtime::Result<Vec<String>> {
        Ok(self.input.prefixes.clone())
    }

    fn bot_is_admin(&mut self, _event: Resource<HeldEvent>) -> wasmtime::Result<bool> {
        Ok(self.input.bot_is_admin)
    }

    fn bot_started_at(&mut self, _event: Resource<HeldEvent>) -> wasmtime::Result<Millis> {
        Ok(self.input.bot_started_at)
    }

    fn waited(&mut self, _event: Resource<HeldEvent>) -> wasmtime::Result<bool> {
        Ok(matches!(
            &self.input.event.kind,
            EventKind::Message(message) if message.offline
        ))
    }

    fn drop(&mut self, event: Resource<HeldEvent>) -> wasmtime::Result<()> {
        self.handles.delete(event)?;
        Ok(())
    }
}

impl wit::HostMessage for EventState {
    fn id(&mut self, message: Resource<HeldMessage>) -> wasmtime::Result<String> {
        Ok(self.seen(&message)?.id.to_string())
    }

    fn author(&mut self, message: Resource<HeldMessage>) -> wasmtime::Result<String> {
        Ok(self.seen(&message)?.author.to_string())
    }

    fn from_me(&mut self, message: Resource<HeldMessage>) -> wasmtime::Result<bool> {
        Ok(self.seen(&message)?.message.from_me)
    }

    fn text(&mut self, message: Resource<HeldMessage>) -> wasmtime::Result<String> {
        Ok(self.seen(&message)?.message.text.clone())
    }

    fn command(
        &mut self,
        message: Resource<HeldMessage>,
    ) -> wasmtime::Result<Option<wit::Invocation>> {
        let HeldMessage { root, depth } = *self.handles.get(&message)?;
        let is_the_events = matches!(root, Root::Event) && depth == 0;
        let command = self.input.command.as_ref().filter(|_| is_the_events);
        Ok(command.map(|command| wit::Invocation {
            prefix: command.prefix.clone(),
            name: command.name.clone(),
            alias: command.alias.clone(),
            args: command.args.clone(),
            known: command.known,
        }))
    }

    fn media(&mut self, message: Resource<HeldMessage>) -> wasmtime::Result<Option<wit::Media>> {
        let media = self.seen(&message)?.message.media.as_ref();
        Ok(media.map(|media| wit::Media {
            kind: media_kind(media.kind),
            mime: media.mime.clone(),
            size: media.bytes,
            file_name: media.file_name.clone(),
        }))
    }

    fn quoted(
        &mut self,
        message: Resource<HeldMessage>,
    ) -> wasmtime::Result<Option<Resource<HeldMessage>>> {
        if self.seen(&message)?.message.quoted.is_none() {
            return Ok(None);
        }
        let HeldMessage { root, depth } = *self.handles.get(&message)?;
        let depth = depth.saturating_add(1);
        Ok(Some(self.hand_over(HeldMessage { root, depth })?))
    }

    fn mentions(&mut self, message: Resource<HeldMessage>) -> wasmtime::Result<Vec<String>> {
        let mentions = &self.seen(&message)?.message.mentions;
        Ok(mentions.iter().map(Jid::to_string).collect())
    }

    fn view_once(&mut self, message: Resource<HeldMessage>) -> wasmtime::Result<bool> {
        Ok(self.seen(&message)?.message.view_once)
    }

    fn drop(&mut self, message: Resource<HeldMessage>) -> wasmtime::Result<()> {
        self.handles.delete(message)?;
        Ok(())
    }
}

impl wit::HostAction for EventState {
    fn chat(&mut self, action: Resource<HeldAction>) -> wasmtime::Result<String> {
        let chat = match self.handles.get(&action)? {
            HeldAction::Do(action) => action.chat(),
            HeldAction::End => &self.input.event.chat.jid,
        };
        Ok(chat.to_string())
    }

    fn drop(&mut self, action: Resource<HeldAction>) -> wasmtime::Result<()> {
        self.discard(action)
    }
}

fn person(person: &Person) -> wit::Person {
    wit::Person {
        jid: person.jid.to_string(),
        lid: person.lid.as_ref().map(Jid::to_string),
        name: person.name.clone(),
    }
}

pub(super) fn media_kind(kind: MediaKind) -> wit::MediaKind {
    match kind {
        MediaKind::Image => wit::MediaKind::Image,
        MediaKind::Sticker => wit::MediaKind::Sticker,
        MediaKind::Video => wit::MediaKind::Video,
        MediaKind::Audio => wit::MediaKind::Audio,
        MediaKind::Document => wit::MediaKind::Document,
    }
}

pub(super) fn role(role: Role) -> wit::Role {
    match role {
        Role::User => wit::Role::User,
        Role::GroupAdmin => wit::Role::GroupAdmin,
        Role::BotOwner => wit::Role::BotOwner,
        Role::SystemOwner => wit::Role::SystemOwner,
    }
}
