//! How a phone takes a companion: it reads the QR code or the pairing code, signs the companion's identity, and gives it the
//! key of the app state.

use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use buffa::MessageField;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use tokio::sync::oneshot;
use wacore::adv::{AdvValidation, validate_adv_with_identity_key};
use wacore::pair_code::PairCodeUtils;
use wacore_binary::Node;
use wacore_libsignal::crypto::aes_256_gcm_decrypt;
use wacore_libsignal::protocol::{KeyPair, PrivateKey, PublicKey};
use waproto::whatsapp::message::{
    AppStateSyncKey, AppStateSyncKeyData, AppStateSyncKeyFingerprint, AppStateSyncKeyId,
    AppStateSyncKeyShare, ProtocolMessage, protocol_message,
};
use waproto::whatsapp::{
    ADVDeviceIdentity, ADVEncryptionType, ADVKeyIndexList, ADVSignedDeviceIdentity,
    ADVSignedDeviceIdentityHMAC, ADVSignedKeyIndexList,
};

use super::Phone;
use super::compose::protocol_message as as_message;
use crate::error::{PairError, SimulatorError};
use crate::event::{DeviceIndex, LinkedDevice};
use crate::server::pairing::PairingId;
use crate::server::world::Who;
use crate::wire::stanza::{StanzaExt as _, with_bytes};

/// A device that does not answer by then is given up.
const ANSWER_DEADLINE: Duration = Duration::from_secs(20);

/// Domain separators of what an account's key signs (`wacore::adv`): a companion's identity, and the list of companions.
const SIGNED_IDENTITY: [u8; 2] = [6, 0];
const SIGNED_KEY_INDEX_LIST: [u8; 2] = [6, 2];

/// What a QR code says: reference, Noise key, identity key, ADV secret, and since 2026 the kind of client.
struct QrCode {
    reference: String,
    identity: [u8; 32],
    secret: [u8; 32],
}

impl QrCode {
    fn parse(text: &str) -> Result<Self, PairError> {
        // Newer clients may show a link whose fragment is the code.
        let text = text.rsplit_once('#').map_or(text, |(_, fragment)| fragment);
        let mut fields = text.trim().split(',');
        let mut next = |missing: &'static str| {
            fields
                .next()
                .filter(|field| !field.is_empty())
                .ok_or(PairError::NotAQr(missing))
        };
        let reference = next("it is empty")?.to_owned();
        let _noise = next("the Noise key is missing")?;
        let identity = key32(next("the identity key is missing")?)?;
        let secret = key32(next("the ADV secret is missing")?)?;
        Ok(Self {
            reference,
            identity,
            secret,
        })
    }
}

fn key32(text: &str) -> Result<[u8; 32], PairError> {
    let bytes = BASE64_STANDARD
        .decode(text)
        .map_err(|_| PairError::NotAQr("a key is not base64"))?;
    bytes
        .try_into()
        .map_err(|_| PairError::NotAQr("a key is not 32 bytes long"))
}

fn crypto(error: impl std::fmt::Display) -> PairError {
    PairError::Crypto(error.to_string())
}

async fn answer(receiver: oneshot::Receiver<Node>, what: &'static str) -> Result<Node, PairError> {
    match tokio::time::timeout(ANSWER_DEADLINE, receiver).await {
        Ok(Ok(stanza)) => Ok(stanza),
        Ok(Err(_)) | Err(_) => Err(PairError::DeviceGone(what)),
    }
}

impl Phone {
    /// Scans the QR code that a client shows, and links it as a companion.
    ///
    /// # Errors
    /// When the text is no QR code, has expired, or the client does not finish within 20 s.
    pub async fn scan_qr(&self, qr: &str) -> Result<DeviceIndex, PairError> {
        let code = QrCode::parse(qr)?;
        let pairing = self.inner.server.pairing_by_reference(&code.reference)?;
        self.link(pairing, code.identity, code.secret).await
    }

    /// Types the pairing code that a client shows (`XXXX-XXXX`, or without the dash), and links it as a companion.
    ///
    /// # Errors
    /// When nobody waits for a code of this number, the code is wrong, or the client does not finish within 20 s.
    pub async fn enter_pairing_code(&self, code: &str) -> Result<DeviceIndex, PairError> {
        let code: String = code
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .collect::<String>()
            .to_ascii_uppercase();
        if !PairCodeUtils::validate_code(&code) {
            return Err(PairError::WrongCode);
        }
        let server = &self.inner.server;
        let (pairing, request) = server.pairing_by_number(self.number())?;
        let own = self.identity_pair().await;
        let ephemeral = KeyPair::generate(&mut rand::rng());
        let ephemeral_public: [u8; 32] = ephemeral
            .public_key
            .public_key_bytes()
            .try_into()
            .map_err(crypto)?;

        // The key derivation takes some 10^5 hash rounds each: not on a thread that serves others.
        let wrapped = request.wrapped_ephemeral.clone();
        let (companion_ephemeral, hello_key) = tokio::task::spawn_blocking(move || {
            let opened = PairCodeUtils::decrypt_primary_ephemeral_pub(&wrapped, &code);
            (
                opened,
                PairCodeUtils::encrypt_ephemeral_pub(&ephemeral_public, &code),
            )
        })
        .await
        .map_err(crypto)?;
        let companion_ephemeral = companion_ephemeral.map_err(crypto)?;

        let hello = vec![
            with_bytes(
                "link_code_pairing_wrapped_primary_ephemeral_pub",
                hello_key.to_vec(),
            ),
            with_bytes(
                "primary_identity_pub",
                own.public_key.public_key_bytes().to_vec(),
            ),
            with_bytes("link_code_pairing_ref", request.reference),
        ];
        let finish = server.send_primary_hello(pairing, hello)?;
        let finish = answer(finish, "it did not confirm the code").await?;
        let bundle = finish
            .child("link_code_pairing_wrapped_key_bundle")
            .and_then(|bundle| bundle.bytes())
            .ok_or(PairError::DeviceGone("its answer lacks the keys"))?;
        let (identity, secret) =
            open_key_bundle(&bundle, &ephemeral.private_key, &companion_ephemeral, &own)?;
        self.link(pairing, identity, secret).await
    }

    /// Signs a companion's identity, waits for its own signature, and registers it.
    async fn link(
        &self,
        pairing: PairingId,
        identity: [u8; 32],
        secret: [u8; 32],
    ) -> Result<DeviceIndex, PairError> {
        let server = &self.inner.server;
        if server.faults.asks_for_passkey(self.number()) {
            server.send_passkey_request(pairing)?;
            return Err(PairError::PasskeyAsked);
        }
        let slot = server.reserve_slot(self.number())?;
        let who = Who::new(self.number(), slot.device);
        let own = self.identity_pair().await;
        let details = crate::proto::device_identity_to_vec(&ADVDeviceIdentity {
            raw_id: Some(self.inner.raw_id),
            timestamp: Some(server.clock.now_secs() as u64),
            key_index: Some(slot.key_index),
            account_type: Some(ADVEncryptionType::E2EE),
            device_type: Some(ADVEncryptionType::E2EE),
        });
        let signed = ADVSignedDeviceIdentity {
            account_signature: Some(sign(&own, &[&SIGNED_IDENTITY, &details, &identity])?),
            account_signature_key: Some(own.public_key.public_key_bytes().to_vec()),
            details: Some(details),
            ..Default::default()
        };
        let signed = waproto::codec::adv_signed_device_identity_to_vec(&signed);
        let mut mac = Hmac::<Sha256>::new_from_slice(&secret).map_err(crypto)?;
        mac.update(&signed);
        let container = crate::proto::signed_identity_hmac_to_vec(&ADVSignedDeviceIdentityHMAC {
            details: Some(signed),
            hmac: Some(mac.finalize().into_bytes().to_vec()),
            ..Default::default()
        });

        let signature = server.send_pair_success(pairing, &who, container)?;
        let signature = answer(signature, "it did not sign its identity").await?;
        let signed_identity = signature
            .child("pair-device-sign")
            .and_then(|sign| sign.child("device-identity"))
            .and_then(|identity| identity.bytes())
            .ok_or(PairError::DeviceGone("its signature is missing"))?;
        let account_key: [u8; 32] = own
            .public_key
            .public_key_bytes()
            .try_into()
            .map_err(crypto)?;
        if validate_adv_with_identity_key(&signed_identity, &identity, Some(&account_key))
            != AdvValidation::Valid
        {
            return Err(PairError::Crypto(
                "the companion's signature does not verify".to_owned(),
            ));
        }
        let mut key_indexes = self.companion_key_indexes();
        key_indexes.push(slot.key_index);
        let list = self.sign_key_index_list(&own, key_indexes)?;
        // Others must not see the device list without the companion's keys, nor a key share come before it.
        server.complete_pairing(pairing, &who, slot, signed_identity, list)?;
        if let Err(error) = self.share_app_state_key(&who).await {
            tracing::warn!(%error, "the companion did not get the app state key");
        }
        Ok(DeviceIndex(slot.device))
    }

    fn companion_key_indexes(&self) -> Vec<u32> {
        let world = self.inner.server.world();
        let account = world.accounts.get(self.number());
        account
            .map(|account| {
                account
                    .companions()
                    .map(|(_, device)| device.key_index)
                    .collect()
            })
            .unwrap_or_default()
    }

    fn sign_key_index_list(
        &self,
        own: &KeyPair,
        mut valid_indexes: Vec<u32>,
    ) -> Result<Vec<u8>, PairError> {
        valid_indexes.insert(0, 0);
        let details = waproto::codec::adv_key_index_list_to_vec(&ADVKeyIndexList {
            raw_id: Some(self.inner.raw_id),
            timestamp: Some(self.inner.server.clock.now_secs() as u64),
            current_index: valid_indexes.iter().copied().max(),
            valid_indexes,
            account_type: Some(ADVEncryptionType::E2EE),
        });
        let list = ADVSignedKeyIndexList {
            account_signature: Some(sign(own, &[&SIGNED_KEY_INDEX_LIST, &details])?),
            account_signature_key: Some(own.public_key.public_key_bytes().to_vec()),
            details: Some(details),
        };
        Ok(waproto::codec::adv_signed_key_index_list_to_vec(&list))
    }

    /// The companions of this account.
    pub fn linked_devices(&self) -> Vec<LinkedDevice> {
        let world = self.inner.server.world();
        let Some(account) = world.accounts.get(self.number()) else {
            return Vec::new();
        };
        account
            .companions()
            .map(|(index, device)| LinkedDevice {
                index: DeviceIndex(index),
                platform: device.platform.clone(),
                connected: device.link.is_some(),
                available: device.link.as_ref().is_some_and(|link| link.available),
            })
            .collect()
    }

    /// Removes a companion, as "log out" in the phone's list of linked devices does.
    ///
    /// # Errors
    /// When there is no such companion.
    pub async fn unlink(&self, device: DeviceIndex) -> Result<(), SimulatorError> {
        let server = &self.inner.server;
        if device.0 == 0 || !server.remove_device(&Who::new(self.number(), device.0)) {
            return Err(SimulatorError::NoSuchDevice(device));
        }
        self.renew_key_index_list().await
    }

    /// Signs the list of companions anew, after one left.
    pub(crate) async fn renew_key_index_list(&self) -> Result<(), SimulatorError> {
        let own = self.identity_pair().await;
        let list = self
            .sign_key_index_list(&own, self.companion_key_indexes())
            .map_err(|error| SimulatorError::Crypto(error.to_string()))?;
        let server = &self.inner.server;
        if let Some(account) = server.world().accounts.get_mut(self.number()) {
            account.key_index_list = list;
            account.key_index_list_secs = server.clock.now_secs();
        }
        Ok(())
    }

    /// Gives a companion the key of the app state, without which its first login waits.
    pub(crate) async fn share_app_state_key(
        &self,
        companion: &Who,
    ) -> Result<(), crate::error::SendError> {
        let key = AppStateSyncKey {
            key_id: MessageField::some(AppStateSyncKeyId {
                key_id: Some(self.inner.app_state_key_id.to_vec()),
            }),
            key_data: MessageField::some(AppStateSyncKeyData {
                key_data: Some(self.inner.app_state_key.to_vec()),
                fingerprint: MessageField::some(AppStateSyncKeyFingerprint {
                    raw_id: Some(self.inner.raw_id),
                    current_index: Some(0),
                    device_indexes: vec![0],
                }),
                timestamp: Some(self.inner.server.clock.now_ms()),
            }),
        };
        let share = as_message(ProtocolMessage {
            r#type: Some(protocol_message::Type::AppStateSyncKeyShare),
            app_state_sync_key_share: MessageField::some(AppStateSyncKeyShare { keys: vec![key] }),
            ..Default::default()
        });
        self.send_to_own_device(companion, share).await
    }
}

/// Signs the concatenation of `parts`.
fn sign(own: &KeyPair, parts: &[&[u8]]) -> Result<Vec<u8>, PairError> {
    let signature = own
        .private_key
        .calculate_signature(&parts.concat(), &mut rand::rng())
        .map_err(crypto)?;
    Ok(signature.to_vec())
}

/// Opens the companion's answer to the phone's hello: its identity key, and the ADV secret that both derive.
///
/// The format is that of `wacore::pair_code::PairCodeUtils::prepare_key_bundle`, seen from the other side. A wrong code
/// yields a wrong ephemeral key and thereby a wrong decryption key.
fn open_key_bundle(
    bundle: &[u8],
    ephemeral: &PrivateKey,
    companion_ephemeral: &[u8; 32],
    own: &KeyPair,
) -> Result<([u8; 32], [u8; 32]), PairError> {
    let (Some(salt), Some(nonce), Some(sealed)) =
        (bundle.get(..32), bundle.get(32..44), bundle.get(44..))
    else {
        return Err(PairError::DeviceGone("its keys are cut short"));
    };
    let companion_ephemeral =
        PublicKey::from_djb_public_key_bytes(companion_ephemeral).map_err(crypto)?;
    let ephemeral_shared = ephemeral
        .calculate_agreement(&companion_ephemeral)
        .map_err(crypto)?;
    let bundle_key = derive(
        &ephemeral_shared,
        Some(salt),
        b"link_code_pairing_key_bundle_encryption_key",
    )?;
    let nonce: [u8; 12] = nonce.try_into().map_err(crypto)?;
    let mut opened = Vec::new();
    aes_256_gcm_decrypt(&bundle_key, &nonce, b"", sealed, &mut opened)
        .map_err(|_| PairError::WrongCode)?;
    let (Some(identity), Some(random)) = (opened.get(..32), opened.get(64..96)) else {
        return Err(PairError::DeviceGone("its keys are cut short"));
    };
    let companion_identity = PublicKey::from_djb_public_key_bytes(identity).map_err(crypto)?;
    let identity_shared = own
        .private_key
        .calculate_agreement(&companion_identity)
        .map_err(crypto)?;
    let secret = derive(
        &[&ephemeral_shared[..], &identity_shared[..], random].concat(),
        None,
        b"adv_secret",
    )?;
    Ok((identity.try_into().map_err(crypto)?, secret))
}

fn derive(secret: &[u8], salt: Option<&[u8]>, info: &[u8]) -> Result<[u8; 32], PairError> {
    let mut key = [0; 32];
    hkdf::Hkdf::<Sha256>::new(salt, secret)
        .expand(info, &mut key)
        .map_err(crypto)?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_qr_code_is_refused_with_a_reason() {
        for (text, reason) in [
            ("", "it is empty"),
            ("2@abc", "the Noise key is missing"),
            ("2@abc,AAAA,BBBB,CCCC", "a key is not 32 bytes long"),
            ("2@abc,AAAA,?,CCCC", "a key is not base64"),
        ] {
            assert_eq!(
                QrCode::parse(text).err(),
                Some(PairError::NotAQr(reason)),
                "{text}"
            );
        }
    }

    #[test]
    fn both_sides_of_a_pairing_code_derive_the_same_secret() {
        let mut rng = rand::rng();
        let (phone_identity, phone_ephemeral) =
            (KeyPair::generate(&mut rng), KeyPair::generate(&mut rng));
        let (companion_identity, companion_ephemeral) =
            (KeyPair::generate(&mut rng), KeyPair::generate(&mut rng));
        let public =
            |pair: &KeyPair| <[u8; 32]>::try_from(pair.public_key.public_key_bytes()).unwrap();
        let (bundle, secret) = PairCodeUtils::prepare_key_bundle(
            &companion_ephemeral,
            &public(&phone_ephemeral),
            &public(&phone_identity),
            &companion_identity,
        )
        .unwrap();
        let opened = open_key_bundle(
            &bundle,
            &phone_ephemeral.private_key,
            &public(&companion_ephemeral),
            &phone_identity,
        );
        assert_eq!(opened, Ok((public(&companion_identity), secret)));
        let stranger = KeyPair::generate(&mut rng);
        let wrong = open_key_bundle(
            &bundle,
            &phone_ephemeral.private_key,
            &public(&stranger),
            &phone_identity,
        );
        assert_eq!(wrong, Err(PairError::WrongCode));
    }
}
