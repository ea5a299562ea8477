//! What has become of a change of a group's people, told to the plugin that asked for it as an event of its own.

use crate::clock::Millis;
use crate::model::{
    Action, AskingMessage, ChangeOutcome, Chat, ChatKind, Event, EventKey, EventKind, GroupAsker,
    Jid, KeptMessage, Message, MessageId, Outgoing, PeopleChange, PersonChanged,
};
use jadi_plugin_manifest::{EventKind as Asked, Manifest};

/// A change of people whose asker wants to know what becomes of it.
pub(super) struct Wanted<'a> {
    group: &'a Jid,
    change: PeopleChange,
    people: &'a [Jid],
    asker: &'a GroupAsker,
}

/// The change that an action is, when its asker wants to know what becomes of it.
pub(super) fn wanted(outgoing: &Outgoing) -> Option<Wanted<'_>> {
    let Action::Group {
        group,
        change,
        asker: Some(asker),
    } = &outgoing.action
    else {
        return None;
    };
    let (change, people) = change.of_people()?;
    Some(Wanted {
        group,
        change,
        people,
        asker,
    })
}

impl Wanted<'_> {
    /// The same for everybody.
    pub(super) fn all(&self, outcome: ChangeOutcome) -> Vec<PersonChanged> {
        let people = self.people.iter().cloned();
        people.map(|jid| PersonChanged { jid, outcome }).collect()
    }

    /// The event that tells it. The same action makes the same event, so that it is kept once.
    pub(super) fn event(&self, id: &MessageId, people: Vec<PersonChanged>, now: Millis) -> Event {
        let person = self.asker.person.clone();
        Event {
            key: EventKey {
                chat: self.group.clone(),
                sender: person.jid.clone(),
                id: id.clone(),
            },
            at: now,
            chat: Chat {
                jid: self.group.clone(),
                kind: ChatKind::Group,
            },
            sender: person,
            kind: EventKind::GroupChange {
                plugin: self.asker.plugin.clone(),
                change: self.change,
                people,
                asked: self.asker.message.as_ref().map(|message| {
                    Box::new(KeptMessage {
                        id: message.id.clone(),
                        author: self.asker.person.clone(),
                        at: message.at,
                        message: Message {
                            text: message.text.clone(),
                            ..Message::default()
                        },
                    })
                }),
            },
        }
    }
}

/// Notes on each change of people who asks for it in this event, when the plugin wants to know what becomes of it.
pub(super) fn noted(actions: Vec<Action>, manifest: &Manifest, event: &Event) -> Vec<Action> {
    let mut filters = manifest.events.iter();
    if !filters.any(|filter| filter.event == Asked::GroupChange) {
        return actions;
    }
    let noted = actions.into_iter().map(|action| match action {
        Action::Group { group, change, .. } if change.of_people().is_some() => Action::Group {
            group,
            change,
            asker: Some(Box::new(GroupAsker {
                plugin: manifest.name.clone(),
                person: event.sender.clone(),
                message: message(event),
            })),
        },
        other => other,
    });
    noted.collect()
}

/// The message that the event is, as far as it is needed to be pointed at.
fn message(event: &Event) -> Option<AskingMessage> {
    match &event.kind {
        EventKind::Message(message) => Some(AskingMessage {
            id: event.key.id.clone(),
            at: event.at,
            text: message.text.clone(),
        }),
        _ => None,
    }
}
