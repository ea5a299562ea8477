//! Groups, as the server describes them, and what can be changed of them.

use serde::{Deserialize, Serialize};

use super::Jid;

/// A group as the server describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupInfo {
    /// The group's address.
    pub jid: Jid,
    /// Its name.
    pub subject: String,
    /// Its description; empty when it has none.
    pub description: String,
    /// Who is in it.
    pub participants: Vec<Participant>,
}

/// Somebody in a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Participant {
    /// Their folded address, as in events.
    pub jid: Jid,
    /// Their linked identity, when known and not `jid` itself.
    pub lid: Option<Jid>,
    /// Whether they are an admin.
    pub admin: bool,
}

impl GroupInfo {
    /// Somebody of the group, by either address.
    pub fn participant(&self, person: &Jid) -> Option<&Participant> {
        let is = |participant: &&Participant| {
            participant.jid == *person || participant.lid.as_ref() == Some(person)
        };
        self.participants.iter().find(is)
    }
}

/// A change of a group, which its admins may make.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "kebab-case")]
pub enum GroupChange {
    /// Adds people, as far as their privacy settings let them be added.
    Add {
        /// Whom.
        people: Vec<Jid>,
    },
    /// Removes people.
    Remove {
        /// Whom.
        people: Vec<Jid>,
    },
    /// Makes people admins.
    Promote {
        /// Whom.
        people: Vec<Jid>,
    },
    /// Makes admins ordinary members.
    Demote {
        /// Whom.
        people: Vec<Jid>,
    },
    /// Changes its name.
    Subject {
        /// The new one.
        text: String,
    },
    /// Changes its description; an empty one takes it away.
    Description {
        /// The new one.
        text: String,
    },
    /// Whether only admins may write.
    AdminsOnly {
        /// Whether.
        on: bool,
    },
    /// Leaves it. Needs no admin.
    Leave,
}
