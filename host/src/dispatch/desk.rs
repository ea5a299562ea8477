//! The host's plugins, as a bot that manages itself sees them: listed, and switched on and off for that bot alone.

use async_trait::async_trait;
use jadi_plugin_manifest::{Capability, Manifest};

use crate::model::BotId;

/// An installed plugin, as one bot has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installed {
    /// What it declares.
    pub manifest: Manifest,
    /// What its component imports and its operator has not taken from it.
    pub capabilities: Vec<Capability>,
    /// Whether it serves the bot.
    pub enabled: bool,
    /// The plugin serving the bot that has one of its commands.
    pub clashes_with: Option<String>,
}

/// Why a plugin is not switched.
#[derive(Debug, thiserror::Error)]
pub enum SwitchError {
    /// It can't be: trying again changes nothing.
    #[error("{0}")]
    Refused(String),
    /// It can't be kept now.
    #[error("{0}")]
    Unavailable(String),
}

/// Where a bot's dispatch asks about plugins. Which bot asks, dispatch says; nothing that a plugin can say names one.
#[async_trait]
pub trait PluginDesk: Send + Sync + 'static {
    /// All installed plugins that can be loaded, by name.
    async fn installed(&self, bot: BotId) -> Vec<Installed>;

    /// Enables or disables a plugin for the bot. Doing it again changes nothing.
    ///
    /// # Errors
    ///
    /// When it can't be, for good or for now.
    async fn switch(&self, bot: BotId, plugin: &str, enabled: bool) -> Result<(), SwitchError>;
}
