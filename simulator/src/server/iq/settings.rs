//! Answers that hardly ever differ: where media goes, experiment flags, privacy, blocked people.

use wacore_binary::Node;

use super::Answer;
use crate::server::Server;
use crate::server::world::Who;
use crate::wire::stanza::{StanzaExt as _, empty, node};

/// Every setting as a fresh account has it.
const PRIVACY: [(&str, &str); 8] = [
    ("readreceipts", "all"),
    ("last", "all"),
    ("status", "all"),
    ("profile", "all"),
    ("online", "all"),
    ("groupadd", "all"),
    ("calladd", "all"),
    ("messages", "all"),
];

const DAY_SECS: u32 = 24 * 3600;

impl Server {
    pub(super) fn answer_media_conn(&self) -> Answer {
        let host = node("host")
            .attr("hostname", self.media_host.as_str())
            .attr("type", "primary");
        let conn = node("media_conn")
            .attr("auth", self.blobs.auth())
            .attr("ttl", 300_u32)
            .attr("auth_ttl", 6 * 3600_u32)
            .attr("max_buckets", 12_u8)
            .children([host.build()])
            .build();
        Answer::one(conn)
    }

    /// Only a phone may pair; a companion may take itself off.
    pub(super) fn answer_companion_md(&self, request: &Node) -> Answer {
        if request.child("remove-companion-device").is_some() {
            Answer::empty()
        } else {
            Answer::Unknown
        }
    }

    pub(super) fn answer_props(&self, request: &Node) -> Answer {
        if request.child("props").is_none() {
            return Answer::Unknown;
        }
        let props = node("props")
            .attr("protocol", 1_u8)
            .attr("hash", "simulator")
            .attr("ab_key", "simulator")
            .attr("refresh", DAY_SECS)
            .attr("refresh_id", 0_u8);
        Answer::one(props.children([]).build())
    }

    pub(super) fn answer_privacy(&self, request: &Node, set: bool) -> Answer {
        if !set {
            let categories = PRIVACY.iter().map(|(name, value)| {
                node("category")
                    .attr("name", *name)
                    .attr("value", *value)
                    .build()
            });
            return Answer::one(node("privacy").children(categories).build());
        }
        if request.child("tokens").is_some() {
            // Tokens are proofs of acquaintance; here everybody may write to everybody.
            return Answer::one(node("tokens").children([]).build());
        }
        Answer::Unknown
    }

    pub(super) fn answer_blocklist(&self, who: &Who, request: &Node, set: bool) -> Answer {
        let mut world = self.world();
        if set {
            let Some(item) = request.child("item") else {
                return Answer::Error(400, "bad-request");
            };
            let Some(peer) = item.attr_jid("jid").and_then(|jid| world.resolve(&jid)) else {
                return Answer::Error(404, "item-not-found");
            };
            let Some(account) = world.accounts.get_mut(&who.number) else {
                return Answer::empty();
            };
            account.blocked.retain(|number| *number != peer.number);
            if item.attr_str("action") == "block" {
                account.blocked.push(peer.number);
            }
        }
        let blocked = world
            .accounts
            .get(&who.number)
            .map(|account| account.blocked.clone())
            .unwrap_or_default();
        let items = blocked.iter().map(|number| {
            node("item")
                .attr("jid", Who::new(number.as_str(), 0).pn())
                .build()
        });
        Answer::one(node("list").children(items).build())
    }

    /// Nobody in the simulator is a business, so there is no profile to show.
    pub(super) fn answer_business(&self, request: &Node) -> Answer {
        match request.child("business_profile") {
            Some(_) => Answer::one(empty("business_profile")),
            None => Answer::Unknown,
        }
    }
}
