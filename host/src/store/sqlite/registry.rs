//! The registry's table, and the schema of the file that it stands in.

use std::collections::BTreeMap;
use std::path::PathBuf;

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Params, Row, named_params, params};
use rusqlite_migration::{M, Migrations};

use super::database::Database;
use super::fault::Fault;
use super::shelf::SqliteShelf;
use super::{of_word, plugin_limits, word};
use crate::model::{BotId, BotRecord, Ending, Jid, PhoneNumber, StateName};
use crate::store::bounds::KeptBounds;
use crate::store::keys::SecretKey;
use crate::store::plugin_records::LimitValues;
use crate::store::registry::{RecordChange, Registry};
use crate::store::{Source, StoreError};

pub(super) static SCHEMA: [M<'static>; 12] = [
    M::up(include_str!("schema/registry-1.sql")),
    M::up(include_str!("schema/registry-2.sql")),
    M::up(include_str!("schema/registry-3.sql")),
    M::up(include_str!("schema/registry-4.sql")),
    M::up(include_str!("schema/registry-5.sql")),
    M::up(include_str!("schema/registry-6.sql")),
    M::up(include_str!("schema/registry-7.sql")),
    M::up(include_str!("schema/registry-8.sql")),
    M::up(include_str!("schema/registry-9.sql")),
    M::up(include_str!("schema/registry-10.sql")),
    M::up(include_str!("schema/registry-11.sql")),
    M::up(include_str!("schema/registry-12.sql")),
];
pub(super) static MIGRATIONS: Migrations<'static> = Migrations::from_slice(&SCHEMA);

pub(super) const BY_ID: &str = "SELECT * FROM bot WHERE id = ?1";
const MAIN: &str = "SELECT * FROM bot WHERE role = 'main'";
const BY_JID: &str = "SELECT * FROM bot WHERE jid = ?1";
const BY_LID: &str = "SELECT * FROM bot WHERE lid = ?1";
const BY_OWNER: &str = "SELECT * FROM bot WHERE owner = ?1 ORDER BY id";
const BY_STATE: &str = "SELECT * FROM bot WHERE state = ?1 ORDER BY id";
const MADE: &str = "SELECT * FROM bot WHERE role = 'main' OR NOT is_new OR state NOT IN ('requested', 'pairing', 'failed')
    ORDER BY role, created, id LIMIT ?2 OFFSET ?1";
const PAGE: &str = "SELECT * FROM bot WHERE id > ?1 ORDER BY id LIMIT ?2";

/// The registry in a file of its own.
pub(in crate::store) struct SqliteRegistry {
    pub(super) database: Database,
    /// How many deeds are kept.
    pub(super) deeds: u64,
}

impl SqliteRegistry {
    /// Opens or makes the file.
    pub(in crate::store) async fn open(path: PathBuf, key: SecretKey) -> Result<Self, StoreError> {
        let database = Database::open(path, key, &MIGRATIONS).await?;
        let deeds = KeptBounds::USUAL.deeds;
        Ok(Self { database, deeds })
    }

    /// The same, keeping so many deeds.
    pub(in crate::store) fn keeping(self, deeds: u64) -> Self {
        Self { deeds, ..self }
    }

    /// The shelf, whose tables stand in the same file, with its component files in `dir`.
    pub(in crate::store) fn shelf(&self, dir: PathBuf) -> Result<SqliteShelf, StoreError> {
        SqliteShelf::open(self.database.clone(), dir)
    }

    /// Closes the file.
    pub(in crate::store) async fn close(&self) -> Result<(), StoreError> {
        self.database.close().await
    }

    async fn find(
        &self,
        sql: &'static str,
        value: String,
    ) -> Result<Option<BotRecord>, StoreError> {
        self.database
            .read(move |connection| one(connection, sql, [value]))
            .await
    }

    async fn find_all(
        &self,
        sql: &'static str,
        value: String,
    ) -> Result<Vec<BotRecord>, StoreError> {
        self.database
            .read(move |connection| all(connection, sql, [value]))
            .await
    }
}

pub(super) fn one(
    connection: &Connection,
    sql: &str,
    params: impl Params,
) -> Result<Option<BotRecord>, Fault> {
    let mut statement = connection.prepare_cached(sql)?;
    Ok(statement.query_row(params, record).optional()?)
}

fn all(connection: &Connection, sql: &str, params: impl Params) -> Result<Vec<BotRecord>, Fault> {
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map(params, record)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Reads a column through what parses it.
fn parsed<T>(
    row: &Row<'_>,
    column: &str,
    parse: impl FnOnce(String) -> Result<T, Source>,
) -> rusqlite::Result<Option<T>> {
    let Some(text) = row.get::<_, Option<String>>(column)? else {
        return Ok(None);
    };
    parse(text).map(Some).map_err(|source| {
        rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, source)
    })
}

fn required<T>(
    row: &Row<'_>,
    column: &str,
    parse: impl FnOnce(String) -> Result<T, Source>,
) -> rusqlite::Result<T> {
    parsed(row, column, parse)?.ok_or_else(|| {
        rusqlite::Error::InvalidColumnType(0, column.to_owned(), rusqlite::types::Type::Null)
    })
}

fn jid(text: String) -> Result<Jid, Source> {
    Ok(text.parse()?)
}

fn enumerated<T: serde::de::DeserializeOwned>(text: String) -> Result<T, Source> {
    of_word(text).map_err(|fault| match fault {
        Fault::Value(error) => Source::from(error),
        _ => Source::from("not a word of this column"),
    })
}

pub(super) fn record(row: &Row<'_>) -> rusqlite::Result<BotRecord> {
    Ok(BotRecord {
        id: required(row, "id", |text| Ok(text.parse()?))?,
        role: required(row, "role", enumerated)?,
        jid: parsed(row, "jid", jid)?,
        lid: parsed(row, "lid", jid)?,
        owner: parsed(row, "owner", jid)?,
        name: row.get("name")?,
        method: required(row, "method", enumerated)?,
        language: row.get("language")?,
        plan: row.get("plan")?,
        expires: row.get("expires")?,
        created: row.get("created")?,
        last_connect: row.get("last_connect")?,
        new: row.get("is_new")?,
        stopped: row.get("stopped")?,
        state: required(row, "state", enumerated)?,
        cause: parsed(row, "cause", |text| Ok(serde_json::from_str(&text)?))?,
        since: row.get("since")?,
    })
}

fn write(connection: &Connection, sql: &str, record: &BotRecord) -> Result<(), Fault> {
    let text = |jid: &Option<Jid>| jid.as_ref().map(ToString::to_string);
    let cause = record
        .cause
        .as_ref()
        .map(serde_json::to_string)
        .transpose()?;
    connection
        .prepare_cached(sql)?
        .execute(named_params! {
            ":id": record.id.to_string(),
            ":role": word(&record.role)?,
            ":jid": text(&record.jid),
            ":lid": text(&record.lid),
            ":owner": text(&record.owner),
            ":name": record.name,
            ":method": word(&record.method)?,
            ":language": record.language,
            ":plan": record.plan,
            ":expires": record.expires,
            ":created": record.created,
            ":last_connect": record.last_connect,
            ":is_new": record.new,
            ":stopped": record.stopped,
            ":state": word(&record.state)?,
            ":cause": cause,
            ":since": record.since,
        })
        .map_err(|error| taken(error.into()))?;
    Ok(())
}

/// Says which uniqueness rule a row breaks.
fn taken(fault: Fault) -> Fault {
    let what = match fault.uniqueness() {
        None => return fault,
        Some(message) if message.contains("bot.jid") => "number",
        Some(message) if message.contains("bot.lid") => "linked identity",
        Some(message) if message.contains("bot.id") => "id",
        Some(_) => "place as main bot",
    };
    StoreError::Taken(what).into()
}

#[async_trait]
impl Registry for SqliteRegistry {
    async fn add(&self, bot: &BotRecord, wrapped_key: Vec<u8>) -> Result<(), StoreError> {
        let bot = bot.clone();
        self.database
            .write(move |transaction| {
                let insert = "INSERT INTO bot VALUES (:id, :role, :jid, :lid, :owner, :name, :method, :language, :plan,
                    :expires, :created, :last_connect, :is_new, :stopped, :state, :cause, :since)";
                write(transaction, insert, &bot)?;
                transaction
                    .prepare_cached("INSERT INTO bot_key (bot, wrapped) VALUES (?1, ?2)")?
                    .execute(params![bot.id.to_string(), wrapped_key])?;
                Ok(())
            })
            .await
    }

    async fn update(&self, id: BotId, change: RecordChange) -> Result<BotRecord, StoreError> {
        self.database
            .write(move |transaction| {
                let kept = one(transaction, BY_ID, [id.to_string()])?
                    .ok_or(StoreError::NoSuchBot(id))?;
                let mut new = kept.clone();
                change(&mut new);
                new.id = kept.id;
                new.role = kept.role;
                let update = "UPDATE bot SET role = :role, jid = :jid, lid = :lid, owner = :owner, name = :name,
                    method = :method, language = :language, plan = :plan, expires = :expires, created = :created,
                    last_connect = :last_connect, is_new = :is_new, stopped = :stopped, state = :state, cause = :cause,
                    since = :since WHERE id = :id";
                write(transaction, update, &new)?;
                Ok(new)
            })
            .await
    }

    async fn remove(&self, id: BotId) -> Result<(), StoreError> {
        self.database
            .write(move |transaction| {
                let removed = transaction
                    .prepare_cached("DELETE FROM bot WHERE id = ?1")?
                    .execute([id.to_string()])?;
                if removed == 0 {
                    return Err(StoreError::NoSuchBot(id).into());
                }
                Ok(())
            })
            .await
    }

    async fn wrapped_key(&self, id: BotId) -> Result<Vec<u8>, StoreError> {
        self.database
            .read(move |connection| {
                let wrapped = connection
                    .prepare_cached("SELECT wrapped FROM bot_key WHERE bot = ?1")?
                    .query_row([id.to_string()], |row| row.get(0))
                    .optional()?;
                Ok(wrapped.ok_or(StoreError::NoSuchBot(id))?)
            })
            .await
    }

    async fn get(&self, id: BotId) -> Result<Option<BotRecord>, StoreError> {
        self.find(BY_ID, id.to_string()).await
    }

    async fn main(&self) -> Result<Option<BotRecord>, StoreError> {
        self.database
            .read(|connection| one(connection, MAIN, []))
            .await
    }

    async fn by_number(&self, number: &PhoneNumber) -> Result<Option<BotRecord>, StoreError> {
        self.find(BY_JID, Jid::of_number(number).to_string()).await
    }

    async fn by_lid(&self, lid: &Jid) -> Result<Option<BotRecord>, StoreError> {
        self.find(BY_LID, lid.to_string()).await
    }

    async fn owned_by(&self, owner: &Jid) -> Result<Vec<BotRecord>, StoreError> {
        self.find_all(BY_OWNER, owner.to_string()).await
    }

    async fn in_state(&self, state: StateName) -> Result<Vec<BotRecord>, StoreError> {
        let database = &self.database;
        database
            .read(move |connection| all(connection, BY_STATE, [word(&state)?]))
            .await
    }

    async fn list(&self, after: Option<BotId>, limit: u32) -> Result<Vec<BotRecord>, StoreError> {
        let after = after.map(|id| id.to_string()).unwrap_or_default();
        self.database
            .read(move |connection| all(connection, PAGE, params![after, limit]))
            .await
    }

    async fn made(&self, first: u32, limit: u32) -> Result<Vec<BotRecord>, StoreError> {
        self.database
            .read(move |connection| all(connection, MADE, params![first, limit]))
            .await
    }

    async fn counts(&self) -> Result<Vec<(StateName, u32)>, StoreError> {
        self.database
            .read(|connection| {
                let mut statement = connection.prepare_cached(
                    "SELECT state, count(*) AS bots FROM bot WHERE role = 'sub' GROUP BY state ORDER BY state",
                )?;
                let rows = statement.query_map([], |row| {
                    Ok((required(row, "state", enumerated)?, row.get("bots")?))
                })?;
                Ok(rows.collect::<Result<_, _>>()?)
            })
            .await
    }

    async fn set_ending(&self, id: BotId, ending: Ending) -> Result<(), StoreError> {
        self.database
            .write(move |transaction| {
                if one(transaction, BY_ID, [id.to_string()])?.is_none() {
                    return Err(StoreError::NoSuchBot(id).into());
                }
                transaction
                    .prepare_cached(
                        "INSERT INTO bot_ending (bot, ending) VALUES (?1, ?2) ON CONFLICT (bot) DO NOTHING",
                    )?
                    .execute(params![id.to_string(), serde_json::to_string(&ending)?])?;
                Ok(())
            })
            .await
    }

    async fn endings(&self) -> Result<Vec<(BotId, Ending)>, StoreError> {
        self.database
            .read(|connection| {
                let mut statement =
                    connection.prepare_cached("SELECT bot, ending FROM bot_ending ORDER BY bot")?;
                let rows = statement.query_map([], |row| {
                    let id = required(row, "bot", |text| Ok(text.parse()?))?;
                    let ending = |text: String| Ok(serde_json::from_str(&text)?);
                    Ok((id, required(row, "ending", ending)?))
                })?;
                Ok(rows.collect::<Result<_, _>>()?)
            })
            .await
    }

    async fn host_setting(&self, name: &str) -> Result<Option<String>, StoreError> {
        let name = name.to_owned();
        self.database
            .read(move |connection| {
                Ok(connection
                    .prepare_cached("SELECT value FROM host_setting WHERE name = ?1")?
                    .query_row([name], |row| row.get(0))
                    .optional()?)
            })
            .await
    }

    async fn set_host_setting(&self, name: &str, value: Option<String>) -> Result<(), StoreError> {
        let name = name.to_owned();
        self.database
            .write(move |transaction| {
                match value {
                    Some(value) => transaction
                        .prepare_cached(
                            "INSERT INTO host_setting (name, value) VALUES (?1, ?2)
                             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                        )?
                        .execute(params![name, value])?,
                    None => transaction
                        .prepare_cached("DELETE FROM host_setting WHERE name = ?1")?
                        .execute([name])?,
                };
                Ok(())
            })
            .await
    }

    async fn plugin_limits(&self) -> Result<BTreeMap<String, LimitValues>, StoreError> {
        self.database.read(plugin_limits::read).await
    }

    async fn set_plugin_limits(&self, plugin: &str, limits: LimitValues) -> Result<(), StoreError> {
        let plugin = plugin.to_owned();
        self.database
            .write(move |transaction| plugin_limits::set(transaction, &plugin, &limits))
            .await
    }
}
