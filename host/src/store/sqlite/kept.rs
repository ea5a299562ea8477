//! Messages that are kept for what may happen to them: an edit, a deletion, a reaction.
//!
//! What such an event is about is looked up when it comes in and goes into the inbox with it, so that neither a later edit nor
//! the bound changes what its handler sees, and it survives a restart.

use rusqlite::{OptionalExtension, Transaction, params};

use super::Count;
use super::fault::Fault;
use crate::clock::Millis;
use crate::model::{Event, EventKind, Jid, KeptMessage, MessageId};
use crate::store::bounds::Bound;

/// Keeps a message; whatever else an event is, is not kept.
pub(super) fn keep(
    transaction: &Transaction<'_>,
    event: &Event,
    bound: Bound,
) -> Result<(), Fault> {
    let EventKind::Message(message) = &event.kind else {
        return Ok(());
    };
    let kept = KeptMessage {
        id: event.key.id.clone(),
        author: event.sender.clone(),
        at: event.at,
        message: message.clone(),
    };
    let content = serde_json::to_vec(&kept)?;
    let bytes = content.len() as u64;
    let added = transaction
        .prepare_cached(
            "INSERT INTO kept (chat, author, id, at, message) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT DO NOTHING",
        )?
        .execute(params![
            event.chat.jid.as_str(),
            event.sender.jid.as_str(),
            event.key.id.as_str(),
            event.at,
            content
        ])?;
    if added > 0 {
        weigh(transaction, 1, bytes, 0)?;
        make_room(transaction, bound)?;
    }
    Ok(())
}

/// What an event is about, when it is still kept and the event may speak of it: only a message's author edits it.
pub(super) fn original(
    transaction: &Transaction<'_>,
    event: &Event,
    bound: Bound,
) -> Result<Option<KeptMessage>, Fault> {
    let chat = &event.chat.jid;
    let found = match &event.kind {
        EventKind::MessageEdit { target, .. } => {
            of(transaction, chat, target, Some(&event.sender.jid))?
        }
        EventKind::MessageDelete { target, author } => {
            of(transaction, chat, target, Some(&author.jid))?
        }
        // A reaction does not prove whose message it is on; an id that two authors share is nobody's.
        EventKind::Reaction { target, .. } => of(transaction, chat, target, None)?,
        _ => None,
    };
    if let (Some(kept), EventKind::MessageEdit { text, .. }) = (&found, &event.kind) {
        edit(transaction, chat, kept, text, bound)?;
    }
    Ok(found)
}

fn of(
    transaction: &Transaction<'_>,
    chat: &Jid,
    id: &MessageId,
    author: Option<&Jid>,
) -> Result<Option<KeptMessage>, Fault> {
    let mut statement = transaction.prepare_cached(
        "SELECT message FROM kept WHERE chat = ?1 AND id = ?2 AND (?3 IS NULL OR author = ?3) LIMIT 2",
    )?;
    let mut rows = statement.query(params![chat.as_str(), id.as_str(), author.map(Jid::as_str)])?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    let content: Vec<u8> = row.get(0)?;
    if rows.next()?.is_some() {
        return Ok(None);
    }
    Ok(Some(serde_json::from_slice(&content)?))
}

/// What the next event about this message sees.
fn edit(
    transaction: &Transaction<'_>,
    chat: &Jid,
    kept: &KeptMessage,
    text: &str,
    bound: Bound,
) -> Result<(), Fault> {
    let before = serde_json::to_vec(kept)?.len() as u64;
    let mut now = kept.clone();
    text.clone_into(&mut now.message.text);
    let content = serde_json::to_vec(&now)?;
    weigh(transaction, 0, content.len() as u64, before)?;
    transaction
        .prepare_cached("UPDATE kept SET message = ?4 WHERE chat = ?1 AND id = ?2 AND author = ?3")?
        .execute(params![
            chat.as_str(),
            kept.id.as_str(),
            kept.author.jid.as_str(),
            content
        ])?;
    make_room(transaction, bound)
}

/// Forgets those that nobody can delete for everyone any more.
pub(super) fn forget(transaction: &Transaction<'_>, before: Millis) -> Result<(), Fault> {
    while remove_first(transaction, Some(before))? {}
    Ok(())
}

/// Removes the oldest until the rest is within the bounds.
fn make_room(transaction: &Transaction<'_>, bound: Bound) -> Result<(), Fault> {
    loop {
        let (Count(rows), Count(bytes)) = transaction
            .prepare_cached("SELECT rows, bytes FROM kept_state")?
            .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        if rows <= bound.rows && bytes <= bound.bytes {
            return Ok(());
        }
        if !remove_first(transaction, None)? {
            return Ok(());
        }
    }
}

/// Removes the oldest one, if there is one and it is from before `before`.
fn remove_first(transaction: &Transaction<'_>, before: Option<Millis>) -> Result<bool, Fault> {
    let removed: Option<Count> = transaction
        .prepare_cached(
            "DELETE FROM kept WHERE seq = (SELECT min(seq) FROM kept) AND (?1 IS NULL OR at < ?1)
             RETURNING length(message)",
        )?
        .query_row([before], |row| row.get(0))
        .optional()?;
    let Some(Count(bytes)) = removed else {
        return Ok(false);
    };
    transaction
        .prepare_cached("UPDATE kept_state SET rows = rows - 1, bytes = bytes - ?1")?
        .execute([Count(bytes)])?;
    Ok(true)
}

fn weigh(transaction: &Transaction<'_>, rows: u64, more: u64, less: u64) -> Result<(), Fault> {
    transaction
        .prepare_cached("UPDATE kept_state SET rows = rows + ?1, bytes = bytes + ?2 - ?3")?
        .execute([Count(rows), Count(more), Count(less)])?;
    Ok(())
}
