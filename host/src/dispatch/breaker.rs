//! A plugin that keeps failing in a bot is left alone for a while, and one that does so again and again until its owner acts.

use serde::{Deserialize, Serialize};

use crate::clock::Millis;

/// So many failures …
const FAILURES: usize = 5;
/// … within this time open the breaker, milliseconds.
const WITHIN: Millis = 60_000;
/// How long it is open the first time; doubled each time that the plugin fails again right after.
const FIRST_REST: Millis = 60_000;
/// The longest it is open.
const LONGEST_REST: Millis = 3_600_000;
/// So many openings …
const OPENINGS: usize = 3;
/// … within this time are enough: the plugin is quarantined.
const DAY: Millis = 24 * 3_600_000;

/// The breaker of one version of a plugin in one bot, as it is kept too.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Breaker {
    /// Which version it is about.
    pub(super) version: String,
    /// The digest of its component: another build begins anew.
    pub(super) digest: String,
    /// Times of the latest failures, oldest first.
    failures: Vec<Millis>,
    /// Until when the plugin is left alone.
    open_until: Option<Millis>,
    /// How long it was left alone the last time, while it has not worked since.
    rest: Millis,
    /// When it was opened, within the last day, oldest first.
    openings: Vec<Millis>,
    /// Since when it is left alone until its owner acts.
    quarantined: Option<Millis>,
}

/// Whether a plugin may run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gate {
    /// It may.
    Open,
    /// It is left alone for a while.
    Resting,
    /// It is left alone until its owner acts.
    Quarantined,
}

/// A breaker has opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Opened {
    /// The plugin is left alone until this time.
    Until(Millis),
    /// It is left alone until its owner acts.
    ForGood,
}

impl Breaker {
    /// A breaker that nothing has happened to.
    pub(super) fn of(version: &str, digest: &str) -> Self {
        Self {
            version: version.to_owned(),
            digest: digest.to_owned(),
            ..Self::default()
        }
    }

    /// Whether the plugin may run.
    pub(super) fn gate(&self, now: Millis) -> Gate {
        if self.quarantined.is_some() {
            Gate::Quarantined
        } else if self.open_until.is_some_and(|until| now < until) {
            Gate::Resting
        } else {
            Gate::Open
        }
    }

    /// Whether the plugin is left alone, or was and has not worked since.
    pub(super) fn is_tripped(&self) -> bool {
        self.quarantined.is_some() || self.open_until.is_some()
    }

    /// The plugin has worked. Returns whether that closed the breaker: it was open, and this was the first run after its rest.
    pub(super) fn worked(&mut self, now: Millis) -> bool {
        if self.open_until.is_none() || self.gate(now) != Gate::Open {
            return false;
        }
        self.failures.clear();
        self.open_until = None;
        self.rest = 0;
        true
    }

    /// The plugin has failed. Returns how the breaker opened, when it did.
    pub(super) fn failed(&mut self, now: Millis) -> Option<Opened> {
        // What was under way when it opened changes nothing any more.
        if self.gate(now) != Gate::Open {
            return None;
        }
        self.failures.retain(|at| now.saturating_sub(*at) < WITHIN);
        self.failures.push(now);
        // The first failure after a rest is enough: nothing has changed.
        if self.failures.len() < FAILURES && self.open_until.is_none() {
            return None;
        }
        self.failures.clear();
        self.openings.retain(|at| now.saturating_sub(*at) < DAY);
        self.openings.push(now);
        self.rest = self.rest.saturating_mul(2).clamp(FIRST_REST, LONGEST_REST);
        let until = now.saturating_add(self.rest);
        self.open_until = Some(until);
        if self.openings.len() < OPENINGS {
            return Some(Opened::Until(until));
        }
        self.quarantined = Some(now);
        Some(Opened::ForGood)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fail(breaker: &mut Breaker, now: Millis, times: usize) -> Option<Opened> {
        (0..times).fold(None, |_, _| breaker.failed(now))
    }

    #[test]
    fn five_failures_within_a_minute_open_it() {
        let mut breaker = Breaker::default();
        assert_eq!(fail(&mut breaker, 0, 4), None);
        assert_eq!(breaker.gate(0), Gate::Open);
        assert_eq!(
            fail(&mut breaker, 60_001, 4),
            None,
            "the first four are too old"
        );
        assert!(
            !breaker.worked(60_001),
            "what works in between changes nothing"
        );
        assert_eq!(fail(&mut breaker, 60_002, 1), Some(Opened::Until(120_002)));
        assert_eq!(breaker.gate(120_001), Gate::Resting);
        assert_eq!(breaker.gate(120_002), Gate::Open);
    }

    #[test]
    fn each_failure_after_a_rest_doubles_it_up_to_an_hour() {
        let mut breaker = Breaker::default();
        let mut now = 0;
        let mut opened = fail(&mut breaker, now, 5);
        let mut rests = Vec::new();
        for _ in 0..8 {
            let Some(Opened::Until(until)) = opened else {
                panic!("left alone for a while, not {opened:?}");
            };
            rests.push((until - now) / 60_000);
            // A day later the openings before are forgotten, the rest is not.
            now = until + DAY;
            opened = breaker.failed(now);
        }
        assert_eq!(rests, [1, 2, 4, 8, 16, 32, 60, 60]);
    }

    #[test]
    fn one_success_after_the_rest_closes_it() {
        let mut breaker = Breaker::default();
        fail(&mut breaker, 0, 5);
        assert!(!breaker.worked(59_999), "it was under way when it opened");
        assert!(breaker.worked(60_000));
        assert!(!breaker.is_tripped());
        assert_eq!(fail(&mut breaker, 60_001, 4), None);
        assert_eq!(fail(&mut breaker, 60_002, 1), Some(Opened::Until(120_002)));
    }

    #[test]
    fn those_that_were_under_way_do_not_lengthen_the_rest() {
        let mut breaker = Breaker::default();
        fail(&mut breaker, 0, 5);
        let opened = breaker.clone();
        assert_eq!(fail(&mut breaker, 1, 20), None);
        assert_eq!(breaker, opened);
    }

    #[test]
    fn the_third_opening_within_a_day_is_for_good() {
        let mut breaker = Breaker::default();
        assert!(fail(&mut breaker, 0, 5).is_some());
        assert!(
            breaker.worked(100_000),
            "working in between does not save it"
        );
        assert!(matches!(
            fail(&mut breaker, 200_000, 5),
            Some(Opened::Until(_))
        ));
        assert!(breaker.worked(300_000));
        assert_eq!(fail(&mut breaker, DAY - 1, 5), Some(Opened::ForGood));
        assert_eq!(breaker.gate(Millis::MAX), Gate::Quarantined);
        assert!(!breaker.worked(Millis::MAX));
        assert_eq!(breaker.failed(Millis::MAX), None);
    }

    #[test]
    fn three_openings_in_more_than_a_day_are_not() {
        let mut breaker = Breaker::default();
        for at in [0, DAY / 2, DAY + 1, DAY + DAY / 2 + 2] {
            assert!(
                matches!(fail(&mut breaker, at, 5), Some(Opened::Until(_))),
                "{at}"
            );
            assert!(breaker.worked(at + 60_000));
        }
    }

    #[test]
    fn it_is_the_same_after_it_was_kept() {
        let mut breaker = Breaker::of("1.0.0", "abc");
        fail(&mut breaker, 0, 5);
        breaker.failed(60_000);
        let kept = serde_json::to_vec(&breaker).expect("JSON");
        assert_eq!(
            serde_json::from_slice::<Breaker>(&kept).expect("a breaker"),
            breaker
        );
    }
}
