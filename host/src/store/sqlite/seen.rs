//! Which events were handled, so that one that comes again is recognised. Of each there is a digest of its key and the time.

use rusqlite::{Connection, Transaction, params};
use sha2::{Digest as _, Sha256};

use super::fault::Fault;
use crate::clock::Millis;

/// The bytes of a digest: nobody can make a key that has another's.
const BYTES: usize = 16;
/// An event's key as it is kept here.
fn digest([chat, sender, id]: [&str; 3]) -> Vec<u8> {
    let mut hasher = Sha256::new();
    for part in [chat, sender, id] {
        hasher.update(part);
        // No text has this byte, so that nothing of one part is taken for the next one's.
        hasher.update([0xff]);
    }
    hasher.finalize().iter().take(BYTES).copied().collect()
}

/// Whether an event with this chat, sender and id was handled.
pub(super) fn knows(connection: &Connection, key: [&str; 3]) -> Result<bool, Fault> {
    let known = connection
        .prepare_cached("SELECT 1 FROM seen WHERE key = ?1")?
        .exists([digest(key)])?;
    Ok(known)
}

/// Notes that such an event was handled, unless that is known.
pub(super) fn note(
    transaction: &Transaction<'_>,
    key: [&str; 3],
    at: Millis,
) -> Result<bool, Fault> {
    let noted = transaction
        .prepare_cached("INSERT INTO seen VALUES (?1, ?2) ON CONFLICT DO NOTHING")?
        .execute(params![digest(key), at])?;
    Ok(noted > 0)
}

/// Forgets what was handled before. Returns how much that was.
pub(super) fn forget(transaction: &Transaction<'_>, before: Millis) -> Result<usize, Fault> {
    Ok(transaction
        .prepare_cached("DELETE FROM seen WHERE done < ?1")?
        .execute([before])?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_told_apart_wherever_their_parts_end() {
        let keys = [
            ["a", "b", "c"],
            ["ab", "", "c"],
            ["a", "bc", ""],
            ["", "ab", "c"],
        ];
        let digests: std::collections::BTreeSet<_> = keys.into_iter().map(digest).collect();
        assert_eq!(digests.len(), keys.len());
        assert_eq!(digest(keys[0]).len(), BYTES);
    }
}
