//! What plugins keep.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::Count;
use super::context::SqliteContext;
use super::fault::Fault;
use crate::store::StoreError;
use crate::store::context::{KV_KEY_BYTES, KvBounds, KvChange, PluginKv, Versioned};

const GET: &str = "SELECT value FROM kv WHERE plugin = ?1 AND key = ?2";
const KEYS: &str = "SELECT key FROM kv WHERE plugin = ?1 AND key >= ?2 ORDER BY key";

#[async_trait]
impl PluginKv for SqliteContext {
    async fn kv_get(
        &self,
        plugin: &str,
        key: &str,
    ) -> Result<Versioned<Option<Vec<u8>>>, StoreError> {
        let (plugin, key) = (plugin.to_owned(), key.to_owned());
        self.database
            .read(move |connection| {
                let value = connection
                    .prepare_cached(GET)?
                    .query_row([&plugin, &key], |row| row.get(0))
                    .optional()?;
                versioned(connection, &plugin, value)
            })
            .await
    }

    async fn kv_keys(
        &self,
        plugin: &str,
        prefix: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Versioned<Vec<String>>, StoreError> {
        let (plugin, prefix) = (plugin.to_owned(), prefix.to_owned());
        let after = after.map(str::to_owned);
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        self.database
            .read(move |connection| {
                let from = after.as_ref().map_or(&prefix, |after| after.max(&prefix));
                let mut statement = connection.prepare_cached(KEYS)?;
                let mut rows = statement.query([&plugin, from])?;
                let mut keys = Vec::new();
                while keys.len() < limit
                    && let Some(row) = rows.next()?
                {
                    let key: String = row.get(0)?;
                    if !key.starts_with(&prefix) {
                        break;
                    }
                    if after.as_ref() != Some(&key) {
                        keys.push(key);
                    }
                }
                versioned(connection, &plugin, keys)
            })
            .await
    }

    async fn kv_bytes(&self, plugin: &str) -> Result<Versioned<u64>, StoreError> {
        let plugin = plugin.to_owned();
        self.database
            .read(move |connection| {
                let (version, value) = state(connection, &plugin)?;
                Ok(Versioned { version, value })
            })
            .await
    }
}

/// A plugin's version and bytes.
fn state(connection: &Connection, plugin: &str) -> Result<(u64, u64), Fault> {
    let state: Option<(Count, Count)> = connection
        .prepare_cached("SELECT version, bytes FROM kv_state WHERE plugin = ?1")?
        .query_row([plugin], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let (Count(version), Count(bytes)) = state.unwrap_or_default();
    Ok((version, bytes))
}

fn versioned<T>(connection: &Connection, plugin: &str, value: T) -> Result<Versioned<T>, Fault> {
    let (version, _) = state(connection, plugin)?;
    Ok(Versioned { version, value })
}

fn refuse(plugin: &str, what: &'static str, allowed: u64) -> Fault {
    let plugin = plugin.to_owned();
    StoreError::KvLimit {
        plugin,
        what,
        allowed,
    }
    .into()
}

/// Makes changes within the transaction of the event that they come from.
pub(super) fn apply(
    transaction: &Transaction<'_>,
    plugin: &str,
    read_version: Option<u64>,
    writes: Vec<KvChange>,
    bounds: KvBounds,
) -> Result<(), Fault> {
    if writes.is_empty() {
        return Ok(());
    }
    let (version, before_all) = state(transaction, plugin)?;
    let mut bytes = before_all;
    if read_version.is_some_and(|read| read != version) {
        return Err(StoreError::KvConflict.into());
    }
    let size = |bytes: usize| u64::try_from(bytes).unwrap_or(u64::MAX);
    let mut kept = transaction
        .prepare_cached("SELECT length(value) FROM kv WHERE plugin = ?1 AND key = ?2")?;
    let mut set = transaction.prepare_cached(
        "INSERT INTO kv VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET value = excluded.value",
    )?;
    let mut delete = transaction.prepare_cached("DELETE FROM kv WHERE plugin = ?1 AND key = ?2")?;
    for KvChange { key, value } in writes {
        let key_bytes = size(key.len());
        if key_bytes > KV_KEY_BYTES {
            return Err(refuse(plugin, "in one key", KV_KEY_BYTES));
        }
        let before: Option<Count> = kept
            .query_row([plugin, &key], |row| row.get(0))
            .optional()?;
        if let Some(Count(before)) = before {
            bytes = bytes.saturating_sub(key_bytes.saturating_add(before));
        }
        match value {
            Some(value) => {
                let value_bytes = size(value.len());
                if value_bytes > bounds.value_bytes {
                    return Err(refuse(plugin, "in one value", bounds.value_bytes));
                }
                set.execute(params![plugin, key, value])?;
                bytes = bytes.saturating_add(key_bytes).saturating_add(value_bytes);
            }
            None => {
                delete.execute([plugin, &key])?;
            }
        }
    }
    // A plugin whose limit was lowered below what it keeps may still make it less.
    if bytes > bounds.total_bytes && bytes > before_all {
        return Err(refuse(plugin, "in all", bounds.total_bytes));
    }
    transaction
        .prepare_cached(
            "INSERT INTO kv_state VALUES (?1, ?2, ?3)
             ON CONFLICT DO UPDATE SET version = excluded.version, bytes = excluded.bytes",
        )?
        .execute(params![
            plugin,
            Count(version.saturating_add(1)),
            Count(bytes)
        ])?;
    Ok(())
}
