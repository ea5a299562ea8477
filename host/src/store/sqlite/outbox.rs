//! Messages that go out.

use async_trait::async_trait;
use rusqlite::{OptionalExtension, Transaction, params};

use super::Count;
use super::context::{SqliteContext, Total};
use super::fault::Fault;
use super::inbox::rows_with_chat;
use super::usage;
use crate::clock::Millis;
use crate::model::{Action, Jid, MessageId, Outgoing, Poll, SendMessage};
use crate::store::StoreError;
use crate::store::context::{Attempt, Leaving, Outbox, Row, Unsent};

const LEAVING: &str = "SELECT seq, chat FROM outbox ORDER BY seq";

#[async_trait]
impl Outbox for SqliteContext {
    async fn post(&self, outgoing: Vec<Outgoing>) -> Result<Vec<Leaving>, StoreError> {
        let polls = self.options.kept.polls;
        self.database
            .write(move |transaction| put(transaction, outgoing, None, polls))
            .await
    }

    async fn poll(&self, chat: &Jid, id: &MessageId) -> Result<Option<Poll>, StoreError> {
        let key = [chat.to_string(), id.to_string()];
        self.database
            .read(move |connection| {
                let found: Option<Vec<u8>> = connection
                    .prepare_cached("SELECT poll FROM poll WHERE chat = ?1 AND id = ?2")?
                    .query_row(key, |row| row.get(0))
                    .optional()?;
                let found = found.map(|poll| serde_json::from_slice(&poll));
                Ok(found.transpose()?)
            })
            .await
    }

    async fn leaving(&self) -> Result<Vec<Leaving>, StoreError> {
        self.database
            .read(|connection| {
                let rows = rows_with_chat(connection, LEAVING)?;
                Ok(rows
                    .into_iter()
                    .map(|(row, chat)| Leaving { row, chat })
                    .collect())
            })
            .await
    }

    async fn unsent(&self, row: Row) -> Result<Option<Unsent>, StoreError> {
        self.database
            .read(move |connection| {
                let found: Option<(Vec<u8>, u32, Millis)> = connection
                    .prepare_cached(
                        "SELECT outgoing, attempts, next_try FROM outbox WHERE seq = ?1",
                    )?
                    .query_row([row], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
                    .optional()?;
                let Some((content, attempts, next_try)) = found else {
                    return Ok(None);
                };
                Ok(Some(Unsent {
                    row,
                    outgoing: serde_json::from_slice(&content)?,
                    attempts,
                    next_try,
                }))
            })
            .await
    }

    async fn attempted(&self, row: Row, attempt: Attempt) -> Result<(), StoreError> {
        self.database
            .write(move |transaction| match attempt {
                Attempt::Sent { at } => {
                    let Some(left) = leave(transaction, row)? else {
                        return Ok(());
                    };
                    Total::Sent.add(transaction, 1)?;
                    usage::sent(transaction, at, 1)?;
                    if let Some(came) = left.came {
                        usage::answered(transaction, came, at)?;
                    }
                    Ok(())
                }
                Attempt::CarriedOut | Attempt::GivenUp => leave(transaction, row).map(drop),
                Attempt::Later { next_try } => {
                    transaction
                        .prepare_cached(
                            "UPDATE outbox SET attempts = attempts + 1, next_try = ?2 WHERE seq = ?1",
                        )?
                        .execute(params![row, next_try])?;
                    Ok(())
                }
            })
            .await
    }
}

/// A message that has left.
struct Left {
    /// When what it answers had come in.
    came: Option<Millis>,
}

/// Takes a row out, if it is there still. No later row gets its number.
fn leave(transaction: &Transaction<'_>, row: Row) -> Result<Option<Left>, Fault> {
    let left = transaction
        .prepare_cached("DELETE FROM outbox WHERE seq = ?1 RETURNING came")?
        .query_row([row], |row| Ok(Left { came: row.get(0)? }))
        .optional()?;
    Ok(left)
}

/// Remembers a poll for its votes, and forgets the oldest beyond the bound.
fn keep_poll(
    transaction: &Transaction<'_>,
    chat: &Jid,
    id: &MessageId,
    poll: &Poll,
    most: u64,
) -> Result<(), Fault> {
    transaction
        .prepare_cached("INSERT INTO poll (chat, id, poll) VALUES (?1, ?2, ?3)")?
        .execute(params![
            chat.as_str(),
            id.as_str(),
            serde_json::to_vec(poll)?
        ])?;
    transaction
        .prepare_cached("DELETE FROM poll WHERE seq <= (SELECT max(seq) FROM poll) - ?1")?
        .execute([Count(most)])?;
    Ok(())
}

/// Adds messages within the transaction of what they answer, with the time at which that came in. The last `polls` are remembered.
pub(super) fn put(
    transaction: &Transaction<'_>,
    outgoing: Vec<Outgoing>,
    came: Option<Millis>,
    polls: u64,
) -> Result<Vec<Leaving>, Fault> {
    let mut insert = transaction
        .prepare_cached("INSERT INTO outbox (chat, id, outgoing, came) VALUES (?1, ?2, ?3, ?4)")?;
    let mut leaving = Vec::with_capacity(outgoing.len());
    for message in outgoing {
        let chat = message.action.chat().clone();
        let content = serde_json::to_vec(&message)?;
        if let Action::Send(SendMessage {
            poll: Some(poll), ..
        }) = &message.action
        {
            keep_poll(transaction, &chat, &message.id, poll, polls)?;
        }
        let row = insert.insert(params![chat.as_str(), message.id.as_str(), content, came])?;
        leaving.push(Leaving { row, chat });
    }
    Ok(leaving)
}
