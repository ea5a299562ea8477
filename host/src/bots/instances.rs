//! The bots that run in this host.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use super::Instance;
use crate::model::{BotId, BotRole};

/// Instances by bot. Cheap to clone; all clones are one.
#[derive(Clone, Default)]
pub struct Instances {
    bots: Arc<RwLock<BTreeMap<BotId, Instance>>>,
}

impl Instances {
    /// Adds or replaces a bot's instance.
    pub fn set(&self, instance: Instance) {
        self.write().insert(instance.bot(), instance);
    }

    /// A bot's instance, when it runs here.
    pub fn get(&self, bot: BotId) -> Option<Instance> {
        self.read().get(&bot).cloned()
    }

    /// Forgets a bot's instance; it goes on running until it is stopped.
    pub fn remove(&self, bot: BotId) -> Option<Instance> {
        self.write().remove(&bot)
    }

    /// The main bot, when it runs here.
    pub fn main(&self) -> Option<Instance> {
        self.read()
            .values()
            .find(|instance| instance.role() == BotRole::Main)
            .cloned()
    }

    /// All of them, in the order of their ids.
    pub fn all(&self) -> Vec<Instance> {
        self.read().values().cloned().collect()
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, BTreeMap<BotId, Instance>> {
        self.bots.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> std::sync::RwLockWriteGuard<'_, BTreeMap<BotId, Instance>> {
        self.bots.write().unwrap_or_else(PoisonError::into_inner)
    }
}
