//! Groups from the person's side: making and changing them, and the lines that WhatsApp writes into their chats.

use wacore_binary::Node;

use super::Phone;
use crate::chat::{ChatId, MessageKey};
use crate::error::{GroupError, SendError};
use crate::event::{GroupChange, GroupNotice, GroupView, PhoneEvent};
use crate::message::{Body, SeenMessage};
use crate::server::world::World;
use crate::wire::stanza::StanzaExt as _;

impl Phone {
    /// Makes a group with these people in it (by number), and this person as its admin.
    ///
    /// # Errors
    /// When a number is not on WhatsApp or the name is empty or too long.
    pub async fn create_group(
        &self,
        subject: &str,
        members: &[String],
    ) -> Result<GroupView, GroupError> {
        let server = &self.inner.server;
        {
            let world = server.world();
            if let Some(stranger) = members
                .iter()
                .find(|number| !world.accounts.contains_key(*number))
            {
                return Err(GroupError::NotOnWhatsApp(stranger.clone()));
            }
        }
        server.note_traffic();
        server
            .create_group(self.number(), subject, members)
            .map(|group| group.view())
    }

    /// Changes a group.
    ///
    /// # Errors
    /// When this account is not in the group, the change is for admins, or someone to add is not on WhatsApp.
    pub async fn group_change(&self, group: &str, change: GroupChange) -> Result<(), GroupError> {
        let server = &self.inner.server;
        if let GroupChange::Add(numbers) = &change {
            let world = server.world();
            if let Some(stranger) = numbers
                .iter()
                .find(|number| !world.accounts.contains_key(*number))
            {
                return Err(GroupError::NotOnWhatsApp(stranger.clone()));
            }
        }
        server.note_traffic();
        let id = group.split('@').next().unwrap_or_default();
        server.change_group(self.number(), id, change).map(|_| ())
    }

    /// Sets the account's profile picture (JPEG); an empty one takes it away.
    ///
    /// # Errors
    /// When the picture is larger than the blob store takes.
    pub async fn set_picture(&self, jpeg: Vec<u8>) -> Result<(), SendError> {
        self.inner
            .server
            .change_picture(self.number(), jpeg)
            .map_err(|error| SendError::Media(error.to_string()))
    }

    /// Takes a notice about a group: a line in its chat and an event.
    pub(super) fn receive_group_notice(&self, stanza: &Node) {
        let (Some(group), Some(actor)) = (stanza.attr_jid("from"), stanza.attr_jid("participant"))
        else {
            return;
        };
        let Some(change) = stanza.nodes().first() else {
            return;
        };
        let (by, what, line) = {
            let world = self.inner.server.world();
            let Some(by) = world.resolve(&actor).map(|who| who.number) else {
                return;
            };
            let Some(what) = read_notice(&world, change, &by) else {
                return;
            };
            let line = describe(&world, &by, &what);
            (by, what, line)
        };
        let group = group.to_non_ad().to_string();
        let message = SeenMessage {
            key: MessageKey {
                chat: ChatId::Group(group.clone()),
                sender: by.clone(),
                id: stanza.attr_str("id"),
            },
            from_me: by == self.number(),
            at_ms: stanza.attr_str("t").parse::<i64>().unwrap_or_default() * 1000,
            body: Body::System(line),
            text: String::new(),
            edited: false,
            deleted: None,
            reactions: Vec::new(),
            quote: None,
            mentions: Vec::new(),
            receipts: Vec::new(),
        };
        self.log().show(message);
        self.emit(PhoneEvent::Group { group, by, what });
    }
}

fn read_notice(world: &World, change: &Node, by: &str) -> Option<GroupNotice> {
    let people = || -> Vec<String> {
        change
            .get_children_by_tag("participant")
            .filter_map(|person| world.resolve(&person.attr_jid("jid")?))
            .map(|who| who.number)
            .collect()
    };
    Some(match change.tag.as_ref() {
        "create" => GroupNotice::Created,
        "add" => GroupNotice::Added(people()),
        "remove" => {
            let people = people();
            if people == [by] {
                GroupNotice::Left(people)
            } else {
                GroupNotice::Removed(people)
            }
        }
        "promote" => GroupNotice::Promoted(people()),
        "demote" => GroupNotice::Demoted(people()),
        "subject" => GroupNotice::Subject(change.attr_str("subject")),
        "description" => {
            let body = change
                .child("body")
                .and_then(|body| body.content_as_string());
            GroupNotice::Description(body.unwrap_or_default().to_string())
        }
        "announcement" => GroupNotice::Announce(true),
        "not_announcement" => GroupNotice::Announce(false),
        "locked" => GroupNotice::Locked(true),
        "unlocked" => GroupNotice::Locked(false),
        "set" | "delete" => GroupNotice::Picture,
        _ => return None,
    })
}

/// The line as a member reads it.
fn describe(world: &World, by: &str, what: &GroupNotice) -> String {
    let name = |number: &str| {
        world
            .accounts
            .get(number)
            .map_or_else(|| number.to_owned(), |account| account.name.clone())
    };
    let names = |numbers: &[String]| {
        numbers
            .iter()
            .map(|number| name(number))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let by = name(by);
    match what {
        GroupNotice::Created => format!("{by} created this group"),
        GroupNotice::Added(people) => format!("{by} added {}", names(people)),
        GroupNotice::Removed(people) => format!("{by} removed {}", names(people)),
        GroupNotice::Left(people) => format!("{} left", names(people)),
        GroupNotice::Promoted(people) => format!("{by} made {} an admin", names(people)),
        GroupNotice::Demoted(people) => format!("{} is no longer an admin", names(people)),
        GroupNotice::Subject(subject) => format!("{by} changed the group's name to {subject}"),
        GroupNotice::Description(text) if text.is_empty() => {
            format!("{by} removed the description")
        }
        GroupNotice::Description(_) => format!("{by} changed the description"),
        GroupNotice::Picture => format!("{by} changed the group's picture"),
        GroupNotice::Announce(true) => format!("{by} lets only admins write"),
        GroupNotice::Announce(false) => format!("{by} lets everyone write"),
        GroupNotice::Locked(true) => format!("{by} lets only admins change the group"),
        GroupNotice::Locked(false) => format!("{by} lets everyone change the group"),
    }
}
