//! Groups as the server keeps them.

use serde::{Deserialize, Serialize};
use wacore_binary::Jid;

use super::world::Picture;
use crate::event::{GroupMember, GroupView};

/// What a member may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Role {
    Member,
    Admin,
    /// The creator, an admin that nobody can demote.
    SuperAdmin,
}

impl Role {
    pub(crate) fn is_admin(self) -> bool {
        self != Self::Member
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Member {
    pub(crate) number: String,
    pub(crate) role: Role,
}

/// A group. People in it are numbers; on the wire they are addressed by LID.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Group {
    /// The JID's user part.
    pub(crate) id: String,
    pub(crate) subject: String,
    pub(crate) subject_by: String,
    pub(crate) subject_secs: i64,
    pub(crate) description: String,
    pub(crate) description_id: String,
    pub(crate) creator: String,
    pub(crate) created_ms: i64,
    pub(crate) members: Vec<Member>,
    pub(crate) announce: bool,
    pub(crate) locked: bool,
    /// The code of its invitation link.
    #[serde(default)]
    pub(crate) code: String,
    /// Not kept over a restart: the blob store is in memory.
    #[serde(skip)]
    pub(crate) picture: Option<Picture>,
}

impl Group {
    pub(crate) fn jid(&self) -> Jid {
        Jid::group(self.id.as_str())
    }

    pub(crate) fn member(&self, number: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.number == number)
    }

    pub(crate) fn is_admin(&self, number: &str) -> bool {
        self.member(number)
            .is_some_and(|member| member.role.is_admin())
    }

    /// The group as the typed API shows it.
    pub(crate) fn view(&self) -> GroupView {
        GroupView {
            jid: self.jid().to_string(),
            subject: self.subject.clone(),
            description: self.description.clone(),
            creator: self.creator.clone(),
            created_ms: self.created_ms,
            members: self
                .members
                .iter()
                .map(|member| GroupMember {
                    number: member.number.clone(),
                    admin: member.role.is_admin(),
                })
                .collect(),
            announce: self.announce,
            locked: self.locked,
            has_picture: self.picture.is_some(),
            invitation: format!("https://chat.whatsapp.com/{}", self.code),
        }
    }
}
