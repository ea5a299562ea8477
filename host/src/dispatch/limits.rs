//! What each plugin may use, and how much it may fail, in one bot: worked out once, from the plugin's own limits and what was said of it here.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Weak};

use super::enabled::Handler;
use crate::plugins::{Allowance, LimitOverrides};
use crate::store::LimitValues;

/// The limits of a bot's plugins.
#[derive(Default)]
pub(super) struct PluginLimits {
    of_bot: BTreeMap<String, LimitOverrides>,
    /// By plugin, with the handler that they were worked out for: a new one may have others.
    effective: HashMap<String, (Weak<dyn Handler>, Allowance)>,
}

impl PluginLimits {
    /// Begins with what is kept in the bot.
    pub(super) fn new(of_bot: BTreeMap<String, LimitValues>) -> Self {
        let of_bot = of_bot
            .into_iter()
            .map(|(plugin, values)| (plugin, LimitOverrides::kept(values)));
        Self {
            of_bot: of_bot.collect(),
            effective: HashMap::new(),
        }
    }

    /// What counts for a plugin.
    pub(super) fn of(&mut self, handler: &Arc<dyn Handler>) -> Allowance {
        let plugin = &handler.manifest().name;
        let handler_now = Arc::downgrade(handler);
        if let Some((handler, limits)) = self.effective.get(plugin)
            && handler.ptr_eq(&handler_now)
        {
            return *limits;
        }
        let none = LimitOverrides::default();
        let limits = handler.limits(self.of_bot.get(plugin).unwrap_or(&none));
        let worked_out = (handler_now, limits);
        self.effective.insert(plugin.clone(), worked_out);
        limits
    }
}
