//! Sign-in links and sessions, in the registry's file.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, named_params, params};

use super::fault::Fault;
use super::registry::SqliteRegistry;
use crate::clock::Millis;
use crate::model::{BotId, IdError};
use crate::store::credentials::{
    ApiToken, LINKS_PER_BOT, NewSecret, OPERATOR_TOKENS, PageSession, SESSIONS_PER_BOT,
    TOKEN_USED_WITHIN, TOKENS_PER_BOT,
};
use crate::store::{Credentials, SecretDigest, StoreError};

const LINK: &str = "SELECT bot FROM sign_in_link WHERE digest = ?1 AND expires > ?2";

#[async_trait]
impl Credentials for SqliteRegistry {
    async fn add_link(
        &self,
        link: SecretDigest,
        bot: BotId,
        now: Millis,
        expires: Millis,
    ) -> Result<(), StoreError> {
        self.database
            .write(move |transaction| {
                forget(transaction, now)?;
                let id = known(transaction, bot)?;
                transaction
                    .prepare_cached(
                        "INSERT INTO sign_in_link (digest, bot, expires) VALUES (?1, ?2, ?3)",
                    )?
                    .execute(params![link, id, expires])?;
                transaction
                    .prepare_cached(
                        "DELETE FROM sign_in_link WHERE digest IN (
                             SELECT digest FROM sign_in_link WHERE bot = ?1 ORDER BY expires DESC, digest = ?2 DESC
                             LIMIT -1 OFFSET ?3)",
                    )?
                    .execute(params![id, link, LINKS_PER_BOT])?;
                Ok(())
            })
            .await
    }

    async fn link(&self, link: SecretDigest, now: Millis) -> Result<Option<BotId>, StoreError> {
        self.database
            .read(move |connection| bot_of(connection, link, now))
            .await
    }

    async fn redeem(
        &self,
        link: SecretDigest,
        form: String,
        secret: NewSecret,
    ) -> Result<Option<BotId>, StoreError> {
        self.database
            .write(move |transaction| {
                let Some(bot) = bot_of(transaction, link, secret.issued)? else {
                    return Ok(None);
                };
                forget(transaction, secret.issued)?;
                transaction
                    .prepare_cached("DELETE FROM sign_in_link WHERE digest = ?1")?
                    .execute([link])?;
                let session = PageSession {
                    bot,
                    form,
                    begun: secret.issued,
                    issued: secret.issued,
                    replaced: false,
                };
                put(transaction, &session, &secret)?;
                transaction
                    .prepare_cached(
                        "DELETE FROM page_session WHERE bot = ?1 AND form NOT IN (
                             SELECT form FROM page_session WHERE bot = ?1 GROUP BY form
                             ORDER BY begun DESC, form = ?2 DESC LIMIT ?3)",
                    )?
                    .execute(params![bot.to_string(), session.form, SESSIONS_PER_BOT])?;
                Ok(Some(bot))
            })
            .await
    }

    async fn session(
        &self,
        secret: SecretDigest,
        now: Millis,
    ) -> Result<Option<PageSession>, StoreError> {
        self.database
            .read(move |connection| find(connection, secret, now))
            .await
    }

    async fn renew(
        &self,
        former: SecretDigest,
        secret: NewSecret,
        grace: Millis,
    ) -> Result<bool, StoreError> {
        self.database
            .write(move |transaction| {
                let found = find(transaction, former, secret.issued)?;
                let Some(session) = found.filter(|session| !session.replaced) else {
                    return Ok(false);
                };
                transaction
                    .prepare_cached(
                        "UPDATE page_session SET replaced = 1, expires = min(expires, ?2) WHERE digest = ?1",
                    )?
                    .execute(params![former, grace])?;
                put(transaction, &session, &secret)?;
                Ok(true)
            })
            .await
    }

    async fn end_session(&self, secret: SecretDigest) -> Result<(), StoreError> {
        self.database
            .write(move |transaction| {
                transaction
                    .prepare_cached(
                        "DELETE FROM page_session WHERE form IN (SELECT form FROM page_session WHERE digest = ?1)",
                    )?
                    .execute([secret])?;
                Ok(())
            })
            .await
    }

    async fn add_token(
        &self,
        token: SecretDigest,
        bot: BotId,
        name: String,
        now: Millis,
    ) -> Result<bool, StoreError> {
        self.database
            .write(move |transaction| {
                let id = known(transaction, bot)?;
                let added = transaction
                    .prepare_cached(
                        "INSERT INTO api_token (digest, bot, name, created) SELECT ?1, ?2, ?3, ?4
                         WHERE (SELECT count(*) FROM api_token WHERE bot = ?2) < ?5",
                    )?
                    .execute(params![token, id, name, now, TOKENS_PER_BOT])?;
                Ok(added > 0)
            })
            .await
    }

    async fn tokens(&self, bot: BotId) -> Result<Vec<ApiToken>, StoreError> {
        self.database
            .read(move |connection| {
                let mut statement = connection.prepare_cached(
                    "SELECT id, name, created, used FROM api_token WHERE bot = ?1 ORDER BY id",
                )?;
                let tokens = statement.query_map([bot.to_string()], api_token)?;
                Ok(tokens.collect::<Result<_, _>>()?)
            })
            .await
    }

    async fn token(
        &self,
        token: SecretDigest,
        now: Millis,
    ) -> Result<Option<(BotId, String)>, StoreError> {
        let found = self
            .database
            .read(move |connection| {
                let found = connection
                    .prepare_cached("SELECT bot, name, used FROM api_token WHERE digest = ?1")?
                    .query_row([token], |row| {
                        let used: Option<Millis> = row.get("used")?;
                        let bot = id(&row.get::<_, String>("bot")?)?;
                        Ok(((bot, row.get("name")?), used))
                    });
                Ok(found.optional()?)
            })
            .await?;
        let Some((holder, used)) = found else {
            return Ok(None);
        };
        if is_to_be_noted(used, now) {
            self.database
                .write(move |transaction| {
                    transaction
                        .prepare_cached("UPDATE api_token SET used = ?2 WHERE digest = ?1")?
                        .execute(params![token, now])?;
                    Ok(())
                })
                .await?;
        }
        Ok(Some(holder))
    }

    async fn revoke_token(&self, bot: BotId, id: i64) -> Result<(), StoreError> {
        self.database
            .write(move |transaction| {
                transaction
                    .prepare_cached("DELETE FROM api_token WHERE bot = ?1 AND id = ?2")?
                    .execute(params![bot.to_string(), id])?;
                Ok(())
            })
            .await
    }

    async fn add_operator_token(
        &self,
        token: SecretDigest,
        name: String,
        now: Millis,
    ) -> Result<bool, StoreError> {
        self.database
            .write(move |transaction| {
                let added = transaction
                    .prepare_cached(
                        "INSERT INTO operator_token (digest, name, created) SELECT ?1, ?2, ?3
                         WHERE (SELECT count(*) FROM operator_token) < ?4",
                    )?
                    .execute(params![token, name, now, OPERATOR_TOKENS])?;
                Ok(added > 0)
            })
            .await
    }

    async fn operator_tokens(&self) -> Result<Vec<ApiToken>, StoreError> {
        self.database
            .read(move |connection| {
                let mut statement = connection.prepare_cached(
                    "SELECT id, name, created, used FROM operator_token ORDER BY id",
                )?;
                let tokens = statement.query_map([], api_token)?;
                Ok(tokens.collect::<Result<_, _>>()?)
            })
            .await
    }

    async fn operator_token(
        &self,
        token: SecretDigest,
        now: Millis,
    ) -> Result<Option<String>, StoreError> {
        let found = self
            .database
            .read(move |connection| {
                let found = connection
                    .prepare_cached("SELECT name, used FROM operator_token WHERE digest = ?1")?
                    .query_row([token], |row| Ok((row.get("name")?, row.get("used")?)));
                Ok(found.optional()?)
            })
            .await?;
        let Some((name, used)) = found else {
            return Ok(None);
        };
        if is_to_be_noted(used, now) {
            self.database
                .write(move |transaction| {
                    transaction
                        .prepare_cached("UPDATE operator_token SET used = ?2 WHERE digest = ?1")?
                        .execute(params![token, now])?;
                    Ok(())
                })
                .await?;
        }
        Ok(Some(name))
    }

    async fn revoke_operator_token(&self, id: i64) -> Result<bool, StoreError> {
        self.database
            .write(move |transaction| {
                let gone = transaction
                    .prepare_cached("DELETE FROM operator_token WHERE id = ?1")?
                    .execute([id])?;
                Ok(gone > 0)
            })
            .await
    }
}

/// A token's row.
fn api_token(row: &Row<'_>) -> rusqlite::Result<ApiToken> {
    Ok(ApiToken {
        id: row.get("id")?,
        name: row.get("name")?,
        created: row.get("created")?,
        used: row.get("used")?,
    })
}

/// Whether it is kept that a token was used now. Programs ask often: not each time is worth a write.
fn is_to_be_noted(used: Option<Millis>, now: Millis) -> bool {
    used.is_none_or(|used| now.saturating_sub(used) >= TOKEN_USED_WITHIN)
}

/// A bot's id as it stands in the tables, if the bot is there.
fn known(transaction: &Transaction<'_>, bot: BotId) -> Result<String, Fault> {
    let id = bot.to_string();
    let known = transaction
        .prepare_cached("SELECT 1 FROM bot WHERE id = ?1")?
        .query_row([&id], |_| Ok(()))
        .optional()?;
    known.ok_or(StoreError::NoSuchBot(bot))?;
    Ok(id)
}

/// Forgets what is over.
fn forget(transaction: &Transaction<'_>, now: Millis) -> Result<(), Fault> {
    for sql in [
        "DELETE FROM sign_in_link WHERE expires <= ?1",
        "DELETE FROM page_session WHERE expires <= ?1",
    ] {
        transaction.prepare_cached(sql)?.execute([now])?;
    }
    Ok(())
}

/// Reads an id that the registry itself has written.
pub(super) fn id(text: &str) -> rusqlite::Result<BotId> {
    text.parse().map_err(|error: IdError| {
        let source = Box::new(error);
        rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, source)
    })
}

fn bot_of(
    connection: &Connection,
    link: SecretDigest,
    now: Millis,
) -> Result<Option<BotId>, Fault> {
    let found = connection
        .prepare_cached(LINK)?
        .query_row(params![link, now], |row| id(&row.get::<_, String>(0)?));
    Ok(found.optional()?)
}

fn find(
    connection: &Connection,
    secret: SecretDigest,
    now: Millis,
) -> Result<Option<PageSession>, Fault> {
    let found = connection
        .prepare_cached("SELECT * FROM page_session WHERE digest = ?1 AND expires > ?2")?
        .query_row(params![secret, now], |row| {
            Ok(PageSession {
                bot: id(&row.get::<_, String>("bot")?)?,
                form: row.get("form")?,
                begun: row.get("begun")?,
                issued: row.get("issued")?,
                replaced: row.get("replaced")?,
            })
        });
    Ok(found.optional()?)
}

fn put(
    transaction: &Transaction<'_>,
    session: &PageSession,
    secret: &NewSecret,
) -> Result<(), Fault> {
    transaction
        .prepare_cached(
            "INSERT INTO page_session (digest, form, bot, begun, issued, expires)
             VALUES (:digest, :form, :bot, :begun, :issued, :expires)",
        )?
        .execute(named_params! {
            ":digest": secret.digest,
            ":form": session.form,
            ":bot": session.bot.to_string(),
            ":begun": session.begun,
            ":issued": secret.issued,
            ":expires": secret.expires,
        })?;
    Ok(())
}
