//! Named system owners and offers of bots, in the registry's file.

use async_trait::async_trait;
use rusqlite::{OptionalExtension, params};

use super::fault::Fault;
use super::registry::{BY_ID, SqliteRegistry, one};
use crate::clock::Millis;
use crate::model::{BotId, BotRecord, Jid, PhoneNumber};
use crate::store::{Offer, Ownership, StoreError};

/// A text that is not what its column holds.
fn unreadable(error: impl std::error::Error + Send + Sync + 'static) -> Fault {
    let kind = rusqlite::types::Type::Text;
    rusqlite::Error::FromSqlConversionFailure(0, kind, Box::new(error)).into()
}

#[async_trait]
impl Ownership for SqliteRegistry {
    async fn system_owners(&self) -> Result<Vec<PhoneNumber>, StoreError> {
        self.database
            .read(|connection| {
                let mut statement = connection
                    .prepare_cached("SELECT number FROM system_owner ORDER BY since, number")?;
                let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
                rows.map(|number| number?.parse().map_err(unreadable))
                    .collect()
            })
            .await
    }

    async fn name_system_owner(&self, number: &PhoneNumber, at: Millis) -> Result<(), StoreError> {
        let number = number.digits().to_owned();
        self.database
            .write(move |transaction| {
                transaction
                    .prepare_cached(
                        "INSERT INTO system_owner (number, since) VALUES (?1, ?2) ON CONFLICT (number) DO NOTHING",
                    )?
                    .execute(params![number, at])?;
                Ok(())
            })
            .await
    }

    async fn drop_system_owner(&self, number: &PhoneNumber) -> Result<(), StoreError> {
        let number = number.digits().to_owned();
        self.database
            .write(move |transaction| {
                transaction
                    .prepare_cached("DELETE FROM system_owner WHERE number = ?1")?
                    .execute([number])?;
                Ok(())
            })
            .await
    }

    async fn offer(&self, offer: Offer) -> Result<(), StoreError> {
        self.database
            .write(move |transaction| {
                let bot = offer.bot.to_string();
                if one(transaction, BY_ID, [&bot])?.is_none() {
                    return Err(StoreError::NoSuchBot(offer.bot).into());
                }
                transaction
                    .prepare_cached(
                        "INSERT OR REPLACE INTO bot_offer (bot, taker, until) VALUES (?1, ?2, ?3)",
                    )?
                    .execute(params![bot, offer.taker.as_str(), offer.until])?;
                Ok(())
            })
            .await
    }

    async fn offered_to(&self, taker: &Jid, now: Millis) -> Result<Option<Offer>, StoreError> {
        let taker = taker.clone();
        self.database
            .read(move |connection| {
                let found: Option<(String, Millis)> = connection
                    .prepare_cached(
                        "SELECT bot, until FROM bot_offer WHERE taker = ?1 AND until > ?2 ORDER BY until DESC LIMIT 1",
                    )?
                    .query_row(params![taker.as_str(), now], |row| {
                        Ok((row.get(0)?, row.get(1)?))
                    })
                    .optional()?;
                let offer = found.map(|(bot, until)| {
                    let bot = bot.parse().map_err(unreadable)?;
                    Ok(Offer { bot, taker, until })
                });
                offer.transpose()
            })
            .await
    }

    async fn offer_of(&self, bot: BotId, now: Millis) -> Result<Option<Offer>, StoreError> {
        self.database
            .read(move |connection| {
                let found: Option<(String, Millis)> = connection
                    .prepare_cached(
                        "SELECT taker, until FROM bot_offer WHERE bot = ?1 AND until > ?2",
                    )?
                    .query_row(params![bot.to_string(), now], |row| {
                        Ok((row.get(0)?, row.get(1)?))
                    })
                    .optional()?;
                let offer = found.map(|(taker, until)| {
                    let taker = taker.parse().map_err(unreadable)?;
                    Ok(Offer { bot, taker, until })
                });
                offer.transpose()
            })
            .await
    }

    async fn withdraw(&self, bot: BotId) -> Result<(), StoreError> {
        self.database
            .write(move |transaction| {
                transaction
                    .prepare_cached("DELETE FROM bot_offer WHERE bot = ?1")?
                    .execute([bot.to_string()])?;
                Ok(())
            })
            .await
    }

    async fn hand_over(
        &self,
        bot: BotId,
        taker: &Jid,
        now: Millis,
    ) -> Result<Option<BotRecord>, StoreError> {
        let (bot, taker) = (bot.to_string(), taker.to_string());
        self.database
            .write(move |transaction| {
                let before = one(transaction, BY_ID, [&bot])?;
                let given = transaction
                    .prepare_cached(
                        "UPDATE bot SET owner = ?2 WHERE id = ?1
                            AND EXISTS (SELECT 1 FROM bot_offer WHERE bot = ?1 AND taker = ?2 AND until > ?3)
                            AND NOT EXISTS (SELECT 1 FROM bot WHERE owner = ?2)",
                    )?
                    .execute(params![bot, taker, now])?;
                if given == 0 {
                    return Ok(None);
                }
                transaction
                    .prepare_cached("DELETE FROM bot_offer WHERE bot = ?1")?
                    .execute([bot])?;
                Ok(before)
            })
            .await
    }
}
