//! Notes on plans, in the registry's file.

use async_trait::async_trait;
use rusqlite::{OptionalExtension, Row, params};

use super::registry::{BY_ID, SqliteRegistry, one, record};
use crate::model::{BotId, BotRecord};
use crate::store::{PlanNote, Plans, StoreError};

fn note(row: &Row<'_>) -> rusqlite::Result<Option<PlanNote>> {
    let Some(ends) = row.get("note_ends")? else {
        return Ok(None);
    };
    Ok(Some(PlanNote {
        ends,
        stage: row.get("note_stage")?,
        stopped: row.get("note_stopped")?,
    }))
}

#[async_trait]
impl Plans for SqliteRegistry {
    async fn planned(&self) -> Result<Vec<(BotRecord, Option<PlanNote>)>, StoreError> {
        self.database
            .read(|connection| {
                let mut statement = connection.prepare_cached(
                    "SELECT bot.*, note.ends AS note_ends, note.stage AS note_stage, note.stopped AS note_stopped
                     FROM bot LEFT JOIN plan_note AS note ON note.bot = bot.id
                     WHERE expires IS NOT NULL ORDER BY expires, id",
                )?;
                let rows = statement.query_map([], |row| Ok((record(row)?, note(row)?)))?;
                Ok(rows.collect::<Result<_, _>>()?)
            })
            .await
    }

    async fn plan_note(&self, bot: BotId) -> Result<Option<PlanNote>, StoreError> {
        self.database
            .read(move |connection| {
                let found = connection
                    .prepare_cached(
                        "SELECT ends AS note_ends, stage AS note_stage, stopped AS note_stopped FROM plan_note WHERE bot = ?1",
                    )?
                    .query_row([bot.to_string()], note)
                    .optional()?;
                Ok(found.flatten())
            })
            .await
    }

    async fn note_plan(&self, bot: BotId, note: Option<PlanNote>) -> Result<(), StoreError> {
        self.database
            .write(move |transaction| {
                let id = bot.to_string();
                if one(transaction, BY_ID, [&id])?.is_none() {
                    return Err(StoreError::NoSuchBot(bot).into());
                }
                match note {
                    Some(note) => transaction
                        .prepare_cached(
                            "INSERT OR REPLACE INTO plan_note (bot, ends, stage, stopped) VALUES (?1, ?2, ?3, ?4)",
                        )?
                        .execute(params![id, note.ends, note.stage, note.stopped])?,
                    None => transaction
                        .prepare_cached("DELETE FROM plan_note WHERE bot = ?1")?
                        .execute([id])?,
                };
                Ok(())
            })
            .await
    }
}
