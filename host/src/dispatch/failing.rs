//! Versions of plugins that fail in several bots at a time: a sign that it is not one bot's data but the version.
//!
//! All bots of a host share one of these. When the breakers of one version are open in three bots (`limits.breaker.bots`) that are not
//! all of one owner, since nobody decides with their own bots what all others run, whoever manages plugins is told once, to go back to
//! the version before it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::mpsc;

use crate::model::{BotId, Jid};
use crate::plugins::BreakerLimits;

/// Notices that wait for whoever manages plugins; one that does not fit is told at the version's next failure.
const NOTICES: usize = 16;

/// A version that has to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RollBack {
    /// The plugin's name.
    pub plugin: String,
    /// The version that fails.
    pub version: String,
    /// The digest of its component, 64 hexadecimal digits.
    pub digest: String,
    /// Where its breakers are open.
    pub bots: Vec<BotId>,
}

/// One version of a plugin.
#[derive(Debug, Clone, Copy)]
pub(super) struct FailingVersion<'a> {
    pub(super) plugin: &'a str,
    pub(super) version: &'a str,
    /// The digest of its component, 64 hexadecimal digits.
    pub(super) digest: &'a str,
}

/// The versions whose breakers are open somewhere. Shared by all bots of a host.
#[derive(Debug, Clone)]
pub struct FailingVersions {
    /// What counts where nothing is said of the plugin.
    limits: BreakerLimits,
    failing: Arc<Mutex<HashMap<String, Failing>>>,
    notices: mpsc::Sender<RollBack>,
}

#[derive(Debug)]
struct Failing {
    /// Where, and whose they are; the main bot is nobody's.
    bots: BTreeMap<BotId, Option<Jid>>,
    told: bool,
}

impl FailingVersions {
    /// None yet, and where versions that have to go are told.
    pub fn new(limits: BreakerLimits) -> (Self, mpsc::Receiver<RollBack>) {
        let (notices, told) = mpsc::channel(NOTICES);
        let failing = Self {
            limits,
            failing: Arc::default(),
            notices,
        };
        (failing, told)
    }

    /// The breaker of a version was open in a bot of this owner when the host started.
    pub(super) fn still_open(&self, bot: BotId, owner: Option<&Jid>, version: FailingVersion<'_>) {
        self.opened(bot, owner, version, &self.limits);
    }

    /// The breaker of a version is open in a bot of this owner.
    pub(super) fn opened(
        &self,
        bot: BotId,
        owner: Option<&Jid>,
        version: FailingVersion<'_>,
        limits: &BreakerLimits,
    ) {
        let FailingVersion {
            plugin,
            version,
            digest,
        } = version;
        let mut failing = self.failing();
        let found = failing.entry(digest.to_owned()).or_insert(Failing {
            bots: BTreeMap::new(),
            told: false,
        });
        found.bots.insert(bot, owner.cloned());
        let owners: BTreeSet<_> = found.bots.values().collect();
        let too_few = |count: usize, least| u64::try_from(count).is_ok_and(|count| count < least);
        if found.told
            || too_few(found.bots.len(), limits.bots)
            || too_few(owners.len(), limits.owners)
        {
            return;
        }
        let notice = RollBack {
            plugin: plugin.to_owned(),
            version: version.to_owned(),
            digest: digest.to_owned(),
            bots: found.bots.keys().copied().collect(),
        };
        match self.notices.try_send(notice) {
            Ok(()) => found.told = true,
            Err(error) => {
                tracing::error!(plugin, version, %error, "a version that fails in several bots is not told");
            }
        }
    }

    /// The breaker of a version is closed in a bot, or the bot has another version.
    pub(super) fn closed(&self, bot: BotId, digest: &str) {
        let mut failing = self.failing();
        if let Some(found) = failing.get_mut(digest) {
            found.bots.remove(&bot);
            if found.bots.is_empty() {
                failing.remove(digest);
            }
        }
    }

    /// Forgets a bot that is gone.
    pub fn forget(&self, bot: BotId) {
        self.failing().retain(|_, found| {
            found.bots.remove(&bot);
            !found.bots.is_empty()
        });
    }

    /// In how many bots each version fails, by the digest of its component.
    pub fn count(&self) -> Vec<(String, usize)> {
        let failing = self.failing();
        let count = |(digest, found): (&String, &Failing)| (digest.clone(), found.bots.len());
        failing.iter().map(count).collect()
    }

    fn failing(&self) -> MutexGuard<'_, HashMap<String, Failing>> {
        self.failing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bot(n: u8) -> BotId {
        BotId::from_random([n; 16])
    }

    fn owner(n: u8) -> Jid {
        let address = format!("62800000001{n:02}@s.whatsapp.net");
        address.parse().expect("an address")
    }

    fn open(failing: &FailingVersions, n: u8, version: &str, digest: &str) {
        opened(failing, bot(n), Some(&owner(n)), version, digest);
    }

    fn opened(
        failing: &FailingVersions,
        bot: BotId,
        owner: Option<&Jid>,
        version: &str,
        digest: &str,
    ) {
        let version = FailingVersion {
            plugin: "core",
            version,
            digest,
        };
        failing.still_open(bot, owner, version);
    }

    #[test]
    fn a_version_that_fails_in_three_bots_is_told_once() {
        let (failing, mut told) = FailingVersions::new(BreakerLimits::default());
        for n in [1, 1, 2, 2] {
            open(&failing, n, "1.0.0", "abc");
        }
        open(&failing, 3, "1.0.1", "def");
        assert!(
            told.try_recv().is_err(),
            "two bots, and one of another version"
        );
        open(&failing, 4, "1.0.0", "abc");
        open(&failing, 5, "1.0.0", "abc");
        let expected = RollBack {
            plugin: "core".to_owned(),
            version: "1.0.0".to_owned(),
            digest: "abc".to_owned(),
            bots: vec![bot(1), bot(2), bot(4)],
        };
        assert_eq!(told.try_recv(), Ok(expected));
        assert!(told.try_recv().is_err());
    }

    #[test]
    fn bots_of_one_owner_alone_are_no_reason() {
        let (failing, mut told) = FailingVersions::new(BreakerLimits::default());
        for n in 1..=9 {
            opened(&failing, bot(n), Some(&owner(1)), "1.0.0", "abc");
        }
        assert!(told.try_recv().is_err());
        opened(&failing, bot(10), None, "1.0.0", "abc");
        assert!(told.try_recv().is_ok(), "the main bot is another's");
    }

    #[test]
    fn how_many_is_said_for_the_host_and_for_a_plugin() {
        let limits = BreakerLimits {
            bots: 2,
            owners: 1,
            ..BreakerLimits::default()
        };
        let (failing, mut told) = FailingVersions::new(limits);
        opened(&failing, bot(1), Some(&owner(1)), "1.0.0", "abc");
        assert!(told.try_recv().is_err());
        opened(&failing, bot(2), Some(&owner(1)), "1.0.0", "abc");
        assert!(told.try_recv().is_ok(), "two bots of one owner");
        let version = FailingVersion {
            plugin: "echo",
            version: "1.0.0",
            digest: "def",
        };
        failing.opened(bot(1), None, version, &BreakerLimits { bots: 1, ..limits });
        assert!(told.try_recv().is_ok(), "one bot is enough for this plugin");
    }

    #[test]
    fn what_works_again_does_not_count() {
        let (failing, mut told) = FailingVersions::new(BreakerLimits::default());
        open(&failing, 1, "1.0.0", "abc");
        open(&failing, 2, "1.0.0", "abc");
        failing.closed(bot(1), "abc");
        failing.forget(bot(2));
        open(&failing, 3, "1.0.0", "abc");
        assert!(told.try_recv().is_err());
        assert_eq!(failing.failing().len(), 1);
    }
}
