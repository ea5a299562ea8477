//! A plugin that keeps failing in a bot is left alone for a while, and one that does so again and again until its owner acts.
//!
//! What one person alone makes fail is no reason: a breaker opens for everybody, so that it would be a switch in the hand of whoever
//! finds a message that a plugin can't take.

use serde::{Deserialize, Serialize};

use crate::clock::Millis;
use crate::model::Jid;
use crate::plugins::{BreakerLimits, Digest};

/// The breaker of one version of a plugin in one bot, as it is kept too.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Breaker {
    /// Which version it is about.
    pub(super) version: String,
    /// The digest of its component: another build begins anew.
    pub(super) digest: String,
    /// The latest failures, oldest first; of one person no more than it takes beside one each of others.
    latest: Vec<Failed>,
    /// Until when the plugin is left alone.
    open_until: Option<Millis>,
    /// How long it was left alone the last time, while it has not worked since.
    rest: Millis,
    /// When it was opened, within the last day, oldest first.
    openings: Vec<Millis>,
    /// Since when it is left alone until its owner acts.
    quarantined: Option<Millis>,
}

/// One failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Failed {
    at: Millis,
    by: Causer,
}

/// Who caused an event, as far as a breaker wants to know: enough to tell people apart, too little to tell who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Causer(u32);

impl Causer {
    /// The one with this address.
    pub(super) fn of(person: &Jid) -> Self {
        let digest = Digest::of(person.to_string().as_bytes()).to_string();
        let short = digest.get(..8).unwrap_or_default();
        Self(u32::from_str_radix(short, 16).unwrap_or_default())
    }
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

/// A limit as a duration.
fn millis(limit: u64) -> Millis {
    Millis::try_from(limit).unwrap_or(Millis::MAX)
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
        self.latest.clear();
        self.open_until = None;
        self.rest = 0;
        true
    }

    /// The plugin has failed on an event that `by` caused. Returns how the breaker opened, when it did.
    pub(super) fn failed(
        &mut self,
        now: Millis,
        by: Causer,
        limits: &BreakerLimits,
    ) -> Option<Opened> {
        // What was under way when it opened changes nothing any more.
        if self.gate(now) != Gate::Open {
            return None;
        }
        self.latest
            .retain(|failed| now.saturating_sub(failed.at) < millis(limits.within_ms));
        self.latest.push(Failed { at: now, by });
        self.forget_more_of(by, limits);
        let mut people: Vec<_> = self.latest.iter().map(|failed| failed.by).collect();
        people.sort_unstable();
        people.dedup();
        // After a rest the first of each are enough: nothing has changed.
        let least = match self.open_until {
            None => limits.failures,
            Some(_) => limits.people,
        };
        let reached = |count: usize, least| u64::try_from(count).is_ok_and(|count| count >= least);
        if !reached(people.len(), limits.people) || !reached(self.latest.len(), least) {
            return None;
        }
        self.latest.clear();
        self.openings
            .retain(|at| now.saturating_sub(*at) < millis(limits.rests_within_ms));
        self.openings.push(now);
        let [first, longest] = [limits.rest_ms, limits.longest_rest_ms].map(millis);
        self.rest = self.rest.saturating_mul(2).clamp(first, longest.max(first));
        let until = now.saturating_add(self.rest);
        self.open_until = Some(until);
        if !reached(self.openings.len(), limits.rests) {
            return Some(Opened::Until(until));
        }
        self.quarantined = Some(now);
        Some(Opened::ForGood)
    }

    /// Forgets the oldest failures of somebody who has caused more than count, so that a flood fills nothing.
    fn forget_more_of(&mut self, by: Causer, limits: &BreakerLimits) {
        let of_them = self.latest.iter().filter(|failed| failed.by == by).count();
        let others = limits.people.saturating_sub(1);
        let count = limits.failures.saturating_sub(others).max(1);
        let mut more = of_them.saturating_sub(usize::try_from(count).unwrap_or(usize::MAX));
        self.latest.retain(|failed| {
            let goes = more > 0 && failed.by == by;
            more = more.saturating_sub(usize::from(goes));
            !goes
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Millis = 24 * 3_600_000;

    fn fail_of(breaker: &mut Breaker, now: Millis, by: Causer) -> Option<Opened> {
        breaker.failed(now, by, &BreakerLimits::default())
    }

    /// Fails so often for two people in turn.
    fn fail(breaker: &mut Breaker, now: Millis, times: usize) -> Option<Opened> {
        (0..times).fold(None, |_, n| fail_of(breaker, now, person(n % 2)))
    }

    fn person(n: usize) -> Causer {
        let address = format!("62800000001{n:02}@s.whatsapp.net");
        Causer::of(&address.parse().expect("an address"))
    }

    #[test]
    fn what_one_person_makes_fail_never_opens_it() {
        let mut breaker = Breaker::default();
        let one = |breaker: &mut Breaker, now, times| {
            (0..times).fold(None, |_, _| fail_of(breaker, now, person(1)))
        };
        assert_eq!(one(&mut breaker, 0, 1_000), None);
        assert_eq!(breaker.gate(0), Gate::Open);
        assert!(breaker.latest.len() < 5, "a flood fills nothing");
        assert_eq!(
            fail_of(&mut breaker, 1, person(2)),
            Some(Opened::Until(60_001)),
            "somebody else's is the fifth"
        );
        assert_eq!(one(&mut breaker, 60_001, 1_000), None, "nor again");
        assert_eq!(breaker.gate(60_001), Gate::Open);
        assert_eq!(
            fail_of(&mut breaker, 60_002, person(2)),
            Some(Opened::Until(180_002))
        );
    }

    #[test]
    fn how_much_is_too_much_can_be_said() {
        let limits = BreakerLimits {
            failures: 2,
            people: 1,
            within_ms: 10_000,
            rest_ms: 1_000,
            longest_rest_ms: 1_500,
            rests: 4,
            rests_within_ms: 100_000,
            ..BreakerLimits::default()
        };
        let mut breaker = Breaker::default();
        let mut fail = |now| breaker.failed(now, person(1), &limits);
        assert_eq!(fail(0), None);
        assert_eq!(fail(10_000), None, "the first is too old");
        assert_eq!(fail(10_001), Some(Opened::Until(11_001)), "of one person");
        assert_eq!(fail(11_001), Some(Opened::Until(12_501)), "no longer");
        assert_eq!(fail(12_501), Some(Opened::Until(14_001)));
        assert_eq!(fail(14_001), Some(Opened::ForGood), "the fourth");
    }

    #[test]
    fn people_are_told_apart_and_not_told() {
        let kept = serde_json::to_string(&person(1)).expect("JSON");
        assert!(person(1) != person(2) && !kept.contains("62800000001"));
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
            opened = fail(&mut breaker, now, 2);
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
        assert_eq!(fail(&mut breaker, Millis::MAX, 2), None);
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
        fail_of(&mut breaker, 60_000, person(1));
        let kept = serde_json::to_vec(&breaker).expect("JSON");
        assert_eq!(
            serde_json::from_slice::<Breaker>(&kept).expect("a breaker"),
            breaker
        );
    }
}
