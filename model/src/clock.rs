//! Time, passed in.
//!
//! Whoever needs the time or a delay takes a [`Clock`], so that tests are exact and never sleep. [`SystemClock`] is the
//! ordinary one; [`MovableClock`] runs with the system's and can be pushed forward, which wakes those who wait.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures::future::BoxFuture;
use tokio::sync::watch;

/// Milliseconds since the Unix epoch, UTC.
pub type Millis = i64;

/// The time, and waiting for it.
pub trait Clock: Send + Sync + 'static {
    /// The time now.
    fn now(&self) -> Millis;

    /// Resolves when [`Clock::now`] has reached `at`; at once if it already has.
    fn sleep_until(&self, at: Millis) -> BoxFuture<'static, ()>;

    /// Resolves after `duration` by this clock.
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.sleep_until(self.now().saturating_add(millis(duration)))
    }
}

/// A clock as it is shared.
pub type SharedClock = Arc<dyn Clock>;

/// `duration` in whole milliseconds, saturating.
pub fn millis(duration: Duration) -> Millis {
    Millis::try_from(duration.as_millis()).unwrap_or(Millis::MAX)
}

fn system_now() -> Millis {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, millis)
}

/// The machine's clock.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Millis {
        system_now()
    }

    fn sleep_until(&self, at: Millis) -> BoxFuture<'static, ()> {
        let wait = at.saturating_sub(system_now()).max(0);
        Box::pin(tokio::time::sleep(Duration::from_millis(
            wait.unsigned_abs(),
        )))
    }
}

/// The machine's clock plus an offset that can be moved forward, for tests and the simulator.
#[derive(Debug, Clone)]
pub struct MovableClock {
    offset: Arc<watch::Sender<Millis>>,
}

impl Default for MovableClock {
    fn default() -> Self {
        Self {
            offset: Arc::new(watch::Sender::new(0)),
        }
    }
}

impl MovableClock {
    /// Moves the time forward by `by` and wakes whoever waits for a time that has now come.
    pub fn advance(&self, by: Duration) {
        self.offset
            .send_modify(|offset| *offset = offset.saturating_add(millis(by)));
    }
}

impl Clock for MovableClock {
    fn now(&self) -> Millis {
        system_now().saturating_add(*self.offset.borrow())
    }

    fn sleep_until(&self, at: Millis) -> BoxFuture<'static, ()> {
        let mut offset = self.offset.subscribe();
        Box::pin(async move {
            loop {
                let now = system_now().saturating_add(*offset.borrow_and_update());
                if now >= at {
                    return;
                }
                let wait = Duration::from_millis(at.saturating_sub(now).unsigned_abs());
                tokio::select! {
                    () = tokio::time::sleep(wait) => {}
                    moved = offset.changed() => {
                        if moved.is_err() {
                            tokio::time::sleep(wait).await;
                        }
                    }
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn advancing_wakes_a_sleeper() {
        let clock = MovableClock::default();
        let before = clock.now();
        let sleeper = clock.sleep(Duration::from_secs(3600));
        clock.advance(Duration::from_secs(3600));
        tokio::time::timeout(Duration::from_secs(5), sleeper)
            .await
            .expect("the sleeper wakes when the time has come");
        assert!(clock.now() - before >= 3_600_000);
    }

    #[tokio::test]
    async fn a_past_time_resolves_at_once() {
        let at_once = |clock: &dyn Clock| clock.sleep_until(clock.now() - 1);
        let deadline = Duration::from_secs(5);
        tokio::time::timeout(deadline, at_once(&SystemClock))
            .await
            .expect("system");
        tokio::time::timeout(deadline, at_once(&MovableClock::default()))
            .await
            .expect("movable");
    }
}
