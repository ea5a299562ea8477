//! A clock that stands still until the test moves it, so that texts with times in them are exact.

use std::sync::Arc;
use std::time::Duration;

use jadi_model::clock::{Clock, Millis, millis};
use tokio::sync::watch;

/// 2026-01-05 09:00 UTC, a Monday.
const BEGIN: Millis = 1_767_603_600_000;

/// A bot's clock. It begins on Monday, 2026-01-05 at 09:00 UTC.
#[derive(Debug, Clone)]
pub struct TestClock(Arc<watch::Sender<Millis>>);

impl TestClock {
    pub(crate) fn begin() -> Self {
        Self(Arc::new(watch::Sender::new(BEGIN)))
    }

    /// Moves the time forward.
    pub fn advance(&self, by: Duration) {
        self.0
            .send_modify(|now| *now = now.saturating_add(millis(by)));
    }

    /// Sets the time, in milliseconds since 1970-01-01 00:00 UTC.
    pub fn set(&self, now: Millis) {
        self.0.send_replace(now);
    }

    /// The time, in milliseconds since 1970-01-01 00:00 UTC.
    pub fn now(&self) -> Millis {
        *self.0.borrow()
    }
}

impl Clock for TestClock {
    fn now(&self) -> Millis {
        Self::now(self)
    }

    fn sleep_until(
        &self,
        at: Millis,
    ) -> std::pin::Pin<Box<dyn Future<Output = ()> + Send + 'static>> {
        let mut now = self.0.subscribe();
        // The clock outlives whoever sleeps by it; if it did not, there would be nothing to wait for.
        Box::pin(async move { drop(now.wait_for(|now| *now >= at).await) })
    }
}
