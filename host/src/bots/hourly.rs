//! How often somebody may do something within an hour.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

use crate::clock::Millis;

/// How many are remembered.
const REMEMBERED: usize = 10_000;
const HOUR: Millis = 3_600_000;

/// When each has done it, within the last hour.
pub(super) struct Hourly<K> {
    /// How often each may.
    most: usize,
    times: HashMap<K, VecDeque<Millis>>,
}

impl<K: Eq + Hash> Hourly<K> {
    /// Nobody has done it yet, and each may so often.
    pub(super) fn new(most: usize) -> Self {
        Self {
            most,
            times: HashMap::new(),
        }
    }

    /// When somebody who has done it too often may do it again.
    pub(super) fn too_often(&mut self, who: &K, now: Millis) -> Option<Millis> {
        let times = self.times.get_mut(who)?;
        times.retain(|at| now.saturating_sub(*at) < HOUR);
        let first = *times.front()?;
        (times.len() >= self.most).then(|| first.saturating_add(HOUR))
    }

    /// Somebody does it.
    pub(super) fn note(&mut self, who: K, now: Millis) {
        if self.times.len() >= REMEMBERED {
            let recent = |at: &Millis| now.saturating_sub(*at) < HOUR;
            self.times
                .retain(|_, times| times.back().is_some_and(recent));
        }
        self.times.entry(who).or_default().push_back(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_times_an_hour_each() {
        let mut hourly = Hourly::new(5);
        for now in 0..5 {
            assert_eq!(hourly.too_often(&"alice", now), None);
            hourly.note("alice", now);
        }
        assert_eq!(hourly.too_often(&"alice", 5), Some(HOUR));
        assert_eq!(hourly.too_often(&"bob", 5), None);
        assert_eq!(hourly.too_often(&"alice", HOUR), None);
        hourly.note("alice", HOUR);
        assert_eq!(hourly.too_often(&"alice", HOUR), Some(HOUR + 1));
    }
}
