//! Invite codes, in the registry's file.

use async_trait::async_trait;
use rusqlite::params;

use super::registry::SqliteRegistry;
use crate::clock::Millis;
use crate::store::invites::{INVITES, Invite, Invites};
use crate::store::{SecretDigest, StoreError};

#[async_trait]
impl Invites for SqliteRegistry {
    async fn add_invite(
        &self,
        code: SecretDigest,
        name: String,
        uses: u32,
        now: Millis,
    ) -> Result<bool, StoreError> {
        self.database
            .write(move |transaction| {
                let added = transaction
                    .prepare_cached(
                        "INSERT INTO invite (digest, name, made, uses, free) SELECT ?1, ?2, ?3, ?4, ?4
                         WHERE (SELECT count(*) FROM invite) < ?5",
                    )?
                    .execute(params![code, name, now, uses, INVITES])?;
                Ok(added > 0)
            })
            .await
    }

    async fn invites(&self) -> Result<Vec<Invite>, StoreError> {
        self.database
            .read(|connection| {
                let mut statement = connection
                    .prepare_cached("SELECT id, name, made, uses, free FROM invite ORDER BY id")?;
                let invites = statement.query_map([], |row| {
                    Ok(Invite {
                        id: row.get("id")?,
                        name: row.get("name")?,
                        made: row.get("made")?,
                        uses: row.get("uses")?,
                        free: row.get("free")?,
                    })
                })?;
                Ok(invites.collect::<Result<_, _>>()?)
            })
            .await
    }

    async fn take_invite(&self, code: SecretDigest) -> Result<bool, StoreError> {
        self.database
            .write(move |transaction| {
                let taken = transaction
                    .prepare_cached(
                        "UPDATE invite SET free = free - 1 WHERE digest = ?1 AND free > 0",
                    )?
                    .execute([code])?;
                Ok(taken > 0)
            })
            .await
    }

    async fn give_invite_back(&self, code: SecretDigest) -> Result<(), StoreError> {
        self.database
            .write(move |transaction| {
                transaction
                    .prepare_cached(
                        "UPDATE invite SET free = min(free + 1, uses) WHERE digest = ?1",
                    )?
                    .execute([code])?;
                Ok(())
            })
            .await
    }

    async fn revoke_invite(&self, id: i64) -> Result<bool, StoreError> {
        self.database
            .write(move |transaction| {
                let gone = transaction
                    .prepare_cached("DELETE FROM invite WHERE id = ?1")?
                    .execute([id])?;
                Ok(gone > 0)
            })
            .await
    }
}
