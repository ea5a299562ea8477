//! A plugin that keeps failing in a bot is left alone for a while.

use crate::clock::Millis;

/// So many failures …
const FAILURES: usize = 5;
/// … within this time open the breaker, milliseconds.
const WITHIN: Millis = 60_000;
/// How long it is open the first time; doubled each time that the plugin fails again right after.
const FIRST_REST: Millis = 60_000;
/// The longest it is open.
const LONGEST_REST: Millis = 3_600_000;

/// The breaker of one plugin in one bot.
#[derive(Debug, Default)]
pub(super) struct Breaker {
    /// Times of the latest failures, oldest first.
    failures: Vec<Millis>,
    /// Until when the plugin is left alone.
    open_until: Option<Millis>,
    /// How long it was left alone the last time, while it has not worked since.
    rest: Millis,
}

impl Breaker {
    /// Whether the plugin may run.
    pub(super) fn lets_through(&self, now: Millis) -> bool {
        self.open_until.is_none_or(|until| now >= until)
    }

    /// The plugin has worked.
    pub(super) fn worked(&mut self) {
        *self = Self::default();
    }

    /// The plugin has failed. Returns until when it is left alone, when that begins now.
    pub(super) fn failed(&mut self, now: Millis) -> Option<Millis> {
        self.failures.retain(|at| now.saturating_sub(*at) < WITHIN);
        self.failures.push(now);
        // The first failure after a rest is enough: nothing has changed.
        if self.failures.len() < FAILURES && self.open_until.is_none() {
            return None;
        }
        if !self.lets_through(now) {
            return None;
        }
        self.rest = self.rest.saturating_mul(2).clamp(FIRST_REST, LONGEST_REST);
        self.failures.clear();
        let until = now.saturating_add(self.rest);
        self.open_until = Some(until);
        Some(until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fail(breaker: &mut Breaker, now: Millis, times: usize) -> Option<Millis> {
        (0..times).fold(None, |_, _| breaker.failed(now))
    }

    #[test]
    fn five_failures_within_a_minute_open_it() {
        let mut breaker = Breaker::default();
        assert_eq!(fail(&mut breaker, 0, 4), None);
        assert!(breaker.lets_through(0));
        assert_eq!(
            fail(&mut breaker, 60_001, 4),
            None,
            "the first four are too old"
        );
        assert_eq!(fail(&mut breaker, 60_002, 1), Some(120_002));
        assert!(!breaker.lets_through(120_001));
        assert!(breaker.lets_through(120_002));
    }

    #[test]
    fn each_failure_after_a_rest_doubles_it_up_to_an_hour() {
        let mut breaker = Breaker::default();
        let mut now = fail(&mut breaker, 0, 5).expect("open");
        let mut rests = Vec::new();
        for _ in 0..8 {
            let until = breaker.failed(now).expect("open again");
            rests.push((until - now) / 60_000);
            now = until;
        }
        assert_eq!(rests, [2, 4, 8, 16, 32, 60, 60, 60]);
    }

    #[test]
    fn one_success_closes_it() {
        let mut breaker = Breaker::default();
        let until = fail(&mut breaker, 0, 5).expect("open");
        breaker.worked();
        assert!(breaker.lets_through(until - 1));
        assert_eq!(fail(&mut breaker, until, 4), None);
        assert_eq!(fail(&mut breaker, until, 1), Some(until + 60_000));
    }

    #[test]
    fn those_that_were_under_way_do_not_lengthen_the_rest() {
        let mut breaker = Breaker::default();
        let until = fail(&mut breaker, 0, 5).expect("open");
        assert_eq!(breaker.failed(1), None);
        assert!(breaker.lets_through(until));
    }
}
