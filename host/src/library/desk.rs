//! What dispatch asks of the library for a bot that manages its own plugins.

use std::sync::Arc;

use async_trait::async_trait;

use super::error::LibraryError;
use super::{Library, Whom};
use crate::dispatch::{Handler, Installed, PluginDesk, SwitchError};
use crate::model::BotId;

/// The library as a bot's dispatch sees it.
pub struct Desk(pub Arc<Library>);

#[async_trait]
impl PluginDesk for Desk {
    async fn installed(&self, bot: BotId) -> Vec<Installed> {
        let state = self.0.state.lock().await;
        let loaded = state.plugins.values().filter_map(|entry| {
            let component = entry.loaded.as_ref().ok()?;
            let manifest = component.manifest().clone();
            let imports = component.plugin.permissions().iter();
            let capabilities = imports
                .map(|permission| permission.capability())
                .filter(|capability| !entry.record.denied.contains(capability))
                .collect();
            let mut others = state
                .plugins
                .values()
                .filter(|other| other.record.name != entry.record.name && other.record.serves(bot));
            let shares = |other: &&super::state::Entry| {
                let Ok(other) = &other.loaded else {
                    return false;
                };
                let mut words = manifest.commands.iter().flat_map(|command| command.names());
                words.any(|word| other.manifest().command(word).is_some())
            };
            let clashes_with = others.find(shares).map(|other| other.record.name.clone());
            Some(Installed {
                manifest,
                capabilities,
                enabled: entry.record.serves(bot),
                clashes_with,
            })
        });
        loaded.collect()
    }

    async fn switch(&self, bot: BotId, plugin: &str, enabled: bool) -> Result<(), SwitchError> {
        match self.0.switch(plugin, Whom::Bot(bot), enabled).await {
            Ok(_) => Ok(()),
            Err(error @ (LibraryError::Store { .. } | LibraryError::Ending)) => {
                Err(SwitchError::Unavailable(error.to_string()))
            }
            Err(error) => Err(SwitchError::Refused(error.to_string())),
        }
    }
}
