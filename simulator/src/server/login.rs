//! Who may come in: a companion that proves its key, a stranger that wants to be paired, or nobody.

use wacore_binary::Node;

use super::Server;
use super::outbox::{Out, Outbox};
use super::pairing::PairingId;
use super::world::{Link, Who};
use crate::wire::stanza::{StanzaExt as _, empty, node, server_jid, with_bytes};

/// What became of a connection that finished its handshake.
pub(crate) enum Admission {
    /// A companion, logged in.
    Companion(Who),
    /// A client without an account, which may be paired.
    Pairing(PairingId),
    /// It was told why not and will be closed.
    Refused,
}

/// `<failure reason="401"/>`: the device is not, or no longer, linked.
const REASON_LOGGED_OUT: u16 = 401;

impl Server {
    /// Reads a login payload and lets the client in, or tells it why not.
    pub(crate) fn admit(
        &self,
        payload: &[u8],
        client_static: [u8; 32],
        outbox: &Outbox,
    ) -> Admission {
        let Ok(payload) = crate::proto::client_payload(payload) else {
            return refuse(outbox, failure(500, &[]));
        };
        let Some(username) = payload.username else {
            return match payload.device_pairing_data.into_option() {
                Some(data) => Admission::Pairing(self.begin_pairing(data, client_static, outbox)),
                None => refuse(outbox, failure(500, &[])),
            };
        };
        let who = Who::new(username.to_string(), payload.device.unwrap_or(0) as u16);
        if self.faults.refuses(&who.number) {
            outbox.abort();
            return Admission::Refused;
        }
        if let Some(failure) = self.faults.login_failure(&who.number, self.clock.now_ms()) {
            if failure.attr_str("reason") == "401" {
                self.remove_device(&who);
            }
            return refuse(outbox, failure);
        }
        self.log_in(who, client_static, outbox)
    }

    fn log_in(&self, who: Who, client_static: [u8; 32], outbox: &Outbox) -> Admission {
        let mut world = self.world();
        let lid = world.lid_of(&who);
        let Some(device) = world
            .device_mut(&who)
            .filter(|device| device.noise_static == Some(client_static))
        else {
            return refuse(outbox, failure(REASON_LOGGED_OUT, &[("location", "sim")]));
        };
        if let Some(old) = device.link.replace(Link {
            outbox: outbox.clone(),
            active: false,
            available: false,
        }) {
            old.outbox.stanza(conflict("replaced"));
            old.outbox.push(Out::Close);
        }
        let now = self.clock.now_secs();
        let success = node("success")
            .attr("t", now)
            .attr("lid", lid)
            .attr("location", "sim")
            .build();
        outbox.stanza(success);
        let routing = node("edge_routing").children([with_bytes(
            "routing_info",
            vec![0x0a, 0x0b, who.device as u8],
        )]);
        outbox.stanza(
            node("ib")
                .attr("from", server_jid())
                .children([routing.build()])
                .build(),
        );
        Admission::Companion(who)
    }

    /// The device asked for its messages: what was kept comes first, framed by counts, then it is live.
    pub(crate) fn activate(&self, who: &Who) {
        let mut world = self.world();
        let Some(device) = world.device_mut(who) else {
            return;
        };
        let Some(outbox) = device
            .link
            .as_ref()
            .filter(|link| !link.active)
            .map(|link| link.outbox.clone())
        else {
            return;
        };
        let count = |class: &str| {
            device
                .kept
                .iter()
                .filter(|kept| kept.class == class)
                .count()
        };
        let preview = node("offline_preview")
            .attr("count", device.kept.len())
            .attr("message", count("message"))
            .attr("receipt", count("receipt"))
            .attr("notification", count("notification"))
            .attr("appdata", 0_u8);
        outbox.stanza(
            node("ib")
                .attr("from", server_jid())
                .children([preview.build()])
                .build(),
        );
        for kept in &device.kept {
            let mut stanza = kept.stanza.clone();
            stanza.set("offline", "1");
            outbox.stanza(stanza);
        }
        let done = node("offline").attr("count", device.kept.len()).build();
        outbox.stanza(
            node("ib")
                .attr("from", server_jid())
                .children([done])
                .build(),
        );
        if let Some(link) = device.link.as_mut() {
            link.active = true;
        }
    }

    /// The device wants nothing pushed for now.
    pub(crate) fn deactivate(&self, who: &Who) {
        if let Some(link) = self
            .world()
            .device_mut(who)
            .and_then(|device| device.link.as_mut())
        {
            link.active = false;
        }
    }

    /// Whether this outbox is the device's present connection.
    pub(crate) fn is_current(&self, who: &Who, outbox: &Outbox) -> bool {
        let world = self.world();
        world
            .device(who)
            .and_then(|device| device.link.as_ref())
            .is_some_and(|link| link.outbox.same_as(outbox))
    }

    /// The connection is over; another one of the same device stays.
    pub(crate) fn disconnected(&self, who: &Who, outbox: &Outbox) {
        if let Some(device) = self.world().device_mut(who)
            && device
                .link
                .as_ref()
                .is_some_and(|link| link.outbox.same_as(outbox))
        {
            device.link = None;
        }
        self.note_traffic();
    }

    /// Takes a companion off its account and tells it, if it is there. `false` when there was none.
    pub(crate) fn remove_device(&self, who: &Who) -> bool {
        let mut world = self.world();
        let Some(account) = world.accounts.get_mut(&who.number) else {
            return false;
        };
        let Some(device) = account.devices.remove(&who.device) else {
            return false;
        };
        if let Some(link) = device.link {
            link.outbox.stanza(conflict("device_removed"));
            link.outbox.push(Out::Close);
        }
        drop(world);
        self.device_list_changed(who, false);
        true
    }
}

fn refuse(outbox: &Outbox, failure: Node) -> Admission {
    outbox.stanza(failure);
    outbox.push(Out::Close);
    Admission::Refused
}

/// `<failure>` at login, with a reason code.
pub(crate) fn failure(reason: u16, more: &[(&'static str, &str)]) -> Node {
    let mut failure = node("failure").attr("reason", reason).build();
    for (key, value) in more {
        failure.set(key, *value);
    }
    failure
}

/// The stream error that says another session took over, or that the phone removed the device.
pub(crate) fn conflict(kind: &'static str) -> Node {
    let mut error = node("stream:error")
        .children([node("conflict").attr("type", kind).build()])
        .build();
    if kind == "device_removed" {
        error.set("code", "401");
    }
    error
}

/// A stream error with a code, such as 503 or 515.
pub(crate) fn stream_error(code: u16) -> Node {
    let mut error = node("stream:error").attr("code", code).build();
    if code == 516 {
        error.content = Some(wacore_binary::NodeContent::Nodes(vec![empty(
            "device_removed",
        )]));
    }
    error
}
