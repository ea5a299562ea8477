//! `group-admin`: changing the event's group, and no other: nothing that a plugin can say names one.

use jadi_model::{Action, GroupChange, Jid};
use jadi_plugin_manifest::Capability;
use wasmtime::component::Resource;

use super::super::bindings::jadi::plugin::group_admin::Host;
use super::super::bindings::jadi::plugin::types::Refused;
use super::super::state::EventState;
use super::event::{HeldAction, HeldMessage};
use super::invalid;

/// The most people that one change names.
const PEOPLE: usize = 256;
/// The longest name of a group, characters, as WhatsApp has it.
const SUBJECT: usize = 100;
/// The longest description, characters, likewise.
const DESCRIPTION: usize = 2048;

type Answer = wasmtime::Result<Result<Resource<HeldAction>, Refused>>;

impl EventState {
    /// A change of the event's group; `needs_admin` as most do.
    fn change(&mut self, change: Result<GroupChange, Refused>, needs_admin: bool) -> Answer {
        self.calls.count(0)?;
        if let Err(denied) = self.permitted(Capability::GroupAdmin) {
            return Ok(Err(denied));
        }
        let Some(group) = &self.input.group else {
            return Ok(Err(invalid(
                "the event is not in a group that the bot is in",
            )));
        };
        if needs_admin && !self.input.bot_is_admin {
            return Ok(Err(invalid("the bot is not an admin of this group")));
        }
        let group = group.jid.clone();
        match change {
            Ok(change) => self.act(Action::Group {
                group,
                change,
                // Who that is, dispatch knows.
                asker: None,
            }),
            Err(refused) => Ok(Err(refused)),
        }
    }

    fn change_people(
        &mut self,
        people: &[String],
        change: impl FnOnce(Vec<Jid>) -> GroupChange,
    ) -> Answer {
        self.change(addresses(people).map(change), true)
    }
}

impl EventState {
    /// Addresses of people, each once, without the bot's own; `why` says what is wrong with that.
    fn others(&self, people: &[String], why: &str) -> Result<Vec<Jid>, Refused> {
        let people = addresses(people)?;
        match &self.input.own {
            Some(own) if people.contains(own) => Err(invalid(why)),
            _ => Ok(people),
        }
    }
}

/// Addresses of people, each once.
fn addresses(people: &[String]) -> Result<Vec<Jid>, Refused> {
    if !(1..=PEOPLE).contains(&people.len()) {
        return Err(invalid(format!(
            "a change names 1 to {PEOPLE} people, not {}",
            people.len()
        )));
    }
    let mut addresses: Vec<Jid> = Vec::with_capacity(people.len());
    for person in people {
        let address: Jid = person
            .parse()
            .map_err(|_| invalid("a person is not an address such as an event hands over"))?;
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    Ok(addresses)
}

/// A text of at most so many characters.
fn text(text: String, least: usize, most: usize) -> Result<String, Refused> {
    let characters = text.trim().chars().count();
    if (least..=most).contains(&characters) {
        Ok(text)
    } else {
        Err(invalid(format!(
            "the text must have {least} to {most} characters, not {characters}"
        )))
    }
}

impl Host for EventState {
    fn add(&mut self, people: Vec<String>) -> Answer {
        self.change_people(&people, |people| GroupChange::Add { people })
    }

    fn remove(&mut self, people: Vec<String>) -> Answer {
        let why = "the bot does not remove itself; it leaves";
        let change = self.others(&people, why);
        self.change(change.map(|people| GroupChange::Remove { people }), true)
    }

    fn promote(&mut self, people: Vec<String>) -> Answer {
        self.change_people(&people, |people| GroupChange::Promote { people })
    }

    fn demote(&mut self, people: Vec<String>) -> Answer {
        let why = "the bot does not make itself an ordinary member; it could not undo that";
        let change = self.others(&people, why);
        self.change(change.map(|people| GroupChange::Demote { people }), true)
    }

    fn delete_message(&mut self, message: Resource<HeldMessage>) -> Answer {
        self.calls.count(0)?;
        if let Err(denied) = self.permitted(Capability::GroupAdmin) {
            return Ok(Err(denied));
        }
        let target = self.point_at(&message)?;
        if !target.from_me && !self.input.bot_is_admin {
            return Ok(Err(invalid("the bot is not an admin of this group")));
        }
        self.act(Action::Delete { target })
    }

    fn set_subject(&mut self, subject: String) -> Answer {
        let change = text(subject, 1, SUBJECT).map(|text| GroupChange::Subject { text });
        self.change(change, true)
    }

    fn set_description(&mut self, description: String) -> Answer {
        let change = text(description, 0, DESCRIPTION);
        self.change(change.map(|text| GroupChange::Description { text }), true)
    }

    fn set_admins_only(&mut self, on: bool) -> Answer {
        self.change(Ok(GroupChange::AdminsOnly { on }), true)
    }

    fn leave(&mut self) -> Answer {
        self.change(Ok(GroupChange::Leave), false)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::super::limits::EventLimits;
    use super::super::super::tests::support::{Data, group, input, jid, state_of};
    use super::*;

    const BOB: &str = "6280000000102@s.whatsapp.net";

    fn with(bot_is_admin: bool, in_group: bool) -> EventState {
        let mut input = input();
        input.bot_is_admin = bot_is_admin;
        input.group = in_group.then(|| Arc::new(group()));
        input.own = Some(jid("6280000000100@s.whatsapp.net"));
        state_of(input, Data::default(), EventLimits::default())
    }

    fn action(state: &mut EventState, answer: Answer) -> Action {
        let handle = answer.expect("no trap").expect("not refused");
        match state.handles.delete(handle).expect("held") {
            HeldAction::Do(action) => *action,
            HeldAction::End => panic!("an action"),
        }
    }

    fn refusal(answer: Answer) -> String {
        match answer.expect("no trap") {
            Err(Refused::Invalid(why)) => why,
            Err(other) => panic!("{other:?}"),
            Ok(_) => panic!("it was not refused"),
        }
    }

    #[test]
    fn a_change_is_of_the_events_group_and_names_each_person_once() {
        let mut state = with(true, true);
        let answer = state.remove(vec![BOB.to_owned(), BOB.to_owned()]);
        let expected = Action::Group {
            group: group().jid,
            change: GroupChange::Remove {
                people: vec![jid(BOB)],
            },
            asker: None,
        };
        assert_eq!(action(&mut state, answer), expected);
        let answer = state.set_description(String::new());
        assert!(matches!(action(&mut state, answer), Action::Group { .. }));
    }

    #[test]
    fn a_bot_that_is_no_admin_changes_nothing_but_may_leave() {
        let mut state = with(false, true);
        let people = || vec![BOB.to_owned()];
        for answer in [
            state.add(people()),
            state.remove(people()),
            state.promote(people()),
            state.demote(people()),
            state.set_subject("x".to_owned()),
            state.set_description("x".to_owned()),
            state.set_admins_only(true),
        ] {
            assert!(refusal(answer).contains("not an admin"));
        }
        let message = state.hand_over(HeldMessage::EVENT).expect("a handle");
        assert!(refusal(state.delete_message(message)).contains("not an admin"));
        let answer = state.leave();
        assert!(matches!(
            action(&mut state, answer),
            Action::Group {
                change: GroupChange::Leave,
                ..
            }
        ));
        assert!(refusal(with(true, false).leave()).contains("not in a group"));
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let mut state = with(true, true);
        assert!(refusal(state.add(Vec::new())).contains("1 to 256"));
        assert!(refusal(state.add(vec![BOB.to_owned(); 257])).contains("257"));
        assert!(refusal(state.add(vec!["everybody".to_owned()])).contains("not an address"));
        let own = "6280000000100@s.whatsapp.net".to_owned();
        assert!(refusal(state.remove(vec![own.clone()])).contains("it leaves"));
        assert!(refusal(state.demote(vec![own])).contains("undo"));
        assert!(refusal(state.set_subject(" ".to_owned())).contains("1 to 100"));
        assert!(refusal(state.set_subject("x".repeat(101))).contains("101"));
        assert!(refusal(state.set_description("x".repeat(2049))).contains("2049"));
    }
}
