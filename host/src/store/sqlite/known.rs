//! Whom and which chats the bot has met.
//!
//! One person is one row. WhatsApp tells of people by number, by linked identity, or both; when a number comes to an identity
//! that was known alone, the two rows become one.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::context::SqliteContext;
use super::fault::Fault;
use super::{Count, of_word, word};
use crate::clock::Millis;
use crate::model::{
    Ban, ChatKind, Event, EventKind, Jid, KnownChat, KnownCounts, KnownUser, Person,
};
use crate::store::StoreError;
use crate::store::context::{Acquaintances, Surroundings};

const USER: &str =
    "SELECT jid, name, first_seen, last_seen, messages, banned, lid FROM user WHERE jid = ?1";
const USER_BY_LID: &str =
    "SELECT jid, name, first_seen, last_seen, messages, banned, lid FROM user WHERE lid = ?1";
const CHAT: &str = "SELECT first_seen, last_seen, messages, off, language FROM chat WHERE jid = ?1";
const BANS: &str =
    "SELECT jid, banned FROM user WHERE banned IS NOT NULL ORDER BY banned DESC LIMIT ?1";

#[async_trait]
impl Acquaintances for SqliteContext {
    async fn surroundings(&self, person: &Jid, chat: &Jid) -> Result<Surroundings, StoreError> {
        let (person, chat) = (person.clone(), chat.clone());
        self.database
            .read(move |connection| {
                Ok(Surroundings {
                    user: user(connection, &person)?.map(|(user, _)| user),
                    chat: known_chat(connection, &chat)?,
                })
            })
            .await
    }

    async fn user(&self, person: &Jid) -> Result<Option<KnownUser>, StoreError> {
        let person = person.clone();
        self.database
            .read(move |connection| Ok(user(connection, &person)?.map(|(user, _)| user)))
            .await
    }

    async fn chat(&self, chat: &Jid) -> Result<Option<KnownChat>, StoreError> {
        let chat = chat.clone();
        self.database
            .read(move |connection| known_chat(connection, &chat))
            .await
    }

    async fn counts(&self) -> Result<KnownCounts, StoreError> {
        self.database
            .read(|connection| {
                let chats = |kind: ChatKind| -> Result<u64, Fault> {
                    let Count(count) = connection
                        .prepare_cached("SELECT count(*) FROM chat WHERE kind = ?1")?
                        .query_row([word(&kind)?], |row| row.get(0))?;
                    Ok(count)
                };
                let Count(users) = connection
                    .prepare_cached("SELECT count(*) FROM user")?
                    .query_row([], |row| row.get(0))?;
                Ok(KnownCounts {
                    users,
                    groups: chats(ChatKind::Group)?,
                    private_chats: chats(ChatKind::Private)?,
                })
            })
            .await
    }

    async fn last_seen(&self) -> Result<Option<Millis>, StoreError> {
        self.database
            .read(|connection| {
                let last = connection
                    .prepare_cached("SELECT max(last_seen) FROM chat")?
                    .query_row([], |row| row.get(0))?;
                Ok(last)
            })
            .await
    }

    async fn bans(&self, most: u32) -> Result<Vec<Ban>, StoreError> {
        self.database
            .read(move |connection| {
                let mut statement = connection.prepare_cached(BANS)?;
                let mut rows = statement.query([most])?;
                let mut bans = Vec::new();
                while let Some(row) = rows.next()? {
                    bans.push(Ban {
                        person: of_word(row.get(0)?)?,
                        since: row.get(1)?,
                    });
                }
                Ok(bans)
            })
            .await
    }
}

/// Somebody by either address, with their linked identity.
fn user(
    connection: &Connection,
    person: &Jid,
) -> Result<Option<(KnownUser, Option<String>)>, Fault> {
    for sql in [USER, USER_BY_LID] {
        let mut statement = connection.prepare_cached(sql)?;
        let mut rows = statement.query([person.as_str()])?;
        if let Some(row) = rows.next()? {
            return Ok(Some((user_of(row)?, row.get(6)?)));
        }
    }
    Ok(None)
}

fn user_of(row: &Row<'_>) -> Result<KnownUser, Fault> {
    let Count(messages) = row.get(4)?;
    Ok(KnownUser {
        jid: of_word(row.get(0)?)?,
        name: row.get(1)?,
        first_seen: row.get(2)?,
        last_seen: row.get(3)?,
        messages,
        banned_since: row.get(5)?,
    })
}

fn known_chat(connection: &Connection, chat: &Jid) -> Result<Option<KnownChat>, Fault> {
    let found = connection
        .prepare_cached(CHAT)?
        .query_row([chat.as_str()], |row| {
            let Count(messages) = row.get(2)?;
            Ok(KnownChat {
                first_seen: row.get(0)?,
                last_seen: row.get(1)?,
                messages,
                off_since: row.get(3)?,
                language: row.get(4)?,
            })
        })
        .optional()?;
    Ok(found)
}

/// Knows an event's chat and, when it is a message, who sent it.
pub(super) fn meet(transaction: &Transaction<'_>, event: &Event, at: Millis) -> Result<(), Fault> {
    let is_message = matches!(event.kind, EventKind::Message(_));
    if is_message {
        meet_person(transaction, &event.sender, at)?;
    }
    transaction
        .prepare_cached(
            "INSERT INTO chat (jid, kind, first_seen, last_seen, messages) VALUES (?1, ?2, ?3, ?3, ?4)
             ON CONFLICT DO UPDATE SET
                last_seen = max(last_seen, excluded.last_seen), messages = messages + excluded.messages",
        )?
        .execute(params![
            event.chat.jid.as_str(),
            word(&event.chat.kind)?,
            at,
            is_message
        ])?;
    Ok(())
}

fn meet_person(transaction: &Transaction<'_>, person: &Person, at: Millis) -> Result<(), Fault> {
    let known = user(transaction, &person.jid)?;
    let (key, lid) = match &known {
        Some((user, lid)) => (user.jid.as_str(), lid.as_deref()),
        None => (person.jid.as_str(), None),
    };
    let told = person.lid.as_ref().map(Jid::as_str);
    if let Some(told) = told.filter(|told| Some(*told) != lid && *told != key) {
        join(transaction, told, key)?;
    }
    transaction
        .prepare_cached(
            "INSERT INTO user (jid, lid, name, first_seen, last_seen, messages) VALUES (?1, ?2, ?3, ?4, ?4, 1)
             ON CONFLICT DO UPDATE SET
                lid = coalesce(excluded.lid, lid),
                name = CASE excluded.name WHEN '' THEN name ELSE excluded.name END,
                last_seen = max(last_seen, excluded.last_seen),
                messages = messages + 1",
        )?
        .execute(params![key, told.or(lid), person.name, at])?;
    Ok(())
}

/// Makes what is known under a linked identity part of what is known under `key`, and takes the identity from anybody else.
fn join(transaction: &Transaction<'_>, lid: &str, key: &str) -> Result<(), Fault> {
    transaction
        .prepare_cached("UPDATE user SET lid = NULL WHERE lid = ?1 AND jid <> ?2")?
        .execute([lid, key])?;
    transaction
        .prepare_cached(
            "INSERT INTO user (jid, name, first_seen, last_seen, messages, banned)
             SELECT ?2, name, first_seen, last_seen, messages, banned FROM user WHERE jid = ?1
             ON CONFLICT DO UPDATE SET
                name = CASE name WHEN '' THEN excluded.name ELSE name END,
                first_seen = min(first_seen, excluded.first_seen),
                last_seen = max(last_seen, excluded.last_seen),
                messages = messages + excluded.messages,
                banned = coalesce(banned, excluded.banned)",
        )?
        .execute([lid, key])?;
    transaction
        .prepare_cached("DELETE FROM user WHERE jid = ?1")?
        .execute([lid])?;
    // Their private chat has the same address.
    transaction
        .prepare_cached(
            "INSERT INTO chat (jid, kind, first_seen, last_seen, messages, off, language)
             SELECT ?2, kind, first_seen, last_seen, messages, off, language FROM chat WHERE jid = ?1
             ON CONFLICT DO UPDATE SET
                first_seen = min(first_seen, excluded.first_seen),
                messages = messages + excluded.messages,
                language = coalesce(language, excluded.language)",
        )?
        .execute([lid, key])?;
    transaction
        .prepare_cached("DELETE FROM chat WHERE jid = ?1")?
        .execute([lid])?;
    Ok(())
}

/// Bans somebody, or lifts it. Who was never met is known from then on.
pub(super) fn ban(
    transaction: &Transaction<'_>,
    person: &Jid,
    banned: bool,
    at: Millis,
) -> Result<(), Fault> {
    let known = user(transaction, person)?.map(|(user, _)| user.jid);
    let key = known.as_ref().unwrap_or(person).as_str();
    if banned {
        transaction
            .prepare_cached(
                "INSERT INTO user (jid, first_seen, last_seen, banned) VALUES (?1, ?2, ?2, ?2)
                 ON CONFLICT DO UPDATE SET banned = coalesce(banned, excluded.banned)",
            )?
            .execute(params![key, at])?;
    } else {
        transaction
            .prepare_cached("UPDATE user SET banned = NULL WHERE jid = ?1")?
            .execute([key])?;
    }
    Ok(())
}

/// Switches the bot off in a chat, or on again.
pub(super) fn set_off(
    transaction: &Transaction<'_>,
    chat: &Jid,
    off: bool,
    at: Millis,
) -> Result<(), Fault> {
    transaction
        .prepare_cached(
            "UPDATE chat SET off = CASE WHEN ?2 THEN coalesce(off, ?3) END WHERE jid = ?1",
        )?
        .execute(params![chat.as_str(), off, at])?;
    Ok(())
}

/// Sets a chat's language.
pub(super) fn set_language(
    transaction: &Transaction<'_>,
    chat: &Jid,
    language: Option<&str>,
) -> Result<(), Fault> {
    transaction
        .prepare_cached("UPDATE chat SET language = ?2 WHERE jid = ?1")?
        .execute(params![chat.as_str(), language])?;
    Ok(())
}
