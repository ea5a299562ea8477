//! Who operates the host, on its pages: signed in with a password, of which only an argon2 hash is known.
//!
//! Sessions are kept in memory: a restart ends them, and so does another password, which takes one. Their secrets are replaced as
//! they are used, like those of bots' owners.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use argon2::password_hash::PasswordHash;
use argon2::{Argon2, PasswordVerifier as _};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::Semaphore;

use super::{GRACE, MINUTE, RENEWED_AFTER, Secret};
use crate::clock::{Millis, SharedClock};
use crate::random::SharedRandom;
use crate::store::SecretDigest;

/// How long a session lasts that nobody uses.
const IDLE: Millis = 2 * 60 * MINUTE;
/// How long a session lasts at most.
const LONGEST: Millis = 12 * 60 * MINUTE;
/// How many may wait for their passwords to be looked at: each is a request that somebody holds open.
const WAITING: usize = 16;
/// How many sessions there are at a time; of more, the oldest ends.
const SESSIONS: usize = 20;

/// Lets the operator in.
pub struct Operators {
    hash: SecretString,
    clock: SharedClock,
    random: SharedRandom,
    sessions: Mutex<HashMap<SecretDigest, Session>>,
    /// Hashing takes memory and a processor: one at a time.
    turn: Semaphore,
    /// A place for each who waits.
    waiting: Semaphore,
}

/// Too many passwords are being looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many are signing in at this moment; try again in a few seconds")]
pub struct Crowded;

#[derive(Debug, Clone)]
struct Session {
    form: String,
    begun: Millis,
    issued: Millis,
    expires: Millis,
    replaced: bool,
}

/// An operator who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operator {
    /// What each form of theirs has to carry.
    pub form: String,
    /// The secret that takes the place of the one that was shown.
    pub renewed: Option<Secret>,
}

impl Operators {
    /// For who knows the password of this hash.
    pub fn new(hash: SecretString, clock: SharedClock, random: SharedRandom) -> Arc<Self> {
        Arc::new(Self {
            hash,
            clock,
            random,
            sessions: Mutex::default(),
            turn: Semaphore::new(1),
            waiting: Semaphore::new(WAITING),
        })
    }

    /// Begins a session: its secret. None when the password is another one.
    ///
    /// # Errors
    ///
    /// When too many wait for theirs to be looked at.
    pub async fn sign_in(
        self: &Arc<Self>,
        password: SecretString,
    ) -> Result<Option<Secret>, Crowded> {
        let _waiting = self.waiting.try_acquire().map_err(|_full| Crowded)?;
        let turn = self.turn.acquire().await.map_err(|_closed| Crowded)?;
        let operators = self.clone();
        let right = tokio::task::spawn_blocking(move || operators.is_right(&password));
        let right = right.await.unwrap_or_default();
        drop(turn);
        Ok(right.then(|| self.begin()))
    }

    fn is_right(&self, password: &SecretString) -> bool {
        let password = password.expose_secret().as_bytes();
        let hash = PasswordHash::new(self.hash.expose_secret());
        hash.is_ok_and(|hash| Argon2::default().verify_password(password, &hash).is_ok())
    }

    fn begin(&self) -> Secret {
        let secret = Secret::generate(&*self.random);
        let now = self.clock.now();
        let session = Session {
            form: Secret::generate(&*self.random).reveal().to_owned(),
            begun: now,
            issued: now,
            expires: now.saturating_add(IDLE),
            replaced: false,
        };
        let mut sessions = self.sessions();
        sessions.retain(|_, session| session.expires > now);
        while sessions.len() >= SESSIONS {
            let oldest = sessions.iter().min_by_key(|(_, session)| session.issued);
            let Some(oldest) = oldest.map(|(digest, _)| *digest) else {
                break;
            };
            sessions.remove(&oldest);
        }
        sessions.insert(secret.digest(), session);
        secret
    }

    /// Who shows this secret.
    pub fn visitor(&self, shown: &str) -> Option<Operator> {
        let shown = Secret::shown(shown)?.digest();
        let now = self.clock.now();
        let mut sessions = self.sessions();
        let session = sessions.get_mut(&shown)?;
        if session.expires <= now {
            sessions.remove(&shown);
            return None;
        }
        let form = session.form.clone();
        if session.replaced || now.saturating_sub(session.issued) < RENEWED_AFTER {
            return Some(Operator {
                form,
                renewed: None,
            });
        }
        session.replaced = true;
        session.expires = session.expires.min(now.saturating_add(GRACE));
        let renewed = Session {
            issued: now,
            expires: now
                .saturating_add(IDLE)
                .min(session.begun.saturating_add(LONGEST)),
            replaced: false,
            ..session.clone()
        };
        let secret = Secret::generate(&*self.random);
        sessions.insert(secret.digest(), renewed);
        Some(Operator {
            form,
            renewed: Some(secret),
        })
    }

    /// Whether this secret still is that of somebody who is signed in. Looking does not renew it.
    pub fn is_signed_in(&self, shown: &str) -> bool {
        let Some(shown) = Secret::shown(shown) else {
            return false;
        };
        let now = self.clock.now();
        let sessions = self.sessions();
        let session = sessions.get(&shown.digest());
        session.is_some_and(|session| session.expires > now)
    }

    /// Ends the session of this secret.
    pub fn sign_out(&self, shown: &str) {
        let Some(shown) = Secret::shown(shown) else {
            return;
        };
        let mut sessions = self.sessions();
        if let Some(ended) = sessions.remove(&shown.digest()) {
            sessions.retain(|_, session| session.form != ended.form);
        }
    }

    fn sessions(&self) -> MutexGuard<'_, HashMap<SecretDigest, Session>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use argon2::PasswordHasher as _;
    use argon2::password_hash::SaltString;

    use super::*;
    use crate::clock::MovableClock;
    use crate::random::SystemRandom;

    fn word(text: &str) -> SecretString {
        SecretString::from(text.to_owned())
    }

    /// The right password is `correct horse`.
    fn operators() -> (MovableClock, Arc<Operators>) {
        let clock = MovableClock::default();
        let salt = SaltString::encode_b64(&[7; 16]).expect("a salt");
        let hash = Argon2::default().hash_password(b"correct horse", &salt);
        let hash = hash.expect("a hash").to_string();
        let operators =
            Operators::new(hash.into(), Arc::new(clock.clone()), Arc::new(SystemRandom));
        (clock, operators)
    }

    fn passes(clock: &MovableClock, millis: Millis) {
        let millis = u64::try_from(millis).expect("forward");
        clock.advance(Duration::from_millis(millis));
    }

    #[tokio::test]
    async fn the_right_password_and_no_other_signs_in() {
        let (_, operators) = operators();
        for wrong in ["", "correct hors", "correct horse ", "Correct horse"] {
            let refused = operators.sign_in(word(wrong)).await;
            assert!(matches!(refused, Ok(None)), "{wrong:?}");
        }
        let secret = operators.sign_in(word("correct horse")).await;
        let secret = secret.expect("alone").expect("the right one");
        let visitor = operators.visitor(secret.reveal()).expect("signed in");
        assert_ne!(visitor.form, secret.reveal());
        for strange in ["", "x", &"0".repeat(64), &visitor.form] {
            assert_eq!(operators.visitor(strange), None);
        }
        operators.sign_out(&"0".repeat(64));
        assert!(operators.visitor(secret.reveal()).is_some());
        operators.sign_out(secret.reveal());
        assert_eq!(operators.visitor(secret.reveal()), None);
    }

    #[tokio::test]
    async fn only_so_many_wait() {
        let (_, operators) = operators();
        let all = (0..WAITING + 9).map(|_| operators.sign_in(word("wrong")));
        let told = futures::future::join_all(all).await;
        let crowded = told.iter().filter(|told| told.is_err()).count();
        assert_eq!(crowded, 9);
        let secret = operators.sign_in(word("correct horse")).await;
        assert!(matches!(secret, Ok(Some(_))), "there is room again");
    }

    #[tokio::test]
    async fn a_session_goes_on_under_new_secrets_and_ends() {
        let (clock, operators) = operators();
        let first = operators.begin();
        passes(&clock, RENEWED_AFTER);
        let visitor = operators.visitor(first.reveal()).expect("signed in");
        let mut secret = visitor.renewed.expect("a new secret");
        let also = operators.visitor(first.reveal()).expect("under way");
        assert_eq!((also.renewed, &also.form), (None, &visitor.form));
        passes(&clock, GRACE);
        assert_eq!(operators.visitor(first.reveal()), None);
        let mut lasted = RENEWED_AFTER + GRACE;
        while let Some(visitor) = operators.visitor(secret.reveal()) {
            secret = visitor.renewed.unwrap_or(secret);
            passes(&clock, RENEWED_AFTER);
            lasted += RENEWED_AFTER;
        }
        assert!((LONGEST..LONGEST + IDLE).contains(&lasted), "{lasted}");

        let idle = operators.begin();
        passes(&clock, IDLE);
        assert_eq!(operators.visitor(idle.reveal()), None);
        // Both secrets of a session end with it.
        let first = operators.begin();
        passes(&clock, RENEWED_AFTER);
        let renewed = operators.visitor(first.reveal()).expect("signed in");
        let renewed = renewed.renewed.expect("a new secret");
        operators.sign_out(renewed.reveal());
        assert_eq!(operators.visitor(first.reveal()), None);
    }

    #[test]
    fn sessions_take_no_memory_without_end() {
        let (clock, operators) = operators();
        let first = operators.begin();
        for _ in 0..SESSIONS {
            passes(&clock, 1);
            operators.begin();
        }
        assert_eq!(operators.sessions().len(), SESSIONS);
        assert_eq!(operators.visitor(first.reveal()), None);
    }
}
