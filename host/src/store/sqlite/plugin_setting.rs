//! What is set of plugins.

use async_trait::async_trait;
use jadi_plugin_manifest::SettingValue;
use rusqlite::{OptionalExtension, Transaction, params};

use super::context::SqliteContext;
use super::fault::Fault;
use crate::model::Jid;
use crate::store::StoreError;
use crate::store::context::{PluginSettings, SettingChange};

#[async_trait]
impl PluginSettings for SqliteContext {
    async fn plugin_setting(
        &self,
        plugin: &str,
        chat: Option<&Jid>,
        name: &str,
    ) -> Result<Option<SettingValue>, StoreError> {
        let key = [plugin, chat.map_or("", Jid::as_str), name].map(str::to_owned);
        self.database
            .read(move |connection| {
                let value: Option<String> = connection
                    .prepare_cached(
                        "SELECT value FROM plugin_setting WHERE plugin = ?1 AND chat = ?2 AND name = ?3",
                    )?
                    .query_row(key, |row| row.get(0))
                    .optional()?;
                Ok(value.map(|json| serde_json::from_str(&json)).transpose()?)
            })
            .await
    }

    async fn set_plugin_setting(
        &self,
        plugin: &str,
        change: SettingChange,
    ) -> Result<(), StoreError> {
        let plugin = plugin.to_owned();
        self.database
            .write(move |transaction| apply(transaction, &plugin, vec![change]))
            .await
    }
}

/// Keeps changes within the transaction that they belong to.
pub(super) fn apply(
    transaction: &Transaction<'_>,
    plugin: &str,
    changes: Vec<SettingChange>,
) -> Result<(), Fault> {
    for change in changes {
        let chat = change.chat.as_ref().map_or("", Jid::as_str);
        match change.value {
            Some(value) => transaction
                .prepare_cached(
                    "INSERT INTO plugin_setting VALUES (?1, ?2, ?3, ?4)
                     ON CONFLICT DO UPDATE SET value = excluded.value",
                )?
                .execute(params![
                    plugin,
                    chat,
                    change.name,
                    serde_json::to_string(&value)?
                ])?,
            None => transaction
                .prepare_cached(
                    "DELETE FROM plugin_setting WHERE plugin = ?1 AND chat = ?2 AND name = ?3",
                )?
                .execute(params![plugin, chat, change.name])?,
        };
    }
    Ok(())
}
