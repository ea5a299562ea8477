//! What the host keeps about a bot's plugins, as dispatch asks of it: limits, breakers, receipts and failed events.
//!
//! It is as opaque here as an event is: dispatch knows what stands in it. What is kept of runs is bounded in rows and bytes,
//! oldest out first, and goes with the bot's file.

use std::collections::BTreeMap;

use async_trait::async_trait;

use super::StoreError;
use super::context::Row;
use crate::clock::Millis;

/// Changed limits of a plugin by name, such as `cpu_ms`.
pub type LimitValues = BTreeMap<String, u64>;

/// A failed event on its way into the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFailure {
    /// What a list shows.
    pub summary: Vec<u8>,
    /// All of it.
    pub content: Vec<u8>,
}

/// What becomes of a plugin's breaker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BreakerChange {
    /// It is in this state.
    Keep(Vec<u8>),
    /// There is nothing to remember of it.
    Forget,
}

/// A kept record of a plugin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Its row.
    pub row: Row,
    /// The plugin.
    pub plugin: String,
    /// When.
    pub at: Millis,
    /// What is kept; of a failure, its summary.
    pub content: Vec<u8>,
}

/// Which records are wanted. They come oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Those of this plugin only.
    pub plugin: Option<String>,
    /// Which of them.
    pub page: Page,
}

/// A part of the records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// The latest, so many.
    Latest(u32),
    /// Those that came after a row, at most so many.
    After(Row, u32),
}

/// What is kept about a bot's plugins. What a run leaves behind is kept by [`super::Inbox::commit`].
#[async_trait]
pub trait PluginRecords: Send + Sync + 'static {
    /// The changed limits of all plugins in this bot.
    async fn plugin_limits(&self) -> Result<BTreeMap<String, LimitValues>, StoreError>;

    /// Replaces the changed limits of one plugin in this bot; without any, those of the host count again.
    async fn set_plugin_limits(&self, plugin: &str, limits: LimitValues) -> Result<(), StoreError>;

    /// The breakers that there is something to remember of, by plugin.
    async fn breakers(&self) -> Result<BTreeMap<String, Vec<u8>>, StoreError>;

    /// Changes a breaker outside of an event.
    async fn change_breaker(&self, plugin: &str, change: BreakerChange) -> Result<(), StoreError>;

    /// Receipts.
    async fn receipts(&self, wanted: Wanted) -> Result<Vec<Kept>, StoreError>;

    /// Failed events, each with its summary.
    async fn failures(&self, wanted: Wanted) -> Result<Vec<Kept>, StoreError>;

    /// All of a failed event; none when it is not kept, not any more, or not one of `plugin`, when that is named.
    async fn failure(&self, row: Row, plugin: Option<&str>) -> Result<Option<Vec<u8>>, StoreError>;
}
