//! What is kept about a bot's plugins.

use std::collections::BTreeMap;

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Params, Transaction, params};

use super::context::SqliteContext;
use super::fault::Fault;
use super::{Count, plugin_limits};
use crate::clock::Millis;
use crate::store::StoreError;
use crate::store::bounds::{Bound, KeptBounds, RecordBounds};
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

    async fn failure(&self, row: Row, plugin: Option<&str>) -> Result<Option<Vec<u8>>, StoreError> {
        let plugin = plugin.map(str::to_owned);
        self.database
            .read(move |connection| {
                let sql =
                    "SELECT content FROM failure WHERE seq = ?1 AND (?2 IS NULL OR plugin = ?2)";
                let mut statement = connection.prepare_cached(sql)?;
                let content = statement.query_row(params![row, plugin], |row| row.get(0));
                Ok(content.optional()?)
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
    (own, all): (RecordBounds, &KeptBounds),
) -> Result<(), Fault> {
    if let Some(content) = receipt {
        transaction
            .prepare_cached("INSERT INTO receipt (plugin, at, content) VALUES (?1, ?2, ?3)")?
            .execute(params![plugin, at, content])?;
        let bounds = (own.receipts, all.receipts);
        RECEIPTS.added(transaction, plugin, length(&content), bounds)?;
    }
    if let Some(NewFailure { summary, content }) = failure {
        transaction
            .prepare_cached(
                "INSERT INTO failure (plugin, at, summary, content) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![plugin, at, summary, content])?;
        let bytes = length(&summary).saturating_add(length(&content));
        FAILURES.added(transaction, plugin, bytes, (own.failures, all.failures))?;
    }
    Ok(())
}

/// Forgets what was kept before, but for the newest of each: rows are told by numbers that only rise.
pub(super) fn forget(transaction: &Transaction<'_>, before: Millis) -> Result<(), Fault> {
    RECEIPTS.forget(transaction, before)?;
    FAILURES.forget(transaction, before)
}

fn length(content: &[u8]) -> u64 {
    u64::try_from(content.len()).unwrap_or(u64::MAX)
}

/// What is said to the database of one kind of records, each of which is a table with a state for each plugin.
struct Records {
    add: &'static str,
    total: &'static str,
    remove_own: &'static str,
    remove_oldest: &'static str,
    remove_before: &'static str,
    removed: &'static str,
    clean: &'static str,
}

macro_rules! records {
    ($table:literal, $bytes:literal) => {
        Records {
            add: concat!(
                "INSERT INTO ", $table, "_state VALUES (?1, 1, ?2, 0)
                 ON CONFLICT DO UPDATE SET rows = rows + 1, bytes = bytes + excluded.bytes RETURNING rows"
            ),
            total: concat!("SELECT sum(rows), sum(bytes) FROM ", $table, "_state"),
            remove_own: concat!(
                "DELETE FROM ", $table, " WHERE seq = (
                     SELECT seq FROM ", $table, " WHERE plugin = ?1
                     AND seq > (SELECT gone FROM ", $table, "_state WHERE plugin = ?1) ORDER BY seq LIMIT 1)
                 RETURNING seq, plugin, ", $bytes
            ),
            remove_oldest: concat!(
                "DELETE FROM ", $table, " WHERE seq = (SELECT min(seq) FROM ", $table, ")
                 RETURNING seq, plugin, ", $bytes
            ),
            remove_before: concat!(
                "DELETE FROM ", $table, " WHERE seq = (SELECT min(seq) FROM ", $table, ")
                 AND at < ?1 AND seq < (SELECT max(seq) FROM ", $table, ")
                 RETURNING seq, plugin, ", $bytes
            ),
            removed: concat!(
                "UPDATE ", $table, "_state SET rows = rows - 1, bytes = bytes - ?3, gone = ?2 WHERE plugin = ?1"
            ),
            clean: concat!("DELETE FROM ", $table, "_state WHERE rows = 0"),
        }
    };
}

const RECEIPTS: Records = records!("receipt", "length(content)");
const FAILURES: Records = records!("failure", "length(summary) + length(content)");

impl Records {
    /// Counts a new row of a plugin, and removes the oldest until the bounds hold again: of its own rows, and of all. Rows come one at
    /// a time, so that there is rarely more than one to remove.
    fn added(
        &self,
        transaction: &Transaction<'_>,
        plugin: &str,
        bytes: u64,
        (own, all): (u64, Bound),
    ) -> Result<(), Fault> {
        let Count(mut rows) = transaction
            .prepare_cached(self.add)?
            .query_row(params![plugin, Count(bytes)], |row| row.get(0))?;
        while rows > own.max(1) && self.remove(transaction, self.remove_own, [plugin])? {
            rows = rows.saturating_sub(1);
        }
        loop {
            let (Count(rows), Count(bytes)) = transaction
                .prepare_cached(self.total)?
                .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            let fits = rows <= all.rows && bytes <= all.bytes;
            if fits || rows <= 1 || !self.remove(transaction, self.remove_oldest, [])? {
                return Ok(());
            }
        }
    }

    fn forget(&self, transaction: &Transaction<'_>, before: Millis) -> Result<(), Fault> {
        while self.remove(transaction, self.remove_before, [before])? {}
        transaction.prepare_cached(self.clean)?.execute([])?;
        Ok(())
    }

    /// Removes a row. Returns whether there was one.
    fn remove(
        &self,
        transaction: &Transaction<'_>,
        which: &str,
        of: impl Params,
    ) -> Result<bool, Fault> {
        let removed: Option<(Row, String, Count)> = transaction
            .prepare_cached(which)?
            .query_row(of, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()?;
        let Some((row, plugin, bytes)) = removed else {
            return Ok(false);
        };
        transaction
            .prepare_cached(self.removed)?
            .execute(params![plugin, row, bytes])?;
        Ok(true)
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
