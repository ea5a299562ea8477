//! Look-ups about people: whether a number is on WhatsApp, its LID, its devices, its picture and its about text.

use wacore_binary::{Jid, Node};

use super::{Answer, key_index_list};
use crate::server::Server;
use crate::server::world::{Account, World};
use crate::wire::stanza::{StanzaExt as _, empty, node};

impl Server {
    pub(super) fn answer_usync(&self, request: &Node) -> Answer {
        let Some(usync) = request.child("usync") else {
            return Answer::Unknown;
        };
        let (Some(query), Some(list)) = (usync.child("query"), usync.child("list")) else {
            return Answer::Error(400, "bad-request");
        };
        let protocols: Vec<&str> = query
            .nodes()
            .iter()
            .map(|protocol| protocol.tag.as_ref())
            .collect();
        let world = self.world();
        let users: Vec<Node> = list
            .get_children_by_tag("user")
            .filter_map(|user| look_up(&world, user, &protocols))
            .collect();
        let states: Vec<Node> = query
            .nodes()
            .iter()
            .map(|protocol| Node {
                attrs: Default::default(),
                content: None,
                ..protocol.clone()
            })
            .collect();
        let answer = node("usync")
            .attr("sid", usync.attr_str("sid"))
            .attr("index", "0")
            .attr("last", "true")
            .attr("mode", usync.attr_str("mode"))
            .attr("context", usync.attr_str("context"))
            .children([
                node("result").children(states).build(),
                node("list").children(users).build(),
            ])
            .build();
        Answer::one(answer)
    }
}

/// One user of the list: asked by JID, or by a number as a person writes it.
fn look_up(world: &World, user: &Node, protocols: &[&str]) -> Option<Node> {
    let typed = user
        .child("contact")
        .and_then(|contact| contact.content_as_string());
    let asked: Jid = match (user.attr_jid("jid"), &typed) {
        (Some(jid), _) => jid.to_non_ad(),
        (None, Some(number)) => Jid::pn(number.trim_start_matches('+')),
        (None, None) => return None,
    };
    let account = world.account_of(&asked);
    let mut children = Vec::new();
    for protocol in protocols {
        children.extend(answer_protocol(protocol, account, typed.as_deref()));
    }
    let jid = account.filter(|_| asked.is_pn()).map_or(asked, Account::pn);
    let mut answer = node("user").attr("jid", jid.clone()).build();
    if let Some(account) = account.filter(|_| jid.is_lid()) {
        answer.set("pn_jid", account.pn());
    }
    answer.content = Some(wacore_binary::NodeContent::Nodes(children));
    Some(answer)
}

fn answer_protocol(protocol: &str, account: Option<&Account>, typed: Option<&str>) -> Option<Node> {
    match protocol {
        "contact" => {
            let kind = if account.is_some() { "in" } else { "out" };
            let contact = node("contact").attr("type", kind);
            Some(match typed {
                Some(number) => contact.string_content(number).build(),
                None => contact.build(),
            })
        }
        "lid" => Some(node("lid").attr("val", account?.lid_jid()).build()),
        "devices" => Some(device_list(account?)),
        "picture" => Some(
            node("picture")
                .attr("id", account?.picture.as_ref()?.id)
                .build(),
        ),
        "status" => Some(
            node("status")
                .attr("t", 0_u8)
                .string_content(account?.about.as_str())
                .build(),
        ),
        "disappearing_mode" => {
            account?;
            Some(
                node("disappearing_mode")
                    .attr("duration", 0_u8)
                    .attr("t", 0_u8)
                    .build(),
            )
        }
        // Nobody in the simulator is a business.
        _ => None,
    }
}

fn device_list(account: &Account) -> Node {
    let devices = account.devices.iter().map(|(index, device)| {
        let mut entry = node("device").attr("id", *index).build();
        if *index != 0 {
            entry.set("key-index", device.key_index);
        }
        entry
    });
    let list = node("device-list").children(devices).build();
    // A list without companions carries no signature; Baileys wants the element all the same.
    let signed = key_index_list(account).unwrap_or_else(|| {
        let mut unsigned = empty("key-index-list");
        unsigned.set("ts", 0_u8);
        unsigned
    });
    node("devices").children([list, signed]).build()
}
