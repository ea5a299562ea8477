//! Connections without an account, and how a phone takes one of them for its companion.
//!
//! A client shows one of six references in a QR code, or asks for a pairing code for a number. The phone proves to the client
//! that it saw the QR or knows the code; the server only carries `<pair-success>` to the client and the client's signature
//! back, then makes it log in anew (stream error 515).

use std::time::Duration;

use tokio::sync::oneshot;
use wacore_binary::{Jid, Node};
use waproto::whatsapp::client_payload::DevicePairingRegistrationData;

use super::Server;
use super::outbox::{Out, Outbox};
use super::world::{Device, KeyBundle, MAX_COMPANIONS, PublicPreKey, Who};
use crate::error::PairError;
use crate::wire::stanza::{StanzaExt as _, iq_result, node, server_jid, with_bytes};

/// Names a connection that waits to be paired.
pub(crate) type PairingId = u64;

const REFERENCES: usize = 6;

/// The first reference is shown for 60 s, each further one for 20 s; after that the client asks for new ones.
const REFERENCES_VALID: Duration = Duration::from_secs(60 + 5 * 20);

/// How long a pairing code may be typed in.
pub(crate) const CODE_VALID: Duration = Duration::from_secs(180);

/// A request for a pairing code.
#[derive(Debug, Clone)]
pub(crate) struct CodeRequest {
    /// The number whose phone shall type the code.
    pub(crate) number: String,
    /// The companion's ephemeral key, locked with the code.
    pub(crate) wrapped_ephemeral: Vec<u8>,
    pub(crate) reference: Vec<u8>,
    issued_ms: i64,
}

/// A connection that waits to be paired.
#[derive(Debug)]
pub(crate) struct Pairing {
    id: PairingId,
    noise_static: [u8; 32],
    registration: DevicePairingRegistrationData,
    outbox: Outbox,
    references: Vec<String>,
    issued_ms: i64,
    code: Option<CodeRequest>,
    /// Who waits for the client's `companion_finish`.
    finish: Option<oneshot::Sender<Node>>,
    /// Who waits for the client's `pair-device-sign`.
    signature: Option<oneshot::Sender<Node>>,
}

/// A place among an account's companions.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Slot {
    pub(crate) device: u16,
    pub(crate) key_index: u32,
}

/// What a client shows, one after the other.
fn new_references() -> Vec<String> {
    let references = (0..REFERENCES).map(|_| format!("2@{}", random_token()));
    references.collect()
}

/// Offers these references.
fn pair_device(serial: u64, references: &[String]) -> Node {
    let children = references
        .iter()
        .map(|reference| with_bytes("ref", reference.as_bytes()));
    node("iq")
        .attr("from", server_jid())
        .attr("type", "set")
        .attr("xmlns", "md")
        .attr("id", format!("pair-device-{serial}"))
        .children([node("pair-device").children(children).build()])
        .build()
}

impl Server {
    /// Offers six references to a client without an account.
    pub(crate) fn begin_pairing(
        &self,
        registration: DevicePairingRegistrationData,
        noise_static: [u8; 32],
        outbox: &Outbox,
    ) -> PairingId {
        let references = new_references();
        let mut world = self.world();
        let id = world.next_serial();
        outbox.stanza(pair_device(id, &references));
        world.pairings.push(Pairing {
            id,
            noise_static,
            registration,
            outbox: outbox.clone(),
            references,
            issued_ms: self.clock.now_ms(),
            code: None,
            finish: None,
            signature: None,
        });
        id
    }

    /// Offers other references to all clients that wait.
    pub(crate) fn renew_references(&self) {
        let mut world = self.world();
        for at in 0..world.pairings.len() {
            let serial = world.next_serial();
            let pairing = &mut world.pairings[at];
            pairing.references = new_references();
            pairing.issued_ms = self.clock.now_ms();
            pairing
                .outbox
                .stanza(pair_device(serial, &pairing.references));
        }
    }

    /// The client hung up.
    pub(crate) fn pairing_gone(&self, id: PairingId) {
        self.world().pairings.retain(|pairing| pairing.id != id);
    }

    /// Takes a stanza from a client without an account.
    pub(crate) fn accept_pairing(&self, id: PairingId, stanza: &Node) {
        self.note_traffic();
        if stanza.tag != "iq" {
            return;
        }
        let kind = stanza.attr_str("type");
        let mut world = self.world();
        let Some(pairing) = world.pairings.iter_mut().find(|pairing| pairing.id == id) else {
            return;
        };
        if kind == "result" {
            if stanza.child("pair-device-sign").is_some()
                && let Some(waiter) = pairing.signature.take()
            {
                let _ = waiter.send(stanza.clone());
            }
            return;
        }
        if kind == "error" {
            // The client refuses what the phone signed; whoever waits learns it from the closed channel.
            pairing.signature = None;
            return;
        }
        if let Some(registration) = stanza.child("link_code_companion_reg") {
            let answer = pairing.accept_link_code(stanza, registration, self.clock.now_ms());
            pairing.outbox.stanza(answer);
        } else if stanza.attr_str("xmlns") == "w:p" {
            pairing.outbox.stanza(iq_result(stanza, Vec::new()));
        } else {
            pairing.outbox.stanza(iq_result(stanza, Vec::new()));
            drop(world);
            self.record_unknown(&Who::new("unpaired", 0), stanza);
        }
    }

    /// The connection that shows this reference.
    pub(crate) fn pairing_by_reference(&self, reference: &str) -> Result<PairingId, PairError> {
        let now = self.clock.now_ms();
        let world = self.world();
        let pairing = world
            .pairings
            .iter()
            .find(|pairing| pairing.references.iter().any(|known| known == reference))
            .filter(|pairing| now - pairing.issued_ms <= REFERENCES_VALID.as_millis() as i64);
        pairing
            .map(|pairing| pairing.id)
            .ok_or(PairError::QrExpired)
    }

    /// The newest connection that asked for a pairing code for this number.
    pub(crate) fn pairing_by_number(
        &self,
        number: &str,
    ) -> Result<(PairingId, CodeRequest), PairError> {
        let now = self.clock.now_ms();
        let world = self.world();
        world
            .pairings
            .iter()
            .rev()
            .find_map(|pairing| {
                let code = pairing.code.as_ref()?;
                let fresh = now - code.issued_ms <= CODE_VALID.as_millis() as i64;
                (code.number == number && fresh).then(|| (pairing.id, code.clone()))
            })
            .ok_or(PairError::NoCodeRequested)
    }

    /// Sends the phone's hello to the client that asked for a code; its `companion_finish` comes through the receiver.
    pub(crate) fn send_primary_hello(
        &self,
        id: PairingId,
        hello: Vec<Node>,
    ) -> Result<oneshot::Receiver<Node>, PairError> {
        let mut world = self.world();
        let serial = world.next_serial();
        let pairing = world
            .pairings
            .iter_mut()
            .find(|pairing| pairing.id == id)
            .ok_or(PairError::DeviceGone("it hung up"))?;
        let (sender, receiver) = oneshot::channel();
        pairing.finish = Some(sender);
        let registration = node("link_code_companion_reg")
            .attr("stage", "primary_hello")
            .children(hello)
            .build();
        let notification = node("notification")
            .attr("from", server_jid())
            .attr("type", "link_code_companion_reg")
            .attr("id", format!("link-code-{serial}"))
            .attr("t", self.clock.now_secs())
            .children([registration])
            .build();
        pairing.outbox.stanza(notification);
        Ok(receiver)
    }

    /// Asks the client for a passkey, for the options of which it needs no other request.
    pub(crate) fn send_passkey_request(&self, id: PairingId) -> Result<(), PairError> {
        let mut world = self.world();
        let serial = world.next_serial();
        let pairing = world
            .pairings
            .iter()
            .find(|pairing| pairing.id == id)
            .ok_or(PairError::DeviceGone("it hung up"))?;
        let options = serde_json::json!({
            "challenge": random_token(),
            "rpId": "web.whatsapp.com",
            "allowCredentials": [],
            "userVerification": "required",
            "timeout": 60_000,
        });
        let notification = node("notification")
            .attr("from", server_jid())
            .attr("type", "passkey_prologue_request")
            .attr("id", format!("passkey-{serial}"))
            .attr("t", self.clock.now_secs())
            .children([with_bytes(
                "passkey_request_options",
                options.to_string().into_bytes(),
            )])
            .build();
        pairing.outbox.stanza(notification);
        Ok(())
    }

    /// A place for one more companion.
    pub(crate) fn reserve_slot(&self, number: &str) -> Result<Slot, PairError> {
        let mut world = self.world();
        let account = world
            .accounts
            .get_mut(number)
            .ok_or(PairError::DeviceGone("the account is gone"))?;
        if account.companions().count() >= MAX_COMPANIONS {
            return Err(PairError::TooManyDevices(MAX_COMPANIONS));
        }
        let slot = Slot {
            device: account.next_device,
            key_index: account.next_key_index,
        };
        account.next_device += 1;
        account.next_key_index += 1;
        Ok(slot)
    }

    /// Tells the client that the phone took it; its signature comes through the receiver.
    pub(crate) fn send_pair_success(
        &self,
        id: PairingId,
        who: &Who,
        signed_identity: Vec<u8>,
    ) -> Result<oneshot::Receiver<Node>, PairError> {
        let mut world = self.world();
        let lid: Jid = world.lid_of(who);
        let name = world
            .accounts
            .get(&who.number)
            .map(|account| account.name.clone())
            .unwrap_or_default();
        let pairing = world
            .pairings
            .iter_mut()
            .find(|pairing| pairing.id == id)
            .ok_or(PairError::DeviceGone("it hung up"))?;
        let (sender, receiver) = oneshot::channel();
        pairing.signature = Some(sender);
        let success = node("pair-success")
            .children([
                with_bytes("device-identity", signed_identity),
                node("biz").attr("name", name).build(),
                node("platform").attr("name", "android").build(),
                node("device")
                    .attr("jid", who.pn())
                    .attr("lid", lid)
                    .build(),
            ])
            .build();
        let request = node("iq")
            .attr("from", server_jid())
            .attr("type", "set")
            .attr("xmlns", "md")
            .attr("id", format!("pair-success-{id}"))
            .attr("t", self.clock.now_secs())
            .children([success])
            .build();
        pairing.outbox.stanza(request);
        Ok(receiver)
    }

    /// Registers the companion and makes it log in with its new account.
    pub(crate) fn complete_pairing(
        &self,
        id: PairingId,
        who: &Who,
        slot: Slot,
        signed_identity: Vec<u8>,
        key_index_list: Vec<u8>,
    ) -> Result<(), PairError> {
        let mut world = self.world();
        let at = world
            .pairings
            .iter()
            .position(|pairing| pairing.id == id)
            .ok_or(PairError::DeviceGone("it hung up"))?;
        let pairing = world.pairings.remove(at);
        let mut device = Device::new(slot.key_index);
        device.noise_static = Some(pairing.noise_static);
        device.signed_identity = signed_identity;
        device.platform = platform_of(&pairing.registration);
        device.keys = key_bundle_of(&pairing.registration);
        let account = world
            .accounts
            .get_mut(&who.number)
            .ok_or(PairError::DeviceGone("the account is gone"))?;
        account.devices.insert(who.device, device);
        account.key_index_list = key_index_list;
        account.key_index_list_secs = self.clock.now_secs();
        drop(world);
        pairing.outbox.stanza(super::login::stream_error(515));
        pairing.outbox.push(Out::Close);
        self.device_list_changed(who, true);
        Ok(())
    }
}

impl Pairing {
    fn accept_link_code(&mut self, stanza: &Node, registration: &Node, now_ms: i64) -> Node {
        match registration.attr_str("stage").as_str() {
            "companion_hello" => {
                let reference = random_token().into_bytes();
                self.code = Some(CodeRequest {
                    number: registration
                        .attr_jid("jid")
                        .map(|jid| jid.user.to_string())
                        .unwrap_or_default(),
                    wrapped_ephemeral: registration
                        .child("link_code_pairing_wrapped_companion_ephemeral_pub")
                        .and_then(|child| child.bytes())
                        .unwrap_or_default(),
                    reference: reference.clone(),
                    issued_ms: now_ms,
                });
                let answer = node("link_code_companion_reg").attr("stage", "companion_hello");
                iq_result(
                    stanza,
                    vec![
                        answer
                            .children([with_bytes("link_code_pairing_ref", reference)])
                            .build(),
                    ],
                )
            }
            _ => {
                if let Some(waiter) = self.finish.take() {
                    let _ = waiter.send(registration.clone());
                }
                iq_result(stanza, Vec::new())
            }
        }
    }
}

fn random_token() -> String {
    use base64::Engine as _;
    base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

/// What the companion calls itself, such as `Chrome (Linux)`.
fn platform_of(registration: &DevicePairingRegistrationData) -> String {
    let props = registration
        .device_props
        .as_deref()
        .and_then(|bytes| crate::proto::device_props(bytes).ok());
    let Some(props) = props else {
        return String::new();
    };
    let os = props.os.unwrap_or_default();
    match props.platform_type {
        Some(kind) => format!("{kind:?} ({os})"),
        None => os,
    }
}

/// The keys that came with the registration: enough for others to write to the companion before its first login.
fn key_bundle_of(registration: &DevicePairingRegistrationData) -> Option<KeyBundle> {
    let number = |bytes: &Option<Vec<u8>>| {
        bytes.as_deref().map(|bytes| {
            bytes
                .iter()
                .fold(0_u32, |value, byte| value << 8 | u32::from(*byte))
        })
    };
    Some(KeyBundle {
        registration_id: number(&registration.e_regid)?,
        identity: registration.e_ident.clone()?,
        signed: PublicPreKey {
            id: number(&registration.e_skey_id)?,
            key: registration.e_skey_val.clone()?,
        },
        signature: registration.e_skey_sig.clone()?,
        one_time: std::collections::VecDeque::new(),
    })
}
