//! Events that wait a moment for others, so that a burst becomes one: people who come into a group, or leave it.
//!
//! Such an event is in the inbox like any other, with a time until which it gathers. What comes within that time and goes
//! with it is put into it, and is itself known and done. A crash loses nothing: what gathered is handled at the next start.

use rusqlite::{OptionalExtension, Transaction, params};

use super::fault::Fault;
use super::of_word;
use crate::clock::Millis;
use crate::model::{Event, EventKind, Person};
use crate::store::context::{Released, Row, Waiting};

/// How long one event gathers at most, milliseconds.
const LONGEST: Millis = 10_000;
/// How many people one event has at most.
const PEOPLE: usize = 256;

const GATHERING: &str =
    "SELECT seq, event, came FROM inbox INDEXED BY inbox_gathers WHERE gathers > 0 AND chat = ?1";
const NEXT: &str = "SELECT min(gathers) FROM inbox WHERE gathers IS NOT NULL";

/// Puts an event into one that gathers already, if there is one that it goes with, which then gathers until `until`.
pub(super) fn join(
    transaction: &Transaction<'_>,
    event: &Event,
    until: Millis,
) -> Result<bool, Fault> {
    let mut statement = transaction.prepare_cached(GATHERING)?;
    let mut rows = statement.query([event.key.chat.as_str()])?;
    while let Some(row) = rows.next()? {
        let (seq, content, came): (Row, Vec<u8>, Millis) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let mut gathered: Event = serde_json::from_slice(&content)?;
        if !merge(&mut gathered, event) {
            continue;
        }
        let until = until.min(came.saturating_add(LONGEST));
        transaction
            .prepare_cached(
                "UPDATE inbox SET event = ?2, gathers = max(gathers, ?3) WHERE seq = ?1",
            )?
            .execute(params![seq, serde_json::to_vec(&gathered)?, until])?;
        return Ok(true);
    }
    Ok(false)
}

/// Adds who came or went by `event` to `gathered`, when the two go together: both by the same person, or all by themselves.
fn merge(gathered: &mut Event, event: &Event) -> bool {
    let by_themselves =
        |sender: &Person, people: &[Person]| people.iter().any(|person| person.jid == sender.jid);
    let (sender, other) = (&gathered.sender, &event.sender);
    let (people, more) = match (&mut gathered.kind, &event.kind) {
        (EventKind::GroupAdd { people }, EventKind::GroupAdd { people: more })
        | (EventKind::GroupRemove { people }, EventKind::GroupRemove { people: more }) => {
            (people, more)
        }
        _ => return false,
    };
    let alone = by_themselves(sender, people);
    let goes = alone == by_themselves(other, more) && (alone || sender.jid == other.jid);
    if !goes || people.len().saturating_add(more.len()) > PEOPLE {
        return false;
    }
    for person in more {
        if people.iter().all(|known| known.jid != person.jid) {
            people.push(person.clone());
        }
    }
    true
}

/// Lets an event gather.
pub(super) fn begin(transaction: &Transaction<'_>, row: Row, until: Millis) -> Result<(), Fault> {
    transaction
        .prepare_cached("UPDATE inbox SET gathers = ?2 WHERE seq = ?1")?
        .execute([row, until])?;
    Ok(())
}

/// Ends the gathering of those whose time is over.
pub(super) fn release(transaction: &Transaction<'_>, now: Millis) -> Result<Released, Fault> {
    let mut statement = transaction.prepare_cached(
        "UPDATE inbox SET gathers = NULL WHERE gathers <= ?1 RETURNING seq, chat",
    )?;
    let mut rows = statement.query([now])?;
    let mut waiting = Vec::new();
    while let Some(row) = rows.next()? {
        waiting.push(Waiting {
            row: row.get(0)?,
            chat: of_word(row.get(1)?)?,
        });
    }
    waiting.sort_by_key(|waiting| waiting.row);
    let next: Option<Option<Millis>> = transaction
        .prepare_cached(NEXT)?
        .query_row([], |row| row.get(0))
        .optional()?;
    Ok(Released {
        waiting,
        next: next.flatten(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::conformance::{ALICE, BOB, GROUP, message, person};

    fn came(sender: &str, people: &[&str]) -> Event {
        let mut event = message(GROUP, sender, "A1", "");
        let people = people.iter().map(|jid| person(jid)).collect();
        event.kind = EventKind::GroupAdd { people };
        event
    }

    #[test]
    fn who_came_the_same_way_comes_together() {
        let carol = "6280000000103@s.whatsapp.net";
        let count = |event: &Event| match &event.kind {
            EventKind::GroupAdd { people } => people.len(),
            _ => 0,
        };
        let mut by_alice = came(ALICE, &[BOB]);
        assert!(merge(&mut by_alice, &came(ALICE, &[BOB, carol])));
        assert_eq!(count(&by_alice), 2, "each once");
        assert!(!merge(&mut by_alice, &came(carol, &[carol])), "by herself");
        assert!(!merge(&mut by_alice, &came(BOB, &[carol])), "by another");
        let mut alone = came(BOB, &[BOB]);
        assert!(merge(&mut alone, &came(carol, &[carol])));
        let mut left = came(carol, &[carol]);
        left.kind = EventKind::GroupRemove {
            people: vec![person(carol)],
        };
        assert!(!merge(&mut alone, &left), "coming is not going");
        assert!(!merge(&mut alone, &message(GROUP, BOB, "A2", "hello")));
    }
}
