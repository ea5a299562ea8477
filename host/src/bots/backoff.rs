//! How long to wait before the next try.
//!
//! The client library reconnects by itself after a broken connection. This is for when it has given up or could not start:
//! the waits double up to a quarter of an hour, and each is cut by chance to between half and all of itself, so that
//! hundreds of bots that lost their connections together do not come back together.

use std::time::Duration;

use crate::dispatch::Delay;
use crate::random::Random;

/// The longest wait.
const LONGEST: Duration = Duration::from_secs(15 * 60);
/// The shortest first wait, whatever the config's `delay` is.
const SHORTEST: Duration = Duration::from_secs(1);

/// Waits of one bot.
#[derive(Debug, Clone)]
pub(super) struct Backoff {
    first: Delay,
    failures: u32,
}

impl Backoff {
    /// Starts with about `first`, as long as that is at the time.
    pub(super) fn new(first: Delay) -> Self {
        Self { first, failures: 0 }
    }

    /// The wait after one more failure.
    pub(super) fn next(&mut self, random: &dyn Random) -> Duration {
        let first = self.first.get().max(SHORTEST);
        let doubled = first.saturating_mul(1_u32.checked_shl(self.failures).unwrap_or(u32::MAX));
        self.failures = self.failures.saturating_add(1);
        doubled.min(LONGEST).mul_f64(0.5 + random.fraction() / 2.0)
    }

    /// It worked: the next wait is a first one again.
    pub(super) fn reset(&mut self) {
        self.failures = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Always(u8);

    impl Random for Always {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0);
        }
    }

    #[test]
    fn waits_double_up_to_a_bound_and_start_again() {
        let mut backoff = Backoff::new(Delay::new(Duration::from_secs(2)));
        let least = &Always(0);
        let seconds: Vec<u64> = (0..12).map(|_| backoff.next(least).as_secs()).collect();
        assert_eq!(seconds, [1, 2, 4, 8, 16, 32, 64, 128, 256, 450, 450, 450]);
        for _ in 0..100 {
            backoff.next(least);
        }
        assert_eq!(backoff.next(least).as_secs(), 450);
        backoff.reset();
        assert_eq!(backoff.next(least).as_secs(), 1);
    }

    #[test]
    fn chance_cuts_a_wait_by_at_most_half() {
        let wait =
            |chance| Backoff::new(Delay::new(Duration::from_secs(100))).next(&Always(chance));
        assert_eq!(wait(0), Duration::from_secs(50));
        assert_eq!(wait(255).as_secs(), 99);
    }
}
