//! What a bot did and used, day by day.

use std::collections::BTreeMap;

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::Count;
use super::context::SqliteContext;
use super::fault::Fault;
use crate::clock::Millis;
use crate::model::CpuTime;
use crate::store::StoreError;
use crate::store::latency::{self, DayLatency};
use crate::store::usage::{Day, DayUsage, Usage};

pub(super) const COLUMNS: &str = "day, received, sent, client_us, plugins_us";

#[async_trait]
impl Usage for SqliteContext {
    async fn day(&self, day: Day) -> Result<DayUsage, StoreError> {
        self.database
            .read(move |connection| {
                let found = connection
                    .prepare_cached(&format!("SELECT {COLUMNS} FROM usage WHERE day = ?1"))?
                    .query_row([day.0], usage)
                    .optional()?;
                Ok(found.unwrap_or(DayUsage::none(day)))
            })
            .await
    }

    async fn days(&self, from: Day) -> Result<Vec<DayUsage>, StoreError> {
        self.database
            .read(move |connection| {
                let mut days = connection.prepare_cached(&format!(
                    "SELECT {COLUMNS} FROM usage WHERE day >= ?1 ORDER BY day"
                ))?;
                let days = days.query_map([from.0], usage)?;
                Ok(days.collect::<Result<_, _>>()?)
            })
            .await
    }

    async fn latencies(&self, from: Day) -> Result<Vec<DayLatency>, StoreError> {
        self.database
            .read(move |connection| {
                let mut statement = connection.prepare_cached(
                    "SELECT day, bucket, count FROM latency WHERE day >= ?1 ORDER BY day, bucket",
                )?;
                let mut rows = statement.query([from.0])?;
                let mut days = BTreeMap::<Day, DayLatency>::new();
                while let Some(row) = rows.next()? {
                    let (day, bucket): (Day, u8) = (Day(row.get(0)?), row.get(1)?);
                    let Count(count) = row.get(2)?;
                    let latency = days.entry(day).or_insert(DayLatency::none(day));
                    if let Some(answers) = latency.answers.get_mut(usize::from(bucket)) {
                        *answers = count;
                    }
                }
                Ok(days.into_values().collect())
            })
            .await
    }

    async fn charge(&self, day: Day, cpu: CpuTime) -> Result<(), StoreError> {
        self.database
            .write(move |transaction| {
                transaction
                    .prepare_cached(
                        "INSERT INTO usage (day, client_us, plugins_us) VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET
                         client_us = client_us + excluded.client_us, plugins_us = plugins_us + excluded.plugins_us",
                    )?
                    .execute(params![day.0, Count(cpu.client), Count(cpu.plugins)])?;
                Ok(())
            })
            .await
    }
}

pub(super) fn usage(row: &Row<'_>) -> rusqlite::Result<DayUsage> {
    let count = |column| row.get(column).map(|Count(count)| count);
    Ok(DayUsage {
        day: Day(row.get(0)?),
        received: count(1)?,
        sent: count(2)?,
        cpu: CpuTime {
            client: count(3)?,
            plugins: count(4)?,
        },
    })
}

/// Counts messages from others within the transaction that keeps them.
pub(super) fn received(connection: &Connection, at: Millis, more: u64) -> Result<(), Fault> {
    count(
        connection,
        "INSERT INTO usage (day, received) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET received = received + excluded.received",
        at,
        more,
    )
}

/// Counts messages that were sent within the transaction that says so.
pub(super) fn sent(connection: &Connection, at: Millis, more: u64) -> Result<(), Fault> {
    count(
        connection,
        "INSERT INTO usage (day, sent) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET sent = sent + excluded.sent",
        at,
        more,
    )
}

/// Counts an answer to something that had come in then, within the transaction that says that it was sent.
pub(super) fn answered(connection: &Connection, came: Millis, at: Millis) -> Result<(), Fault> {
    connection
        .prepare_cached(
            "INSERT INTO latency VALUES (?1, ?2, 1) ON CONFLICT DO UPDATE SET count = count + 1",
        )?
        .execute(params![
            Day::of(at).0,
            latency::bucket(at.saturating_sub(came))
        ])?;
    Ok(())
}

fn count(connection: &Connection, change: &str, at: Millis, more: u64) -> Result<(), Fault> {
    if more > 0 {
        connection
            .prepare_cached(change)?
            .execute(params![Day::of(at).0, Count(more)])?;
    }
    Ok(())
}

/// Takes in a day that was counted elsewhere; of what both have counted the larger stays.
pub(super) fn take_in(transaction: &Transaction<'_>, day: DayUsage) -> Result<(), Fault> {
    transaction
        .prepare_cached(
            "INSERT INTO usage VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET
             received = max(received, excluded.received), sent = max(sent, excluded.sent),
             client_us = max(client_us, excluded.client_us), plugins_us = max(plugins_us, excluded.plugins_us)",
        )?
        .execute(params![
            day.day.0,
            Count(day.received),
            Count(day.sent),
            Count(day.cpu.client),
            Count(day.cpu.plugins)
        ])?;
    Ok(())
}

/// Forgets days that are too long ago.
pub(super) fn forget(transaction: &Transaction<'_>, before: Millis) -> Result<(), Fault> {
    let first = Day::of(before).0;
    for forget in [
        "DELETE FROM usage WHERE day < ?1",
        "DELETE FROM latency WHERE day < ?1",
    ] {
        transaction.prepare_cached(forget)?.execute([first])?;
    }
    Ok(())
}
