//! How fast a bot may send: a token bucket with jitter.

use std::time::Duration;

use crate::clock::{Millis, millis};
use crate::random::Random;

/// How fast a bot sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaceOptions {
    /// How many messages may go at once after a rest.
    pub burst: u32,
    /// After a burst, one message in this time.
    pub every: Duration,
    /// Each message waits up to this much longer, by chance: even gaps look like a machine's.
    pub jitter: Duration,
}

/// Quick enough for a chat, slow enough for an account to last.
impl Default for PaceOptions {
    fn default() -> Self {
        Self {
            burst: 20,
            every: Duration::from_millis(250),
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
        let every = millis(self.options.every);
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
            every: Duration::from_millis(100),
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
    fn jitter_stays_within_its_bound() {
        let time = pace().next(1_000, &Fixed(255));
        assert!((1_030..=1_040).contains(&time), "{time}");
    }
}
