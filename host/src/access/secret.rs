//! Secrets that open pages.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::random::Random;
use crate::store::SecretDigest;

/// Bytes of a secret: nobody guesses that many.
const BYTES: usize = 32;

/// A secret as its holder has it: 64 hexadecimal digits. It shows itself nowhere.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// A new one.
    pub(super) fn generate(random: &dyn Random) -> Self {
        let mut bytes = [0; BYTES];
        random.fill(&mut bytes);
        Self(hex::encode(bytes))
    }

    /// The secret that somebody shows; none when it can't be one.
    pub(super) fn shown(text: &str) -> Option<Self> {
        let whole = text.len() == 2 * BYTES && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        whole.then(|| Self(text.to_owned()))
    }

    /// What is kept of it.
    pub(super) fn digest(&self) -> SecretDigest {
        Sha256::digest(&self.0).into()
    }

    /// For its holder.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}
