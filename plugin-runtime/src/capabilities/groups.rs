//! `groups`: what is known of the event's group. It was asked for before the event began, so that reading it costs no call to
//! anybody.

use std::sync::Arc;

use jadi_model::{GroupInfo, Jid, Participant};
use jadi_plugin_manifest::Capability;
use wasmtime::component::Resource;

use super::super::bindings::jadi::plugin::groups as wit;
use super::super::bindings::jadi::plugin::types::Refused;
use super::super::state::EventState;
use super::invalid;

/// The event's group.
pub struct HeldGroup(Arc<GroupInfo>);

impl EventState {
    fn group(&self, group: &Resource<HeldGroup>) -> wasmtime::Result<&GroupInfo> {
        Ok(&self.handles.get(group)?.0)
    }
}

impl wit::HostGroup for EventState {
    fn jid(&mut self, group: Resource<HeldGroup>) -> wasmtime::Result<String> {
        Ok(self.group(&group)?.jid.to_string())
    }

    fn subject(&mut self, group: Resource<HeldGroup>) -> wasmtime::Result<String> {
        Ok(self.group(&group)?.subject.clone())
    }

    fn description(&mut self, group: Resource<HeldGroup>) -> wasmtime::Result<String> {
        Ok(self.group(&group)?.description.clone())
    }

    fn size(&mut self, group: Resource<HeldGroup>) -> wasmtime::Result<u32> {
        let size = self.group(&group)?.participants.len();
        Ok(u32::try_from(size).unwrap_or(u32::MAX))
    }

    fn participants(
        &mut self,
        group: Resource<HeldGroup>,
    ) -> wasmtime::Result<Vec<wit::Participant>> {
        let participants = &self.group(&group)?.participants;
        Ok(participants.iter().map(participant).collect())
    }

    fn find(
        &mut self,
        group: Resource<HeldGroup>,
        person: String,
    ) -> wasmtime::Result<Option<wit::Participant>> {
        let Ok(person) = person.parse::<Jid>() else {
            return Ok(None);
        };
        Ok(self.group(&group)?.participant(&person).map(participant))
    }

    fn creator(&mut self, group: Resource<HeldGroup>) -> wasmtime::Result<Option<String>> {
        let creator = self.group(&group)?.creator.as_ref();
        Ok(creator.map(Jid::to_string))
    }

    fn drop(&mut self, group: Resource<HeldGroup>) -> wasmtime::Result<()> {
        self.handles.delete(group)?;
        Ok(())
    }
}

impl wit::Host for EventState {
    fn current(&mut self) -> wasmtime::Result<Result<Resource<HeldGroup>, Refused>> {
        if let Err(denied) = self.permitted(Capability::Groups) {
            return Ok(Err(denied));
        }
        match self.input.group.clone() {
            Some(group) => Ok(Ok(self.hand_over(HeldGroup(group))?)),
            None => Ok(Err(invalid(
                "the event is not in a group that the bot is in",
            ))),
        }
    }

    async fn invite_code(&mut self) -> wasmtime::Result<Result<Option<String>, Refused>> {
        self.calls.count(0)?;
        if let Err(denied) = self.permitted(Capability::Groups) {
            return Ok(Err(denied));
        }
        if self.input.group.is_none() {
            return Ok(Err(invalid(
                "the event is not in a group that the bot is in",
            )));
        }
        if !self.input.bot_is_admin {
            return Ok(Ok(None));
        }
        match self.meter.pause(self.reads.invite_code()).await {
            Ok(code) => Ok(Ok(code)),
            Err(error) => {
                self.note_trouble(&error);
                Ok(Err(Refused::Unavailable))
            }
        }
    }
}

fn participant(participant: &Participant) -> wit::Participant {
    wit::Participant {
        jid: participant.jid.to_string(),
        lid: participant.lid.as_ref().map(Jid::to_string),
        admin: participant.admin,
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::limits::EventLimits;
    use super::super::super::tests::support::{Data, group, input, state_of};
    use super::wit::{Host, HostGroup};
    use super::*;

    #[test]
    fn a_group_is_told_with_its_people_by_either_address() {
        let mut input = input();
        input.group = Some(Arc::new(group()));
        let mut state = state_of(input, Data::default(), EventLimits::default());
        let held = state.current().expect("no trap").expect("a group");
        let same = || Resource::new_borrow(held.rep());
        assert_eq!(
            HostGroup::subject(&mut state, same()).expect("held"),
            "Friends"
        );
        assert_eq!(HostGroup::size(&mut state, same()).expect("held"), 3);
        let creator = HostGroup::creator(&mut state, same()).expect("held");
        assert_eq!(creator.as_deref(), Some("6280000000102@s.whatsapp.net"));
        let mut find = |person: &str| {
            let found = HostGroup::find(&mut state, same(), person.to_owned());
            found.expect("held").map(|found| (found.jid, found.admin))
        };
        let bob = ("6280000000102@s.whatsapp.net".to_owned(), true);
        assert_eq!(find("6280000000102@s.whatsapp.net"), Some(bob.clone()));
        assert_eq!(find("900000000000102@lid"), Some(bob));
        assert_eq!(find("6280000000199@s.whatsapp.net"), None);
        assert_eq!(find("nobody"), None);
    }

    #[tokio::test]
    async fn only_an_admin_is_told_the_invitation() {
        let data = || Data {
            invite_code: Some("OwnGroup1".to_owned()),
            ..Data::default()
        };
        let mut input = input();
        input.group = Some(Arc::new(group()));
        let mut state = state_of(input.clone(), data(), EventLimits::default());
        let none = state.invite_code().await.expect("no trap");
        assert_eq!(none.expect("not refused"), None);
        input.bot_is_admin = true;
        let mut state = state_of(input.clone(), data(), EventLimits::default());
        let code = state.invite_code().await.expect("no trap");
        assert_eq!(code.expect("not refused").as_deref(), Some("OwnGroup1"));
        let broken = Data {
            broken: true,
            ..data()
        };
        let mut state = state_of(input.clone(), broken, EventLimits::default());
        let refused = state.invite_code().await.expect("no trap");
        assert!(matches!(refused, Err(Refused::Unavailable)));
        input.group = None;
        let mut state = state_of(input, data(), EventLimits::default());
        let refused = state.invite_code().await.expect("no trap");
        assert!(matches!(refused, Err(Refused::Invalid(_))));
    }

    #[test]
    fn there_is_none_in_a_private_chat() {
        let mut state = state_of(input(), Data::default(), EventLimits::default());
        let refused = state.current().expect("no trap");
        assert!(matches!(refused, Err(Refused::Invalid(_))));
    }
}
