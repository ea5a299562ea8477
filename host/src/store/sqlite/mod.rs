//! The embedded store: one SQLCipher file for the registry and one for each bot's data.

mod audit;
mod context;
mod credentials;
mod database;
mod fault;
mod gather;
mod inbox;
mod invites;
mod kept;
mod known;
mod kv;
#[cfg(test)]
mod migrations;
mod outbox;
mod ownership;
mod plans;
mod plugin_limits;
mod plugin_records;
mod plugin_setting;
mod portable;
#[cfg(test)]
mod query_plans;
mod queue;
mod registry;
mod rekey;
mod schedule;
mod seats;
mod seen;
mod shelf;
#[cfg(test)]
mod tests;
mod usage;
mod webhooks;

pub(super) use context::{ContextOptions, SqliteContext};
pub(super) use database::cut_short;
pub(super) use registry::SqliteRegistry;
pub(super) use rekey::rekey;
pub(super) use shelf::SqliteShelf;

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use serde::Serialize;
use serde::de::DeserializeOwned;

use fault::Fault;

/// The word that an enum without content is in JSON, for a column of its own.
fn word<T: Serialize>(value: &T) -> Result<String, Fault> {
    match serde_json::to_value(value)? {
        serde_json::Value::String(word) => Ok(word),
        other => Ok(other.to_string()),
    }
}

/// The enum of a word.
fn of_word<T: DeserializeOwned>(word: String) -> Result<T, Fault> {
    Ok(serde_json::from_value(serde_json::Value::String(word))?)
}

/// A count as SQLite keeps it: integers there are signed.
#[derive(Default)]
struct Count(u64);

impl FromSql for Count {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let signed = value.as_i64()?;
        let count = u64::try_from(signed).map_err(|_| FromSqlError::OutOfRange(signed))?;
        Ok(Self(count))
    }
}

impl ToSql for Count {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(i64::try_from(self.0).unwrap_or(i64::MAX).into())
    }
}
