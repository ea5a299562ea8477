//! A phone as it is kept over a restart: its keys and sessions, not its chats.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex};

use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;
use wacore_libsignal::protocol::error::Result;
use wacore_libsignal::protocol::{
    GenericSignedPreKey as _, IdentityKey, IdentityKeyPair, KeyPair, PreKeyRecord, PrivateKey,
    SenderKeyRecord, SessionRecord, SignedPreKeyRecord, Timestamp,
};

use super::chat_log::ChatLog;
use super::signal::{
    Identities, PreKeys, SIGNED_PREKEY_ID, SenderKeys, Sessions, SignalDevice, SignedPreKeys,
};
use super::{Crypto, EVENT_BUFFER, Inner, Phone, Sent};
use crate::error::SimulatorError;
use crate::server::Server;
use crate::server::outbox::Outbox;
use crate::server::world::{Link, Who};

/// Name and content of records.
type Records = Vec<(String, Vec<u8>)>;

/// A phone in the world file.
#[derive(Serialize, Deserialize)]
pub(crate) struct PhoneFile {
    name: String,
    number: String,
    lid: String,
    raw_id: u32,
    app_state_key: [u8; 32],
    app_state_key_id: [u8; 6],
    identity: Vec<u8>,
    registration_id: u32,
    known_identities: Records,
    sessions: Records,
    prekeys: Vec<Vec<u8>>,
    next_prekey: u32,
    signed_prekey: Vec<u8>,
    signature: Vec<u8>,
    sender_keys: Records,
    sender_key_holders: Vec<(String, Vec<Who>)>,
}

impl Phone {
    /// What to keep of this phone.
    pub(crate) async fn to_file(&self) -> Result<PhoneFile> {
        let crypto = self.inner.crypto.lock().await;
        let signal = &crypto.signal;
        let known = signal
            .identities
            .known
            .iter()
            .map(|(name, key)| (name.clone(), key.serialize().to_vec()));
        let sessions = signal
            .sessions
            .records
            .iter()
            .map(|(name, record)| Ok((name.clone(), record.serialize()?)));
        let sender_keys = signal
            .sender_keys
            .records
            .iter()
            .map(|(name, record)| Ok((name.clone(), record.serialize()?)));
        let holders = crypto.sender_key_holders.iter();
        Ok(PhoneFile {
            name: self.inner.name.clone(),
            number: self.inner.who.number.clone(),
            lid: self.inner.lid.clone(),
            raw_id: self.inner.raw_id,
            app_state_key: self.inner.app_state_key,
            app_state_key_id: self.inner.app_state_key_id,
            identity: signal.identities.own.private_key().serialize().to_vec(),
            registration_id: signal.identities.registration_id,
            known_identities: known.collect(),
            sessions: sessions.collect::<Result<_>>()?,
            prekeys: signal
                .prekeys
                .records
                .values()
                .map(PreKeyRecord::serialize)
                .collect::<Result<_>>()?,
            next_prekey: signal.next_prekey,
            signed_prekey: signal.signed_pair.private_key.serialize().to_vec(),
            signature: signal.signature.clone(),
            sender_keys: sender_keys.collect::<Result<_>>()?,
            sender_key_holders: holders
                .map(|(group, devices)| (group.clone(), devices.iter().cloned().collect()))
                .collect(),
        })
    }

    /// Brings a kept phone back and online. Its account must be in the server's world.
    pub(crate) fn from_file(
        server: Arc<Server>,
        file: PhoneFile,
    ) -> std::result::Result<Self, SimulatorError> {
        let crypto = |error: wacore_libsignal::protocol::SignalProtocolError| {
            SimulatorError::Crypto(error.to_string())
        };
        let signal = restore_signal(&file, server.clock.now_ms()).map_err(crypto)?;
        let outbox = Outbox::default();
        let who = Who::new(file.number, 0);
        if let Some(device) = server.world().device_mut(&who) {
            device.link = Some(Link {
                outbox: outbox.clone(),
                active: false,
                available: false,
            });
        }
        server.activate(&who);
        let holders: HashMap<String, HashSet<Who>> = file
            .sender_key_holders
            .into_iter()
            .map(|(group, devices)| (group, devices.into_iter().collect()))
            .collect();
        let inner = Inner {
            name: file.name,
            who,
            lid: file.lid,
            raw_id: file.raw_id,
            app_state_key: file.app_state_key,
            app_state_key_id: file.app_state_key_id,
            server,
            crypto: tokio::sync::Mutex::new(Crypto {
                signal,
                sender_key_holders: holders,
                retries: HashMap::new(),
            }),
            log: Mutex::new(ChatLog::default()),
            sent: Mutex::new(VecDeque::<Sent>::new()),
            polls: Mutex::default(),
            outbox,
            events: broadcast::Sender::new(EVENT_BUFFER),
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }
}

fn pair(private: &[u8]) -> Result<KeyPair> {
    let private = PrivateKey::deserialize(private)?;
    Ok(KeyPair::new(private.public_key()?, private))
}

fn restore_signal(file: &PhoneFile, now_ms: i64) -> Result<SignalDevice> {
    let identity = pair(&file.identity)?;
    let signed_pair = pair(&file.signed_prekey)?;
    let record = SignedPreKeyRecord::new(
        SIGNED_PREKEY_ID.into(),
        Timestamp::from_epoch_millis(now_ms as u64),
        &signed_pair,
        &file.signature,
    );
    let mut sessions = Sessions::default();
    for (name, bytes) in &file.sessions {
        sessions
            .records
            .insert(name.clone(), SessionRecord::deserialize(bytes)?);
    }
    let mut prekeys = PreKeys::default();
    for bytes in &file.prekeys {
        let record = PreKeyRecord::deserialize(bytes)?;
        prekeys.records.insert(record.id()?, record);
    }
    let mut sender_keys = SenderKeys::default();
    for (name, bytes) in &file.sender_keys {
        sender_keys
            .records
            .insert(name.clone(), SenderKeyRecord::deserialize(bytes)?);
    }
    let mut known = HashMap::new();
    for (name, bytes) in &file.known_identities {
        known.insert(name.clone(), IdentityKey::decode(bytes)?);
    }
    Ok(SignalDevice {
        identities: Identities {
            own: IdentityKeyPair::new(IdentityKey::new(identity.public_key), identity.private_key),
            registration_id: file.registration_id,
            known,
        },
        sessions,
        prekeys,
        signed: SignedPreKeys { record },
        sender_keys,
        signed_pair,
        signature: file.signature.clone(),
        next_prekey: file.next_prekey,
    })
}
