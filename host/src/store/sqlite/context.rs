//! One bot's data in a file of its own.

use std::path::PathBuf;

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, params};
use rusqlite_migration::{M, Migrations};

use super::database::Database;
use super::fault::Fault;
use super::{Count, inbox, kept, plugin_records, seen, usage, webhooks};
use crate::clock::Millis;
use crate::store::StoreError;
use crate::store::bounds::{KeptBounds, days_before};
use crate::store::context::{DataContext, Settings, SettingsChange, Totals};
use crate::store::keys::SecretKey;

pub(super) static SCHEMA: [M<'static>; 9] = [
    M::up(include_str!("schema/context-1.sql")),
    M::up(include_str!("schema/context-2.sql")),
    M::up(include_str!("schema/context-3.sql")),
    M::up(include_str!("schema/context-4.sql")),
    M::up(include_str!("schema/context-5.sql")),
    M::up(include_str!("schema/context-6.sql")),
    M::up(include_str!("schema/context-7.sql")),
    M::up(include_str!("schema/context-8.sql")),
    M::up(include_str!("schema/context-9.sql")),
];
pub(super) static MIGRATIONS: Migrations<'static> = Migrations::from_slice(&SCHEMA);

/// What a context is opened with beside its file.
#[derive(Debug, Clone)]
pub(in crate::store) struct ContextOptions {
    /// Settings where nothing was set.
    pub(in crate::store) defaults: Settings,
    /// How much is kept.
    pub(in crate::store) kept: KeptBounds,
}

/// A bot's data. It has one file open and knows of no other.
pub(in crate::store) struct SqliteContext {
    pub(super) database: Database,
    pub(super) options: ContextOptions,
}

impl SqliteContext {
    /// Opens or makes the file.
    pub(in crate::store) async fn open(
        path: PathBuf,
        key: SecretKey,
        options: ContextOptions,
    ) -> Result<Self, StoreError> {
        let database = Database::open(path, key, &MIGRATIONS).await?;
        Ok(Self { database, options })
    }
}

/// The counts that are kept, by name.
pub(super) enum Total {
    Received,
    Sent,
}

impl Total {
    fn name(&self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Sent => "sent",
        }
    }

    /// Adds `more` within the transaction that it belongs to.
    pub(super) fn add(&self, connection: &Connection, more: u64) -> Result<(), Fault> {
        if more > 0 {
            connection
                .prepare_cached(
                    "INSERT INTO total VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = value + excluded.value",
                )?
                .execute(params![self.name(), Count(more)])?;
        }
        Ok(())
    }

    fn read(&self, connection: &Connection) -> Result<u64, Fault> {
        let value: Option<Count> = connection
            .prepare_cached("SELECT value FROM total WHERE name = ?1")?
            .query_row([self.name()], |row| row.get(0))
            .optional()?;
        Ok(value.unwrap_or_default().0)
    }
}

pub(super) fn setting<T: serde::de::DeserializeOwned>(
    connection: &Connection,
    name: &str,
) -> Result<Option<T>, Fault> {
    let value: Option<String> = connection
        .prepare_cached("SELECT value FROM setting WHERE name = ?1")?
        .query_row([name], |row| row.get(0))
        .optional()?;
    Ok(value.map(|json| serde_json::from_str(&json)).transpose()?)
}

fn set<T: serde::Serialize>(
    connection: &Connection,
    name: &str,
    value: Option<T>,
) -> Result<(), Fault> {
    if let Some(value) = value {
        connection
            .prepare_cached(
                "INSERT INTO setting VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = excluded.value",
            )?
            .execute([name, &serde_json::to_string(&value)?])?;
    }
    Ok(())
}

/// Changes settings within the transaction that it belongs to.
pub(super) fn change(connection: &Connection, change: SettingsChange) -> Result<(), Fault> {
    set(connection, "language", change.language)?;
    set(connection, "prefixes", change.prefixes)
}

fn settings(connection: &Connection, defaults: Settings) -> Result<Settings, Fault> {
    Ok(Settings {
        language: setting(connection, "language")?.unwrap_or(defaults.language),
        prefixes: setting(connection, "prefixes")?.unwrap_or(defaults.prefixes),
    })
}

#[async_trait]
impl DataContext for SqliteContext {
    async fn settings(&self) -> Result<Settings, StoreError> {
        let defaults = self.options.defaults.clone();
        self.database
            .read(move |connection| settings(connection, defaults))
            .await
    }

    async fn change_settings(&self, change: SettingsChange) -> Result<Settings, StoreError> {
        let defaults = self.options.defaults.clone();
        self.database
            .write(move |transaction| {
                self::change(transaction, change)?;
                settings(transaction, defaults)
            })
            .await
    }

    async fn totals(&self) -> Result<Totals, StoreError> {
        self.database
            .read(|connection| {
                Ok(Totals {
                    received: Total::Received.read(connection)?,
                    sent: Total::Sent.read(connection)?,
                })
            })
            .await
    }

    async fn clean_up(&self, now: Millis) -> Result<u64, StoreError> {
        let bounds = self.options.kept;
        let before = move |days| days_before(now, days);
        let removed = self
            .database
            .write(move |transaction| {
                kept::forget(transaction, before(bounds.messages_days))?;
                usage::forget(transaction, before(bounds.usage_days))?;
                webhooks::forget(transaction, before(bounds.dead_letters_days))?;
                plugin_records::forget(transaction, before(bounds.records_days))?;
                let handled = before(bounds.handled_days);
                let inbox = transaction
                    .prepare_cached(inbox::FORGET)?
                    .execute([handled])?;
                Ok(inbox.saturating_add(seen::forget(transaction, handled)?))
            })
            .await?;
        self.database.give_back().await?;
        Ok(u64::try_from(removed).unwrap_or(u64::MAX))
    }

    async fn close(&self) -> Result<(), StoreError> {
        self.database.close().await
    }
}
