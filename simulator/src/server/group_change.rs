//! Making and changing groups, and telling their members.
//!
//! Who was removed is told too; who was added is told together with the others. The wire form of the notices is that of
//! `wacore::stanza::groups`.

use wacore_binary::{Jid, Node};

use super::Server;
use super::group::{Group, Member, Role};
use super::world::{Who, World};
use crate::error::GroupError;
use crate::event::GroupChange;
use crate::wire::stanza::{StanzaExt as _, empty, node};

/// WhatsApp's limit for a group's name, in characters.
const MAX_SUBJECT: usize = 100;

/// What became of one person in a change: the code that the answer carries.
pub(crate) type PersonResult = (String, u16);

const OK: u16 = 200;
pub(crate) const INVITED_ONLY: u16 = 403;
const NOT_FOUND: u16 = 404;
const PROTECTED: u16 = 405;
const ALREADY_THERE: u16 = 409;

impl Server {
    /// Makes a group with `by` as its creator. Numbers that do not exist are left out.
    pub(crate) fn create_group(
        &self,
        by: &str,
        subject: &str,
        members: &[String],
    ) -> Result<Group, GroupError> {
        check_subject(subject)?;
        let now_ms = self.clock.now_ms();
        let mut world = self.world();
        let serial = world.next_serial();
        let mut people = vec![Member {
            number: by.to_owned(),
            role: Role::SuperAdmin,
        }];
        for number in members {
            if world.accounts.contains_key(number)
                && people.iter().all(|member| member.number != *number)
            {
                people.push(Member {
                    number: number.clone(),
                    role: Role::Member,
                });
            }
        }
        let group = Group {
            id: format!("120363{serial:012}"),
            subject: subject.to_owned(),
            subject_by: by.to_owned(),
            subject_secs: now_ms / 1000,
            description: String::new(),
            description_id: String::new(),
            creator: by.to_owned(),
            created_ms: now_ms,
            members: people,
            announce: false,
            locked: false,
            code: hex::encode(rand::random::<[u8; 11]>()),
            picture: None,
        };
        world.groups.insert(group.id.clone(), group.clone());
        let create = node("create")
            .attr("type", "new")
            .children([group_node(&world, &group)])
            .build();
        self.tell_members(&mut world, &group, by, &[], create);
        Ok(group)
    }

    /// Changes a group for `by`. For changes of members, says what became of each person.
    pub(crate) fn change_group(
        &self,
        by: &str,
        id: &str,
        change: GroupChange,
    ) -> Result<Vec<PersonResult>, GroupError> {
        let jid = format!("{id}@g.us");
        if let GroupChange::Picture(image) = change {
            return self
                .change_group_picture(by, id, image)
                .map(|()| Vec::new());
        }
        let mut world = self.world();
        let group = world
            .groups
            .get(id)
            .cloned()
            .ok_or_else(|| GroupError::NotAMember(jid.clone()))?;
        authorize(&group, by, &change)?;
        let mut changed = group;
        let mut gone = Vec::new();
        let (results, notice) = match change {
            GroupChange::Add(numbers) => add_members(&world, &mut changed, &numbers),
            GroupChange::Join => join(&world, &mut changed, by),
            GroupChange::Remove(numbers) => {
                remove_members(&world, &mut changed, &numbers, false, &mut gone)
            }
            GroupChange::Leave => {
                remove_members(&world, &mut changed, &[by.to_owned()], true, &mut gone)
            }
            GroupChange::Promote(numbers) => set_role(&world, &mut changed, &numbers, Role::Admin),
            GroupChange::Demote(numbers) => set_role(&world, &mut changed, &numbers, Role::Member),
            GroupChange::Subject(subject) => {
                check_subject(&subject)?;
                changed.subject = subject;
                changed.subject_by = by.to_owned();
                changed.subject_secs = self.clock.now_secs();
                (Vec::new(), Some(subject_node(&world, &changed)))
            }
            GroupChange::Description(text) => {
                changed.description_id = hex::encode_upper(rand::random::<[u8; 8]>());
                changed.description = text;
                (Vec::new(), Some(description_node(&changed)))
            }
            GroupChange::Announce(on) => {
                changed.announce = on;
                (
                    Vec::new(),
                    Some(empty(if on {
                        "announcement"
                    } else {
                        "not_announcement"
                    })),
                )
            }
            GroupChange::Locked(on) => {
                changed.locked = on;
                (
                    Vec::new(),
                    Some(empty(if on { "locked" } else { "unlocked" })),
                )
            }
            GroupChange::Picture(_) => return Ok(Vec::new()),
        };
        world.groups.insert(id.to_owned(), changed.clone());
        if let Some(notice) = notice {
            self.tell_members(&mut world, &changed, by, &gone, notice);
        }
        if changed.members.is_empty() {
            world.groups.remove(id);
        }
        Ok(results)
    }

    fn change_group_picture(&self, by: &str, id: &str, image: Vec<u8>) -> Result<(), GroupError> {
        let missing = || GroupError::NotAMember(format!("{id}@g.us"));
        {
            let world = self.world();
            let group = world.groups.get(id).ok_or_else(missing)?;
            authorize(group, by, &GroupChange::Picture(Vec::new()))?;
        }
        let picture = self
            .store_picture(image)
            .map_err(|error| GroupError::Picture(error.to_string()))?;
        let mut world = self.world();
        let author = world.lid_of(&Who::new(by, 0));
        let group = world.groups.get_mut(id).ok_or_else(missing)?;
        let change = match &picture {
            Some(picture) => node("set")
                .attr("jid", group.jid())
                .attr("id", picture.id)
                .attr("author", author)
                .build(),
            None => node("delete")
                .attr("jid", group.jid())
                .attr("author", author)
                .build(),
        };
        group.picture = picture;
        let group = group.clone();
        self.tell(&mut world, &group, by, &[], "picture", change);
        Ok(())
    }

    fn tell_members(
        &self,
        world: &mut World,
        group: &Group,
        by: &str,
        gone: &[String],
        notice: Node,
    ) {
        self.tell(world, group, by, gone, "w:gp2", notice);
    }

    fn tell(
        &self,
        world: &mut World,
        group: &Group,
        by: &str,
        gone: &[String],
        kind: &'static str,
        notice: Node,
    ) {
        self.structure.notify_one();
        let serial = world.next_serial();
        let actor = Who::new(by, 0);
        let notification = node("notification")
            .attr("from", group.jid())
            .attr("type", kind)
            .attr("id", format!("group-{serial}"))
            .attr("participant", world.lid_of(&actor))
            .attr("participant_pn", actor.pn())
            .attr(
                "notify",
                world
                    .accounts
                    .get(by)
                    .map(|account| account.name.clone())
                    .unwrap_or_default(),
            )
            .attr("addressing_mode", "lid")
            .attr("t", self.clock.now_secs())
            .children([notice])
            .build();
        let numbers = group
            .members
            .iter()
            .map(|member| &member.number)
            .chain(gone);
        let targets: Vec<Who> = numbers
            .flat_map(|number| world.devices_of(number))
            .collect();
        for target in targets {
            if let Some(device) = world.device_mut(&target) {
                device.deliver_kept("notification", notification.clone());
            }
        }
    }
}

fn check_subject(subject: &str) -> Result<(), GroupError> {
    if (1..=MAX_SUBJECT).contains(&subject.chars().count()) {
        Ok(())
    } else {
        Err(GroupError::BadSubject)
    }
}

/// Members may leave, and change what the group says of itself unless it is locked; the rest is for admins.
fn authorize(group: &Group, by: &str, change: &GroupChange) -> Result<(), GroupError> {
    let jid = group.jid().to_string();
    if matches!(change, GroupChange::Join) {
        return Ok(());
    }
    if group.member(by).is_none() {
        return Err(GroupError::NotAMember(jid));
    }
    let open_to_all = match change {
        GroupChange::Leave => true,
        GroupChange::Subject(_) | GroupChange::Description(_) | GroupChange::Picture(_) => {
            !group.locked
        }
        _ => false,
    };
    if open_to_all || group.is_admin(by) {
        Ok(())
    } else {
        Err(GroupError::NotAnAdmin(jid))
    }
}

type Outcome = (Vec<PersonResult>, Option<Node>);

fn people_node(tag: &'static str, world: &World, numbers: &[String], role: Role) -> Option<Node> {
    if numbers.is_empty() {
        return None;
    }
    let people = numbers
        .iter()
        .map(|number| participant(world, number, role));
    Some(node(tag).children(people).build())
}

fn add_members(world: &World, group: &mut Group, numbers: &[String]) -> Outcome {
    let mut results = Vec::new();
    let mut added = Vec::new();
    for number in numbers {
        let account = world.accounts.get(number);
        let code = if account.is_none() {
            NOT_FOUND
        } else if group.member(number).is_some() {
            ALREADY_THERE
        } else if account.is_some_and(|account| account.invited_only) {
            INVITED_ONLY
        } else {
            group.members.push(Member {
                number: number.clone(),
                role: Role::Member,
            });
            added.push(number.clone());
            OK
        };
        results.push((number.clone(), code));
    }
    let notice = people_node("add", world, &added, Role::Member);
    (results, notice)
}

/// Somebody comes by the group's invitation link, whatever they let others do.
fn join(world: &World, group: &mut Group, number: &str) -> Outcome {
    if group.member(number).is_some() {
        return (Vec::new(), None);
    }
    let number = number.to_owned();
    group.members.push(Member {
        number: number.clone(),
        role: Role::Member,
    });
    let mut notice = people_node("add", world, &[number], Role::Member);
    if let Some(notice) = &mut notice {
        notice.set("reason", "invite");
    }
    (Vec::new(), notice)
}

fn remove_members(
    world: &World,
    group: &mut Group,
    numbers: &[String],
    leaves: bool,
    gone: &mut Vec<String>,
) -> Outcome {
    let mut results = Vec::new();
    for number in numbers {
        let member = group.member(number);
        // The creator goes by himself only.
        if !leaves && member.is_some_and(|member| member.role == Role::SuperAdmin) {
            results.push((number.clone(), PROTECTED));
            continue;
        }
        let was_there = member.is_some();
        group.members.retain(|member| member.number != *number);
        if was_there {
            gone.push(number.clone());
        }
        results.push((number.clone(), if was_there { OK } else { NOT_FOUND }));
    }
    let notice = people_node("remove", world, gone, Role::Member);
    (results, notice)
}

fn set_role(world: &World, group: &mut Group, numbers: &[String], role: Role) -> Outcome {
    let mut results = Vec::new();
    let mut changed = Vec::new();
    for number in numbers {
        let member = group
            .members
            .iter_mut()
            .find(|member| member.number == *number);
        let code = match member {
            None => NOT_FOUND,
            // The creator stays what he is.
            Some(member) if member.role == Role::SuperAdmin && role == Role::Member => PROTECTED,
            Some(member) if member.role == role || member.role == Role::SuperAdmin => ALREADY_THERE,
            Some(member) => {
                member.role = role;
                changed.push(number.clone());
                OK
            }
        };
        results.push((number.clone(), code));
    }
    let tag = if role == Role::Admin {
        "promote"
    } else {
        "demote"
    };
    (results, people_node(tag, world, &changed, role))
}

/// A member as groups name one: by LID, with the number beside it.
pub(crate) fn participant(world: &World, number: &str, role: Role) -> Node {
    let who = Who::new(number, 0);
    let mut person = node("participant")
        .attr("jid", world.lid_of(&who))
        .attr("phone_number", who.pn())
        .build();
    match role {
        Role::Member => {}
        Role::Admin => person.set("type", "admin"),
        Role::SuperAdmin => person.set("type", "superadmin"),
    }
    person
}

fn subject_node(world: &World, group: &Group) -> Node {
    let by = Who::new(group.subject_by.as_str(), 0);
    node("subject")
        .attr("subject", group.subject.as_str())
        .attr("s_t", group.subject_secs)
        .attr("s_o", world.lid_of(&by))
        .attr("s_o_pn", by.pn())
        .build()
}

fn description_node(group: &Group) -> Node {
    let description = node("description").attr("id", group.description_id.as_str());
    if group.description.is_empty() {
        description.children([empty("delete")]).build()
    } else {
        description
            .children([node("body")
                .string_content(group.description.as_str())
                .build()])
            .build()
    }
}

/// The whole group, as `<query>` answers it.
pub(crate) fn group_node(world: &World, group: &Group) -> Node {
    let lid = |number: &str| -> Jid { world.lid_of(&Who::new(number, 0)) };
    let mut children: Vec<Node> = group
        .members
        .iter()
        .map(|member| participant(world, &member.number, member.role))
        .collect();
    if !group.description.is_empty() {
        children.push(description_node(group));
    }
    if group.announce {
        children.push(empty("announcement"));
    }
    if group.locked {
        children.push(empty("locked"));
    }
    node("group")
        .attr("id", group.id.as_str())
        .attr("subject", group.subject.as_str())
        .attr("addressing_mode", "lid")
        .attr("creator", lid(&group.creator))
        .attr("creator_pn", Who::new(group.creator.as_str(), 0).pn())
        .attr("creation", group.created_ms / 1000)
        .attr("s_t", group.subject_secs)
        .attr("s_o", lid(&group.subject_by))
        .attr("s_o_pn", Who::new(group.subject_by.as_str(), 0).pn())
        .attr("size", group.members.len())
        .children(children)
        .build()
}

#[cfg(test)]
mod tests;
