//! The server: it lets devices in, keeps who is who, and carries stanzas from one device to others.
//!
//! A device is a companion on a socket or a phone in this process; both hand their stanzas to [`Server::accept`] and are
//! written to through an outbox. The server sees ciphertext only, as WhatsApp's own does.

pub(crate) mod connection;
pub(crate) mod group;
pub(crate) mod group_change;
pub(crate) mod iq;
pub(crate) mod login;
pub(crate) mod message;
pub(crate) mod outbox;
pub(crate) mod pairing;
pub(crate) mod receipt;
pub(crate) mod world;

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, watch};
use wacore_binary::Node;

use crate::certificate::ServerKeys;
use crate::clock::SimClock;
use crate::event::UnknownIq;
use crate::faults::FaultBook;
use crate::http::BlobStore;
use crate::wire::stanza::{StanzaExt as _, node, to_text};
use world::{Who, World};

/// So many unknown requests are remembered; more of them say nothing new.
const UNKNOWN_LIMIT: usize = 1_000;

/// The server's state. One per simulator, shared by connections and phones.
pub(crate) struct Server {
    pub(crate) keys: ServerKeys,
    pub(crate) clock: SimClock,
    pub(crate) blobs: BlobStore,
    /// `host:port` of the blob store, as `<media_conn>` names it.
    pub(crate) media_host: String,
    pub(crate) faults: FaultBook,
    world: Mutex<World>,
    unknown: Mutex<Vec<UnknownIq>>,
    stanzas: watch::Sender<u64>,
    /// Told when accounts, companions or groups changed, which a restart must not forget.
    pub(crate) structure: Notify,
}

impl Server {
    pub(crate) fn new(
        keys: ServerKeys,
        clock: SimClock,
        blobs: BlobStore,
        media_host: String,
        world: World,
    ) -> Self {
        Self {
            keys,
            clock,
            blobs,
            media_host,
            faults: FaultBook::default(),
            world: Mutex::new(world),
            unknown: Mutex::default(),
            stanzas: watch::Sender::new(0),
            structure: Notify::new(),
        }
    }

    /// The state, locked. Never hold it across an await.
    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts stanzas in either direction: it stands still when nothing happens.
    pub(crate) fn stanzas(&self) -> watch::Receiver<u64> {
        self.stanzas.subscribe()
    }

    /// Notes that a stanza went one way or the other.
    pub(crate) fn note_traffic(&self) {
        self.stanzas.send_modify(|count| *count += 1);
    }

    /// Whether every device that is there has acknowledged all that it was sent.
    pub(crate) fn nothing_waits(&self) -> bool {
        let world = self.world();
        world
            .accounts
            .values()
            .flat_map(|account| account.devices.values())
            .all(|device| match &device.link {
                Some(link) => link.outbox.is_empty() && device.kept.is_empty(),
                None => true,
            })
    }

    /// Takes one stanza from a device that is logged in.
    pub(crate) fn accept(&self, who: &Who, stanza: Node) {
        self.note_traffic();
        tracing::trace!(device = %who.device, "from client:\n{}", to_text(&stanza));
        match stanza.tag.as_ref() {
            "iq" => self.accept_iq(who, &stanza),
            "message" => self.accept_message(who, stanza),
            "receipt" => self.accept_receipt(who, &stanza),
            "ack" => self.accept_ack(who, &stanza),
            "presence" => self.accept_presence(who, &stanza),
            "chatstate" => self.accept_chatstate(who, &stanza),
            // Session markers and requests for the next offline batch; everything is sent at once here.
            "ib" => {}
            _ => self.record_unknown(who, &stanza),
        }
    }

    /// Answers a request, or takes the answer to one of ours.
    fn accept_iq(&self, who: &Who, stanza: &Node) {
        if !matches!(stanza.attr_str("type").as_str(), "get" | "set") {
            return;
        }
        let answer = self.answer_iq(who, stanza);
        if let Some(device) = self.world().device(who) {
            device.deliver_passing(answer);
        }
        self.after_iq(who, stanza);
    }

    fn accept_ack(&self, who: &Who, stanza: &Node) {
        if let Some(device) = self.world().device_mut(who) {
            device.acknowledge(&stanza.attr_str("class"), &stanza.attr_str("id"));
        }
    }

    /// Whether a person is there, and the account's name, which others see with its messages.
    fn accept_presence(&self, who: &Who, stanza: &Node) {
        let mut world = self.world();
        if let Some(name) = stanza.attr_opt("name").filter(|name| !name.is_empty())
            && let Some(account) = world.accounts.get_mut(&who.number)
        {
            account.name = name;
        }
        if let Some(link) = world
            .device_mut(who)
            .and_then(|device| device.link.as_mut())
        {
            match stanza.attr_str("type").as_str() {
                "" | "available" => link.available = true,
                "unavailable" => link.available = false,
                // About others' presence.
                _ => {}
            }
        }
    }

    /// Typing notices go to the others in the chat and are not kept.
    fn accept_chatstate(&self, who: &Who, stanza: &Node) {
        let Some(to) = stanza.attr_jid("to") else {
            return;
        };
        let world = self.world();
        let mut notice = stanza.clone();
        notice.attrs = wacore_binary::Attrs::new();
        let numbers: Vec<String> = if let Some(group) = world.group_of(&to) {
            notice.set("from", to.to_non_ad());
            notice.set(
                "participant",
                world.lid_of(&Who::new(who.number.as_str(), 0)),
            );
            group
                .members
                .iter()
                .map(|member| member.number.clone())
                .collect()
        } else {
            notice.set("from", Who::new(who.number.as_str(), 0).pn());
            world
                .resolve(&to)
                .map(|peer| peer.number)
                .into_iter()
                .collect()
        };
        for number in numbers.iter().filter(|number| **number != who.number) {
            for target in world.devices_of(number) {
                if let Some(device) = world.device(&target).filter(|device| device.is_active()) {
                    device.deliver_passing(notice.clone());
                }
            }
        }
    }

    /// Remembers what nobody here understands.
    pub(crate) fn record_unknown(&self, who: &Who, stanza: &Node) {
        let mut unknown = self.unknown.lock().unwrap_or_else(PoisonError::into_inner);
        if unknown.len() < UNKNOWN_LIMIT {
            unknown.push(UnknownIq {
                from: who.pn().to_string(),
                xmlns: stanza.attr_str("xmlns"),
                kind: stanza.attr_str("type"),
                child: stanza
                    .nodes()
                    .first()
                    .map(|child| child.tag.to_string())
                    .unwrap_or_default(),
                stanza: to_text(stanza),
            });
        }
    }

    /// What was recorded so far.
    pub(crate) fn unknown_iqs(&self) -> Vec<UnknownIq> {
        self.unknown
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The acknowledgement that a stanza reached the server.
    pub(crate) fn ack(&self, stanza: &Node, class: &'static str) -> Node {
        let mut ack = node("ack")
            .attr("class", class)
            .attr("id", stanza.attr_str("id"))
            .build();
        if let Some(to) = stanza.attr_jid("to") {
            ack.set("from", to);
        }
        if let Some(participant) = stanza.attr_jid("participant") {
            ack.set("participant", participant);
        }
        if let Some(kind) = stanza.attr_opt("type").filter(|_| class == "receipt") {
            ack.set("type", kind);
        }
        ack.set("t", self.clock.now_secs());
        ack
    }
}
