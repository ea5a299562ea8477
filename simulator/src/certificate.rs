//! The server's keys and its certificate chain, really signed.
//!
//! A client checks that an intermediate certificate is signed by the root, and that the leaf, which carries the server's
//! Noise key, is signed by the intermediate. WhatsApp's root key is a constant in each client, so a client must be told this
//! root (Baileys: `WA_CERT_DETAILS`) or be built not to look (`danger-skip-cert-chain-verify`). One key set per data
//! directory lets a bot that was paired before a restart log in after it.

use std::io::Write as _;
use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use buffa::Message as _;
use serde::{Deserialize, Serialize};
use wacore_libsignal::protocol::{KeyPair, PrivateKey};
use waproto::whatsapp::{CertChain, cert_chain};

use crate::error::SimulatorError;

/// What a client that can be told a root needs to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateInfo {
    /// The root's public key (Curve25519, 32 bytes), in hex.
    pub root_public_key: String,
    /// The serial that the intermediate certificate names as its issuer.
    pub root_serial: u32,
}

const ROOT_SERIAL: u32 = 0;
const INTERMEDIATE_SERIAL: u32 = 1;
const LEAF_SERIAL: u32 = 2;
const TEN_YEARS_SECS: u64 = 10 * 365 * 24 * 3600;
const KEY_FILE: &str = "simulator-keys.json";

/// The key pairs that make a server the same one after a restart.
pub(crate) struct ServerKeys {
    pub(crate) root: KeyPair,
    pub(crate) intermediate: KeyPair,
    /// The server's static key in the Noise handshake.
    pub(crate) noise: KeyPair,
    /// Both certificates, encoded as the handshake carries them.
    pub(crate) certificate_chain: Vec<u8>,
    not_before: u64,
}

/// The file's shape: private keys in base64.
#[derive(Serialize, Deserialize)]
struct KeyFile {
    root: String,
    intermediate: String,
    noise: String,
    not_before: u64,
}

impl ServerKeys {
    /// Fresh keys whose certificates are valid from a day before `now_secs` for ten years.
    pub(crate) fn generate(now_secs: i64) -> Result<Self, SimulatorError> {
        let mut rng = rand::rng();
        let not_before = (now_secs - 24 * 3600).max(0) as u64;
        Self::assemble(
            KeyPair::generate(&mut rng),
            KeyPair::generate(&mut rng),
            KeyPair::generate(&mut rng),
            not_before,
        )
    }

    fn assemble(
        root: KeyPair,
        intermediate: KeyPair,
        noise: KeyPair,
        not_before: u64,
    ) -> Result<Self, SimulatorError> {
        let intermediate_certificate = sign(
            &root,
            INTERMEDIATE_SERIAL,
            ROOT_SERIAL,
            &intermediate,
            not_before,
        )?;
        let leaf_certificate = sign(
            &intermediate,
            LEAF_SERIAL,
            INTERMEDIATE_SERIAL,
            &noise,
            not_before,
        )?;
        let chain = CertChain {
            leaf: buffa::MessageField::some(leaf_certificate),
            intermediate: buffa::MessageField::some(intermediate_certificate),
        };
        Ok(Self {
            root,
            intermediate,
            noise,
            certificate_chain: chain.encode_to_vec(),
            not_before,
        })
    }

    /// Reads the keys of `dir`, or makes them there, readable by the owner only.
    pub(crate) fn load_or_create(dir: &Path, now_secs: i64) -> Result<Self, SimulatorError> {
        let path = dir.join(KEY_FILE);
        let fail = |reason: String| SimulatorError::Keys {
            path: path.clone(),
            reason,
        };
        match std::fs::read(&path) {
            Ok(bytes) => {
                let file: KeyFile =
                    serde_json::from_slice(&bytes).map_err(|error| fail(error.to_string()))?;
                let key = |text: &str| decode_key(text).map_err(&fail);
                Self::assemble(
                    key(&file.root)?,
                    key(&file.intermediate)?,
                    key(&file.noise)?,
                    file.not_before,
                )
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let keys = Self::generate(now_secs)?;
                std::fs::create_dir_all(dir).map_err(|error| fail(error.to_string()))?;
                keys.write_to(&path)
                    .map_err(|error| fail(error.to_string()))?;
                Ok(keys)
            }
            Err(error) => Err(fail(error.to_string())),
        }
    }

    fn write_to(&self, path: &Path) -> std::io::Result<()> {
        let encode = |pair: &KeyPair| BASE64_STANDARD.encode(pair.private_key.serialize());
        let file = KeyFile {
            root: encode(&self.root),
            intermediate: encode(&self.intermediate),
            noise: encode(&self.noise),
            not_before: self.not_before,
        };
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options
            .open(path)?
            .write_all(&serde_json::to_vec_pretty(&file)?)
    }

    /// The root as a client is told it.
    pub(crate) fn info(&self) -> CertificateInfo {
        CertificateInfo {
            root_public_key: hex::encode(self.root.public_key.public_key_bytes()),
            root_serial: ROOT_SERIAL,
        }
    }
}

fn decode_key(text: &str) -> Result<KeyPair, String> {
    let bytes = BASE64_STANDARD
        .decode(text)
        .map_err(|error| error.to_string())?;
    let private = PrivateKey::deserialize(&bytes).map_err(|error| error.to_string())?;
    let public = private.public_key().map_err(|error| error.to_string())?;
    Ok(KeyPair::new(public, private))
}

fn sign(
    issuer: &KeyPair,
    serial: u32,
    issuer_serial: u32,
    subject: &KeyPair,
    not_before: u64,
) -> Result<cert_chain::NoiseCertificate, SimulatorError> {
    let details = cert_chain::noise_certificate::Details {
        serial: Some(serial),
        issuer_serial: Some(issuer_serial),
        key: Some(subject.public_key.public_key_bytes().to_vec()),
        not_before: Some(not_before),
        not_after: Some(not_before + TEN_YEARS_SECS),
    }
    .encode_to_vec();
    let signature = issuer
        .private_key
        .calculate_signature(&details, &mut rand::rng())
        .map_err(|error| SimulatorError::Crypto(error.to_string()))?;
    Ok(cert_chain::NoiseCertificate {
        details: Some(details),
        signature: Some(signature.to_vec()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use wacore_libsignal::protocol::PublicKey;

    #[test]
    fn each_certificate_is_signed_by_the_one_above() {
        let keys = ServerKeys::generate(1_700_000_000).unwrap();
        let chain = waproto::codec::cert_chain_decode(&keys.certificate_chain).unwrap();
        let intermediate = chain.intermediate.into_option().unwrap();
        let leaf = chain.leaf.into_option().unwrap();
        let verified = |key: &PublicKey, certificate: &cert_chain::NoiseCertificate| {
            key.verify_signature(
                certificate.details.as_ref().unwrap(),
                certificate.signature.as_ref().unwrap(),
            )
        };
        assert!(verified(&keys.root.public_key, &intermediate));
        assert!(verified(&keys.intermediate.public_key, &leaf));
        assert!(
            !verified(&keys.root.public_key, &leaf),
            "the leaf must hang on the intermediate"
        );
    }

    #[test]
    fn a_data_directory_keeps_one_key_set_to_its_owner() {
        let dir = tempfile::tempdir().unwrap();
        let first = ServerKeys::load_or_create(dir.path(), 1_700_000_000).unwrap();
        let second = ServerKeys::load_or_create(dir.path(), 1_800_000_000).unwrap();
        assert_eq!(first.info(), second.info());
        assert_eq!(first.noise.public_key, second.noise.public_key);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(dir.path().join(KEY_FILE))
                .unwrap()
                .permissions()
                .mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn a_broken_key_file_is_named() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(KEY_FILE), b"{}").unwrap();
        let error = ServerKeys::load_or_create(dir.path(), 0).err().unwrap();
        assert!(error.to_string().contains(KEY_FILE), "{error}");
    }
}
