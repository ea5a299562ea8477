//! What happens to a phone and in a group.

use serde::{Deserialize, Serialize};

use crate::chat::{ChatId, MessageKey};
use crate::message::{ReceiptKind, SeenMessage};

/// Number of a device within its account: 0 is the phone, companions count from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DeviceIndex(pub u16);

/// A companion that the phone lists under "linked devices".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkedDevice {
    /// Its number.
    pub index: DeviceIndex,
    /// What it called itself when it was paired, such as `Chrome (Linux)`.
    pub platform: String,
    /// Whether it is logged in now.
    pub connected: bool,
    /// Whether it says that somebody sits in front of it: others then see the account as "online".
    pub available: bool,
}

/// Who deleted a message for everyone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "who", content = "number")]
pub enum DeletedBy {
    /// The one who had sent it.
    Sender,
    /// The group admin with this number.
    Admin(String),
}

/// What changed in a group, as its members are told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "kind", content = "value")]
pub enum GroupNotice {
    /// The group was made and this account is in it.
    Created,
    /// These numbers were added.
    Added(Vec<String>),
    /// These numbers were removed by an admin.
    Removed(Vec<String>),
    /// These numbers left by themselves.
    Left(Vec<String>),
    /// These numbers became admins.
    Promoted(Vec<String>),
    /// These numbers are no longer admins.
    Demoted(Vec<String>),
    /// The name is now this.
    Subject(String),
    /// The description is now this; empty when it was taken away.
    Description(String),
    /// The picture was changed.
    Picture,
    /// Whether only admins may write.
    Announce(bool),
    /// Whether only admins may change the group's name, description and picture.
    Locked(bool),
}

/// What a person asks to change in a group. People are named by number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GroupChange {
    /// Add these people (admins only).
    Add(Vec<String>),
    /// Remove these people (admins only).
    Remove(Vec<String>),
    /// Make these members admins (admins only).
    Promote(Vec<String>),
    /// Take the admin role from these members (admins only).
    Demote(Vec<String>),
    /// Come in by its invitation link.
    Join,
    /// Leave the group.
    Leave,
    /// Give it a name.
    Subject(String),
    /// Give it a description; empty takes it away.
    Description(String),
    /// Give it a picture (JPEG); empty takes it away.
    Picture(Vec<u8>),
    /// Let only admins write, or everyone (admins only).
    Announce(bool),
    /// Let only admins change name, description and picture, or everyone (admins only).
    Locked(bool),
}

/// One member of a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupMember {
    /// Phone number.
    pub number: String,
    /// Whether the member is an admin (the creator included).
    pub admin: bool,
}

/// A group as the server keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupView {
    /// Its JID, `…@g.us`.
    pub jid: String,
    /// Its name.
    pub subject: String,
    /// Its description; empty when it has none.
    pub description: String,
    /// Number of the account that made it.
    pub creator: String,
    /// When it was made, milliseconds since 1970.
    pub created_ms: i64,
    /// Its members, in the order in which they came.
    pub members: Vec<GroupMember>,
    /// Whether only admins may write.
    pub announce: bool,
    /// Whether only admins may change name, description and picture.
    pub locked: bool,
    /// Whether it has a picture.
    pub has_picture: bool,
    /// Its invitation link.
    pub invitation: String,
}

impl GroupView {
    /// Whether the account with `number` is in the group.
    pub fn has_member(&self, number: &str) -> bool {
        self.members.iter().any(|member| member.number == number)
    }

    /// Whether the account with `number` is an admin of the group.
    pub fn is_admin(&self, number: &str) -> bool {
        self.members
            .iter()
            .any(|member| member.number == number && member.admin)
    }
}

/// One line of a phone's list of chats.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatSummary {
    /// The chat.
    pub chat: ChatId,
    /// Group name, or the other person's name as far as the simulator knows it.
    pub title: String,
    /// Text of the last message.
    pub last_text: String,
    /// When something last came, milliseconds since 1970.
    pub last_ms: i64,
    /// How many messages were not read on this phone.
    pub unread: usize,
}

/// Something that happened on a phone.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::large_enum_variant,
    reason = "messages are what phones see most; a box would only hide them"
)]
pub enum PhoneEvent {
    /// A message was shown, own ones included.
    Message(SeenMessage),
    /// A message has a new text.
    Edited {
        /// Which message.
        key: MessageKey,
        /// What it says now.
        text: String,
    },
    /// A message was deleted for everyone.
    Deleted {
        /// Which message.
        key: MessageKey,
        /// Who did it.
        by: DeletedBy,
    },
    /// Someone reacted, or took a reaction back (empty emoji).
    Reaction {
        /// To which message.
        key: MessageKey,
        /// Who, by number.
        from: String,
        /// With what.
        emoji: String,
    },
    /// A receipt came for one's own message.
    Receipt {
        /// For which message.
        key: MessageKey,
        /// From whom, by number.
        from: String,
        /// How far it got.
        kind: ReceiptKind,
    },
    /// A group of this account changed.
    Group {
        /// JID of the group.
        group: String,
        /// Number of who changed it; the creator, for a new group.
        by: String,
        /// What changed.
        what: GroupNotice,
    },
    /// Someone started or stopped typing.
    Typing {
        /// Where.
        chat: ChatId,
        /// Who, by number.
        from: String,
        /// Whether they are typing now.
        typing: bool,
    },
    /// A companion was linked to this account.
    DeviceLinked(DeviceIndex),
    /// A companion was unlinked, by the phone or by itself.
    DeviceUnlinked(DeviceIndex),
}

/// A request that a client made and the simulator has no answer for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnknownIq {
    /// JID of the device that asked.
    pub from: String,
    /// `xmlns` of the request.
    pub xmlns: String,
    /// `get` or `set`.
    pub kind: String,
    /// Tag of its first child; empty when it has none.
    pub child: String,
    /// The whole stanza as text.
    pub stanza: String,
}
