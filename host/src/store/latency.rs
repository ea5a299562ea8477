//! How long people waited for a bot's answers, day by day.

use super::usage::Day;
use crate::clock::Millis;

/// What the first bucket holds, milliseconds: answers that took no longer. Each further one holds those that took up to twice as long.
const FIRST: Millis = 100;
/// How many buckets there are. The last one, after almost two minutes, has no end.
const BUCKETS: usize = 12;

/// The answers of one day, by how long people waited for them: from when the message had come in until WhatsApp had the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayLatency {
    /// Which day.
    pub day: Day,
    /// Answers by bucket.
    pub(super) answers: [u64; BUCKETS],
}

impl DayLatency {
    /// A day without answers.
    pub(super) fn none(day: Day) -> Self {
        Self {
            day,
            answers: [0; BUCKETS],
        }
    }

    /// How many answers there were.
    pub fn count(&self) -> u64 {
        self.answers
            .iter()
            .fold(0, |sum, more| sum.saturating_add(*more))
    }

    /// Within how many milliseconds so many percent of the answers came, rounded up to the end of a bucket. None when they took longer
    /// than can be told, and when there were none.
    pub fn within(&self, percent: u8) -> Option<Millis> {
        let all = self.count();
        let wanted = all.saturating_mul(percent.into()).div_ceil(100);
        let mut so_far: u64 = 0;
        let ends = std::iter::successors(Some(FIRST), |end| end.checked_mul(2));
        let mut buckets = self
            .answers
            .iter()
            .take(BUCKETS.saturating_sub(1))
            .zip(ends);
        let found = buckets.find(|(count, _)| {
            so_far = so_far.saturating_add(**count);
            so_far >= wanted && all > 0
        });
        found.map(|(_, end)| end)
    }
}

/// The bucket of an answer that took so long.
pub(super) fn bucket(took: Millis) -> u8 {
    let ends = std::iter::successors(Some(FIRST), |end| end.checked_mul(2));
    let ends = ends.take(BUCKETS.saturating_sub(1));
    let shorter = ends.take_while(|end| *end < took).count();
    u8::try_from(shorter).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(answers: &[(Millis, u64)]) -> DayLatency {
        let mut day = DayLatency::none(Day(1));
        for (took, count) in answers {
            day.answers[usize::from(bucket(*took))] += count;
        }
        day
    }

    #[test]
    fn a_bucket_is_twice_as_long_as_the_one_before() {
        let buckets = [-5, 0, 100, 101, 200, 201, 102_400, 102_401, Millis::MAX].map(bucket);
        assert_eq!(buckets, [0, 0, 0, 1, 1, 2, 10, 11, 11]);
    }

    #[test]
    fn a_share_came_within_the_end_of_its_bucket() {
        let mixed = day(&[(50, 50), (150, 44), (3_000, 5), (999_999, 1)]);
        assert_eq!(mixed.count(), 100);
        let within = [50, 51, 94, 95, 99, 100].map(|percent| mixed.within(percent));
        let expected = [
            Some(100),
            Some(200),
            Some(200),
            Some(3_200),
            Some(3_200),
            None,
        ];
        assert_eq!(within, expected);
        assert_eq!(day(&[]).within(50), None);
        assert_eq!(day(&[(1, 1)]).within(95), Some(100));
    }
}
