//! Requests and their answers, by namespace.
//!
//! What is not answered here is recorded and refused with 501, so that a test can fail on it.

mod app_state;
mod groups;
pub(crate) mod keys;
pub(crate) mod profile;
mod settings;
mod usync;

use wacore_binary::Node;

use super::Server;
use super::world::{Who, World};
use crate::event::DeviceIndex;
use crate::wire::stanza::{StanzaExt as _, iq_error, iq_result, node};

/// What a request comes to: children of the result, or an error.
pub(crate) enum Answer {
    Result(Vec<Node>),
    Error(u16, &'static str),
    /// Nobody here knows this request.
    Unknown,
}

impl Answer {
    fn empty() -> Self {
        Self::Result(Vec::new())
    }

    fn one(node: Node) -> Self {
        Self::Result(vec![node])
    }
}

impl Server {
    /// Answers a request of a device.
    pub(crate) fn answer_iq(&self, who: &Who, request: &Node) -> Node {
        let set = request.attr_str("type") == "set";
        let answer = match request.attr_str("xmlns").as_str() {
            "w:p" | "urn:xmpp:ping" => Answer::empty(),
            "passive" => Answer::empty(),
            "encrypt" => self.answer_keys(who, request),
            "usync" => self.answer_usync(request),
            "w:sync:app:state" => self.answer_app_state(who, request),
            "w:g2" => self.answer_groups(who, request, set),
            "w:profile:picture" => self.answer_picture(who, request, set),
            "status" => self.answer_about(who, request, set),
            "w:m" => self.answer_media_conn(),
            "md" => self.answer_companion_md(request),
            "blocklist" => self.answer_blocklist(who, request, set),
            "privacy" => self.answer_privacy(request, set),
            "abt" | "w" => self.answer_props(request),
            "urn:xmpp:whatsapp:dirty" | "w:stats" | "tos" => Answer::empty(),
            "w:biz" => self.answer_business(request),
            _ => Answer::Unknown,
        };
        match answer {
            Answer::Result(children) => iq_result(request, children),
            Answer::Error(code, text) => iq_error(request, code, text),
            Answer::Unknown => {
                self.record_unknown(who, request);
                iq_error(request, 501, "feature-not-implemented")
            }
        }
    }

    /// What a request sets off once its answer is on its way.
    pub(crate) fn after_iq(&self, who: &Who, request: &Node) {
        match request.attr_str("xmlns").as_str() {
            "passive" if request.child("active").is_some() => self.activate(who),
            "passive" if request.child("passive").is_some() => self.deactivate(who),
            "md" => {
                let removed = request
                    .child("remove-companion-device")
                    .and_then(|child| child.attr_jid("jid"));
                let target = removed.and_then(|jid| self.world().resolve(&jid));
                if let Some(target) = target.filter(|target| target.number == who.number) {
                    self.remove_device(&target);
                }
            }
            _ => {}
        }
    }

    /// Tells the account's phone and everybody's companions that the account's set of devices changed.
    pub(crate) fn device_list_changed(&self, who: &Who, added: bool) {
        self.structure.notify_one();
        let mut world = self.world();
        let Some(account) = world.accounts.get(&who.number) else {
            return;
        };
        let key_index = account
            .devices
            .get(&who.device)
            .map(|device| device.key_index);
        let list = key_index_list(account);
        let mut changed = node("device").attr("jid", who.pn()).build();
        if let Some(key_index) = key_index {
            changed.set("key-index", key_index);
        }
        let verb = if added { "add" } else { "remove" };
        let change = node(verb)
            .children([changed].into_iter().chain(list))
            .build();
        let from = account.pn();
        let lid = account.lid_jid();
        let serial = world.next_serial();
        let notification = node("notification")
            .attr("from", from)
            .attr("lid", lid)
            .attr("type", "devices")
            .attr("id", format!("devices-{serial}"))
            .attr("t", self.clock.now_secs())
            .children([change])
            .build();
        let targets: Vec<Who> = world
            .accounts
            .keys()
            .flat_map(|number| world.devices_of(number))
            .collect();
        for target in targets.iter().filter(|target| *target != who) {
            let own_phone = target.number == who.number && target.device == 0;
            if let Some(device) = world
                .device_mut(target)
                .filter(|_| target.device != 0 || own_phone)
            {
                device.deliver_kept("notification", notification.clone());
            }
        }
    }

    /// Number of the device that a `devices` notification is about.
    pub(crate) fn device_in_notification(
        world: &World,
        notification: &Node,
    ) -> Option<(bool, DeviceIndex)> {
        let change = notification
            .nodes()
            .iter()
            .find(|child| matches!(child.tag.as_ref(), "add" | "remove"))?;
        let who = world.resolve(&change.child("device")?.attr_jid("jid")?)?;
        Some((change.tag == "add", DeviceIndex(who.device)))
    }
}

/// The signed list of valid companions; absent while the account never had one.
fn key_index_list(account: &super::world::Account) -> Option<Node> {
    (!account.key_index_list.is_empty()).then(|| {
        node("key-index-list")
            .attr("ts", account.key_index_list_secs)
            .bytes(account.key_index_list.clone())
            .build()
    })
}
