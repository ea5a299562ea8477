//! Which bot of this host answers in a group, as the host asks of it.

use async_trait::async_trait;

use super::StoreError;
use crate::clock::Millis;
use crate::model::{BotId, Jid};

/// Whose a group's one seat is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seat {
    /// The bot's that asked.
    Own,
    /// Another bot's of this host.
    Taken {
        /// Which.
        by: BotId,
        /// Its addresses, to look for among the group's people.
        accounts: Vec<Jid>,
    },
}

/// One seat for each group: the bot that came first has it.
#[async_trait]
pub trait Seats: Send + Sync + 'static {
    /// Takes a group's seat when it is free. Of two that ask at once one gets it.
    ///
    /// # Errors
    ///
    /// [`StoreError::NoSuchBot`].
    async fn claim(&self, group: &Jid, bot: BotId, at: Millis) -> Result<Seat, StoreError>;

    /// Gives a free seat to the bot with this account, by number or linked identity: it was there when another came. Nothing
    /// happens when the seat is taken or no bot has the account.
    async fn place(&self, group: &Jid, account: &Jid, at: Millis) -> Result<(), StoreError>;

    /// Gives a seat up; that of another bot stays.
    async fn vacate(&self, group: &Jid, bot: BotId) -> Result<(), StoreError>;
}
