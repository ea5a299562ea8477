//! The way of a message: from one device to each device that it was encrypted for.
//!
//! The sender encrypts once for each device (`<participants>`), or for a group once with its sender key (`<enc
//! type="skmsg">`) and hands that key to those who lack it. A stanza for a single device is a resend that was asked for.

use std::collections::HashMap;

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
