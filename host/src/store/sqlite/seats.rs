//! Seats in groups, in the registry's file.

use async_trait::async_trait;
use rusqlite::{OptionalExtension, params};

use super::registry::SqliteRegistry;
use crate::clock::Millis;
use crate::model::{BotId, Jid};
use crate::store::{Seat, Seats, StoreError};

#[async_trait]
impl Seats for SqliteRegistry {
    async fn claim(&self, group: &Jid, bot: BotId, at: Millis) -> Result<Seat, StoreError> {
        let (group, asks) = (group.to_string(), bot.to_string());
        self.database
            .write(move |transaction| {
                let known = transaction
                    .prepare_cached("SELECT 1 FROM bot WHERE id = ?1")?
                    .query_row([&asks], |_| Ok(()))
                    .optional()?;
                known.ok_or(StoreError::NoSuchBot(bot))?;
                transaction
                    .prepare_cached(
                        "INSERT INTO group_seat (chat, bot, since) VALUES (?1, ?2, ?3) ON CONFLICT (chat) DO NOTHING",
                    )?
                    .execute(params![group, asks, at])?;
                let (holder, jid, lid): (String, Option<String>, Option<String>) = transaction
                    .prepare_cached(
                        "SELECT bot.id, bot.jid, bot.lid FROM group_seat JOIN bot ON bot.id = group_seat.bot WHERE chat = ?1",
                    )?
                    .query_row([&group], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
                if holder == asks {
                    return Ok(Seat::Own);
                }
                let unreadable = |error| {
                    rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, error)
                };
                let by = holder
                    .parse()
                    .map_err(|error| unreadable(Box::new(error)))?;
                let accounts = jid.into_iter().chain(lid).map(|text| text.parse::<Jid>());
                let accounts = accounts
                    .collect::<Result<_, _>>()
                    .map_err(|error| unreadable(Box::new(error)))?;
                Ok(Seat::Taken { by, accounts })
            })
            .await
    }

    async fn place(&self, group: &Jid, account: &Jid, at: Millis) -> Result<(), StoreError> {
        let (group, account) = (group.to_string(), account.to_string());
        self.database
            .write(move |transaction| {
                transaction
                    .prepare_cached(
                        "INSERT INTO group_seat (chat, bot, since)
                         SELECT ?1, id, ?3 FROM bot WHERE jid = ?2 OR lid = ?2
                         ON CONFLICT (chat) DO NOTHING",
                    )?
                    .execute(params![group, account, at])?;
                Ok(())
            })
            .await
    }

    async fn vacate(&self, group: &Jid, bot: BotId) -> Result<(), StoreError> {
        let (group, bot) = (group.to_string(), bot.to_string());
        self.database
            .write(move |transaction| {
                transaction
                    .prepare_cached("DELETE FROM group_seat WHERE chat = ?1 AND bot = ?2")?
                    .execute([group, bot])?;
                Ok(())
            })
            .await
    }
}
