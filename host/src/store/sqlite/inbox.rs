//! Events that came in.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::context::{self, SqliteContext, Total};
use super::fault::Fault;
use super::{
    Count, gather, kept, known, kv, outbox, plugin_records, plugin_setting, schedule, seen, usage,
    webhooks,
};
use crate::clock::Millis;
use crate::model::{Event, EventKey, EventKind, Jid};
use crate::store::StoreError;
use crate::store::bounds::KeptBounds;
use crate::store::context::{
    Accepted, Arrival, ContextChange, Handled, Inbox, Leaving, Released, Row, Unhandled, Waiting,
};

const WAITING: &str =
    "SELECT seq, chat FROM inbox WHERE done IS NULL AND gathers IS NULL ORDER BY seq";
const COUNT_WAITING: &str = "SELECT count(*) FROM inbox WHERE done IS NULL";
pub(super) const FORGET: &str = "DELETE FROM inbox WHERE done < ?1";

#[async_trait]
impl Inbox for SqliteContext {
    async fn accept(&self, arrivals: Vec<Arrival>, at: Millis) -> Result<Accepted, StoreError> {
        let kept = self.options.kept;
        self.database
            .write(move |transaction| accept(transaction, arrivals, at, &kept))
            .await
    }

    async fn waiting(&self) -> Result<Vec<Waiting>, StoreError> {
        self.database
            .read(|connection| {
                let rows = rows_with_chat(connection, WAITING)?;
                Ok(rows
                    .into_iter()
                    .map(|(row, chat)| Waiting { row, chat })
                    .collect())
            })
            .await
    }

    async fn unhandled(&self, row: Row) -> Result<Option<Unhandled>, StoreError> {
        self.database
            .read(move |connection| {
                let found: Option<(Vec<u8>, Millis, Option<Vec<u8>>)> = connection
                    .prepare_cached(
                        "SELECT event, came, original FROM inbox WHERE seq = ?1 AND done IS NULL",
                    )?
                    .query_row([row], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
                    .optional()?;
                let Some((content, received_at, original)) = found else {
                    return Ok(None);
                };
                let original = original
                    .map(|content| serde_json::from_slice(&content))
                    .transpose()?;
                let mut statement =
                    connection.prepare_cached("SELECT plugin FROM inbox_handled WHERE seq = ?1")?;
                let handled_by = statement
                    .query_map([row], |row| row.get(0))?
                    .collect::<Result<_, _>>()?;
                Ok(Some(Unhandled {
                    event: serde_json::from_slice(&content)?,
                    received_at,
                    original,
                    handled_by,
                }))
            })
            .await
    }

    async fn commit(&self, handled: Handled) -> Result<Vec<Leaving>, StoreError> {
        let kept = self.options.kept;
        self.database
            .write(move |transaction| commit(transaction, handled, &kept))
            .await
    }

    async fn release_gathered(&self, now: Millis) -> Result<Released, StoreError> {
        self.database
            .write(move |transaction| gather::release(transaction, now))
            .await
    }

    async fn finish(&self, rows: Vec<Row>, at: Millis) -> Result<(), StoreError> {
        self.database
            .write(move |transaction| {
                for row in rows {
                    finish(transaction, row, at)?;
                }
                Ok(())
            })
            .await
    }
}

/// The rows of a statement that selects a row number and a chat.
pub(super) fn rows_with_chat(connection: &Connection, sql: &str) -> Result<Vec<(Row, Jid)>, Fault> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push((row.get(0)?, super::of_word(row.get(1)?)?));
    }
    Ok(found)
}

fn accept(
    transaction: &Transaction<'_>,
    arrivals: Vec<Arrival>,
    at: Millis,
    bounds: &KeptBounds,
) -> Result<Accepted, Fault> {
    let mut accepted = Accepted::default();
    let mut received = 0;
    for arrival in arrivals {
        let Arrival {
            event,
            wanted,
            keep,
            meets,
            gathers,
            posts,
        } = arrival;
        if is_known(transaction, &event)? {
            accepted.repeated += 1;
            continue;
        }
        let gathers = gathers.filter(|_| wanted);
        if let Some(until) = gathers
            && gather::join(transaction, &event, until)?
        {
            seen::note(transaction, parts(&event.key), at)?;
            accepted.merged += 1;
            continue;
        }
        let row = if wanted {
            let original = kept::original(transaction, &event, bounds.messages)?;
            let original = original.map(|kept| serde_json::to_vec(&kept)).transpose()?;
            let content = serde_json::to_vec(&event)?;
            Some(insert(transaction, &event, at, content, original)?)
        } else {
            seen::note(transaction, parts(&event.key), at)?;
            None
        };
        if keep {
            kept::keep(transaction, &event, bounds.messages)?;
        }
        if meets {
            known::meet(transaction, &event, at)?;
        }
        if let Some(post) = posts {
            webhooks::put(transaction, &post, at, bounds)?;
        }
        if matches!(&event.kind, EventKind::Message(message) if !message.from_me) {
            received += 1;
        }
        match (row, gathers) {
            (Some(row), Some(until)) => {
                gather::begin(transaction, row, until)?;
                accepted.gathering += 1;
            }
            (Some(row), None) => {
                let chat = event.key.chat;
                accepted.new.push(Waiting { row, chat });
            }
            (None, _) => accepted.unwanted += 1,
        }
    }
    if !accepted.new.is_empty() || accepted.gathering > 0 {
        check_bound(transaction, bounds.inbox_events)?;
    }
    Total::Received.add(transaction, received)?;
    usage::received(transaction, at, received)?;
    Ok(accepted)
}

fn parts(key: &EventKey) -> [&str; 3] {
    [key.chat.as_str(), key.sender.as_str(), key.id.as_str()]
}

/// Whether an event has come before, whether it was handled or waits.
fn is_known(transaction: &Transaction<'_>, event: &Event) -> Result<bool, Fault> {
    let key = parts(&event.key);
    let waits = transaction
        .prepare_cached("SELECT 1 FROM inbox WHERE chat = ?1 AND sender = ?2 AND id = ?3")?
        .exists(key)?;
    Ok(waits || seen::knows(transaction, key)?)
}

/// Puts an event into the inbox, unless it has come before.
pub(super) fn put(
    transaction: &Transaction<'_>,
    event: &Event,
    at: Millis,
    content: Vec<u8>,
) -> Result<Option<Row>, Fault> {
    if is_known(transaction, event)? {
        return Ok(None);
    }
    insert(transaction, event, at, content, None).map(Some)
}

fn insert(
    transaction: &Transaction<'_>,
    event: &Event,
    at: Millis,
    content: Vec<u8>,
    original: Option<Vec<u8>>,
) -> Result<Row, Fault> {
    let [chat, sender, id] = parts(&event.key);
    Ok(transaction
        .prepare_cached(
            "INSERT INTO inbox (chat, sender, id, event, came, original) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .insert(params![chat, sender, id, content, at, original])?)
}

/// Fails when more events wait than may.
pub(super) fn check_bound(transaction: &Transaction<'_>, bound: u64) -> Result<(), Fault> {
    let Count(waiting) = transaction
        .prepare_cached(COUNT_WAITING)?
        .query_row([], |row| row.get(0))?;
    if waiting > bound {
        return Err(StoreError::InboxFull { bound }.into());
    }
    Ok(())
}

fn commit(
    transaction: &Transaction<'_>,
    handled: Handled,
    bounds: &KeptBounds,
) -> Result<Vec<Leaving>, Fault> {
    let came: Option<Millis> = transaction
        .prepare_cached("SELECT came FROM inbox WHERE seq = ?1 AND done IS NULL")?
        .query_row([handled.event], |row| row.get(0))
        .optional()?;
    if came.is_none() {
        return Ok(Vec::new());
    }
    if let Some(plugin) = &handled.plugin {
        let first = transaction
            .prepare_cached("INSERT INTO inbox_handled VALUES (?1, ?2) ON CONFLICT DO NOTHING")?
            .execute(params![handled.event, plugin])?;
        if first == 0 {
            return Ok(Vec::new());
        }
        let (version, bounds_of_kv) = (handled.read_version, handled.kv_bounds);
        kv::apply(transaction, plugin, version, handled.writes, bounds_of_kv)?;
        plugin_setting::apply(transaction, plugin, handled.settings)?;
        schedule::apply(transaction, plugin, handled.schedule)?;
        change_bot(transaction, handled.bot, handled.at)?;
        let (receipt, failure) = (handled.receipt, handled.failure);
        let kept = (handled.record_bounds, bounds);
        plugin_records::put(transaction, plugin, handled.at, receipt, failure, kept)?;
        if let Some(change) = handled.breaker {
            plugin_records::set_breaker(transaction, plugin, change)?;
        }
    }
    let leaving = outbox::put(transaction, handled.outgoing, came, bounds.polls)?;
    if handled.last {
        finish(transaction, handled.event, handled.at)?;
    }
    Ok(leaving)
}

/// Changes what the bot is and knows.
fn change_bot(
    transaction: &Transaction<'_>,
    changes: Vec<ContextChange>,
    at: Millis,
) -> Result<(), Fault> {
    for change in changes {
        match change {
            ContextChange::Settings(change) => context::change(transaction, change)?,
            ContextChange::ChatLanguage { chat, language } => {
                known::set_language(transaction, &chat, language.as_deref())?;
            }
            ContextChange::Off { chat, off } => known::set_off(transaction, &chat, off, at)?,
            ContextChange::Ban { person, banned } => known::ban(transaction, &person, banned, at)?,
            ContextChange::PluginSetting { plugin, change } => {
                plugin_setting::apply(transaction, &plugin, vec![change])?;
            }
        }
    }
    Ok(())
}

/// Takes an event out of the inbox, if it waits there still, and with it which plugins have handled it. No later one gets its number.
fn finish(transaction: &Transaction<'_>, row: Row, at: Millis) -> Result<(), Fault> {
    let key: Option<[String; 3]> = transaction
        .prepare_cached(
            "DELETE FROM inbox WHERE seq = ?1 AND done IS NULL RETURNING chat, sender, id",
        )?
        .query_row([row], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?]))
        .optional()?;
    if let Some(key) = &key {
        seen::note(transaction, key.each_ref().map(String::as_str), at)?;
    }
    Ok(())
}
