//! The table of all bots, as the host asks of it.

use std::collections::BTreeMap;

use async_trait::async_trait;

use super::StoreError;
use super::plugin_records::LimitValues;
use crate::model::{BotId, BotRecord, Ending, Jid, PhoneNumber, StateName};

/// A change to one record, applied to what is kept at that moment, so that two changes never undo each other.
pub type RecordChange = Box<dyn FnOnce(&mut BotRecord) + Send>;

/// All bots of the host. Numbers and linked identities are unique in it, and so is the main bot.
#[async_trait]
pub trait Registry: Send + Sync + 'static {
    /// Adds a bot with its wrapped key.
    ///
    /// # Errors
    ///
    /// [`StoreError::Taken`] when its id, number or linked identity is there already, or it would be a second main bot.
    async fn add(&self, record: &BotRecord, wrapped_key: Vec<u8>) -> Result<(), StoreError>;

    /// Changes a bot's record and returns the new one. Its id and role stay.
    ///
    /// # Errors
    ///
    /// [`StoreError::NoSuchBot`]; [`StoreError::Taken`] as for [`Registry::add`].
    async fn update(&self, id: BotId, change: RecordChange) -> Result<BotRecord, StoreError>;

    /// Removes a bot and its key; without the key its files can never be read again.
    ///
    /// # Errors
    ///
    /// [`StoreError::NoSuchBot`].
    async fn remove(&self, id: BotId) -> Result<(), StoreError>;

    /// A bot's wrapped key.
    ///
    /// # Errors
    ///
    /// [`StoreError::NoSuchBot`].
    async fn wrapped_key(&self, id: BotId) -> Result<Vec<u8>, StoreError>;

    /// The bot with this id.
    async fn get(&self, id: BotId) -> Result<Option<BotRecord>, StoreError>;

    /// The main bot.
    async fn main(&self) -> Result<Option<BotRecord>, StoreError>;

    /// The bot with this phone number.
    async fn by_number(&self, number: &PhoneNumber) -> Result<Option<BotRecord>, StoreError>;

    /// The bot with this linked identity.
    async fn by_lid(&self, lid: &Jid) -> Result<Option<BotRecord>, StoreError>;

    /// The bots of this owner, in the order of their ids.
    async fn owned_by(&self, owner: &Jid) -> Result<Vec<BotRecord>, StoreError>;

    /// The bots in this state, in the order of their ids.
    async fn in_state(&self, state: StateName) -> Result<Vec<BotRecord>, StoreError>;

    /// A page of all bots in the order of their ids: those after `after`, at most `limit`.
    async fn list(&self, after: Option<BotId>, limit: u32) -> Result<Vec<BotRecord>, StoreError>;

    /// Bots in the order in which they were made, the main bot first, those that were never linked left out: from the one
    /// after `first` others on, at most `limit`.
    async fn made(&self, first: u32, limit: u32) -> Result<Vec<BotRecord>, StoreError>;

    /// How many sub-bots there are in each state.
    async fn counts(&self) -> Result<Vec<(StateName, u32)>, StoreError>;

    /// Notes that a bot is being ended, so that it is ended after a crash too. What was noted first stays.
    ///
    /// # Errors
    ///
    /// [`StoreError::NoSuchBot`].
    async fn set_ending(&self, id: BotId, ending: Ending) -> Result<(), StoreError>;

    /// The bots that are being ended, with what was noted.
    async fn endings(&self) -> Result<Vec<(BotId, Ending)>, StoreError>;

    /// Something that was set for the host while it ran, in JSON.
    async fn host_setting(&self, name: &str) -> Result<Option<String>, StoreError>;

    /// Sets it; none takes it away.
    async fn set_host_setting(&self, name: &str, value: Option<String>) -> Result<(), StoreError>;

    /// The changed limits of all plugins on this host.
    async fn plugin_limits(&self) -> Result<BTreeMap<String, LimitValues>, StoreError>;

    /// Replaces the changed limits of one plugin on this host; without any, the configuration's count again.
    async fn set_plugin_limits(&self, plugin: &str, limits: LimitValues) -> Result<(), StoreError>;
}
