//! What is set of plugins.

use std::collections::BTreeMap;

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

    async fn plugin_settings(
        &self,
        plugin: &str,
        chat: Option<&Jid>,
    ) -> Result<BTreeMap<String, SettingValue>, StoreError> {
        let key = [plugin, chat.map_or("", Jid::as_str)].map(str::to_owned);
        self.database
            .read(move |connection| {
                // The bot's value comes first, since its chat is empty, and the chat's takes its place.
                let mut statement = connection.prepare_cached(
                    "SELECT name, value FROM plugin_setting WHERE plugin = ?1 AND chat IN ('', ?2) ORDER BY chat",
                )?;
                let mut rows = statement.query(key)?;
                let mut settings = BTreeMap::new();
                while let Some(row) = rows.next()? {
                    let (name, json): (String, String) = (row.get(0)?, row.get(1)?);
                    settings.insert(name, serde_json::from_str(&json)?);
                }
                Ok(settings)
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
