//! What was done about the end of a bot's plan. When it ends stands in the bot's record.

use async_trait::async_trait;

use super::StoreError;
use crate::clock::Millis;
use crate::model::{BotId, BotRecord};

/// What was done about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PlanNote {
    /// The end that this is about: another one begins anew.
    pub ends: Millis,
    /// What its owner was told last; it rises.
    pub stage: u8,
    /// Whether the bot was stopped because of it, so that another end starts it again.
    pub stopped: bool,
}

/// Notes on plans, by bot. A note goes with its bot.
#[async_trait]
pub trait Plans: Send + Sync + 'static {
    /// All bots whose plan ends at some time, with their notes, in the order in which they end.
    async fn planned(&self) -> Result<Vec<(BotRecord, Option<PlanNote>)>, StoreError>;

    /// A bot's note.
    async fn plan_note(&self, bot: BotId) -> Result<Option<PlanNote>, StoreError>;

    /// Replaces it; none takes it away.
    ///
    /// # Errors
    ///
    /// [`StoreError::NoSuchBot`].
    async fn note_plan(&self, bot: BotId, note: Option<PlanNote>) -> Result<(), StoreError>;
}
