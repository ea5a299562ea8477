//! Adding and removing people, making admins and ordinary members, and what has become of each.
//!
//! What WhatsApp says of each person is a code. Who can't be added because of their privacy settings comes with an invitation to
//! send to them, as WhatsApp's own apps do.

use whatsapp_rust::prelude::{Client, Jid as WireJid, MessageField, wa};
use whatsapp_rust::{GroupError, IqError, ParticipantChangeResponse};

use super::address::{self, NumberBook};
use super::groups;
use crate::model::{ChangeOutcome, GroupChange, Jid, PeopleChange, PersonChanged};
use crate::whatsapp::SendError;

/// Makes a change of people. The same change again does no harm, so that it may be repeated after a crash.
pub(super) async fn change(
    client: &Client,
    group: &Jid,
    change: &GroupChange,
) -> Result<Vec<PersonChanged>, SendError> {
    let not_one = || SendError::Refused("not an address".to_owned());
    let (change, people) = change
        .of_people()
        .ok_or_else(|| SendError::Refused("no change of people".to_owned()))?;
    let wire = address::wire(group).ok_or_else(not_one)?;
    let wired: Vec<WireJid> = people
        .iter()
        .map(|person| address::wire(person).ok_or_else(not_one))
        .collect::<Result<_, _>>()?;
    let in_it = client.groups();
    let answer = match change {
        PeopleChange::Add => in_it.add_participants(wire.clone(), &wired).await,
        PeopleChange::Remove => in_it.remove_participants(wire.clone(), &wired).await,
        PeopleChange::Promote => in_it.promote_participants(wire.clone(), &wired).await,
        PeopleChange::Demote => in_it.demote_participants(wire.clone(), &wired).await,
    };
    let answers = match answer {
        Ok(answers) => answers,
        Err(error) if not_admin(&error) => {
            let outcome = ChangeOutcome::NotAdmin;
            let people = people.iter().cloned();
            return Ok(people.map(|jid| PersonChanged { jid, outcome }).collect());
        }
        Err(error) => return Err(groups::refused(error)),
    };
    let mut named = Vec::with_capacity(answers.len());
    for answer in &answers {
        named.push(answer.jid.clone());
    }
    let book = NumberBook::look_up(client, named).await;
    let mut changed = Vec::with_capacity(people.len());
    for person in people {
        let answer = answers.iter().find(|answer| is(answer, person, &book));
        let mut outcome = answer.map_or(ChangeOutcome::Refused, |answer| {
            outcome(change, answer.error.as_deref())
        });
        if outcome == ChangeOutcome::Private
            && let Some(answer) = answer
            && invite(client, &wire, answer).await
        {
            outcome = ChangeOutcome::Invited;
        }
        changed.push(PersonChanged {
            jid: person.clone(),
            outcome,
        });
    }
    Ok(changed)
}

/// Whether the answer is about this person, under either of their addresses.
fn is(answer: &ParticipantChangeResponse, person: &Jid, book: &NumberBook) -> bool {
    let named = book.fold(&answer.jid, answer.phone_number.as_ref());
    named.is_some_and(|named| named.jid == *person || named.lid.as_ref() == Some(person))
}

/// Whether the whole change was refused because the bot is no admin.
fn not_admin(error: &GroupError) -> bool {
    matches!(error, GroupError::Iq(IqError::ServerError { code, .. }) if matches!(code, 401 | 403))
}

/// What a code means for one person.
fn outcome(change: PeopleChange, code: Option<&str>) -> ChangeOutcome {
    let adds = change == PeopleChange::Add;
    match code {
        None | Some("200") => ChangeOutcome::Done,
        // They have blocked the bot, or let nobody add them whom they don't know.
        Some("401" | "403") if adds => ChangeOutcome::Private,
        Some("404") if adds => ChangeOutcome::NotOnWhatsapp,
        Some("404") => ChangeOutcome::NotThere,
        Some("408") if adds => ChangeOutcome::LeftLately,
        Some("409") => ChangeOutcome::Already,
        Some("419" | "500") if adds => ChangeOutcome::Full,
        Some("403" | "405" | "406") => ChangeOutcome::Protected,
        Some(_) => ChangeOutcome::Refused,
    }
}

/// Sends somebody the invitation that came instead of their being added. Whether it went.
async fn invite(client: &Client, group: &WireJid, answer: &ParticipantChangeResponse) -> bool {
    let Some(invitation) = &answer.add_request else {
        return false;
    };
    let name = client.groups().get_metadata(group).await;
    let name = name.map_or_else(|_| String::new(), |metadata| metadata.subject);
    let message = invitation_message(group, &name, &invitation.code, invitation.expiration);
    let to = answer.phone_number.clone();
    let to = to.unwrap_or_else(|| answer.jid.clone()).to_non_ad();
    match client.send_message(to, message).await {
        Ok(_) => true,
        Err(error) => {
            tracing::debug!(%error, "an invitation to a group could not be sent");
            false
        }
    }
}

fn invitation_message(group: &WireJid, name: &str, code: &str, expires: u64) -> wa::Message {
    wa::Message {
        group_invite_message: MessageField::some(wa::message::GroupInviteMessage {
            group_jid: Some(group.to_string()),
            group_name: Some(name.to_owned()),
            invite_code: Some(code.to_owned()),
            invite_expiration: i64::try_from(expires).ok(),
            ..Default::default()
        }),
        ..Default::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_of_one_person_has_a_meaning() {
        use ChangeOutcome as Is;
        let cases = [
            (PeopleChange::Add, None, Is::Done),
            (PeopleChange::Add, Some("200"), Is::Done),
            (PeopleChange::Add, Some("401"), Is::Private),
            (PeopleChange::Add, Some("403"), Is::Private),
            (PeopleChange::Add, Some("404"), Is::NotOnWhatsapp),
            (PeopleChange::Add, Some("408"), Is::LeftLately),
            (PeopleChange::Add, Some("409"), Is::Already),
            (PeopleChange::Add, Some("500"), Is::Full),
            (PeopleChange::Add, Some("599"), Is::Refused),
            (PeopleChange::Remove, Some("404"), Is::NotThere),
            (PeopleChange::Remove, Some("405"), Is::Protected),
            (PeopleChange::Remove, Some("500"), Is::Refused),
            (PeopleChange::Promote, Some("409"), Is::Already),
            (PeopleChange::Demote, Some("406"), Is::Protected),
        ];
        for (change, code, expected) in cases {
            assert_eq!(outcome(change, code), expected, "{change:?} {code:?}");
        }
    }

    #[test]
    fn an_invitation_names_the_group_and_its_end() {
        let group: WireJid = "120363000000000001@g.us".parse().expect("a group");
        let message = invitation_message(&group, "friends", "AbC", 1_700_000_000);
        let invitation = message.group_invite_message.as_option().expect("one");
        assert_eq!(invitation.group_name.as_deref(), Some("friends"));
        assert_eq!(invitation.invite_code.as_deref(), Some("AbC"));
        assert_eq!(invitation.invite_expiration, Some(1_700_000_000));
    }
}
