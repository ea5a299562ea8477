//! Webhooks, and what is on its way to them.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Transaction, params, params_from_iter};

use super::Count;
use super::context::SqliteContext;
use super::fault::Fault;
use crate::clock::Millis;
use crate::model::Jid;
use crate::store::StoreError;
use crate::store::bounds::{Bound, KeptBounds};
use crate::store::context::Row;
use crate::store::webhooks::{
    DeadLetter, Delivery, DeliveryError, DueDeliveries, NewDelivery, NewWebhook, Tried,
    WEBHOOKS_PER_BOT, Webhook, WebhookSecret, Webhooks,
};

/// The oldest due delivery of a webhook.
const DUE: &str = "SELECT seq, url, secret, delivery.id, event, body, at, tries
     FROM delivery JOIN webhook ON webhook.id = delivery.webhook
     WHERE delivery.webhook = ?1 AND given_up IS NULL AND next_try <= ?2 ORDER BY seq LIMIT 1";
/// When a webhook's next delivery is due that is not yet.
const NEXT: &str =
    "SELECT min(next_try) FROM delivery WHERE webhook = ?1 AND given_up IS NULL AND next_try > ?2";

#[async_trait]
impl Webhooks for SqliteContext {
    async fn add_webhook(&self, webhook: NewWebhook) -> Result<bool, StoreError> {
        self.database
            .write(move |transaction| {
                let count: u32 =
                    transaction.query_row("SELECT count(*) FROM webhook", [], |row| row.get(0))?;
                if count >= WEBHOOKS_PER_BOT {
                    return Ok(false);
                }
                let NewWebhook {
                    url,
                    secret: WebhookSecret(secret),
                    owner,
                    made,
                } = webhook;
                transaction.execute(
                    "INSERT INTO webhook (url, secret, owner, made) VALUES (?1, ?2, ?3, ?4)",
                    params![url, secret, of(owner.as_ref()), made],
                )?;
                Ok(true)
            })
            .await
    }

    async fn webhooks(&self) -> Result<Vec<Webhook>, StoreError> {
        self.database
            .read(|connection| {
                let mut statement = connection.prepare_cached(
                    "SELECT id, url, made, delivered, failure,
                     (SELECT count(*) FROM delivery WHERE webhook = webhook.id AND given_up IS NULL)
                     FROM webhook ORDER BY id",
                )?;
                let mut rows = statement.query([])?;
                let mut webhooks = Vec::new();
                while let Some(row) = rows.next()? {
                    let failure: Option<String> = row.get(4)?;
                    let Count(waiting) = row.get(5)?;
                    webhooks.push(Webhook {
                        id: row.get(0)?,
                        url: row.get(1)?,
                        made: row.get(2)?,
                        delivered: row.get(3)?,
                        failure: failure
                            .map(|error| serde_json::from_str(&error))
                            .transpose()?,
                        waiting,
                    });
                }
                Ok(webhooks)
            })
            .await
    }

    async fn remove_webhook(&self, webhook: Row) -> Result<(), StoreError> {
        self.database
            .write(move |transaction| {
                transaction.execute("DELETE FROM webhook WHERE id = ?1", [webhook])?;
                Ok(())
            })
            .await
    }

    async fn keep_webhooks_of(&self, owner: Option<&Jid>) -> Result<u64, StoreError> {
        let owner = of(owner);
        self.database
            .write(move |transaction| {
                transaction
                    .prepare_cached("DELETE FROM webhook WHERE owner <> ?1")?
                    .execute([owner])?;
                let Count(left) = transaction
                    .prepare_cached("SELECT count(*) FROM webhook")?
                    .query_row([], |row| row.get(0))?;
                Ok(left)
            })
            .await
    }

    async fn post_to_webhooks(&self, post: NewDelivery, at: Millis) -> Result<(), StoreError> {
        let kept = self.options.kept;
        self.database
            .write(move |transaction| put(transaction, &post, at, &kept))
            .await
    }

    async fn due_deliveries(
        &self,
        now: Millis,
        but: Vec<Row>,
    ) -> Result<DueDeliveries, StoreError> {
        self.database
            .read(move |connection| due(connection, now, &but))
            .await
    }

    async fn tried(&self, delivery: Row, tried: Tried) -> Result<(), StoreError> {
        let bound = self.options.kept.dead_letters;
        self.database
            .write(move |transaction| end(transaction, delivery, tried, bound))
            .await
    }

    async fn dead_letters(&self) -> Result<Vec<DeadLetter>, StoreError> {
        self.database
            .read(|connection| {
                let mut statement = connection.prepare_cached(
                    "SELECT seq, url, event, at, given_up, tries, error
                     FROM delivery JOIN webhook ON webhook.id = delivery.webhook
                     WHERE given_up IS NOT NULL ORDER BY given_up DESC, seq DESC",
                )?;
                let mut rows = statement.query([])?;
                let mut dead = Vec::new();
                while let Some(row) = rows.next()? {
                    let error: String = row.get(6)?;
                    dead.push(DeadLetter {
                        row: row.get(0)?,
                        url: row.get(1)?,
                        event: row.get(2)?,
                        at: row.get(3)?,
                        given_up: row.get(4)?,
                        tries: row.get(5)?,
                        error: serde_json::from_str(&error)?,
                    });
                }
                Ok(dead)
            })
            .await
    }

    async fn replay(&self, dead_letter: Row, now: Millis) -> Result<bool, StoreError> {
        let bound = self.options.kept.deliveries;
        self.database
            .write(move |transaction| {
                let bytes: Option<Count> = transaction
                    .prepare_cached(
                        "SELECT length(body) FROM delivery WHERE seq = ?1 AND given_up IS NOT NULL",
                    )?
                    .query_row([dead_letter], |row| row.get(0))
                    .optional()?;
                let Some(Count(more)) = bytes else {
                    return Ok(false);
                };
                let (rows, bytes) = weight(transaction, WAITING_WEIGHT)?;
                if rows >= bound.rows || bytes.saturating_add(more) > bound.bytes {
                    return Ok(false);
                }
                transaction
                    .prepare_cached(
                        "UPDATE delivery SET given_up = NULL, tries = 0, next_try = ?2 WHERE seq = ?1",
                    )?
                    .execute([dead_letter, now])?;
                Ok(true)
            })
            .await
    }
}

/// An owner as it is kept: empty when there is none.
fn of(owner: Option<&Jid>) -> String {
    owner
        .map(|owner| owner.as_str().to_owned())
        .unwrap_or_default()
}

/// Keeps something for all webhooks within the transaction that it belongs to.
pub(super) fn put(
    transaction: &Transaction<'_>,
    post: &NewDelivery,
    at: Millis,
    kept: &KeptBounds,
) -> Result<(), Fault> {
    let added = transaction
        .prepare_cached(
            "INSERT INTO delivery (webhook, id, event, at, next_try, body)
             SELECT webhook.id, ?1, ?2, ?3, ?3, ?4 FROM webhook ORDER BY webhook.id",
        )?
        .execute(params![post.id, post.event, at, post.body])?;
    if added == 0 {
        return Ok(());
    }
    let crowded = serde_json::to_string(&DeliveryError::Crowded)?;
    let mut give_up = transaction.prepare_cached(
        "UPDATE delivery SET given_up = ?1, error = ?2
         WHERE seq = (SELECT min(seq) FROM delivery WHERE given_up IS NULL)",
    )?;
    while is_over(weight(transaction, WAITING_WEIGHT)?, kept.deliveries) {
        give_up.execute(params![at, crowded])?;
    }
    bury(transaction, kept.dead_letters)
}

const WAITING_WEIGHT: &str =
    "SELECT count(*), coalesce(sum(length(body)), 0) FROM delivery WHERE given_up IS NULL";
const DEAD_WEIGHT: &str =
    "SELECT count(*), coalesce(sum(length(body)), 0) FROM delivery WHERE given_up IS NOT NULL";

/// Rows and bytes.
fn weight(connection: &Connection, sql: &str) -> Result<(u64, u64), Fault> {
    let (Count(rows), Count(bytes)) = connection
        .prepare_cached(sql)?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok((rows, bytes))
}

/// Whether this is more than may be; one row may always.
fn is_over((rows, bytes): (u64, u64), bound: Bound) -> bool {
    rows > 1 && (rows > bound.rows || bytes > bound.bytes)
}

/// Forgets the oldest dead letters until the rest is within its bound.
fn bury(transaction: &Transaction<'_>, bound: Bound) -> Result<(), Fault> {
    let mut forget = transaction.prepare_cached(
        "DELETE FROM delivery WHERE seq =
         (SELECT seq FROM delivery WHERE given_up IS NOT NULL ORDER BY given_up, seq LIMIT 1)",
    )?;
    while is_over(weight(transaction, DEAD_WEIGHT)?, bound) {
        forget.execute([])?;
    }
    Ok(())
}

/// Forgets dead letters that are too old.
pub(super) fn forget(transaction: &Transaction<'_>, before: Millis) -> Result<(), Fault> {
    transaction
        .prepare_cached("DELETE FROM delivery WHERE given_up < ?1")?
        .execute([before])?;
    Ok(())
}

fn due(connection: &Connection, now: Millis, but: &[Row]) -> Result<DueDeliveries, Fault> {
    let places = vec!["?"; but.len()].join(", ");
    let sql = format!("SELECT id FROM webhook WHERE id NOT IN ({places}) ORDER BY id");
    let mut webhooks = connection.prepare_cached(&sql)?;
    let webhooks = webhooks.query_map(params_from_iter(but), |row| row.get(0))?;
    let mut found = DueDeliveries::default();
    for webhook in webhooks {
        let webhook: Row = webhook?;
        let due = connection
            .prepare_cached(DUE)?
            .query_row([webhook, now], |row| {
                Ok(Delivery {
                    row: row.get(0)?,
                    webhook,
                    url: row.get(1)?,
                    secret: WebhookSecret(row.get(2)?),
                    content: NewDelivery {
                        id: row.get(3)?,
                        event: row.get(4)?,
                        body: row.get(5)?,
                    },
                    at: row.get(6)?,
                    tries: row.get(7)?,
                })
            })
            .optional()?;
        found.due.extend(due);
        let next: Option<Millis> = connection
            .prepare_cached(NEXT)?
            .query_row([webhook, now], |row| row.get(0))?;
        found.next = found.next.into_iter().chain(next).min();
    }
    Ok(found)
}

fn end(
    transaction: &Transaction<'_>,
    row: Row,
    tried: Tried,
    dead_letters: Bound,
) -> Result<(), Fault> {
    let webhook: Option<Row> = transaction
        .prepare_cached("SELECT webhook FROM delivery WHERE seq = ?1")?
        .query_row([row], |row| row.get(0))
        .optional()?;
    // Its webhook was removed meanwhile, or so much came that it is forgotten.
    let Some(webhook) = webhook else {
        return Ok(());
    };
    let error = match tried {
        Tried::Taken { at } => {
            transaction
                .prepare_cached("DELETE FROM delivery WHERE seq = ?1")?
                .execute([row])?;
            transaction
                .prepare_cached("UPDATE webhook SET delivered = ?2, failure = NULL WHERE id = ?1")?
                .execute([webhook, at])?;
            return Ok(());
        }
        Tried::Later { next_try, error } => {
            let error = serde_json::to_string(&error)?;
            transaction
                .prepare_cached(
                    "UPDATE delivery SET tries = tries + 1, next_try = ?2, error = ?3
                     WHERE seq = ?1 AND given_up IS NULL",
                )?
                .execute(params![row, next_try, error])?;
            error
        }
        Tried::GivenUp { at, error } => {
            let error = serde_json::to_string(&error)?;
            transaction
                .prepare_cached(
                    "UPDATE delivery SET tries = tries + 1, given_up = ?2, error = ?3
                     WHERE seq = ?1 AND given_up IS NULL",
                )?
                .execute(params![row, at, error])?;
            bury(transaction, dead_letters)?;
            error
        }
    };
    transaction
        .prepare_cached("UPDATE webhook SET failure = ?2 WHERE id = ?1")?
        .execute(params![webhook, error])?;
    Ok(())
}
