//! What a bot did and used, day by day, as the host asks of its store.

use async_trait::async_trait;

use super::StoreError;
use super::latency::DayLatency;
use crate::clock::Millis;
use crate::model::CpuTime;

/// Milliseconds of a day.
const DAY: Millis = 24 * 60 * 60 * 1000;

/// A day of UTC, counted from 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i64);

impl Day {
    /// The day that this moment is in.
    pub fn of(at: Millis) -> Self {
        Self(at.div_euclid(DAY))
    }

    /// When the next one begins.
    pub fn end(self) -> Millis {
        self.0.saturating_add(1).saturating_mul(DAY)
    }
}

/// One day of a bot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayUsage {
    /// Which.
    pub day: Day,
    /// Messages from others.
    pub received: u64,
    /// Messages sent.
    pub sent: u64,
    /// Time on the machine's processors.
    pub cpu: CpuTime,
}

impl DayUsage {
    /// A day on which nothing happened.
    pub fn none(day: Day) -> Self {
        Self {
            day,
            received: 0,
            sent: 0,
            cpu: CpuTime::default(),
        }
    }
}

/// A bot's days.
#[async_trait]
pub trait Usage: Send + Sync + 'static {
    /// A day; messages are counted with what keeps them.
    async fn day(&self, day: Day) -> Result<DayUsage, StoreError>;

    /// The days from this one on on which something happened, in order.
    async fn days(&self, from: Day) -> Result<Vec<DayUsage>, StoreError>;

    /// How long people waited for answers, on the days from this one on on which there were any, in order.
    async fn latencies(&self, from: Day) -> Result<Vec<DayLatency>, StoreError>;

    /// Adds CPU time to a day.
    async fn charge(&self, day: Day, cpu: CpuTime) -> Result<(), StoreError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_a_day_of_utc() {
        assert_eq!(Day::of(0), Day(0));
        assert_eq!(Day::of(DAY - 1), Day(0));
        assert_eq!(Day::of(DAY), Day(1));
        assert_eq!(Day(0).end(), DAY);
        assert_eq!(Day::of(Day(20_000).end()), Day(20_001));
    }
}
