//! A phone's end of the encryption: its keys, its sessions, its sender keys, all in memory.
//!
//! Peers are named by phone number and device, whichever address the wire used, so that a person has one session and not
//! one per address. The cryptography is libsignal's; here are only its stores.

use std::collections::HashMap;

use async_trait::async_trait;
use wacore_binary::Node;
use wacore_libsignal::protocol::error::Result;
use wacore_libsignal::protocol::{
    CiphertextMessage, CiphertextMessageType, Direction, GenericSignedPreKey as _, IdentityChange,
    IdentityKey, IdentityKeyPair, IdentityKeyStore, KeyPair, PreKeyBundle, PreKeyId, PreKeyRecord,
    PreKeySignalMessage, PreKeyStore, ProtocolAddress, PublicKey, SenderKeyDistributionMessage,
    SenderKeyName, SenderKeyRecord, SenderKeyStore, SessionRecord, SessionStore, SignalMessage,
    SignalProtocolError, SignedPreKeyId, SignedPreKeyRecord, SignedPreKeyStore, Timestamp,
    UsePQRatchet, create_sender_key_distribution_message, group_decrypt, group_encrypt,
    message_decrypt, message_encrypt, process_prekey_bundle,
    process_sender_key_distribution_message,
};

use crate::server::world::{KeyBundle, PublicPreKey, Who};
use crate::wire::stanza::{StanzaExt as _, node, with_bytes};

pub(super) const SIGNED_PREKEY_ID: u32 = 1;
/// How many one-time keys a phone publishes at a time.
const PREKEY_BATCH: u32 = 100;

/// A ciphertext and how `<enc type>` names its kind.
pub(crate) struct Sealed {
    pub(crate) kind: &'static str,
    pub(crate) bytes: Vec<u8>,
}

/// A phone's keys and sessions.
pub(crate) struct SignalDevice {
    pub(super) identities: Identities,
    pub(super) sessions: Sessions,
    pub(super) prekeys: PreKeys,
    pub(super) signed: SignedPreKeys,
    pub(super) sender_keys: SenderKeys,
    pub(super) signed_pair: KeyPair,
    pub(super) signature: Vec<u8>,
    pub(super) next_prekey: u32,
}

impl SignalDevice {
    pub(crate) fn generate(now_ms: i64) -> Result<Self> {
        let mut rng = rng();
        let identity = IdentityKeyPair::generate(&mut rng);
        let signed_pair = KeyPair::generate(&mut rng);
        let signature = identity
            .private_key()
            .calculate_signature(&signed_pair.public_key.serialize(), &mut rng)?
            .to_vec();
        let record = SignedPreKeyRecord::new(
            SIGNED_PREKEY_ID.into(),
            Timestamp::from_epoch_millis(now_ms as u64),
            &signed_pair,
            &signature,
        );
        let registration_id = rand::random::<u16>() as u32 & 0x3fff;
        Ok(Self {
            identities: Identities {
                own: identity,
                registration_id,
                known: HashMap::new(),
            },
            sessions: Sessions::default(),
            prekeys: PreKeys::default(),
            signed: SignedPreKeys { record },
            sender_keys: SenderKeys::default(),
            signed_pair,
            signature,
            next_prekey: 1,
        })
    }

    /// The long-term key pair: also what signs the account's companions.
    pub(crate) fn identity(&self) -> &IdentityKeyPair {
        &self.identities.own
    }

    /// Fresh one-time keys, with everything else that others need to begin a session.
    pub(crate) async fn publish(&mut self) -> Result<KeyBundle> {
        let mut one_time = std::collections::VecDeque::new();
        for _ in 0..PREKEY_BATCH {
            one_time.push_back(self.new_prekey().await?);
        }
        Ok(KeyBundle {
            registration_id: self.identities.registration_id,
            identity: self.identities.own.public_key().public_key_bytes().to_vec(),
            signed: PublicPreKey {
                id: SIGNED_PREKEY_ID,
                key: self.signed_pair.public_key.public_key_bytes().to_vec(),
            },
            signature: self.signature.clone(),
            one_time,
        })
    }

    async fn new_prekey(&mut self) -> Result<PublicPreKey> {
        let pair = KeyPair::generate(&mut rng());
        let id = self.next_prekey;
        self.next_prekey += 1;
        self.prekeys
            .save_pre_key(id.into(), &PreKeyRecord::new(id.into(), &pair))
            .await?;
        Ok(PublicPreKey {
            id,
            key: pair.public_key.public_key_bytes().to_vec(),
        })
    }

    /// `<registration>` and `<keys>` of a retry receipt: with them the sender can begin a new session at once.
    pub(crate) async fn retry_keys(&mut self) -> Result<Vec<Node>> {
        let one_time = self.new_prekey().await?;
        let id = |id: u32| with_bytes("id", id.to_be_bytes()[1..].to_vec());
        let value = |key: &[u8]| with_bytes("value", key.to_vec());
        let keys = node("keys").children([
            with_bytes("type", vec![5]),
            with_bytes(
                "identity",
                self.identities.own.public_key().public_key_bytes().to_vec(),
            ),
            node("key")
                .children([id(one_time.id), value(&one_time.key)])
                .build(),
            node("skey")
                .children([
                    id(SIGNED_PREKEY_ID),
                    value(self.signed_pair.public_key.public_key_bytes()),
                    with_bytes("signature", self.signature.clone()),
                ])
                .build(),
        ]);
        let registration = with_bytes(
            "registration",
            self.identities.registration_id.to_be_bytes().to_vec(),
        );
        Ok(vec![registration, keys.build()])
    }

    pub(crate) fn has_session(&self, peer: &Who) -> bool {
        self.sessions.records.contains_key(address(peer).as_str())
    }

    /// Forgets the session, so that the next message begins a new one.
    pub(crate) fn drop_session(&mut self, peer: &Who) {
        self.sessions.records.remove(address(peer).as_str());
    }

    /// Begins a session from a `<user>` of a prekey answer or the `<keys>` of a retry receipt.
    pub(crate) async fn begin_session(
        &mut self,
        peer: &Who,
        keys: &Node,
        registration: Option<u32>,
    ) -> Result<()> {
        let bundle = read_bundle(peer, keys, registration)
            .ok_or(SignalProtocolError::InvalidProtobufEncoding)?;
        process_prekey_bundle(
            &address(peer),
            &mut self.sessions,
            &mut self.identities,
            &bundle,
            &mut rng(),
            UsePQRatchet::No,
        )
        .await?;
        Ok(())
    }

    /// Encrypts for one device.
    pub(crate) async fn seal(&mut self, peer: &Who, plaintext: &[u8]) -> Result<Sealed> {
        let sealed = message_encrypt(
            plaintext,
            &address(peer),
            &mut self.sessions,
            &mut self.identities,
        )
        .await?;
        let kind = match sealed.message_type() {
            CiphertextMessageType::PreKey => "pkmsg",
            _ => "msg",
        };
        Ok(Sealed {
            kind,
            bytes: sealed.serialize().to_vec(),
        })
    }

    /// Decrypts what one device sent to this one.
    pub(crate) async fn open(&mut self, peer: &Who, kind: &str, bytes: &[u8]) -> Result<Vec<u8>> {
        let message = match kind {
            "pkmsg" => {
                CiphertextMessage::PreKeySignalMessage(PreKeySignalMessage::try_from(bytes)?)
            }
            _ => CiphertextMessage::SignalMessage(SignalMessage::try_from(bytes)?),
        };
        let opened = message_decrypt(
            &message,
            &address(peer),
            &mut self.sessions,
            &mut self.identities,
            &mut self.prekeys,
            &self.signed,
            &mut rng(),
            UsePQRatchet::No,
        )
        .await?;
        Ok(opened.plaintext)
    }

    /// This phone's sender key for a group, to be handed to its members; made when there is none.
    pub(crate) async fn sender_key(&mut self, group: &str, own: &Who) -> Result<Vec<u8>> {
        let name = sender_key_name(group, own);
        let distribution =
            create_sender_key_distribution_message(&name, &mut self.sender_keys, &mut rng())
                .await?;
        Ok(distribution.serialized().to_vec())
    }

    /// Encrypts once for all who have this phone's sender key.
    pub(crate) async fn seal_for_group(
        &mut self,
        group: &str,
        own: &Who,
        plaintext: &[u8],
    ) -> Result<Vec<u8>> {
        let name = sender_key_name(group, own);
        let sealed = group_encrypt(&mut self.sender_keys, &name, plaintext, &mut rng()).await?;
        Ok(sealed.serialized().to_vec())
    }

    /// Takes a member's sender key.
    pub(crate) async fn learn_sender_key(
        &mut self,
        group: &str,
        peer: &Who,
        distribution: &[u8],
    ) -> Result<()> {
        let distribution = SenderKeyDistributionMessage::try_from(distribution)?;
        let name = sender_key_name(group, peer);
        process_sender_key_distribution_message(&name, &distribution, &mut self.sender_keys).await
    }

    /// Decrypts what a member sent to the group.
    pub(crate) async fn open_from_group(
        &mut self,
        group: &str,
        peer: &Who,
        bytes: &[u8],
    ) -> Result<Vec<u8>> {
        group_decrypt(bytes, &mut self.sender_keys, &sender_key_name(group, peer)).await
    }

    /// Makes the next message to the group begin a new sender key, as after a member left.
    pub(crate) fn drop_sender_key(&mut self, group: &str, own: &Who) {
        self.sender_keys
            .records
            .remove(sender_key_name(group, own).cache_key());
    }
}

/// A generator that may be held across an await, unlike the thread's own.
fn rng() -> rand::rngs::StdRng {
    rand::make_rng()
}

fn address(peer: &Who) -> ProtocolAddress {
    ProtocolAddress::new(&peer.number, u32::from(peer.device).into())
}

fn sender_key_name(group: &str, peer: &Who) -> SenderKeyName {
    SenderKeyName::from_parts(group, address(peer).as_str())
}

fn read_bundle(peer: &Who, keys: &Node, registration: Option<u32>) -> Option<PreKeyBundle> {
    let number = |node: &Node| {
        Some(
            node.bytes()?
                .iter()
                .fold(0_u32, |value, byte| value << 8 | u32::from(*byte)),
        )
    };
    let public = |node: &Node| PublicKey::from_djb_public_key_bytes(&node.bytes()?).ok();
    let registration = registration.or_else(|| number(keys.child("registration")?))?;
    let skey = keys.child("skey")?;
    let one_time = match keys.child("key") {
        Some(key) => Some((
            PreKeyId::from(number(key.child("id")?)?),
            public(key.child("value")?)?,
        )),
        None => None,
    };
    PreKeyBundle::new(
        registration,
        u32::from(peer.device).into(),
        one_time,
        SignedPreKeyId::from(number(skey.child("id")?)?),
        public(skey.child("value")?)?,
        skey.child("signature")?.bytes()?,
        IdentityKey::new(public(keys.child("identity")?)?),
    )
    .ok()
}

pub(super) struct Identities {
    pub(super) own: IdentityKeyPair,
    pub(super) registration_id: u32,
    pub(super) known: HashMap<String, IdentityKey>,
}

#[async_trait]
impl IdentityKeyStore for Identities {
    async fn get_identity_key_pair(&self) -> Result<IdentityKeyPair> {
        Ok(self.own.clone())
    }

    async fn get_local_registration_id(&self) -> Result<u32> {
        Ok(self.registration_id)
    }

    async fn save_identity(
        &mut self,
        address: &ProtocolAddress,
        identity: &IdentityKey,
    ) -> Result<IdentityChange> {
        let before = self.known.insert(address.as_str().to_owned(), *identity);
        Ok(IdentityChange::from_changed(
            before.is_some_and(|before| before != *identity),
        ))
    }

    /// A new identity is taken as WhatsApp takes it: people change phones.
    async fn is_trusted_identity(
        &self,
        _: &ProtocolAddress,
        _: &IdentityKey,
        _: Direction,
    ) -> Result<bool> {
        Ok(true)
    }

    async fn get_identity(&self, address: &ProtocolAddress) -> Result<Option<IdentityKey>> {
        Ok(self.known.get(address.as_str()).copied())
    }
}

#[derive(Default)]
pub(super) struct Sessions {
    pub(super) records: HashMap<String, SessionRecord>,
}

#[async_trait]
impl SessionStore for Sessions {
    async fn load_session(&self, address: &ProtocolAddress) -> Result<Option<SessionRecord>> {
        Ok(self.records.get(address.as_str()).cloned())
    }

    async fn has_session(&self, address: &ProtocolAddress) -> Result<bool> {
        Ok(self.records.contains_key(address.as_str()))
    }

    async fn store_session(
        &mut self,
        address: &ProtocolAddress,
        record: SessionRecord,
    ) -> Result<()> {
        self.records.insert(address.as_str().to_owned(), record);
        Ok(())
    }
}

#[derive(Default)]
pub(super) struct PreKeys {
    pub(super) records: HashMap<PreKeyId, PreKeyRecord>,
}

#[async_trait]
impl PreKeyStore for PreKeys {
    async fn get_pre_key(&self, id: PreKeyId) -> Result<PreKeyRecord> {
        self.records
            .get(&id)
            .cloned()
            .ok_or(SignalProtocolError::InvalidPreKeyId)
    }

    async fn save_pre_key(&mut self, id: PreKeyId, record: &PreKeyRecord) -> Result<()> {
        self.records.insert(id, record.clone());
        Ok(())
    }

    async fn remove_pre_key(&mut self, id: PreKeyId) -> Result<()> {
        self.records.remove(&id);
        Ok(())
    }
}

pub(super) struct SignedPreKeys {
    pub(super) record: SignedPreKeyRecord,
}

#[async_trait]
impl SignedPreKeyStore for SignedPreKeys {
    async fn get_signed_pre_key(&self, id: SignedPreKeyId) -> Result<SignedPreKeyRecord> {
        if u32::from(id) == SIGNED_PREKEY_ID {
            Ok(self.record.clone())
        } else {
            Err(SignalProtocolError::InvalidSignedPreKeyId)
        }
    }

    async fn save_signed_pre_key(
        &mut self,
        _: SignedPreKeyId,
        record: &SignedPreKeyRecord,
    ) -> Result<()> {
        self.record = record.clone();
        Ok(())
    }
}

#[derive(Default)]
pub(super) struct SenderKeys {
    pub(super) records: HashMap<String, SenderKeyRecord>,
}

#[async_trait]
impl SenderKeyStore for SenderKeys {
    async fn store_sender_key(
        &mut self,
        name: &SenderKeyName,
        record: SenderKeyRecord,
    ) -> Result<()> {
        self.records.insert(name.cache_key().to_owned(), record);
        Ok(())
    }

    async fn load_sender_key(&self, name: &SenderKeyName) -> Result<Option<SenderKeyRecord>> {
        Ok(self.records.get(name.cache_key()).cloned())
    }
}
