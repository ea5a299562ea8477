//! The breakers of a bot's plugins: in memory as they are asked for each event, in the store so that a restart forgets nothing.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::breaker::{Breaker, Causer, Gate, Opened};
use super::enabled::Handler;
use super::failing::{FailingVersion, FailingVersions};
use crate::clock::Millis;
use crate::model::{BotId, Jid};
use crate::plugins::BreakerLimits;
use crate::store::BreakerChange;

/// What a failure did to a breaker.
pub(super) struct Failed {
    /// How it opened, when it did.
    pub(super) opened: Option<Opened>,
    /// What to keep of it.
    pub(super) change: Option<BreakerChange>,
    before: Option<Breaker>,
    limits: BreakerLimits,
}

/// The breakers of one bot.
pub(super) struct Breakers {
    bot: BotId,
    by_plugin: Mutex<HashMap<String, Breaker>>,
    failing: FailingVersions,
    /// Held while a change is made and kept, so that changes are kept in the order in which they were made.
    pub(super) turn: tokio::sync::Mutex<()>,
}

impl Breakers {
    /// Begins with what is kept in the bot of this owner. What can't be read any more is as if it had not been.
    pub(super) fn new(
        bot: BotId,
        owner: Option<&Jid>,
        kept: BTreeMap<String, Vec<u8>>,
        failing: FailingVersions,
    ) -> Self {
        let mut by_plugin = HashMap::new();
        for (plugin, state) in kept {
            match serde_json::from_slice::<Breaker>(&state) {
                Ok(breaker) => {
                    if breaker.is_tripped() {
                        let version = FailingVersion {
                            plugin: &plugin,
                            version: &breaker.version,
                            digest: &breaker.digest,
                        };
                        failing.still_open(bot, owner, version);
                    }
                    by_plugin.insert(plugin, breaker);
                }
                Err(error) => {
                    tracing::warn!(%bot, plugin, %error, "a plugin's kept failures can't be read and are forgotten");
                }
            }
        }
        Self {
            bot,
            by_plugin: Mutex::new(by_plugin),
            failing,
            turn: tokio::sync::Mutex::default(),
        }
    }

    /// Whether a plugin may run.
    pub(super) fn gate(&self, handler: &dyn Handler, now: Millis) -> Gate {
        let by_plugin = self.by_plugin();
        match by_plugin.get(&handler.manifest().name) {
            Some(breaker) if breaker.digest == handler.digest() => breaker.gate(now),
            _ => Gate::Open,
        }
    }

    /// Whether a plugin has opened its breaker and not worked since.
    pub(super) fn is_tripped(&self, handler: &dyn Handler) -> bool {
        let by_plugin = self.by_plugin();
        let breaker = by_plugin.get(&handler.manifest().name);
        breaker.is_some_and(|breaker| breaker.digest == handler.digest() && breaker.is_tripped())
    }

    /// A plugin has worked. Returns what to keep, when that changed anything.
    pub(super) fn worked(&self, handler: &dyn Handler, now: Millis) -> Option<BreakerChange> {
        let mut by_plugin = self.by_plugin();
        let breaker = by_plugin.get_mut(&handler.manifest().name)?;
        if breaker.digest != handler.digest() || !breaker.worked(now) {
            return None;
        }
        self.failing.closed(self.bot, &breaker.digest);
        kept(breaker)
    }

    /// A plugin has failed on an event that `by` caused. Returns how that changed its breaker; [`Breakers::undo`] takes it back when it
    /// can't be kept.
    pub(super) fn failed(
        &self,
        handler: &dyn Handler,
        now: Millis,
        by: &Jid,
        limits: &BreakerLimits,
    ) -> Failed {
        let manifest = handler.manifest();
        let mut by_plugin = self.by_plugin();
        let before = by_plugin.get(&manifest.name).cloned();
        let mut breaker = before
            .clone()
            .filter(|breaker| breaker.digest == handler.digest())
            .unwrap_or_else(|| Breaker::of(&manifest.version, handler.digest()));
        let opened = breaker.failed(now, Causer::of(by), limits);
        let change = kept(&breaker);
        by_plugin.insert(manifest.name.clone(), breaker);
        Failed {
            opened,
            change,
            before,
            limits: *limits,
        }
    }

    /// Takes back what [`Breakers::failed`] did.
    pub(super) fn undo(&self, handler: &dyn Handler, failed: Failed) {
        let plugin = handler.manifest().name.clone();
        let mut by_plugin = self.by_plugin();
        match failed.before {
            Some(before) => by_plugin.insert(plugin, before),
            None => by_plugin.remove(&plugin),
        };
    }

    /// Tells all bots of the host of what [`Breakers::failed`] did in the bot of this owner, once it is kept.
    pub(super) fn tell(&self, handler: &dyn Handler, failed: &Failed, owner: Option<&Jid>) {
        let manifest = handler.manifest();
        if let Some(before) = &failed.before
            && before.digest != handler.digest()
        {
            self.failing.closed(self.bot, &before.digest);
        }
        if failed.opened.is_some() {
            let version = FailingVersion {
                plugin: &manifest.name,
                version: &manifest.version,
                digest: handler.digest(),
            };
            self.failing
                .opened(self.bot, owner, version, &failed.limits);
        }
    }

    /// Forgets what a plugin has done, so that it may try again. Returns whether it was left alone.
    pub(super) fn release(&self, plugin: &str) -> bool {
        let Some(breaker) = self.by_plugin().remove(plugin) else {
            return false;
        };
        self.failing.closed(self.bot, &breaker.digest);
        breaker.is_tripped()
    }

    fn by_plugin(&self) -> MutexGuard<'_, HashMap<String, Breaker>> {
        self.by_plugin
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

fn kept(breaker: &Breaker) -> Option<BreakerChange> {
    match serde_json::to_vec(breaker) {
        Ok(state) => Some(BreakerChange::Keep(state)),
        Err(error) => {
            tracing::error!(%error, "a plugin's failures can't be kept");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dispatch::tests::{ALICE, BOB, Fake, jid};

    #[test]
    fn a_failure_that_can_not_be_kept_was_none() {
        let manifest = r#"{"name":"core","version":"1.0.0","languages":["en"]}"#;
        let plugin = Fake::echo(manifest);
        let limits = BreakerLimits::default();
        let (failing, _told) = FailingVersions::new(limits);
        let bot = BotId::from_random([1; 16]);
        let breakers = Breakers::new(bot, None, BTreeMap::new(), failing);
        for now in 0..4 {
            assert_eq!(
                breakers.failed(&*plugin, now, &jid(ALICE), &limits).opened,
                None
            );
        }
        for _ in 0..3 {
            let failed = breakers.failed(&*plugin, 5, &jid(BOB), &limits);
            assert_eq!(failed.opened, Some(Opened::Until(60_005)));
            breakers.undo(&*plugin, failed);
            assert_eq!(breakers.gate(&*plugin, 5), Gate::Open);
        }
    }
}
