//! Sees to it that no bot uses more of the host than one may: who is over a budget is slowed down first, and then paused, and its
//! owner told. Others feel nothing of it.
//!
//! The main bot is slowed down, but never paused: it is the operator's, and what everybody else is told by.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use super::fleet::Fleet;
use super::notices::{self, Notice};
use super::status::BotState;
use crate::clock::{Millis, millis};
use crate::dispatch::Dispatch;
use crate::model::{BotId, BotRole, Budget, CpuTime};
use crate::store::Day;

/// Between two looks at all bots.
const LOOK: Duration = Duration::from_secs(5);
/// So many looks lie between two at the disk.
const LOOKS_AT_DISK: u32 = 60;
/// A bot may be ahead of its CPU time by what it gets in this time before it is slowed down.
const SLOWED_AFTER: Duration = Duration::from_secs(60);
/// And by what it gets in this time before it is paused.
const PAUSED_AFTER: Duration = Duration::from_secs(300);
/// A bot that holds too much memory in so many looks one after another is paused: a burst is over by then.
const HEAVY_LOOKS: u32 = 12;
/// How long a bot that keeps the processor busy, or holds too much memory, is paused.
const PAUSE: Duration = Duration::from_secs(10 * 60);
/// How long a bot that holds too much is paused before its room is measured again.
const STORAGE_PAUSE: Duration = Duration::from_secs(60 * 60);
/// CPU time that is worth a write to the bot's data, microseconds.
const WORTH_KEEPING: u64 = 1_000_000;

/// What one bot may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BudgetOptions {
    /// Time of one processor, percent of it, over minutes.
    pub cpu_percent: u64,
    /// Bytes of the heap.
    pub memory_bytes: u64,
    /// Bytes on the disk.
    pub storage_bytes: u64,
}

/// How far a bot is over its CPU time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Over {
    Not,
    Slow,
    Pause,
}

/// A bot's CPU time: a bucket that what it uses fills, and that empties at the rate that it may use.
#[derive(Debug, Default)]
struct Bucket {
    /// Microseconds in it.
    level: u64,
    slow: bool,
}

impl Bucket {
    /// Takes what was used in a time.
    fn take(&mut self, used: u64, time: Duration, percent: u64) -> Over {
        let allowed = |time: Duration| {
            let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
            micros.saturating_mul(percent) / 100
        };
        self.level = self
            .level
            .saturating_add(used)
            .saturating_sub(allowed(time));
        let slowed_after = allowed(SLOWED_AFTER);
        if self.level > allowed(PAUSED_AFTER) {
            *self = Self::default();
            return Over::Pause;
        }
        // Half of it has to drain before all is as usual, so that the bot does not go to and fro.
        let bound = if self.slow {
            slowed_after / 2
        } else {
            slowed_after
        };
        self.slow = self.level > bound;
        if self.slow { Over::Slow } else { Over::Not }
    }
}

/// What is remembered of a bot between two looks.
#[derive(Debug, Default)]
struct Account {
    bucket: Bucket,
    /// In how many looks one after another it held too much memory.
    heavy: u32,
    seen: CpuTime,
    unkept: u64,
    /// The day on which its owner was told that no more messages go.
    told: Option<Day>,
}

/// Looks at all bots until it is dropped.
pub async fn watch(fleet: Arc<Fleet>) {
    let (clock, options) = (fleet.parts.clock.clone(), fleet.parts.budgets);
    let mut watcher = Watcher::new(fleet, options);
    for looks in (0..LOOKS_AT_DISK).cycle() {
        clock.sleep(LOOK).await;
        watcher.look(looks == 0).await;
    }
}

/// Whoever looks.
pub(super) struct Watcher {
    fleet: Arc<Fleet>,
    options: BudgetOptions,
    accounts: HashMap<BotId, Account>,
    last: Option<Millis>,
}

impl Watcher {
    pub(super) fn new(fleet: Arc<Fleet>, options: BudgetOptions) -> Self {
        Self {
            fleet,
            options,
            accounts: HashMap::new(),
            last: None,
        }
    }

    /// One look, also at the disk.
    pub(super) async fn look(&mut self, at_disk: bool) {
        let now = self.fleet.parts.clock.now();
        let last = self.last.replace(now).unwrap_or(now);
        let time =
            u64::try_from(now.saturating_sub(last)).map_or(Duration::ZERO, Duration::from_millis);
        let bots = self.fleet.dispatches();
        self.accounts
            .retain(|bot, _| bots.binary_search_by_key(bot, |(id, _)| *id).is_ok());
        for (bot, dispatch) in bots {
            self.charge(bot, &dispatch, time).await;
            if at_disk {
                self.measure(bot).await;
            }
        }
    }

    async fn charge(&mut self, bot: BotId, dispatch: &Dispatch, time: Duration) {
        let load = dispatch.load();
        let account = self.accounts.entry(bot).or_default();
        // A bot that was launched again counts from the start.
        let used = load.cpu.since(account.seen).all();
        account.seen = load.cpu;
        account.unkept = account.unkept.saturating_add(used);
        let keep = account.unkept >= WORTH_KEEPING;
        if keep {
            account.unkept = 0;
        }
        let over = account.bucket.take(used, time, self.options.cpu_percent);
        account.heavy = match load.memory > self.options.memory_bytes {
            true => account.heavy.saturating_add(1),
            false => 0,
        };
        let is_heavy = account.heavy > 0;
        let stays_heavy = account.heavy >= HEAVY_LOOKS;
        if stays_heavy {
            account.heavy = 0;
        }
        let today = Day::of(self.fleet.parts.clock.now());
        let tell_quota = load.quota.is_used_up() && account.told != Some(today);
        if tell_quota {
            account.told = Some(today);
        }
        if keep {
            dispatch.keep_cpu_time().await;
        }
        dispatch.set_slow(over == Over::Slow || is_heavy);
        if over == Over::Pause {
            self.pause(bot, Budget::Cpu, PAUSE).await;
        } else if stays_heavy {
            self.pause(bot, Budget::Memory, PAUSE).await;
        }
        if tell_quota {
            let allowed = load.quota.allowed;
            notices::tell(&self.fleet, bot, Notice::NoMoreToday { allowed }).await;
        }
    }

    async fn measure(&self, bot: BotId) {
        match self.fleet.parts.store.bytes(bot).await {
            Ok(bytes) if bytes > self.options.storage_bytes => {
                self.pause(bot, Budget::Storage, STORAGE_PAUSE).await;
            }
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(%bot, %error, "a bot's room on the disk can't be measured");
            }
        }
    }

    async fn pause(&self, bot: BotId, of: Budget, pause: Duration) {
        let Some(instance) = self.fleet.instances().get(bot) else {
            return;
        };
        tracing::warn!(%bot, ?of, "a bot has used more than it may");
        if instance.role() == BotRole::Main || instance.status().state != BotState::Open {
            return;
        }
        let until = self.fleet.parts.clock.now().saturating_add(millis(pause));
        if instance.pause(of, until).is_err() {
            return;
        }
        let minutes = millis(pause) / 60_000;
        notices::tell(&self.fleet, bot, Notice::Paused { of, minutes }).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000;

    /// A bot that may use a quarter of a processor, over so many looks in which it used so much, milliseconds each.
    fn looks(bucket: &mut Bucket, count: usize, millis: u64) -> Vec<Over> {
        (0..count)
            .map(|_| bucket.take(millis * 1_000, LOOK, 25))
            .collect()
    }

    #[test]
    fn who_stays_within_it_is_left_alone_also_after_a_burst() {
        let mut bucket = Bucket::default();
        assert!(
            looks(&mut bucket, 100, 1_250)
                .iter()
                .all(|over| *over == Over::Not)
        );
        assert_eq!(bucket.level, 0);
        assert_eq!(bucket.take(15 * SECOND, LOOK, 25), Over::Not);
        assert!(
            looks(&mut bucket, 11, 0)
                .iter()
                .all(|over| *over == Over::Not)
        );
        assert_eq!(bucket.level, 0);
    }

    #[test]
    fn who_is_over_it_is_slowed_and_then_paused() {
        let mut bucket = Bucket::default();
        // All of one processor: 3.75 s more than allowed in each look.
        let told = looks(&mut bucket, 21, 5_000);
        assert!(told[..4].iter().all(|over| *over == Over::Not), "{told:?}");
        assert!(
            told[4..20].iter().all(|over| *over == Over::Slow),
            "{told:?}"
        );
        assert_eq!(told[20], Over::Pause);
        assert_eq!(
            looks(&mut bucket, 1, 0),
            [Over::Not],
            "after the pause it begins anew"
        );
    }

    #[test]
    fn who_was_slowed_goes_on_once_half_is_drained() {
        let mut bucket = Bucket::default();
        looks(&mut bucket, 5, 5_000);
        assert!(bucket.slow);
        let told = looks(&mut bucket, 20, 0);
        let usual = told.iter().position(|over| *over == Over::Not);
        assert_eq!(usual, Some(8), "{told:?}");
    }
}
