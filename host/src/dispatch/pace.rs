//! How fast a bot may send: a token bucket with jitter.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::clock::{Millis, millis};
use crate::random::Random;

/// The pause between sends of one bot, and between reconnects. It can be changed while bots run; all clones are one.
#[derive(Debug, Clone)]
pub struct Delay(Arc<AtomicU64>);

impl Delay {
    /// As long as this.
    pub fn new(delay: Duration) -> Self {
        let shared = Self(Arc::default());
        shared.set(delay);
        shared
    }

    /// How long it is.
    pub fn get(&self) -> Duration {
        Duration::from_millis(self.0.load(Ordering::Relaxed))
    }

    /// It is as long as this from here on.
    pub fn set(&self, delay: Duration) {
        let millis = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
        self.0.store(millis, Ordering::Relaxed);
    }
}

/// How fast a bot sends.
#[derive(Debug, Clone)]
pub struct PaceOptions {
    /// How many messages may go at once after a rest.
    pub burst: u32,
    /// After a burst, one message in this time.
    pub every: Delay,
    /// But never less than this.
    pub least: Duration,
    /// Each message waits up to this much longer, by chance: even gaps look like a machine's.
    pub jitter: Duration,
}

/// Quick enough for a chat, slow enough for an account to last.
impl Default for PaceOptions {
    fn default() -> Self {
        Self {
            burst: 20,
            every: Delay::new(Duration::from_millis(250)),
            least: Duration::ZERO,
            jitter: Duration::from_millis(40),
        }
    }
}

/// The bucket.
pub(super) struct Pace {
    options: PaceOptions,
    /// When the bucket would be full again if nothing more was sent.
    full_at: Millis,
}

impl Pace {
    pub(super) fn new(options: PaceOptions) -> Self {
        Self {
            options,
            full_at: Millis::MIN,
        }
    }

    /// Takes a token and says when the message that it is for may go.
    pub(super) fn next(&mut self, now: Millis, random: &dyn Random) -> Millis {
        let every = millis(self.options.every.get().max(self.options.least));
        let spare = every.saturating_mul(Millis::from(self.options.burst.saturating_sub(1)));
        self.full_at = self.full_at.max(now).saturating_add(every);
        let token_at = self
            .full_at
            .saturating_sub(every)
            .saturating_sub(spare)
            .max(now);
        let jitter = self.options.jitter.mul_f64(random.fraction());
        token_at.saturating_add(millis(jitter))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed(u8);

    impl Random for Fixed {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0);
        }
    }

    fn pace() -> Pace {
        Pace::new(PaceOptions {
            burst: 3,
            every: Delay::new(Duration::from_millis(100)),
            least: Duration::from_millis(50),
            jitter: Duration::from_millis(40),
        })
    }

    #[test]
    fn a_burst_goes_at_once_and_the_rest_in_steps() {
        let mut pace = pace();
        let times: Vec<_> = (0..6).map(|_| pace.next(1_000, &Fixed(0))).collect();
        assert_eq!(times, [1_000, 1_000, 1_000, 1_100, 1_200, 1_300]);
        let after_rest: Vec<_> = (0..4).map(|_| pace.next(9_000, &Fixed(0))).collect();
        assert_eq!(after_rest, [9_000, 9_000, 9_000, 9_100]);
    }

    #[test]
    fn another_delay_counts_at_once() {
        let mut pace = pace();
        let delay = pace.options.every.clone();
        let _burst: Vec<_> = (0..3).map(|_| pace.next(1_000, &Fixed(0))).collect();
        delay.set(Duration::from_millis(500));
        assert_eq!(pace.next(9_000, &Fixed(0)), 9_000);
        let times: Vec<_> = (0..4).map(|_| pace.next(9_000, &Fixed(0))).collect();
        assert_eq!(times, [9_000, 9_000, 9_500, 10_000]);
        delay.set(Duration::ZERO);
        let _burst: Vec<_> = (0..3).map(|_| pace.next(20_000, &Fixed(0))).collect();
        let times: Vec<_> = (0..2).map(|_| pace.next(20_000, &Fixed(0))).collect();
        assert_eq!(times, [20_050, 20_100], "the least holds");
    }

    #[test]
    fn jitter_stays_within_its_bound() {
        let time = pace().next(1_000, &Fixed(255));
        assert!((1_030..=1_040).contains(&time), "{time}");
    }
}
