//! The operator's password: only an argon2 hash of it stands in the configuration.

use argon2::password_hash::{PasswordHash, SaltString};
use argon2::{Argon2, PasswordHasher as _};
use secrecy::{ExposeSecret as _, SecretString};

use crate::random::Random;

/// The fewest characters of a password.
pub const LEAST: usize = 10;
/// Bytes of a salt.
const SALT: usize = 16;

/// A password that is no good, or a hash that is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Too easily guessed.
    #[error("a password has at least {LEAST} characters")]
    TooShort,
    /// Not what `jadi operator password` prints.
    #[error("this is no argon2 hash of a password; make one with `jadi operator password`")]
    NoHash,
}

/// The hash of a password, as it stands in the configuration.
///
/// # Errors
///
/// [`PasswordError::TooShort`].
pub fn hash(password: &SecretString, random: &dyn Random) -> Result<String, PasswordError> {
    let password = password.expose_secret();
    if password.chars().count() < LEAST {
        return Err(PasswordError::TooShort);
    }
    let mut salt = [0; SALT];
    random.fill(&mut salt);
    let salt = SaltString::encode_b64(&salt).map_err(|_| PasswordError::NoHash)?;
    let hash = Argon2::default().hash_password(password.as_bytes(), &salt);
    hash.map(|hash| hash.to_string())
        .map_err(|_| PasswordError::NoHash)
}

/// Whether this is a hash that passwords can be checked against.
///
/// # Errors
///
/// [`PasswordError::NoHash`].
pub fn check(hash: &str) -> Result<(), PasswordError> {
    let parsed = PasswordHash::new(hash).map_err(|_| PasswordError::NoHash)?;
    let argon2 = parsed.algorithm.as_str().starts_with("argon2");
    let whole = argon2 && parsed.salt.is_some() && parsed.hash.is_some();
    whole.then_some(()).ok_or(PasswordError::NoHash)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SystemRandom;

    fn word(text: &str) -> SecretString {
        SecretString::from(text.to_owned())
    }

    #[test]
    fn what_is_no_password_or_no_hash_is_refused() {
        let short = hash(&word("ninechars"), &SystemRandom);
        assert_eq!(short, Err(PasswordError::TooShort));
        let one = hash(&word("correct horse"), &SystemRandom);
        assert_eq!(check(one.as_ref().expect("long enough")), Ok(()));
        assert_ne!(one, hash(&word("correct horse"), &SystemRandom), "salted");
        for none in [
            "",
            "correct horse",
            "$argon2id$v=19$m=19456,t=2,p=1",
            "$2b$12$abcdefghijklmnopqrstuv",
            "$pbkdf2-sha256$i=1000$c2FsdHNhbHQ$c2FsdHNhbHRzYWx0",
        ] {
            assert_eq!(check(none), Err(PasswordError::NoHash), "{none}");
        }
    }
}
