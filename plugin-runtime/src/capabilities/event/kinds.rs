//! What an event is about when it is no message: an edit, a deletion, a reaction, people who come and go or were changed, a vote,
//! what is due, a step of hosting.

use wasmtime::component::Resource;

use super::{
    HeldChange, HeldDeletion, HeldDue, HeldEdit, HeldMembership, HeldMessage, HeldReaction,
    HeldStep, HeldVote, Root, person,
};
use crate::bindings::jadi::plugin::types as wit;
use crate::state::EventState;
use jadi_model::clock::Millis;
use jadi_model::{EventKind, HostingStep, MessageId, PeopleChange, Person, PersonChanged};

/// A handle whose event is of another kind. The host makes no such handles.
#[derive(Debug, thiserror::Error)]
#[error("the event is of another kind")]
struct OtherKind;

impl wit::HostEdit for EventState {
    fn id(&mut self, _edit: Resource<HeldEdit>) -> wasmtime::Result<String> {
        match &self.input.event.kind {
            EventKind::MessageEdit { target, .. } => Ok(target.to_string()),
            _ => Err(OtherKind.into()),
        }
    }

    fn text(&mut self, _edit: Resource<HeldEdit>) -> wasmtime::Result<String> {
        match &self.input.event.kind {
            EventKind::MessageEdit { text, .. } => Ok(text.clone()),
            _ => Err(OtherKind.into()),
        }
    }

    fn original(
        &mut self,
        _edit: Resource<HeldEdit>,
    ) -> wasmtime::Result<Option<Resource<HeldMessage>>> {
        EventState::original(self)
    }

    fn drop(&mut self, edit: Resource<HeldEdit>) -> wasmtime::Result<()> {
        self.handles.delete(edit)?;
        Ok(())
    }
}

impl EventState {
    /// The id of the deleted message, and who wrote it.
    fn deleted(&self) -> wasmtime::Result<(&MessageId, &Person)> {
        match &self.input.event.kind {
            EventKind::MessageDelete { target, author } => Ok((target, author)),
            _ => Err(OtherKind.into()),
        }
    }

    fn people(&self) -> wasmtime::Result<&[Person]> {
        match &self.input.event.kind {
            EventKind::GroupAdd { people } | EventKind::GroupRemove { people } => Ok(people),
            _ => Err(OtherKind.into()),
        }
    }
}

impl wit::HostDeletion for EventState {
    fn id(&mut self, _deletion: Resource<HeldDeletion>) -> wasmtime::Result<String> {
        Ok(self.deleted()?.0.to_string())
    }

    fn author(&mut self, _deletion: Resource<HeldDeletion>) -> wasmtime::Result<wit::Person> {
        Ok(person(self.deleted()?.1))
    }

    fn by_admin(&mut self, _deletion: Resource<HeldDeletion>) -> wasmtime::Result<bool> {
        Ok(self.deleted()?.1.jid != self.input.event.sender.jid)
    }

    fn original(
        &mut self,
        _deletion: Resource<HeldDeletion>,
    ) -> wasmtime::Result<Option<Resource<HeldMessage>>> {
        EventState::original(self)
    }

    fn drop(&mut self, deletion: Resource<HeldDeletion>) -> wasmtime::Result<()> {
        self.handles.delete(deletion)?;
        Ok(())
    }
}

impl wit::HostReaction for EventState {
    fn id(&mut self, _reaction: Resource<HeldReaction>) -> wasmtime::Result<String> {
        match &self.input.event.kind {
            EventKind::Reaction { target, .. } => Ok(target.to_string()),
            _ => Err(OtherKind.into()),
        }
    }

    fn emoji(&mut self, _reaction: Resource<HeldReaction>) -> wasmtime::Result<String> {
        match &self.input.event.kind {
            EventKind::Reaction { emoji, .. } => Ok(emoji.clone()),
            _ => Err(OtherKind.into()),
        }
    }

    fn original(
        &mut self,
        _reaction: Resource<HeldReaction>,
    ) -> wasmtime::Result<Option<Resource<HeldMessage>>> {
        EventState::original(self)
    }

    fn drop(&mut self, reaction: Resource<HeldReaction>) -> wasmtime::Result<()> {
        self.handles.delete(reaction)?;
        Ok(())
    }
}

impl wit::HostMembership for EventState {
    fn people(
        &mut self,
        _membership: Resource<HeldMembership>,
    ) -> wasmtime::Result<Vec<wit::Person>> {
        Ok(EventState::people(self)?.iter().map(person).collect())
    }

    fn drop(&mut self, membership: Resource<HeldMembership>) -> wasmtime::Result<()> {
        self.handles.delete(membership)?;
        Ok(())
    }
}

impl EventState {
    /// What was to be done, and what has become of each.
    fn group_change(&self) -> wasmtime::Result<(PeopleChange, &[PersonChanged])> {
        match &self.input.event.kind {
            EventKind::GroupChange { change, people, .. } => Ok((*change, people)),
            _ => Err(OtherKind.into()),
        }
    }
}

impl wit::HostGroupChange for EventState {
    fn name(&mut self, _change: Resource<HeldChange>) -> wasmtime::Result<String> {
        Ok(self.group_change()?.0.word().to_owned())
    }

    fn people(
        &mut self,
        _change: Resource<HeldChange>,
    ) -> wasmtime::Result<Vec<wit::PersonChanged>> {
        let told = |person: &PersonChanged| wit::PersonChanged {
            jid: person.jid.to_string(),
            outcome: person.outcome.word().to_owned(),
        };
        Ok(self.group_change()?.1.iter().map(told).collect())
    }

    fn asked(
        &mut self,
        _change: Resource<HeldChange>,
    ) -> wasmtime::Result<Option<Resource<HeldMessage>>> {
        match &self.input.event.kind {
            EventKind::GroupChange { asked: None, .. } => Ok(None),
            EventKind::GroupChange { asked: Some(_), .. } => {
                let (root, depth) = (Root::Asked, 0);
                Ok(Some(self.hand_over(HeldMessage { root, depth })?))
            }
            _ => Err(OtherKind.into()),
        }
    }

    fn drop(&mut self, change: Resource<HeldChange>) -> wasmtime::Result<()> {
        self.handles.delete(change)?;
        Ok(())
    }
}

impl EventState {
    /// The poll's name and message, and what is chosen.
    fn vote(&self) -> wasmtime::Result<(&str, &MessageId, &[String])> {
        match &self.input.event.kind {
            EventKind::PollVote {
                name, poll, chosen, ..
            } => Ok((name, poll, chosen)),
            _ => Err(OtherKind.into()),
        }
    }
}

impl wit::HostPollVote for EventState {
    fn name(&mut self, _vote: Resource<HeldVote>) -> wasmtime::Result<String> {
        Ok(self.vote()?.0.to_owned())
    }

    fn poll(&mut self, _vote: Resource<HeldVote>) -> wasmtime::Result<String> {
        Ok(self.vote()?.1.to_string())
    }

    fn chosen(&mut self, _vote: Resource<HeldVote>) -> wasmtime::Result<Vec<String>> {
        Ok(self.vote()?.2.to_vec())
    }

    fn drop(&mut self, vote: Resource<HeldVote>) -> wasmtime::Result<()> {
        self.handles.delete(vote)?;
        Ok(())
    }
}

impl wit::HostDue for EventState {
    fn name(&mut self, _due: Resource<HeldDue>) -> wasmtime::Result<String> {
        match &self.input.event.kind {
            EventKind::Due { name, .. } => Ok(name.clone()),
            _ => Err(OtherKind.into()),
        }
    }

    fn at(&mut self, _due: Resource<HeldDue>) -> wasmtime::Result<Millis> {
        match &self.input.event.kind {
            EventKind::Due { at, .. } => Ok(*at),
            _ => Err(OtherKind.into()),
        }
    }

    fn payload(&mut self, _due: Resource<HeldDue>) -> wasmtime::Result<Vec<u8>> {
        match &self.input.event.kind {
            EventKind::Due { payload, .. } => Ok(payload.clone()),
            _ => Err(OtherKind.into()),
        }
    }

    fn drop(&mut self, due: Resource<HeldDue>) -> wasmtime::Result<()> {
        self.handles.delete(due)?;
        Ok(())
    }
}

impl EventState {
    /// The step that the event is.
    pub(in crate::capabilities) fn step(&self) -> wasmtime::Result<&HostingStep> {
        match &self.input.event.kind {
            EventKind::Hosting { step, .. } => Ok(step),
            _ => Err(OtherKind.into()),
        }
    }
}

impl wit::HostHostingStep for EventState {
    fn name(&mut self, _step: Resource<HeldStep>) -> wasmtime::Result<String> {
        Ok(self.step()?.name.word().to_owned())
    }

    fn number(&mut self, _step: Resource<HeldStep>) -> wasmtime::Result<String> {
        Ok(self.step()?.number.digits().to_owned())
    }

    fn other(&mut self, _step: Resource<HeldStep>) -> wasmtime::Result<Option<String>> {
        let other = self.step()?.other.as_ref();
        Ok(other.map(|number| number.digits().to_owned()))
    }

    fn count(&mut self, _step: Resource<HeldStep>) -> wasmtime::Result<Option<u32>> {
        Ok(self.step()?.count)
    }

    fn code(&mut self, _step: Resource<HeldStep>) -> wasmtime::Result<Option<String>> {
        Ok(self.step()?.code.clone())
    }

    fn until(&mut self, _step: Resource<HeldStep>) -> wasmtime::Result<Option<Millis>> {
        Ok(self.step()?.until)
    }

    fn reason(&mut self, _step: Resource<HeldStep>) -> wasmtime::Result<Option<String>> {
        Ok(self.step()?.reason.clone())
    }

    fn drop(&mut self, step: Resource<HeldStep>) -> wasmtime::Result<()> {
        self.handles.delete(step)?;
        Ok(())
    }
}
