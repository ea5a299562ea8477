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
    /// Who made it, while they are in it: nobody can remove them or make them an ordinary member.
    #[serde(default)]
    pub creator: Option<Jid>,
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

impl GroupChange {
    /// Which change of people it is, and of whom; none for what is no change of people.
    pub fn of_people(&self) -> Option<(PeopleChange, &[Jid])> {
        match self {
            Self::Add { people } => Some((PeopleChange::Add, people)),
            Self::Remove { people } => Some((PeopleChange::Remove, people)),
            Self::Promote { people } => Some((PeopleChange::Promote, people)),
            Self::Demote { people } => Some((PeopleChange::Demote, people)),
            Self::Subject { .. }
            | Self::Description { .. }
            | Self::AdminsOnly { .. }
            | Self::Leave => None,
        }
    }
}

/// What is done to people of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PeopleChange {
    /// They are added.
    Add,
    /// They are removed.
    Remove,
    /// They become admins.
    Promote,
    /// They become ordinary members.
    Demote,
}

impl PeopleChange {
    /// Its word in the plugin contract.
    pub fn word(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Remove => "remove",
            Self::Promote => "promote",
            Self::Demote => "demote",
        }
    }
}

/// What has become of one person in a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonChanged {
    /// Who, as the change named them.
    pub jid: Jid,
    /// What.
    pub outcome: ChangeOutcome,
}

/// How a change of one person ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeOutcome {
    /// It is done.
    Done,
    /// They were so already.
    Already,
    /// They are not in the group.
    NotThere,
    /// Nobody has this number on WhatsApp.
    NotOnWhatsapp,
    /// Their privacy settings don't let them be added: they were sent an invitation.
    Invited,
    /// Their privacy settings don't let them be added, and no invitation reached them.
    Private,
    /// They have left a short while ago and can't be brought back yet.
    LeftLately,
    /// The group has as many people as WhatsApp lets it have.
    Full,
    /// The bot is not an admin any more.
    NotAdmin,
    /// WhatsApp does not let it be done to them, such as to who made the group.
    Protected,
    /// WhatsApp could not be reached for so long that it was given up.
    Unavailable,
    /// WhatsApp refused it for a reason that is not known here.
    Refused,
}

impl ChangeOutcome {
    /// Its word in the plugin contract.
    pub fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Already => "already",
            Self::NotThere => "not-there",
            Self::NotOnWhatsapp => "not-on-whatsapp",
            Self::Invited => "invited",
            Self::Private => "private",
            Self::LeftLately => "left-lately",
            Self::Full => "full",
            Self::NotAdmin => "not-admin",
            Self::Protected => "protected",
            Self::Unavailable => "unavailable",
            Self::Refused => "refused",
        }
    }
}
