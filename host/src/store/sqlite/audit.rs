//! The deeds, in the registry's file.

use async_trait::async_trait;
use rusqlite::params;

use super::registry::SqliteRegistry;
use crate::store::StoreError;
use crate::store::audit::{Audit, DEEDS, Deed};

#[async_trait]
impl Audit for SqliteRegistry {
    async fn note(&self, deed: Deed) -> Result<(), StoreError> {
        self.database
            .write(move |transaction| {
                transaction
                    .prepare_cached(
                        "INSERT INTO deed (at, by, what, with_what, detail) VALUES (?1, ?2, ?3, ?4, ?5)",
                    )?
                    .execute(params![deed.at, deed.by, deed.what, deed.with, deed.detail])?;
                let last = transaction.last_insert_rowid();
                transaction
                    .prepare_cached("DELETE FROM deed WHERE id <= ?1")?
                    .execute([last.saturating_sub(i64::from(DEEDS))])?;
                Ok(())
            })
            .await
    }

    async fn deeds(&self, before: Option<i64>, limit: u32) -> Result<Vec<(i64, Deed)>, StoreError> {
        self.database
            .read(move |connection| {
                let mut deeds = connection.prepare_cached(
                    "SELECT id, at, by, what, with_what, detail FROM deed WHERE id < ?1 ORDER BY id DESC LIMIT ?2",
                )?;
                let deed = |row: &rusqlite::Row<'_>| {
                    let deed = Deed {
                        at: row.get(1)?,
                        by: row.get(2)?,
                        what: row.get(3)?,
                        with: row.get(4)?,
                        detail: row.get(5)?,
                    };
                    Ok((row.get(0)?, deed))
                };
                let deeds = deeds.query_map(params![before.unwrap_or(i64::MAX), limit], deed)?;
                Ok(deeds.collect::<Result<_, _>>()?)
            })
            .await
    }
}
