//! Kick, add, promote, demote: whom is meant, whether that makes sense for each of them, the change, and what has become of it.

use jadi_plugin_sdk::groups::{self, Group};
use jadi_plugin_sdk::{
    Answer, Error, GroupChange, Message, Outcome, Refused, Reply, Result, Words, group_admin,
};

use crate::people::{meant, user};
use crate::texts;

/// What is done to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Removes them.
    Kick,
    /// Adds them.
    Add,
    /// Makes them admins.
    Promote,
    /// Makes them ordinary members.
    Demote,
}

/// What somebody is in the group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Not in it.
    Outside,
    Member,
    Admin,
    /// Who made it.
    Creator,
}

impl Change {
    /// Why it makes no sense for somebody who is this in the group.
    fn flaw(self, there: Place) -> Option<Words> {
        match (self, there) {
            (Self::Add, Place::Outside) => None,
            (Self::Add, _) => Some(texts::ALREADY_HERE),
            (_, Place::Outside) => Some(texts::NOT_HERE),
            (Self::Promote, Place::Admin | Place::Creator) => Some(texts::ALREADY_ADMIN),
            (Self::Kick | Self::Demote, Place::Creator) => Some(texts::CREATOR),
            // One admin does not remove another by a word.
            (Self::Kick, Place::Admin) => Some(texts::ADMIN),
            (Self::Demote, Place::Member) => Some(texts::NO_ADMIN),
            (Self::Kick | Self::Promote, Place::Member) | (Self::Demote, Place::Admin) => None,
        }
    }
}

/// Somebody who is meant: the group's own address of them, if it has one, and what they are in it.
fn found(group: &Group, jid: String) -> (String, Place) {
    let Some(person) = group.find(&jid) else {
        return (jid, Place::Outside);
    };
    let place = match (group.creator(), person.admin) {
        (Some(creator), _) if creator == person.jid => Place::Creator,
        (_, true) => Place::Admin,
        (_, false) => Place::Member,
    };
    (person.jid, place)
}

/// Makes the change for all who are meant, or for nobody and says why. What becomes of it comes later, see [`told`].
pub fn made(message: &Message, change: Change) -> Result<Answer> {
    let language = message.language();
    let meant = meant(message);
    if meant.is_empty() {
        return Ok(Answer::none().send(texts::WHOM.in_language(&language)));
    }
    let group = groups::current()?;
    let found: Vec<(String, Place)> = meant.into_iter().map(|jid| found(&group, jid)).collect();
    let people: Vec<&str> = found.iter().map(|(jid, _)| jid.as_str()).collect();
    let asked = match change {
        Change::Kick => group_admin::remove(&people),
        Change::Add => group_admin::add(&people),
        Change::Promote => group_admin::promote(&people),
        Change::Demote => group_admin::demote(&people),
    };
    let asked = match asked {
        Ok(asked) => asked,
        // The host lets no plugin do this to the bot itself.
        Err(Error::Refused(Refused::Invalid(_))) => {
            return Ok(Answer::none().send(texts::NOT_ME.in_language(&language)));
        }
        Err(error) => return Err(error),
    };
    let flaw = |there: Place| change.flaw(there);
    let Some(words) = found.iter().find_map(|(_, there)| flaw(*there)) else {
        return Ok(Answer::none().then(asked));
    };
    let same = found
        .iter()
        .filter(|(_, there)| flaw(*there) == Some(words));
    let who: Vec<&str> = same.map(|(jid, _)| user(jid)).collect();
    let text = words.fill(&language, &[("who", &who.join(", "))]);
    Ok(Answer::none().send(text))
}

/// Says what has become of a change: a sign where it is done, and a line for each reason why it is not.
pub fn told(change: &GroupChange) -> Answer {
    let people = change.people();
    let failed: Vec<&(String, Outcome)> = people
        .iter()
        .filter(|(_, outcome)| *outcome != Outcome::Done)
        .collect();
    let mut answer = Answer::none();
    if failed.len() < people.len()
        && let Some(asked) = change.asked()
    {
        answer = answer.react_to(asked, "👍");
    }
    let mut lines: Vec<String> = Vec::new();
    let mut said: Vec<Outcome> = Vec::new();
    for (_, outcome) in &failed {
        if said.contains(outcome) {
            continue;
        }
        said.push(*outcome);
        let same = failed.iter().filter(|(_, other)| other == outcome);
        let who: Vec<&str> = same.map(|(jid, _)| user(jid)).collect();
        let words = reason(&change.name(), *outcome);
        lines.push(words.fill(&change.language(), &[("who", &who.join(", "))]));
    }
    if lines.is_empty() {
        return answer;
    }
    let reply = Reply::text(lines.join("\n"));
    answer.send(match change.asked() {
        Some(asked) => reply.quoting(asked),
        None => reply,
    })
}

/// Why it is not done.
fn reason(change: &str, outcome: Outcome) -> Words {
    match outcome {
        Outcome::Already if change == "add" => texts::ALREADY_HERE,
        Outcome::Already if change == "promote" => texts::ALREADY_ADMIN,
        Outcome::Already if change == "demote" => texts::NO_ADMIN,
        Outcome::NotThere => texts::NOT_HERE,
        Outcome::NotOnWhatsapp => texts::NOT_ON_WHATSAPP,
        Outcome::Invited => texts::INVITED,
        Outcome::Private => texts::PRIVATE,
        Outcome::LeftLately => texts::LEFT_LATELY,
        Outcome::Full => texts::FULL,
        Outcome::NotAdmin => texts::NOT_ADMIN,
        Outcome::Protected => texts::CREATOR,
        Outcome::Unavailable => texts::UNAVAILABLE,
        _ => texts::REFUSED,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_makes_no_sense_is_told_apart() {
        let places = [Place::Outside, Place::Member, Place::Admin, Place::Creator];
        let cases = [
            (Change::Kick, [true, false, true, true]),
            (Change::Add, [false, true, true, true]),
            (Change::Promote, [true, false, true, true]),
            (Change::Demote, [true, true, false, true]),
        ];
        for (change, flawed) in cases {
            let flaws = places.map(|there| change.flaw(there).is_some());
            assert_eq!(flaws, flawed, "{change:?}");
        }
    }

    #[test]
    fn each_outcome_has_words_that_name_whom_they_are_about() {
        use Outcome as Is;
        let outcomes = [
            Is::Already,
            Is::NotThere,
            Is::NotOnWhatsapp,
            Is::Invited,
            Is::Private,
            Is::LeftLately,
            Is::Full,
            Is::NotAdmin,
            Is::Protected,
            Is::Unavailable,
            Is::Refused,
        ];
        for change in ["add", "remove", "promote", "demote"] {
            for outcome in outcomes {
                for language in texts::LANGUAGES {
                    let words = reason(change, outcome).fill(language, &[("who", "6280000000102")]);
                    assert!(
                        words.contains("6280000000102"),
                        "{change} {outcome:?}: {words}"
                    );
                }
            }
        }
    }
}
