//! A bot's data in pieces.

use async_trait::async_trait;
use rusqlite::{Connection, Row, Transaction, params};

use super::context::SqliteContext;
use super::fault::Fault;
use super::{Count, context, kv, of_word, plugin_setting, schedule, usage, word};
use crate::model::{CpuTime, Jid};
use crate::store::StoreError;
use crate::store::context::{KvBounds, KvChange, ScheduleChange, SettingChange, SettingsChange};
use crate::store::portable::{Piece, Portable};
use crate::store::usage::{Day, DayUsage};

/// What an erased bot forgets. What is on its way, the keys of what was handled, and the counts of the last day stay.
const ERASE: &str = "
    DELETE FROM user; DELETE FROM chat; DELETE FROM setting; DELETE FROM plugin_setting; DELETE FROM schedule;
    DELETE FROM poll; DELETE FROM kept; UPDATE kept_state SET rows = 0, bytes = 0;
    DELETE FROM kv; UPDATE kv_state SET version = version + 1, bytes = 0;
    DELETE FROM plugin_limit; DELETE FROM breaker; DELETE FROM receipt; DELETE FROM receipt_state;
    DELETE FROM failure; DELETE FROM failure_state; DELETE FROM total; DELETE FROM latency;
    DELETE FROM usage WHERE day < (SELECT max(day) FROM usage);";
/// What is no part of a bot's data in pieces, and forgotten with it all the same: messages are on their way to webhooks.
const ERASE_WEBHOOKS: &str = "DELETE FROM webhook";

#[async_trait]
impl Portable for SqliteContext {
    async fn pieces(&self) -> Result<Vec<Piece>, StoreError> {
        self.database.read(read).await
    }

    async fn replace(&self, pieces: Vec<Piece>) -> Result<(), StoreError> {
        self.database
            .write(move |transaction| {
                transaction.execute_batch(ERASE)?;
                take_in(transaction, pieces)
            })
            .await
    }

    async fn erase(&self) -> Result<(), StoreError> {
        self.database
            .write(|transaction| {
                transaction.execute_batch(ERASE)?;
                Ok(transaction.execute_batch(ERASE_WEBHOOKS)?)
            })
            .await?;
        self.database.give_back().await
    }
}

fn read(connection: &Connection) -> Result<Vec<Piece>, Fault> {
    let mut pieces = Vec::new();
    let (language, prefixes) = (
        context::setting(connection, "language")?,
        context::setting(connection, "prefixes")?,
    );
    if language.is_some() || prefixes.is_some() {
        pieces.push(Piece::Settings { language, prefixes });
    }
    let users =
        "SELECT jid, lid, name, first_seen, last_seen, messages, banned FROM user ORDER BY jid";
    each(connection, users, &mut pieces, |row| {
        let lid: Option<String> = row.get(1)?;
        let Count(messages) = row.get(5)?;
        Ok(Piece::User {
            jid: of_word(row.get(0)?)?,
            lid: lid.map(of_word).transpose()?,
            name: row.get(2)?,
            first_seen: row.get(3)?,
            last_seen: row.get(4)?,
            messages,
            banned_since: row.get(6)?,
        })
    })?;
    let chats =
        "SELECT jid, kind, first_seen, last_seen, messages, off, language FROM chat ORDER BY jid";
    each(connection, chats, &mut pieces, |row| {
        let Count(messages) = row.get(4)?;
        Ok(Piece::Chat {
            jid: of_word(row.get(0)?)?,
            kind: of_word(row.get(1)?)?,
            first_seen: row.get(2)?,
            last_seen: row.get(3)?,
            messages,
            off_since: row.get(5)?,
            language: row.get(6)?,
        })
    })?;
    let settings =
        "SELECT plugin, chat, name, value FROM plugin_setting ORDER BY plugin, chat, name";
    each(connection, settings, &mut pieces, |row| {
        let (chat, json): (String, String) = (row.get(1)?, row.get(3)?);
        let chat = Some(chat).filter(|chat| !chat.is_empty());
        Ok(Piece::PluginSetting {
            plugin: row.get(0)?,
            chat: chat.map(of_word).transpose()?,
            name: row.get(2)?,
            value: serde_json::from_str(&json)?,
        })
    })?;
    let data = "SELECT plugin, key, value FROM kv ORDER BY plugin, key";
    each(connection, data, &mut pieces, |row| {
        Ok(Piece::PluginData {
            plugin: row.get(0)?,
            key: row.get(1)?,
            value: row.get(2)?,
        })
    })?;
    let scheduled =
        "SELECT plugin, chat, name, at, event FROM schedule ORDER BY plugin, chat, name";
    each(connection, scheduled, &mut pieces, |row| {
        let event: Vec<u8> = row.get(4)?;
        Ok(Piece::Scheduled {
            plugin: row.get(0)?,
            chat: of_word(row.get(1)?)?,
            name: row.get(2)?,
            at: row.get(3)?,
            event: Box::new(serde_json::from_slice(&event)?),
        })
    })?;
    let days = format!("SELECT {} FROM usage ORDER BY day", usage::COLUMNS);
    each(connection, &days, &mut pieces, |row| {
        let day = usage::usage(row)?;
        Ok(Piece::Day {
            day: day.day.0,
            received: day.received,
            sent: day.sent,
            client_us: day.cpu.client,
            plugins_us: day.cpu.plugins,
        })
    })?;
    Ok(pieces)
}

fn each(
    connection: &Connection,
    sql: &str,
    pieces: &mut Vec<Piece>,
    piece: impl Fn(&Row<'_>) -> Result<Piece, Fault>,
) -> Result<(), Fault> {
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        pieces.push(piece(row)?);
    }
    Ok(())
}

fn take_in(transaction: &Transaction<'_>, pieces: Vec<Piece>) -> Result<(), Fault> {
    for piece in pieces {
        match piece {
            Piece::Settings { language, prefixes } => {
                context::change(transaction, SettingsChange { language, prefixes })?;
            }
            Piece::User {
                jid,
                lid,
                name,
                first_seen,
                last_seen,
                messages,
                banned_since,
            } => {
                transaction
                    .prepare_cached(
                        "INSERT OR REPLACE INTO user VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                    )?
                    .execute(params![
                        jid.as_str(),
                        lid.as_ref().map(Jid::as_str),
                        name,
                        first_seen,
                        last_seen,
                        Count(messages),
                        banned_since
                    ])?;
            }
            Piece::Chat {
                jid,
                kind,
                first_seen,
                last_seen,
                messages,
                off_since,
                language,
            } => {
                transaction
                    .prepare_cached(
                        "INSERT OR REPLACE INTO chat VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                    )?
                    .execute(params![
                        jid.as_str(),
                        word(&kind)?,
                        first_seen,
                        last_seen,
                        Count(messages),
                        off_since,
                        language
                    ])?;
            }
            Piece::PluginSetting {
                plugin,
                chat,
                name,
                value,
            } => {
                let change = SettingChange {
                    chat,
                    name,
                    value: Some(value),
                };
                plugin_setting::apply(transaction, &plugin, vec![change])?;
            }
            Piece::PluginData { plugin, key, value } => {
                let change = KvChange {
                    key,
                    value: Some(value),
                };
                kv::apply(
                    transaction,
                    &plugin,
                    None,
                    vec![change],
                    KvBounds::default(),
                )?;
            }
            Piece::Scheduled {
                plugin,
                chat,
                name,
                at,
                event,
            } => {
                let change = ScheduleChange {
                    chat,
                    name,
                    event: Some((at, *event)),
                };
                schedule::apply(transaction, &plugin, vec![change])?;
            }
            Piece::Day {
                day,
                received,
                sent,
                client_us,
                plugins_us,
            } => {
                let cpu = CpuTime {
                    client: client_us,
                    plugins: plugins_us,
                };
                let day = DayUsage {
                    day: Day(day),
                    received,
                    sent,
                    cpu,
                };
                usage::take_in(transaction, day)?;
            }
        }
    }
    Ok(())
}
