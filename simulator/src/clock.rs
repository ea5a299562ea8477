//! The simulator's time: the machine's, or standing still, and moved by hand.
//!
//! Everything that the server stamps, dates or lets expire reads this clock, so that a test can let an hour pass at once.
//! Deadlines on the network are not simulated time: they guard against a stuck peer and use the runtime's timer.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::sync::watch;

/// A clock that can be moved forward. Clones show the same time.
#[derive(Debug, Clone)]
pub struct SimClock {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    /// `None`: the machine's clock ticks underneath.
    start_ms: Option<i64>,
    moved_ms: AtomicI64,
    moves: watch::Sender<i64>,
}

impl SimClock {
    /// Follows the machine's clock, plus what [`advance`](Self::advance) added.
    pub fn system() -> Self {
        Self::with_start(None)
    }

    /// Stands at `unix_ms` (milliseconds since 1970) and moves by [`advance`](Self::advance) only.
    pub fn fixed(unix_ms: i64) -> Self {
        Self::with_start(Some(unix_ms))
    }

    fn with_start(start_ms: Option<i64>) -> Self {
        let inner = Inner {
            start_ms,
            moved_ms: AtomicI64::new(0),
            moves: watch::Sender::new(0),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// Milliseconds since 1970.
    pub fn now_ms(&self) -> i64 {
        let base = self.inner.start_ms.unwrap_or_else(|| {
            SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .map_or(0, |since| since.as_millis() as i64)
        });
        base + self.inner.moved_ms.load(Ordering::SeqCst)
    }

    /// Seconds since 1970, as stanzas carry them.
    pub fn now_secs(&self) -> i64 {
        self.now_ms().div_euclid(1000)
    }

    /// Moves the clock forward and tells the subscribers.
    pub fn advance(&self, by: Duration) {
        let by_ms = by.as_millis() as i64;
        let moved = self.inner.moved_ms.fetch_add(by_ms, Ordering::SeqCst) + by_ms;
        self.inner.moves.send_replace(moved);
    }

    /// Yields, after each move, the milliseconds by which the clock was moved in all.
    pub fn subscribe(&self) -> watch::Receiver<i64> {
        self.inner.moves.subscribe()
    }
}

impl Default for SimClock {
    fn default() -> Self {
        Self::system()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fixed_clock_moves_by_hand_only_and_tells() {
        let clock = SimClock::fixed(1_000_999);
        let moves = clock.subscribe();
        assert_eq!((clock.now_ms(), clock.now_secs()), (1_000_999, 1_000));
        clock.advance(Duration::from_secs(61));
        assert_eq!(clock.now_ms(), 1_061_999);
        assert_eq!(*moves.borrow(), 61_000);
    }
}
