//! Prekeys: uploading them, counting them, and handing out the bundle with which a session begins.

use wacore_binary::{Jid, Node};

use super::Answer;
use crate::server::Server;
use crate::server::world::{KeyBundle, PublicPreKey, Who, World};
use crate::wire::stanza::{StanzaExt as _, node, with_bytes};

/// `<type>`: keys on Curve25519.
const KEY_TYPE: u8 = 5;

impl Server {
    pub(super) fn answer_keys(&self, who: &Who, request: &Node) -> Answer {
        if request.attr_str("type") == "set" {
            return self.take_keys(who, request);
        }
        if request.child("count").is_some() {
            let world = self.world();
            let keys = world.device(who).and_then(|device| device.keys.as_ref());
            let count = keys.map_or(0, |keys| keys.one_time.len());
            return Answer::one(node("count").attr("value", count).build());
        }
        if request.child("digest").is_some() {
            // Tells the client to skip the comparison.
            return Answer::Error(503, "service-unavailable");
        }
        let Some(wanted) = request.child("key") else {
            return Answer::Unknown;
        };
        let mut world = self.world();
        let users: Vec<Node> = wanted
            .get_children_by_tag("user")
            .filter_map(|user| user.attr_jid("jid"))
            .map(|jid| prekey_bundle(&mut world, jid))
            .collect();
        Answer::one(node("list").children(users).build())
    }

    fn take_keys(&self, who: &Who, request: &Node) -> Answer {
        let mut world = self.world();
        let Some(device) = world.device_mut(who) else {
            return Answer::Error(401, "not-authorized");
        };
        if let Some(skey) = request
            .child("rotate")
            .and_then(|rotate| rotate.child("skey"))
        {
            let Some((signed, signature)) = read_signed(skey) else {
                return Answer::Error(406, "not-acceptable");
            };
            let Some(keys) = device.keys.as_mut() else {
                return Answer::Error(409, "conflict");
            };
            (keys.signed, keys.signature) = (signed, signature);
            return Answer::empty();
        }
        let Some(uploaded) = read_upload(request) else {
            return Answer::Error(406, "not-acceptable");
        };
        match device.keys.as_mut() {
            Some(keys) if keys.identity == uploaded.identity => {
                keys.registration_id = uploaded.registration_id;
                keys.signed = uploaded.signed;
                keys.signature = uploaded.signature;
                for key in uploaded.one_time {
                    if keys.one_time.iter().all(|known| known.id != key.id) {
                        keys.one_time.push_back(key);
                    }
                }
            }
            _ => device.keys = Some(uploaded),
        }
        Answer::empty()
    }
}

fn read_id(node: &Node) -> Option<u32> {
    Some(
        node.child("id")?
            .bytes()?
            .iter()
            .fold(0, |id, byte| id << 8 | u32::from(*byte)),
    )
}

fn read_key(node: &Node) -> Option<PublicPreKey> {
    Some(PublicPreKey {
        id: read_id(node)?,
        key: node.child("value")?.bytes()?,
    })
}

fn read_signed(skey: &Node) -> Option<(PublicPreKey, Vec<u8>)> {
    Some((read_key(skey)?, skey.child("signature")?.bytes()?))
}

fn read_upload(request: &Node) -> Option<KeyBundle> {
    let (signed, signature) = read_signed(request.child("skey")?)?;
    Some(KeyBundle {
        registration_id: u32::from_be_bytes(
            request.child("registration")?.bytes()?.try_into().ok()?,
        ),
        identity: request.child("identity")?.bytes()?,
        signed,
        signature,
        one_time: request
            .child("list")?
            .nodes()
            .iter()
            .filter_map(read_key)
            .collect(),
    })
}

fn key_node(tag: &'static str, key: &PublicPreKey, signature: Option<&[u8]>) -> Node {
    let mut children = vec![
        with_bytes("id", key.id.to_be_bytes()[1..].to_vec()),
        with_bytes("value", key.key.clone()),
    ];
    children.extend(signature.map(|signature| with_bytes("signature", signature)));
    node(tag).children(children).build()
}

/// One device's bundle; each one-time key is given out once.
pub(crate) fn prekey_bundle(world: &mut World, jid: Jid) -> Node {
    let user = node("user").attr("jid", jid.clone());
    let device = world.resolve(&jid).and_then(|who| world.device_mut(&who));
    let Some(device) = device else {
        return user
            .children([node("error")
                .attr("code", 404_u16)
                .attr("text", "item-not-found")
                .build()])
            .build();
    };
    let identity = device.signed_identity.clone();
    let Some(keys) = device.keys.as_mut() else {
        return user
            .children([node("error")
                .attr("code", 404_u16)
                .attr("text", "item-not-found")
                .build()])
            .build();
    };
    let mut children = vec![
        with_bytes("registration", keys.registration_id.to_be_bytes().to_vec()),
        with_bytes("type", vec![KEY_TYPE]),
        with_bytes("identity", keys.identity.clone()),
        key_node("skey", &keys.signed, Some(&keys.signature)),
    ];
    children.extend(
        keys.one_time
            .pop_front()
            .map(|key| key_node("key", &key, None)),
    );
    if !identity.is_empty() {
        children.push(with_bytes("device-identity", identity));
    }
    user.children(children).build()
}
