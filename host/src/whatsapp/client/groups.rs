//! Groups: notifications about who came and went, what a group is, and changing it. Who is in it is changed in `people`.

use whatsapp_rust::prelude::{Client, Jid as WireJid};
use whatsapp_rust::types::events::GroupUpdate;
use whatsapp_rust::wacore::stanza::groups::{GroupNotificationAction, GroupParticipantInfo};
use whatsapp_rust::{
    GroupDescription, GroupError, GroupMetadata, GroupSubject, IqError, PreviousDescription,
};

use super::address::{self, NumberBook};
use super::people;
use crate::model::{
    ChangeOutcome, Chat, ChatKind, Event, EventKey, EventKind, GroupChange, GroupInfo, Jid,
    MessageId, Participant, Person, PersonChanged,
};
use crate::whatsapp::SendError;

/// Everybody whom a group notification names by linked identity.
pub(super) fn named_in(update: &GroupUpdate) -> Vec<WireJid> {
    let mut named: Vec<WireJid> = update.participant.iter().cloned().collect();
    if let Some((people, _)) = moved(update) {
        named.extend(people.iter().map(|person| person.jid.clone()));
    }
    named
}

/// Who came (`true`) or went.
fn moved(update: &GroupUpdate) -> Option<(&[GroupParticipantInfo], bool)> {
    match &update.action {
        GroupNotificationAction::Add { participants, .. } => Some((participants, true)),
        GroupNotificationAction::Remove { participants, .. } => Some((participants, false)),
        _ => None,
    }
}

/// The event that a group notification is, or nothing when it is not about people coming or going.
pub(super) fn event(update: &GroupUpdate, book: &NumberBook) -> Option<Event> {
    let (people, came) = moved(update)?;
    let people: Vec<Person> = people
        .iter()
        .filter_map(|person| {
            let other = person.phone_number.as_ref().or(person.lid.as_ref());
            let name = person.display_name.as_deref().unwrap_or_default();
            Some(book.fold(&person.jid, other)?.person(name))
        })
        .collect();
    let first = people.first()?;
    let sender = match &update.participant {
        Some(actor) => book
            .fold(actor, update.participant_pn.as_ref())?
            .person(update.notify.as_deref().unwrap_or_default()),
        None => first.clone(),
    };
    let chat = address::plain(&update.group_jid)?;
    Some(Event {
        key: EventKey {
            chat: chat.clone(),
            sender: sender.jid.clone(),
            id: id(update)?,
        },
        at: update.timestamp.timestamp_millis(),
        chat: Chat {
            jid: chat,
            kind: ChatKind::Group,
        },
        sender,
        kind: if came {
            EventKind::GroupAdd { people }
        } else {
            EventKind::GroupRemove { people }
        },
    })
}

/// One notification may carry several actions: each gets its own id, the same again when it is redelivered.
fn id(update: &GroupUpdate) -> Option<MessageId> {
    let seconds = update.timestamp.timestamp();
    let notification = match &update.notification_id {
        Some(id) => id.clone(),
        None => format!("group-{seconds}"),
    };
    format!("{notification}.{}", update.action_index)
        .parse()
        .ok()
}

/// Asks the server for a group and folds its people.
pub(super) async fn info(client: &Client, group: &WireJid) -> Result<GroupInfo, SendError> {
    let metadata = client.groups().get_metadata(group).await.map_err(refused)?;
    let mut people = Vec::with_capacity(metadata.participants.len());
    for person in &metadata.participants {
        people.push(person.jid.clone());
    }
    let book = NumberBook::look_up(client, people).await;
    described(metadata, &book).ok_or_else(|| SendError::Refused("not a group".to_owned()))
}

/// The code of a group's invitation link; none when the account may not see it.
pub(super) async fn invite_code(
    client: &Client,
    group: &WireJid,
) -> Result<Option<String>, SendError> {
    match client.groups().get_invite_link(group.clone(), false).await {
        Ok(link) => {
            let code = link.rsplit('/').next().unwrap_or_default();
            Ok(Some(code.to_owned()).filter(|code| !code.is_empty()))
        }
        Err(error) => match refused(error) {
            SendError::Refused(_) => Ok(None),
            unavailable => Err(unavailable),
        },
    }
}

/// Changes a group. The same change again does no harm, so that it may be repeated after a crash.
pub(super) async fn change(
    client: &Client,
    address: &Jid,
    change: &GroupChange,
) -> Result<(), SendError> {
    let group =
        address::wire(address).ok_or_else(|| SendError::Refused("not an address".to_owned()))?;
    let groups = client.groups();
    match change {
        GroupChange::Add { .. }
        | GroupChange::Remove { .. }
        | GroupChange::Promote { .. }
        | GroupChange::Demote { .. } => changed(&people::change(client, address, change).await?),
        GroupChange::Subject { text } => {
            let subject = GroupSubject::new(text.as_str())
                .map_err(|error| SendError::Refused(error.to_string()))?;
            groups.set_subject(group, subject).await.map_err(refused)
        }
        GroupChange::Description { text } => {
            let description = match text.as_str() {
                "" => None,
                text => Some(
                    GroupDescription::new(text)
                        .map_err(|error| SendError::Refused(error.to_string()))?,
                ),
            };
            let previous = PreviousDescription::Resolve;
            let set = groups.set_description(group, description, previous).await;
            set.map_err(refused)
        }
        GroupChange::AdminsOnly { on } => groups.set_announce(group, *on).await.map_err(refused),
        GroupChange::Leave => groups.leave(group).await.map_err(refused),
    }
}

/// A change of people has worked when it has for anyone: the others' privacy settings, or that they are what they should be
/// already, is no reason to try again.
fn changed(people: &[PersonChanged]) -> Result<(), SendError> {
    let worked = |person: &PersonChanged| {
        use ChangeOutcome::{Already, Done, Invited};
        matches!(person.outcome, Done | Already | Invited)
    };
    match people.first() {
        Some(first) if !people.iter().any(worked) => {
            let why = first.outcome.word();
            Err(SendError::Refused(format!("nobody was changed ({why})")))
        }
        _ => Ok(()),
    }
}

fn described(metadata: GroupMetadata, book: &NumberBook) -> Option<GroupInfo> {
    let mut makers = metadata.participants.iter();
    let creator = makers
        .find(|person| person.is_super_admin())
        .and_then(|person| {
            book.fold(
                &person.jid,
                person.phone_number.as_ref().or(person.lid.as_ref()),
            )
        });
    Some(GroupInfo {
        creator: creator.map(|creator| creator.jid),
        jid: address::plain(&metadata.id)?,
        subject: metadata.subject,
        description: metadata.description.unwrap_or_default(),
        participants: metadata
            .participants
            .iter()
            .filter_map(|person| {
                let other = person.phone_number.as_ref().or(person.lid.as_ref());
                let address = book.fold(&person.jid, other)?;
                Some(Participant {
                    jid: address.jid,
                    lid: address.lid,
                    admin: person.is_admin(),
                })
            })
            .collect(),
    })
}

pub(super) fn refused(error: GroupError) -> SendError {
    match error {
        GroupError::Iq(IqError::ServerError { code, .. }) if (400..500).contains(&code) => {
            SendError::Refused(format!("the group can't be read (code {code})"))
        }
        GroupError::InvalidRequest(what) => SendError::Refused(what),
        _ => SendError::Unavailable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use whatsapp_rust::wacore::chrono::DateTime;

    fn participant(jid: &str, number: Option<&str>) -> GroupParticipantInfo {
        GroupParticipantInfo {
            jid: jid.parse().expect("jid"),
            phone_number: number.map(|number| number.parse().expect("jid")),
            display_name: None,
            r#type: None,
            lid: None,
            username: None,
            join_time: None,
            group_history_sent_state: None,
        }
    }

    fn update(action: GroupNotificationAction, actor: Option<&str>) -> GroupUpdate {
        GroupUpdate::builder()
            .group_jid("120363000000000001@g.us".parse().expect("group"))
            .notification_id("777".to_owned())
            .maybe_participant(actor.map(|actor| actor.parse().expect("jid")))
            .timestamp(DateTime::from_timestamp(1_700_000_000, 0).expect("time"))
            .is_lid_addressing_mode(true)
            .action(action)
            .build()
    }

    #[test]
    fn people_who_come_are_an_event_by_whoever_added_them() {
        let add = GroupNotificationAction::Add {
            participants: vec![participant(
                "900000000000102@lid",
                Some("6280000000102@s.whatsapp.net"),
            )],
            reason: None,
        };
        let mut book = NumberBook::default();
        book.learn("900000000000101", "6280000000101");
        let event = event(&update(add, Some("900000000000101@lid")), &book).expect("an event");
        assert_eq!(event.sender.jid.as_str(), "6280000000101@s.whatsapp.net");
        assert_eq!(event.key.id.as_str(), "777.0");
        assert_eq!(event.at, 1_700_000_000_000);
        let EventKind::GroupAdd { people } = event.kind else {
            panic!("people came: {:?}", event.kind);
        };
        assert_eq!(people.len(), 1);
        assert_eq!(people[0].jid.as_str(), "6280000000102@s.whatsapp.net");
        assert_eq!(
            people[0].lid.as_ref().expect("lid").as_str(),
            "900000000000102@lid"
        );
    }

    #[test]
    fn who_leaves_alone_is_the_sender() {
        let remove = GroupNotificationAction::Remove {
            participants: vec![participant("6280000000102@s.whatsapp.net", None)],
            reason: None,
        };
        let event = event(&update(remove, None), &NumberBook::default()).expect("an event");
        assert_eq!(event.sender.jid.as_str(), "6280000000102@s.whatsapp.net");
        assert!(matches!(event.kind, EventKind::GroupRemove { .. }));
    }

    #[test]
    fn a_changed_setting_is_no_event() {
        let locked = GroupNotificationAction::Locked { threshold: None };
        assert_eq!(event(&update(locked, None), &NumberBook::default()), None);
    }
}
