//! The deeds, in the registry's file.

use async_trait::async_trait;
use rusqlite::params;

use super::Count;
use super::credentials::id;
use super::registry::SqliteRegistry;
use crate::store::StoreError;
use crate::store::audit::{Actor, Audit, Deed};

const OPERATOR: &str = "operator";
const VISITOR: &str = "visitor";

#[async_trait]
impl Audit for SqliteRegistry {
    async fn note(&self, deed: Deed) -> Result<(), StoreError> {
        let most = self.deeds;
        self.database
            .write(move |transaction| {
                let actor = word(deed.actor);
                transaction
                    .prepare_cached(
                        "INSERT INTO deed (at, actor, by, what, with_what, detail) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                    )?
                    .execute(params![deed.at, actor, deed.by, deed.what, deed.with, deed.detail])?;
                transaction
                    .prepare_cached(
                        "DELETE FROM deed WHERE id = (SELECT id FROM deed WHERE actor = ?1 AND what = ?2
                            ORDER BY id DESC LIMIT 1 OFFSET ?3)",
                    )?
                    .execute(params![actor, deed.what, deed.actor.most()])?;
                let Count(others) = transaction
                    .prepare_cached("SELECT others FROM deed_state")?
                    .query_row([], |row| row.get(0))?;
                let mut forget = transaction.prepare_cached(
                    "DELETE FROM deed WHERE id = (SELECT min(id) FROM deed WHERE actor <> 'operator')",
                )?;
                // More than one when fewer are kept than before.
                for _ in most..others {
                    forget.execute([])?;
                }
                Ok(())
            })
            .await
    }

    async fn deeds(&self, before: Option<i64>, limit: u32) -> Result<Vec<(i64, Deed)>, StoreError> {
        self.database
            .read(move |connection| {
                let mut deeds = connection.prepare_cached(
                    "SELECT id, at, actor, by, what, with_what, detail FROM deed WHERE id < ?1 ORDER BY id DESC LIMIT ?2",
                )?;
                let deed = |row: &rusqlite::Row<'_>| {
                    let deed = Deed {
                        at: row.get("at")?,
                        actor: actor(&row.get::<_, String>("actor")?)?,
                        by: row.get("by")?,
                        what: row.get("what")?,
                        with: row.get("with_what")?,
                        detail: row.get("detail")?,
                    };
                    Ok((row.get("id")?, deed))
                };
                let deeds = deeds.query_map(params![before.unwrap_or(i64::MAX), limit], deed)?;
                Ok(deeds.collect::<Result<_, _>>()?)
            })
            .await
    }
}

fn word(actor: Actor) -> String {
    match actor {
        Actor::Operator => OPERATOR.to_owned(),
        Actor::Visitor => VISITOR.to_owned(),
        Actor::Owner(bot) => bot.to_string(),
    }
}

fn actor(word: &str) -> rusqlite::Result<Actor> {
    Ok(match word {
        OPERATOR => Actor::Operator,
        VISITOR => Actor::Visitor,
        bot => Actor::Owner(id(bot)?),
    })
}
