//! How many messages a bot may send on one day.
//!
//! When most of them are used it sends slowly; when all are, what is to be sent waits for the next day of UTC. Nothing is lost.

use std::time::Duration;

use crate::clock::{Millis, millis};
use crate::store::Day;

/// Of a day's messages these percent go at the bot's usual pace.
const AT_USUAL_PACE: u64 = 90;
/// The pause between the last ones.
const SLOW: Duration = Duration::from_secs(5);

/// How much of the day's messages is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuotaUse {
    /// How many were sent today.
    pub sent: u64,
    /// How many may be sent on one day.
    pub allowed: u64,
}

impl QuotaUse {
    /// Whether nothing more goes today.
    pub fn is_used_up(self) -> bool {
        self.sent >= self.allowed
    }
}

/// Whether a message may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// Now. It is counted as sent until [`Quota::settle`] says otherwise.
    Now,
    /// Not before this; ask again then.
    At(Millis),
}

/// A bot's count of today.
#[derive(Debug)]
pub(super) struct Quota {
    allowed: u64,
    day: Day,
    sent: u64,
    /// How many of them are on their way.
    leaving: u64,
    /// When the next one may go while the bot is slow.
    slow_until: Millis,
}

impl Quota {
    /// A quota of which `sent` are used on this day.
    pub(super) fn new(allowed: u64, day: Day, sent: u64) -> Self {
        Self {
            allowed,
            day,
            sent,
            leaving: 0,
            slow_until: Millis::MIN,
        }
    }

    /// Asks for a message's turn.
    pub(super) fn ask(&mut self, now: Millis) -> Turn {
        self.turn_page(now);
        let used = self.sent.saturating_add(self.leaving);
        if used >= self.allowed {
            return Turn::At(self.day.end());
        }
        let usual = self.allowed.saturating_mul(AT_USUAL_PACE) / 100;
        if used >= usual {
            if now < self.slow_until {
                return Turn::At(self.slow_until);
            }
            self.slow_until = now.saturating_add(millis(SLOW));
        }
        self.leaving = self.leaving.saturating_add(1);
        Turn::Now
    }

    /// Says what became of a message whose turn it was.
    pub(super) fn settle(&mut self, now: Millis, sent: bool) {
        self.turn_page(now);
        self.leaving = self.leaving.saturating_sub(1);
        if sent {
            self.sent = self.sent.saturating_add(1);
        }
    }

    /// How much is used.
    pub(super) fn used(&mut self, now: Millis) -> QuotaUse {
        self.turn_page(now);
        QuotaUse {
            sent: self.sent,
            allowed: self.allowed,
        }
    }

    fn turn_page(&mut self, now: Millis) {
        let today = Day::of(now);
        if today != self.day {
            self.day = today;
            self.sent = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MORNING: Millis = 20_000 * 86_400_000;

    fn quota(allowed: u64, sent: u64) -> Quota {
        Quota::new(allowed, Day::of(MORNING), sent)
    }

    #[test]
    fn most_go_at_once_the_last_ones_slowly_and_the_rest_tomorrow() {
        let mut quota = quota(20, 0);
        let mut now = MORNING;
        for _ in 0..18 {
            assert_eq!(quota.ask(now), Turn::Now);
            quota.settle(now, true);
        }
        assert_eq!(quota.ask(now), Turn::Now);
        quota.settle(now, true);
        assert_eq!(quota.ask(now), Turn::At(now + 5_000));
        now += 5_000;
        assert_eq!(quota.ask(now), Turn::Now);
        // It is on its way, so that none is left.
        let tomorrow = Turn::At(MORNING + 86_400_000);
        assert_eq!(quota.ask(now), tomorrow);
        quota.settle(now, true);
        let used = quota.used(now);
        assert_eq!((used.sent, used.allowed), (20, 20));
        assert!(used.is_used_up());
        assert_eq!(quota.ask(now), tomorrow);

        now = MORNING + 86_400_000;
        assert_eq!(quota.ask(now), Turn::Now);
        assert!(!quota.used(now).is_used_up());
    }

    #[test]
    fn what_was_not_sent_does_not_count() {
        let mut quota = quota(1, 0);
        for _ in 0..3 {
            let now = MORNING + 60_000;
            assert_eq!(quota.ask(now), Turn::Now);
            quota.settle(now, false);
            quota.slow_until = Millis::MIN;
        }
        assert_eq!(quota.used(MORNING).sent, 0);
    }

    #[test]
    fn a_restart_goes_on_with_the_days_count() {
        let mut quota = quota(100, 100);
        assert_eq!(quota.ask(MORNING), Turn::At(MORNING + 86_400_000));
    }
}
