//! The event and its messages, as a handler sees them: what is handed over points into the event's own data, and each
//! function copies only what it is asked for.

use wasmtime::component::Resource;

use super::super::bindings::jadi::plugin::types as wit;
use super::super::state::EventState;
use jadi_model::clock::Millis;
use jadi_model::{
    Action, ChatKind, EventKind, Jid, MediaKind, Message, MessageId, MessageRef, Person, Role,
};

/// The event of an instance: there is one, so nothing has to be remembered.
pub struct HeldEvent;

/// The event's message, or the one that it answers, and so on: how many answers away it is.
#[derive(Clone, Copy)]
pub struct HeldMessage {
    depth: u32,
}

impl HeldMessage {
    /// The message that the event is about.
    pub(in super::super) const EVENT: Self = Self { depth: 0 };
}

/// An action that is not yet returned.
pub struct HeldAction(pub(in super::super) Action);

/// A message where it stands in the event.
struct Seen<'a> {
    message: &'a Message,
    id: &'a MessageId,
    author: &'a Jid,
}

/// A handle whose message is not there. The host makes no such handles.
#[derive(Debug, thiserror::Error)]
#[error("the event has no such message")]
struct NoMessage;

impl EventState {
    fn seen(&self, held: &Resource<HeldMessage>) -> wasmtime::Result<Seen<'_>> {
        let event = &self.input.event;
        let EventKind::Message(message) = &event.kind else {
            return Err(NoMessage.into());
        };
        let mut seen = Seen {
            message,
            id: &event.key.id,
            author: &event.sender.jid,
        };
        for _ in 0..self.handles.get(held)?.depth {
            let quoted = seen.message.quoted.as_ref().ok_or(NoMessage)?;
            seen = Seen {
                message: &quoted.message,
                id: &quoted.id,
                author: &quoted.author,
            };
        }
        Ok(seen)
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
        let is_the_events = self.handles.get(&message)?.depth == 0;
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
            kind: match media.kind {
                MediaKind::Image => wit::MediaKind::Image,
                MediaKind::Sticker => wit::MediaKind::Sticker,
                MediaKind::Video => wit::MediaKind::Video,
                MediaKind::Audio => wit::MediaKind::Audio,
                MediaKind::Document => wit::MediaKind::Document,
            },
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
        let depth = self.handles.get(&message)?.depth.saturating_add(1);
        Ok(Some(self.hand_over(HeldMessage { depth })?))
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

pub(super) fn role(role: Role) -> wit::Role {
    match role {
        Role::User => wit::Role::User,
        Role::GroupAdmin => wit::Role::GroupAdmin,
        Role::BotOwner => wit::Role::BotOwner,
        Role::SystemOwner => wit::Role::SystemOwner,
    }
}
