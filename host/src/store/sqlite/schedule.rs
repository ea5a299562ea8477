//! Events that plugins have asked for, until their time has come.

use std::collections::BTreeMap;

use async_trait::async_trait;
use rusqlite::{OptionalExtension, Transaction, params};

use super::context::SqliteContext;
use super::fault::Fault;
use super::inbox;
use crate::clock::Millis;
use crate::model::{Event, Jid};
use crate::store::StoreError;
use crate::store::context::{Released, Schedule, ScheduleChange, Waiting};

/// How many go into the inbox in one transaction.
const BATCH: usize = 64;

#[async_trait]
impl Schedule for SqliteContext {
    async fn scheduled(
        &self,
        plugin: &str,
        chat: &Jid,
    ) -> Result<BTreeMap<String, Millis>, StoreError> {
        let key = [plugin.to_owned(), chat.to_string()];
        self.database
            .read(move |connection| {
                let mut statement = connection.prepare_cached(
                    "SELECT name, at FROM schedule WHERE plugin = ?1 AND chat = ?2",
                )?;
                let rows = statement.query_map(key, |row| Ok((row.get(0)?, row.get(1)?)))?;
                Ok(rows.collect::<Result<_, _>>()?)
            })
            .await
    }

    async fn release_due(&self, now: Millis) -> Result<Released, StoreError> {
        let bound = self.options.kept.inbox_events;
        self.database
            .write(move |transaction| release(transaction, now, bound))
            .await
    }
}

fn release(transaction: &Transaction<'_>, now: Millis, bound: u64) -> Result<Released, Fault> {
    let mut waiting = Vec::new();
    let mut due = transaction.prepare_cached(
        "DELETE FROM schedule WHERE seq = (SELECT seq FROM schedule WHERE at <= ?1 ORDER BY at, seq LIMIT 1)
         RETURNING event",
    )?;
    while waiting.len() < BATCH {
        let content: Option<Vec<u8>> = due.query_row([now], |row| row.get(0)).optional()?;
        let Some(content) = content else { break };
        let event: Event = serde_json::from_slice(&content)?;
        if let Some(row) = inbox::put(transaction, &event, now, content)? {
            let chat = event.key.chat;
            waiting.push(Waiting { row, chat });
        }
    }
    if !waiting.is_empty() {
        inbox::check_bound(transaction, bound)?;
    }
    let next = transaction
        .prepare_cached("SELECT min(at) FROM schedule")?
        .query_row([], |row| row.get(0))?;
    Ok(Released { waiting, next })
}

/// Keeps changes within the transaction that they belong to.
pub(super) fn apply(
    transaction: &Transaction<'_>,
    plugin: &str,
    changes: Vec<ScheduleChange>,
) -> Result<(), Fault> {
    for change in changes {
        transaction
            .prepare_cached("DELETE FROM schedule WHERE plugin = ?1 AND chat = ?2 AND name = ?3")?
            .execute(params![plugin, change.chat.as_str(), change.name])?;
        if let Some((at, event)) = change.event {
            transaction
                .prepare_cached(
                    "INSERT INTO schedule (plugin, chat, name, at, event) VALUES (?1, ?2, ?3, ?4, ?5)",
                )?
                .execute(params![
                    plugin,
                    change.chat.as_str(),
                    change.name,
                    at,
                    serde_json::to_vec(&event)?
                ])?;
        }
    }
    Ok(())
}
