//! Whose the host and its bots are, beside what the configuration and the bots' records say: system owners that were named while
//! the host ran, and bots that their owners want to give away.

use async_trait::async_trait;

use super::StoreError;
use crate::clock::Millis;
use crate::model::{BotId, BotRecord, Jid, PhoneNumber};

/// A bot that its owner wants to give to somebody, who has to take it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Which.
    pub bot: BotId,
    /// To whom, as a folded address.
    pub taker: Jid,
    /// Until when.
    pub until: Millis,
}

/// Named system owners, and offers of bots. An offer goes with its bot.
#[async_trait]
pub trait Ownership: Send + Sync + 'static {
    /// The system owners that were named, in the order in which that was.
    async fn system_owners(&self) -> Result<Vec<PhoneNumber>, StoreError>;

    /// Names one. Again changes nothing.
    async fn name_system_owner(&self, number: &PhoneNumber, at: Millis) -> Result<(), StoreError>;

    /// Takes that back; one that was not named is none already.
    async fn drop_system_owner(&self, number: &PhoneNumber) -> Result<(), StoreError>;

    /// Keeps an offer, in place of an earlier one of the same bot.
    ///
    /// # Errors
    ///
    /// [`StoreError::NoSuchBot`].
    async fn offer(&self, offer: Offer) -> Result<(), StoreError>;

    /// What is offered to somebody at `now`; of several offers the one that is good for longest.
    async fn offered_to(&self, taker: &Jid, now: Millis) -> Result<Option<Offer>, StoreError>;

    /// To whom a bot is offered at `now`.
    async fn offer_of(&self, bot: BotId, now: Millis) -> Result<Option<Offer>, StoreError>;

    /// Takes an offer back; without one nothing happens.
    async fn withdraw(&self, bot: BotId) -> Result<(), StoreError>;

    /// Makes a bot the taker's to whom it is offered at `now`, and ends the offer: all or nothing. The record as it was before;
    /// none, and nothing has happened, when it is not offered to them or they have a bot.
    async fn hand_over(
        &self,
        bot: BotId,
        taker: &Jid,
        now: Millis,
    ) -> Result<Option<BotRecord>, StoreError>;
}
