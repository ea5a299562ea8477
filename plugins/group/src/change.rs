//! Kick, add, promote, demote: whom is meant, whether that makes sense for each of them, and then the change.

use jadi_plugin_sdk::groups::{self, Participant};
use jadi_plugin_sdk::{Answer, Error, Message, Refused, Result, Words, group_admin};

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

impl Change {
    /// Why it makes no sense for somebody who is this in the group; none stands for not being in it.
    fn flaw(self, there: Option<bool>) -> Option<Words> {
        match (self, there) {
            (Self::Add, Some(_)) => Some(texts::ALREADY_HERE),
            (Self::Kick | Self::Promote | Self::Demote, None) => Some(texts::NOT_HERE),
            (Self::Promote, Some(true)) => Some(texts::ALREADY_ADMIN),
            (Self::Demote, Some(false)) => Some(texts::NO_ADMIN),
            _ => None,
        }
    }
}

/// Makes the change for all who are meant, or for nobody and says why.
pub fn made(message: &Message, change: Change) -> Result<Answer> {
    let language = message.language();
    let meant = meant(message);
    if meant.is_empty() {
        return Ok(Answer::none().send(texts::WHOM.in_language(&language)));
    }
    let group = groups::current()?;
    let found: Vec<(String, Option<Participant>)> = meant
        .into_iter()
        .map(|jid| {
            let there = group.find(&jid);
            (jid, there)
        })
        .collect();
    for (_, there) in &found {
        let admin = there.as_ref().map(|person| person.admin);
        let Some(words) = change.flaw(admin) else {
            continue;
        };
        let same = found.iter().filter(|(_, there)| {
            let admin = there.as_ref().map(|person| person.admin);
            change.flaw(admin).is_some()
        });
        let who: Vec<&str> = same.map(|(jid, _)| user(jid)).collect();
        let text = words.fill(&language, &[("who", &who.join(", "))]);
        return Ok(Answer::none().send(text));
    }
    // The group's own address of somebody is the one to name them by.
    let people: Vec<String> = found
        .into_iter()
        .map(|(jid, there)| there.map_or(jid, |person| person.jid))
        .collect();
    let done = match change {
        Change::Kick => group_admin::remove(&people),
        Change::Add => group_admin::add(&people),
        Change::Promote => group_admin::promote(&people),
        Change::Demote => group_admin::demote(&people),
    };
    match done {
        Ok(done) => Ok(Answer::none().then(done).react("👍")),
        // The host makes a bot leave no other way than by itself.
        Err(Error::Refused(Refused::Invalid(_))) => {
            Ok(Answer::none().send(texts::NOT_ME.in_language(&language)))
        }
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_makes_no_sense_is_told_apart() {
        let (gone, member, admin) = (None, Some(false), Some(true));
        let cases = [
            (Change::Kick, [true, false, false]),
            (Change::Add, [false, true, true]),
            (Change::Promote, [true, false, true]),
            (Change::Demote, [true, true, false]),
        ];
        for (change, flawed) in cases {
            let flaws = [gone, member, admin].map(|there| change.flaw(there).is_some());
            assert_eq!(flaws, flawed, "{change:?}");
        }
    }
}
