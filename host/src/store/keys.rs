//! Keys: the host's master key, and the random key of each bot that it wraps.
//!
//! The master key itself encrypts nothing. HKDF-SHA256 makes of it the registry's key, the key that wraps bot keys, and a
//! fingerprint that is kept beside the data, so that a wrong master key is told from a damaged file before anything is
//! opened. A bot's key is random; the keys of its files are made of it the same way. Replacing the master key therefore
//! means wrapping the bots' keys again, not encrypting their data again.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use secrecy::{ExposeSecret, SecretBox};
use sha2::Sha256;
use zeroize::Zeroize;

use crate::model::BotId;
use crate::random::Random;

/// A 32-byte secret.
pub type SecretKey = SecretBox<[u8; 32]>;

const NONCE: usize = 24;

/// Makes the key for one purpose out of another key.
fn derive(key: &SecretKey, purpose: &str) -> SecretKey {
    let mut derived = [0; 32];
    let expanded =
        Hkdf::<Sha256>::new(None, key.expose_secret()).expand(purpose.as_bytes(), &mut derived);
    debug_assert!(expanded.is_ok(), "HKDF-SHA256 gives up to 8160 bytes");
    seal_box(derived)
}

fn seal_box(mut bytes: [u8; 32]) -> SecretKey {
    let secret = SecretBox::init_with_mut(|target: &mut [u8; 32]| target.copy_from_slice(&bytes));
    bytes.zeroize();
    secret
}

/// The host's key of keys.
pub struct MasterKey(SecretKey);

impl MasterKey {
    /// Wraps 32 bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(seal_box(bytes))
    }

    /// The bytes, for the one place that writes them to the key file.
    pub(super) fn expose(&self) -> &[u8; 32] {
        self.0.expose_secret()
    }

    /// What tells this key from another without giving anything of it away.
    pub(super) fn fingerprint(&self) -> String {
        let print = derive(&self.0, "jadi master key fingerprint v1");
        hex::encode(print.expose_secret())
    }

    /// The key of the registry's file.
    pub(super) fn registry_key(&self) -> SecretKey {
        derive(&self.0, "jadi registry v1")
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        let key = derive(&self.0, "jadi bot keys v1");
        XChaCha20Poly1305::new(&Key::from(*key.expose_secret()))
    }

    /// Wraps a bot's key so that it opens for this master key and this bot only. `None` never happens for 32 bytes.
    pub(super) fn wrap(&self, bot: BotId, key: &BotKey, random: &dyn Random) -> Option<Vec<u8>> {
        let mut nonce = [0; NONCE];
        random.fill(&mut nonce);
        let sealed = self
            .cipher()
            .encrypt(
                &XNonce::from(nonce),
                Payload {
                    msg: key.0.expose_secret(),
                    aad: bot.to_string().as_bytes(),
                },
            )
            .ok()?;
        Some([nonce.as_slice(), &sealed].concat())
    }

    /// Opens a wrapped key; `None` when it was wrapped by another master key, for another bot, or is damaged.
    pub(super) fn unwrap(&self, bot: BotId, wrapped: &[u8]) -> Option<BotKey> {
        let (nonce, sealed) = wrapped.split_first_chunk::<NONCE>()?;
        let mut opened = self
            .cipher()
            .decrypt(
                &XNonce::from(*nonce),
                Payload {
                    msg: sealed,
                    aad: bot.to_string().as_bytes(),
                },
            )
            .ok()?;
        let key = <[u8; 32]>::try_from(opened.as_slice()).ok().map(seal_box);
        opened.zeroize();
        key.map(BotKey)
    }
}

/// A bot's own key.
pub(super) struct BotKey(SecretKey);

impl BotKey {
    /// A new random one.
    pub(super) fn generate(random: &dyn Random) -> Self {
        let mut bytes = [0; 32];
        random.fill(&mut bytes);
        Self(seal_box(bytes))
    }

    /// The bytes, for a test that looks for them where they must not be.
    #[cfg(test)]
    pub(super) fn expose(&self) -> &[u8; 32] {
        self.0.expose_secret()
    }

    /// The key of the data context's file.
    pub(super) fn context_key(&self) -> SecretKey {
        derive(&self.0, "jadi context v1")
    }

    /// The key of the session's file.
    pub(super) fn session_key(&self) -> SecretKey {
        derive(&self.0, "jadi session v1")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SystemRandom;

    fn bot(n: u8) -> BotId {
        BotId::from_random([n; 16])
    }

    #[test]
    fn a_bot_key_opens_for_its_master_and_its_bot_only() {
        let master = MasterKey::from_bytes([1; 32]);
        let key = BotKey::generate(&SystemRandom);
        let wrapped = master.wrap(bot(1), &key, &SystemRandom).expect("wrap");
        let opened = master.unwrap(bot(1), &wrapped).expect("unwrap");
        assert_eq!(
            opened.context_key().expose_secret(),
            key.context_key().expose_secret()
        );
        assert!(master.unwrap(bot(2), &wrapped).is_none());
        assert!(
            MasterKey::from_bytes([2; 32])
                .unwrap(bot(1), &wrapped)
                .is_none()
        );
        let mut damaged = wrapped.clone();
        damaged[NONCE + 3] ^= 1;
        assert!(master.unwrap(bot(1), &damaged).is_none());
        assert!(master.unwrap(bot(1), &wrapped[..10]).is_none());
    }

    #[test]
    fn each_purpose_has_its_own_key() {
        let master = MasterKey::from_bytes([1; 32]);
        let key = BotKey::generate(&SystemRandom);
        let keys = [
            hex::encode(master.registry_key().expose_secret()),
            master.fingerprint(),
            hex::encode(key.context_key().expose_secret()),
            hex::encode(key.session_key().expose_secret()),
        ];
        for (n, one) in keys.iter().enumerate() {
            assert!(keys.iter().skip(n + 1).all(|other| other != one));
        }
    }
}
