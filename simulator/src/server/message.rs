//! The way of a message: from one device to each device that it was encrypted for.
//!
//! The sender encrypts once for each device (`<participants>`), or for a group once with its sender key (`<enc
//! type="skmsg">`) and hands that key to those who lack it. A stanza for a single device is a resend that was asked for.

use std::collections::HashMap;

use wacore::messages::MessageUtils;
use wacore_binary::{Jid, Node, NodeContent};

use super::Server;
use super::world::{Who, World};
use crate::wire::stanza::{StanzaExt as _, node};

/// Children that go along with the ciphertext as they are.
const PASSED_ON: [&str; 5] = ["device-identity", "meta", "reporting", "biz", "bot"];

/// Attributes of a message that are the sender's to choose.
const CARRIED: [&str; 5] = ["id", "type", "edit", "category", "push_priority"];

/// Why a message was not taken, as the code in its acknowledgement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Nobody has this number, or the group is unknown.
    NotFound,
    /// The sender is not in the group, or only admins may write.
    Forbidden,
}

impl Refusal {
    fn code(self) -> u16 {
        match self {
            Self::NotFound => 404,
            Self::Forbidden => 403,
        }
    }
}

impl Server {
    /// Takes a message from a device, delivers it and acknowledges it.
    pub(crate) fn accept_message(&self, who: &Who, stanza: Node) {
        let refusal = self.route_message(who, &stanza).err();
        let mut ack = self.ack(&stanza, "message");
        if let Some(refusal) = refusal {
            ack.set("error", refusal.code());
        }
        if let Some(phash) = stale_phash(&self.world(), &stanza) {
            ack.set("phash", phash);
        }
        if who.device != 0 && refusal.is_none() && self.faults.take_lost_ack(&who.number) {
            return;
        }
        if let Some(device) = self.world().device(who) {
            device.deliver_passing(ack);
        }
    }

    /// Delivers a message to each device it was encrypted for.
    pub(crate) fn route_message(&self, who: &Who, stanza: &Node) -> Result<(), Refusal> {
        let to = stanza.attr_jid("to").ok_or(Refusal::NotFound)?;
        let mut world = self.world();
        let mut deliveries = if to.is_group_jid() {
            self.for_group(&world, who, stanza, &to)?
        } else {
            self.for_person(&world, who, stanza, &to)?
        };
        if who.device != 0 {
            self.faults.disturb_sent(who, &mut deliveries);
        }
        for (target, message) in deliveries {
            self.deliver_message(&mut world, &target, message);
        }
        Ok(())
    }

    fn for_person(
        &self,
        world: &World,
        who: &Who,
        stanza: &Node,
        to: &Jid,
    ) -> Result<Vec<(Who, Node)>, Refusal> {
        let peer = world.resolve(to).ok_or(Refusal::NotFound)?;
        let sealed = sealed_for(world, stanza, &peer);
        let mut deliveries = Vec::with_capacity(sealed.len());
        for (target, enc) in sealed {
            let own = target.number == who.number;
            if target == *who
                || !(own || target.number == peer.number)
                || world.device(&target).is_none()
            {
                continue;
            }
            let mut message = self.envelope(world, who, stanza);
            message.set("from", who.pn());
            if own {
                let chat = stanza.attr_jid("recipient").unwrap_or_else(|| to.clone());
                let chat = world
                    .resolve(&chat)
                    .map_or(chat, |chat| Who::new(chat.number, 0).pn());
                // A message to one's own devices as such (key share) belongs to no chat.
                if stanza.attr_str("category") != "peer" {
                    message.set("recipient", chat);
                }
            } else {
                message.set(
                    "sender_lid",
                    world.lid_of(&Who::new(who.number.as_str(), 0)),
                );
            }
            message.content = Some(NodeContent::Nodes(content_for(vec![enc], stanza)));
            deliveries.push((target, message));
        }
        Ok(deliveries)
    }

    fn for_group(
        &self,
        world: &World,
        who: &Who,
        stanza: &Node,
        to: &Jid,
    ) -> Result<Vec<(Who, Node)>, Refusal> {
        let group = world.group_of(to).ok_or(Refusal::NotFound)?;
        if group.member(&who.number).is_none() || (group.announce && !group.is_admin(&who.number)) {
            return Err(Refusal::Forbidden);
        }
        let mut sealed: HashMap<Who, Node> = HashMap::new();
        let mut for_all = Vec::new();
        // With a participant it is a resend for that device alone.
        let only = stanza
            .attr_jid("participant")
            .and_then(|participant| world.resolve(&participant));
        match &only {
            Some(target) => sealed.extend(sealed_for(world, stanza, target)),
            None => {
                sealed.extend(participants_of(world, stanza));
                for_all.extend(stanza.get_children_by_tag("enc").cloned());
            }
        }
        let targets: Vec<Who> = match only {
            Some(target) => vec![target],
            None => group
                .members
                .iter()
                .flat_map(|member| world.devices_of(&member.number))
                .collect(),
        };
        let mut deliveries = Vec::with_capacity(targets.len());
        for target in targets {
            if target == *who || group.member(&target.number).is_none() {
                continue;
            }
            let own_key = sealed.remove(&target);
            let parts: Vec<Node> = own_key.into_iter().chain(for_all.iter().cloned()).collect();
            if parts.is_empty() {
                continue;
            }
            let mut message = self.envelope(world, who, stanza);
            message.set("from", to.to_non_ad());
            message.set("participant", world.lid_of(who));
            message.set("participant_pn", Who::new(who.number.as_str(), 0).pn());
            message.set("addressing_mode", "lid");
            message.content = Some(NodeContent::Nodes(content_for(parts, stanza)));
            deliveries.push((target, message));
        }
        Ok(deliveries)
    }

    /// The attributes that every receiver gets.
    fn envelope(&self, world: &World, who: &Who, stanza: &Node) -> Node {
        let mut message = node("message").attr("t", self.clock.now_secs()).build();
        for key in CARRIED {
            if let Some(value) = stanza.attr_opt(key) {
                message.set(key, value);
            }
        }
        if let Some(account) = world.accounts.get(&who.number) {
            message.set("notify", account.name.as_str());
        }
        message
    }

    /// Delivers to one device, with the faults that were asked for.
    fn deliver_message(&self, world: &mut World, target: &Who, message: Node) {
        let deliveries = if target.device == 0 {
            vec![message]
        } else {
            self.faults.disturb(target, message)
        };
        let Some(device) = world.device_mut(target) else {
            return;
        };
        for message in deliveries {
            device.deliver_kept("message", message);
        }
    }
}

/// The hash of a group's devices as the server knows them, when the sender's differs: it encrypted for an outdated list
/// and should look the group up again. It covers every device of every member by LID, the sending one included
/// (`wacore::send::build_group_phash_set`).
fn stale_phash(world: &World, stanza: &Node) -> Option<String> {
    let claimed = stanza.attr_opt("phash")?;
    let group = world.group_of(&stanza.attr_jid("to")?)?;
    let devices: Vec<Jid> = group
        .members
        .iter()
        .flat_map(|member| world.devices_of(&member.number))
        .map(|device| world.lid_of(&device))
        .collect();
    let actual = MessageUtils::participant_list_hash(&devices).ok()?;
    (actual != claimed).then_some(actual)
}

/// Asks what the wire tells apart by the server part.
trait IsGroup {
    fn is_group_jid(&self) -> bool;
}

impl IsGroup for Jid {
    fn is_group_jid(&self) -> bool {
        self.server == wacore_binary::Server::Group
    }
}

/// The ciphertexts of a message to a person: one per device, or the one for a device that asked for a resend.
fn sealed_for(world: &World, stanza: &Node, single: &Who) -> Vec<(Who, Node)> {
    match stanza.child("participants") {
        Some(_) => participants_of(world, stanza),
        None => stanza
            .get_children_by_tag("enc")
            .map(|enc| (single.clone(), enc.clone()))
            .collect(),
    }
}

fn participants_of(world: &World, stanza: &Node) -> Vec<(Who, Node)> {
    let Some(participants) = stanza.child("participants") else {
        return Vec::new();
    };
    participants
        .get_children_by_tag("to")
        .filter_map(|to| {
            Some((
                world.resolve(&to.attr_jid("jid")?)?,
                to.child("enc")?.clone(),
            ))
        })
        .collect()
}

fn content_for(sealed: Vec<Node>, stanza: &Node) -> Vec<Node> {
    let passed = stanza
        .nodes()
        .iter()
        .filter(|child| PASSED_ON.contains(&child.tag.as_ref()))
        .cloned();
    sealed.into_iter().chain(passed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::group::{Group, Member, Role};
    use crate::server::world::{Account, Device};

    #[test]
    fn only_an_outdated_device_list_is_corrected() {
        let mut world = World::default();
        for (number, lid) in [("6280000000101", "111"), ("6280000000102", "222")] {
            world.lids.insert(lid.to_owned(), number.to_owned());
            let account = Account::new(number, lid, "someone", Device::new(0));
            world.accounts.insert(number.to_owned(), account);
        }
        let member = |number: &str| Member {
            number: number.to_owned(),
            role: Role::Member,
        };
        let group = Group {
            id: "120363000000000001".to_owned(),
            subject: String::new(),
            subject_by: String::new(),
            subject_secs: 0,
            description: String::new(),
            description_id: String::new(),
            creator: String::new(),
            created_ms: 0,
            members: vec![member("6280000000101"), member("6280000000102")],
            announce: false,
            locked: false,
            code: String::new(),
            picture: None,
        };
        world.groups.insert(group.id.clone(), group.clone());
        let phones = [Jid::lid("222"), Jid::lid("111")];
        let known = MessageUtils::participant_list_hash(&phones).unwrap();
        let message = node("message")
            .attr("to", group.jid())
            .attr("phash", known.as_str())
            .build();
        assert_eq!(stale_phash(&world, &message), None);

        let who = Who::new("6280000000102", 3);
        world
            .accounts
            .get_mut(&who.number)
            .unwrap()
            .devices
            .insert(who.device, Device::new(1));
        let corrected = stale_phash(&world, &message).expect("a device was added");
        let all = [Jid::lid("111"), Jid::lid("222"), Jid::lid_device("222", 3)];
        assert_eq!(
            corrected,
            MessageUtils::participant_list_hash(&all).unwrap()
        );
    }
}
