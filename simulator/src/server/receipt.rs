//! Receipts: that a message arrived, was read, or must be sent again.

use wacore_binary::Node;

use super::Server;
use super::world::{Who, World};
use crate::wire::stanza::{StanzaExt as _, node};

/// Receipts that tell the server that the message is with the device (`""` is the plain one).
const TAKES_IT: [&str; 6] = ["", "inactive", "sender", "peer_msg", "hist_sync", "retry"];

impl Server {
    /// Takes a receipt: what it names need not be kept any longer, and whoever sent it is told.
    pub(crate) fn accept_receipt(&self, who: &Who, stanza: &Node) {
        let kind = stanza.attr_str("type");
        let mut world = self.world();
        if TAKES_IT.contains(&kind.as_str())
            && let Some(device) = world.device_mut(who)
        {
            for id in ids_of(stanza) {
                device.acknowledge("message", &id);
            }
        }
        match kind.as_str() {
            "retry" | "enc_rekey_retry" => self.forward_retry(&mut world, who, stanza),
            "" | "read" | "played" => self.forward_receipt(&mut world, who, stanza, &kind),
            // For the server alone, or for nobody's eyes.
            _ => {}
        }
        if let Some(device) = world.device(who) {
            device.deliver_passing(self.ack(stanza, "receipt"));
        }
    }

    /// A resend is asked of the device that sent the message.
    fn forward_retry(&self, world: &mut World, who: &Who, stanza: &Node) {
        let Some(to) = stanza.attr_jid("to") else {
            return;
        };
        let group = world.group_of(&to).map(|group| group.jid());
        let author = match &group {
            Some(_) => stanza.attr_jid("participant"),
            None => Some(to),
        };
        let Some(author) = author.and_then(|author| world.resolve(&author)) else {
            return;
        };
        let mut receipt = stanza.clone();
        receipt.attrs = wacore_binary::Attrs::new();
        receipt.set("id", stanza.attr_str("id"));
        receipt.set("type", stanza.attr_str("type"));
        receipt.set("t", self.clock.now_secs());
        match group {
            Some(group) => {
                receipt.set("from", group);
                receipt.set("participant", world.lid_of(who));
            }
            None => receipt.set("from", who.pn()),
        }
        if let Some(recipient) = stanza.attr_jid("recipient") {
            receipt.set("recipient", recipient);
        }
        if let Some(device) = world.device_mut(&author) {
            device.deliver_kept("receipt", receipt);
        }
    }

    /// Delivery and read receipts go to all devices of the author; a read one also to the reader's other devices.
    fn forward_receipt(&self, world: &mut World, who: &Who, stanza: &Node, kind: &str) {
        let Some(to) = stanza.attr_jid("to") else {
            return;
        };
        let group = world.group_of(&to).map(|group| group.jid());
        let author = match &group {
            Some(_) => stanza.attr_jid("participant"),
            None => Some(to),
        };
        let Some(author) = author.and_then(|author| world.resolve(&author)) else {
            return;
        };
        if author.number == who.number {
            return;
        }
        let mut receipt = node("receipt")
            .attr("id", stanza.attr_str("id"))
            .attr("t", self.clock.now_secs())
            .build();
        receipt.content = stanza.content.clone();
        if !kind.is_empty() {
            receipt.set("type", kind);
        }
        let reader = Who::new(who.number.as_str(), 0);
        let mut for_author = receipt.clone();
        match &group {
            Some(group) => {
                for_author.set("from", group.clone());
                for_author.set("participant", world.lid_of(&reader));
            }
            None => for_author.set("from", reader.pn()),
        }
        for target in world.devices_of(&author.number) {
            if let Some(device) = world.device_mut(&target) {
                device.deliver_kept("receipt", for_author.clone());
            }
        }
        if kind.is_empty() {
            return;
        }
        match &group {
            Some(group) => {
                receipt.set("from", group.clone());
                receipt.set("participant", world.lid_of(&reader));
            }
            None => {
                receipt.set("from", reader.pn());
                receipt.set("recipient", Who::new(author.number.as_str(), 0).pn());
            }
        }
        for target in world
            .devices_of(&who.number)
            .into_iter()
            .filter(|target| target != who)
        {
            if let Some(device) = world.device_mut(&target) {
                device.deliver_kept("receipt", receipt.clone());
            }
        }
    }
}

/// The ids that a receipt names: its own and those in its list.
pub(crate) fn ids_of(receipt: &Node) -> Vec<String> {
    let listed = receipt
        .child("list")
        .map(|list| list.nodes())
        .unwrap_or_default();
    std::iter::once(receipt.attr_str("id"))
        .chain(listed.iter().map(|item| item.attr_str("id")))
        .collect()
}
