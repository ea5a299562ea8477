//! Codes by which the operator invites people to make bots. They are told once, when they are made; digests are kept.
//!
//! A code is short enough to be typed and too long to be guessed: sixty random bits.

use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use crate::clock::SharedClock;
use crate::random::SharedRandom;
use crate::store::{Invite, Invites as Kept, SecretDigest, StoreError};

/// What codes are made of: no character that looks like another one.
const ALPHABET: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
/// Characters of a code.
const LENGTH: usize = 12;
/// After so many there is a dash.
const GROUP: usize = 4;

/// Makes and takes invite codes.
pub struct Invites {
    kept: Arc<dyn Kept>,
    clock: SharedClock,
    random: SharedRandom,
}

/// A use of a code that somebody was let in with.
#[derive(Debug)]
pub struct Invited(SecretDigest);

impl Invites {
    /// Those that are kept there.
    pub fn new(kept: Arc<dyn Kept>, clock: SharedClock, random: SharedRandom) -> Arc<Self> {
        Arc::new(Self {
            kept,
            clock,
            random,
        })
    }

    /// A new code, as `XXXX-XXXX-XXXX`, with which `uses` bots can be made. None when there are as many codes as there may be.
    ///
    /// # Errors
    ///
    /// When it can't be kept.
    pub async fn make(&self, name: String, uses: u32) -> Result<Option<String>, StoreError> {
        let mut bytes = [0; LENGTH];
        self.random.fill(&mut bytes);
        let letter = |byte: u8| ALPHABET.get(usize::from(byte) % ALPHABET.len()).copied();
        let code: String = bytes
            .into_iter()
            .filter_map(letter)
            .map(char::from)
            .collect();
        let now = self.clock.now();
        let added = self.kept.add_invite(digest(&code), name, uses, now).await?;
        Ok(added.then(|| dashed(&code)))
    }

    /// All codes, without the codes themselves.
    ///
    /// # Errors
    ///
    /// When they can't be read.
    pub async fn list(&self) -> Result<Vec<Invite>, StoreError> {
        self.kept.invites().await
    }

    /// Makes a code worthless. Returns whether there was one.
    ///
    /// # Errors
    ///
    /// When that can't be kept.
    pub async fn revoke(&self, id: i64) -> Result<bool, StoreError> {
        self.kept.revoke_invite(id).await
    }

    /// Takes a use of the code that somebody shows, however they write it. None when it is worth nothing or used up.
    ///
    /// # Errors
    ///
    /// When that can't be kept.
    pub async fn take(&self, shown: &str) -> Result<Option<Invited>, StoreError> {
        let Some(code) = plain(shown) else {
            return Ok(None);
        };
        let code = digest(&code);
        Ok(self.kept.take_invite(code).await?.then_some(Invited(code)))
    }

    /// Gives a use back of which no bot came.
    ///
    /// # Errors
    ///
    /// When that can't be kept.
    pub async fn give_back(&self, invited: Invited) -> Result<(), StoreError> {
        self.kept.give_invite_back(invited.0).await
    }
}

fn digest(code: &str) -> SecretDigest {
    Sha256::digest(code).into()
}

/// A code without dashes, spaces and small letters; none when it can't be one.
fn plain(shown: &str) -> Option<String> {
    let letters = shown.chars().filter(|c| !c.is_whitespace() && *c != '-');
    let code: String = letters
        .take(LENGTH + 1)
        .map(|c| c.to_ascii_uppercase())
        .collect();
    let whole = code.len() == LENGTH && code.bytes().all(|byte| ALPHABET.contains(&byte));
    whole.then_some(code)
}

fn dashed(code: &str) -> String {
    let mut text = String::new();
    for (at, letter) in code.chars().enumerate() {
        if at > 0 && at % GROUP == 0 {
            text.push('-');
        }
        text.push(letter);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_however_people_write_it() {
        let code = "ABCDEFGH2345";
        assert_eq!(dashed(code), "ABCD-EFGH-2345");
        for shown in ["ABCD-EFGH-2345", " abcd efgh 2345 ", "abcdefgh2345"] {
            assert_eq!(plain(shown).as_deref(), Some(code), "{shown}");
        }
        for shown in [
            "",
            "ABCD-EFGH",
            "ABCD-EFGH-2345-A",
            "ABCD-EFGH-234I",
            "ÁBCDEFGH2345",
        ] {
            assert_eq!(plain(shown), None, "{shown}");
        }
    }
}
