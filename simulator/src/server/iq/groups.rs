//! Requests about groups (`w:g2`): looking at them, making them, changing them.

use wacore_binary::{Jid, Node};

use super::Answer;
use crate::error::GroupError;
use crate::event::GroupChange;
use crate::server::Server;
use crate::server::group_change::{INVITED_ONLY, PersonResult, group_node};
use crate::server::world::Who;
use crate::wire::stanza::{StanzaExt as _, node};

/// How long an invitation is good.
const INVITATION_SECS: i64 = 3 * 24 * 3600;

impl Server {
    pub(super) fn answer_groups(&self, who: &Who, request: &Node, set: bool) -> Answer {
        let Some(asked) = request.nodes().first() else {
            return Answer::Unknown;
        };
        let group = request
            .attr_jid("to")
            .map(|to| to.user.to_string())
            .unwrap_or_default();
        if !set {
            return match asked.tag.as_ref() {
                "query" => self.show_group(who, &group),
                "participating" => self.show_groups(who),
                "invite" => self.show_invitation(who, &group),
                _ => Answer::Unknown,
            };
        }
        match asked.tag.as_ref() {
            "create" => self.answer_create(who, asked),
            "add" => self.change_people(who, &group, asked, GroupChange::Add),
            "remove" => self.change_people(who, &group, asked, GroupChange::Remove),
            "promote" => self.change_people(who, &group, asked, GroupChange::Promote),
            "demote" => self.change_people(who, &group, asked, GroupChange::Demote),
            "leave" => self.answer_leave(who, asked),
            "subject" => {
                let subject = asked.content_as_string().unwrap_or_default().to_string();
                self.change(who, &group, GroupChange::Subject(subject))
            }
            "description" => {
                let body = asked
                    .child("body")
                    .and_then(|body| body.content_as_string());
                self.change(
                    who,
                    &group,
                    GroupChange::Description(body.unwrap_or_default().to_string()),
                )
            }
            "announcement" => self.change(who, &group, GroupChange::Announce(true)),
            "not_announcement" => self.change(who, &group, GroupChange::Announce(false)),
            "locked" => self.change(who, &group, GroupChange::Locked(true)),
            "unlocked" => self.change(who, &group, GroupChange::Locked(false)),
            _ => Answer::Unknown,
        }
    }

    fn show_group(&self, who: &Who, id: &str) -> Answer {
        let world = self.world();
        match world.groups.get(id) {
            None => Answer::Error(404, "item-not-found"),
            Some(group) if group.member(&who.number).is_none() => Answer::Error(403, "forbidden"),
            Some(group) => Answer::one(group_node(&world, group)),
        }
    }

    fn show_invitation(&self, who: &Who, id: &str) -> Answer {
        match self.world().groups.get(id) {
            None => Answer::Error(404, "item-not-found"),
            Some(group) if !group.is_admin(&who.number) => Answer::Error(401, "not-authorized"),
            Some(group) => Answer::one(node("invite").attr("code", group.code.as_str()).build()),
        }
    }

    fn show_groups(&self, who: &Who) -> Answer {
        let world = self.world();
        let own = world
            .groups
            .values()
            .filter(|group| group.member(&who.number).is_some());
        Answer::one(
            node("groups")
                .children(own.map(|group| group_node(&world, group)))
                .build(),
        )
    }

    fn answer_create(&self, who: &Who, asked: &Node) -> Answer {
        let numbers = self.numbers(asked);
        let subject = asked.attr_str("subject");
        let group = match self.create_group(&who.number, &subject, &numbers) {
            Ok(group) => group,
            Err(error) => return refusal(&error),
        };
        let description = asked
            .child("description")
            .and_then(|description| description.child("body"));
        if let Some(text) = description.and_then(|body| body.content_as_string()) {
            let change = GroupChange::Description(text.to_string());
            if let Err(error) = self.change_group(&who.number, &group.id, change) {
                return refusal(&error);
            }
        }
        let world = self.world();
        let group = world.groups.get(&group.id).cloned().unwrap_or(group);
        Answer::one(group_node(&world, &group))
    }

    fn change(&self, who: &Who, group: &str, change: GroupChange) -> Answer {
        match self.change_group(&who.number, group, change) {
            Ok(_) => Answer::empty(),
            Err(error) => refusal(&error),
        }
    }

    fn change_people(
        &self,
        who: &Who,
        group: &str,
        asked: &Node,
        change: impl FnOnce(Vec<String>) -> GroupChange,
    ) -> Answer {
        let strangers = self.strangers(asked);
        match self.change_group(&who.number, group, change(self.numbers(asked))) {
            Ok(results) => Answer::one(self.people_answer(asked, &results, &strangers)),
            Err(error) => refusal(&error),
        }
    }

    fn answer_leave(&self, who: &Who, asked: &Node) -> Answer {
        let mut left = Vec::new();
        for group in asked.get_children_by_tag("group") {
            let id = group
                .attr_jid("id")
                .map(|jid| jid.user.to_string())
                .unwrap_or_default();
            let mut entry = node("group").attr("id", group.attr_str("id")).build();
            if let Err(error) = self.change_group(&who.number, &id, GroupChange::Leave) {
                entry.set("error", code(&error));
            }
            left.push(entry);
        }
        Answer::one(node("leave").children(left).build())
    }

    /// The people that a request names, by number.
    fn numbers(&self, asked: &Node) -> Vec<String> {
        let world = self.world();
        people(asked)
            .filter_map(|jid| world.resolve(&jid))
            .map(|who| who.number)
            .collect()
    }

    /// The people that a request names and nobody knows.
    fn strangers(&self, asked: &Node) -> Vec<Jid> {
        let world = self.world();
        people(asked)
            .filter(|jid| world.resolve(jid).is_none())
            .collect()
    }

    fn people_answer(&self, asked: &Node, results: &[PersonResult], strangers: &[Jid]) -> Node {
        let world = self.world();
        let known = results.iter().map(|(number, code)| {
            let who = Who::new(number.as_str(), 0);
            let mut person = node("participant")
                .attr("jid", world.lid_of(&who))
                .attr("phone_number", who.pn())
                .build();
            if *code != 200 {
                person.set("error", *code);
            }
            if *code == INVITED_ONLY {
                // What an invitation to this person is made of.
                let invitation = node("add_request")
                    .attr("code", hex::encode_upper(rand::random::<[u8; 8]>()))
                    .attr("expiration", self.clock.now_secs() + INVITATION_SECS)
                    .build();
                person.content = Some(wacore_binary::NodeContent::Nodes(vec![invitation]));
            }
            person
        });
        let unknown = strangers.iter().map(|jid| {
            node("participant")
                .attr("jid", jid.clone())
                .attr("error", 404_u16)
                .build()
        });
        Node {
            tag: asked.tag.clone(),
            attrs: Default::default(),
            content: Some(wacore_binary::NodeContent::Nodes(
                known.chain(unknown).collect(),
            )),
        }
    }
}

fn people(asked: &Node) -> impl Iterator<Item = Jid> + '_ {
    asked
        .get_children_by_tag("participant")
        .filter_map(|person| person.attr_jid("jid"))
}

fn code(error: &GroupError) -> u16 {
    match error {
        GroupError::NotAMember(_) | GroupError::NotAnAdmin(_) => 403,
        GroupError::NotOnWhatsApp(_) => 404,
        GroupError::BadSubject | GroupError::Picture(_) => 406,
    }
}

fn refusal(error: &GroupError) -> Answer {
    match code(error) {
        403 => Answer::Error(403, "forbidden"),
        404 => Answer::Error(404, "item-not-found"),
        other => Answer::Error(other, "not-acceptable"),
    }
}
