//! What is kept about a bot's plugins.

use std::collections::BTreeMap;

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::context::SqliteContext;
use super::fault::Fault;
use super::{Count, plugin_limits};
use crate::clock::Millis;
use crate::store::StoreError;
use crate::store::bounds::{Bound, KeptBounds};
use crate::store::context::Row;
use crate::store::plugin_records::{
    BreakerChange, Kept, LimitValues, NewFailure, Page, PluginRecords, Wanted,
};

#[async_trait]
impl PluginRecords for SqliteContext {
    async fn plugin_limits(&self) -> Result<BTreeMap<String, LimitValues>, StoreError> {
        self.database.read(plugin_limits::read).await
    }

    async fn set_plugin_limits(&self, plugin: &str, limits: LimitValues) -> Result<(), StoreError> {
        let plugin = plugin.to_owned();
        self.database
            .write(move |transaction| plugin_limits::set(transaction, &plugin, &limits))
            .await
    }

    async fn breakers(&self) -> Result<BTreeMap<String, Vec<u8>>, StoreError> {
        self.database
            .read(|connection| {
                let mut statement =
                    connection.prepare_cached("SELECT plugin, state FROM breaker")?;
                let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
                Ok(rows.collect::<Result<_, _>>()?)
            })
            .await
    }

    async fn change_breaker(&self, plugin: &str, change: BreakerChange) -> Result<(), StoreError> {
        let plugin = plugin.to_owned();
        self.database
            .write(move |transaction| set_breaker(transaction, &plugin, change))
            .await
    }

    async fn receipts(&self, wanted: Wanted) -> Result<Vec<Kept>, StoreError> {
        self.database
            .read(move |connection| page(connection, "receipt", "content", wanted))
            .await
    }

    async fn failures(&self, wanted: Wanted) -> Result<Vec<Kept>, StoreError> {
        self.database
            .read(move |connection| page(connection, "failure", "summary", wanted))
            .await
    }

    async fn failure(&self, row: Row) -> Result<Option<Vec<u8>>, StoreError> {
        self.database
            .read(move |connection| {
                Ok(connection
                    .prepare_cached("SELECT content FROM failure WHERE seq = ?1")?
                    .query_row([row], |row| row.get(0))
                    .optional()?)
            })
            .await
    }
}

/// Reads a page, oldest first. A plugin's rows are found by looking at all: an index would cost every event, and this is for
/// somebody who waits for a screenful.
fn page(
    connection: &Connection,
    table: &str,
    column: &str,
    wanted: Wanted,
) -> Result<Vec<Kept>, Fault> {
    let (after, limit, order) = match wanted.page {
        Page::Latest(limit) => (Row::MIN, limit, "DESC"),
        Page::After(row, limit) => (row, limit, "ASC"),
    };
    let sql = format!(
        "SELECT seq, plugin, at, {column} FROM {table}
         WHERE seq > ?1 AND (?2 IS NULL OR plugin = ?2) ORDER BY seq {order} LIMIT ?3"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map(params![after, wanted.plugin, limit], |row| {
        Ok(Kept {
            row: row.get(0)?,
            plugin: row.get(1)?,
            at: row.get(2)?,
            content: row.get(3)?,
        })
    })?;
    let mut kept: Vec<Kept> = rows.collect::<Result<_, _>>()?;
    if matches!(wanted.page, Page::Latest(_)) {
        kept.reverse();
    }
    Ok(kept)
}

/// Keeps what a run leaves behind within the transaction of its event.
pub(super) fn put(
    transaction: &Transaction<'_>,
    plugin: &str,
    at: Millis,
    receipt: Option<Vec<u8>>,
    failure: Option<NewFailure>,
    bounds: &KeptBounds,
) -> Result<(), Fault> {
    if let Some(content) = receipt {
        let total = total(
            transaction,
            "SELECT total FROM receipt ORDER BY seq DESC LIMIT 1",
        )?
        .saturating_add(length(&content));
        let row = transaction
            .prepare_cached(
                "INSERT INTO receipt (plugin, at, total, content) VALUES (?1, ?2, ?3, ?4)",
            )?
            .insert(params![plugin, at, Count(total), content])?;
        trim(
            transaction,
            "SELECT seq, total - length(content) FROM receipt ORDER BY seq LIMIT 1",
            "DELETE FROM receipt WHERE seq = ?1",
            (row, total),
            bounds.receipts,
        )?;
    }
    if let Some(NewFailure { summary, content }) = failure {
        let bytes = length(&summary).saturating_add(length(&content));
        let total = total(
            transaction,
            "SELECT total FROM failure ORDER BY seq DESC LIMIT 1",
        )?
        .saturating_add(bytes);
        let row = transaction
            .prepare_cached(
                "INSERT INTO failure (plugin, at, total, summary, content) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .insert(params![plugin, at, Count(total), summary, content])?;
        trim(
            transaction,
            "SELECT seq, total - length(summary) - length(content) FROM failure ORDER BY seq LIMIT 1",
            "DELETE FROM failure WHERE seq = ?1",
            (row, total),
            bounds.failures,
        )?;
    }
    Ok(())
}

/// Forgets what was kept before, but for the newest of each: rows are told by numbers that only rise.
pub(super) fn forget(transaction: &Transaction<'_>, before: Millis) -> Result<(), Fault> {
    for sql in [
        "DELETE FROM receipt WHERE seq < coalesce(
             (SELECT seq FROM receipt WHERE at >= ?1 ORDER BY seq LIMIT 1), (SELECT max(seq) FROM receipt))",
        "DELETE FROM failure WHERE seq < coalesce(
             (SELECT seq FROM failure WHERE at >= ?1 ORDER BY seq LIMIT 1), (SELECT max(seq) FROM failure))",
    ] {
        transaction.prepare_cached(sql)?.execute([before])?;
    }
    Ok(())
}

fn length(content: &[u8]) -> u64 {
    u64::try_from(content.len()).unwrap_or(u64::MAX)
}

fn total(connection: &Connection, sql: &str) -> Result<u64, Fault> {
    let total: Option<Count> = connection
        .prepare_cached(sql)?
        .query_row([], |row| row.get(0))
        .optional()?;
    Ok(total.unwrap_or_default().0)
}

/// Removes the oldest rows until the bound holds again. Rows come one at a time, so that it rarely has more than one to do.
fn trim(
    transaction: &Transaction<'_>,
    oldest: &str,
    delete: &str,
    (newest, total): (Row, u64),
    bound: Bound,
) -> Result<(), Fault> {
    let mut oldest = transaction.prepare_cached(oldest)?;
    let mut delete = transaction.prepare_cached(delete)?;
    loop {
        let (row, Count(before)): (Row, Count) =
            oldest.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let rows = newest.abs_diff(row).saturating_add(1);
        let fits = rows <= bound.rows && total.saturating_sub(before) <= bound.bytes;
        if fits || row == newest {
            return Ok(());
        }
        delete.execute([row])?;
    }
}

/// Changes a plugin's breaker.
pub(super) fn set_breaker(
    connection: &Connection,
    plugin: &str,
    change: BreakerChange,
) -> Result<(), Fault> {
    match change {
        BreakerChange::Keep(state) => connection
            .prepare_cached(
                "INSERT INTO breaker VALUES (?1, ?2) ON CONFLICT DO UPDATE SET state = excluded.state",
            )?
            .execute(params![plugin, state])?,
        BreakerChange::Forget => connection
            .prepare_cached("DELETE FROM breaker WHERE plugin = ?1")?
            .execute([plugin])?,
    };
    Ok(())
}
