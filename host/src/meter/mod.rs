//! What a bot's work takes of the machine: time on the processors and memory, charged to the bot wherever the work is done.
//!
//! Work is charged poll by poll: before it the thread notes for whom it works, and reads its CPU clock before and after. Neither
//! waiting nor being descheduled is charged. `heap` is the memory.

mod heap;

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::time::{ClockId, clock_gettime};

use crate::model::CpuTime;

/// One bot's meter. Clones count together.
#[derive(Debug, Clone)]
pub struct Meter(Arc<Counts>);

/// CPU time in nanoseconds, and the heap's account.
#[derive(Debug)]
struct Counts {
    client: AtomicU64,
    plugins: AtomicU64,
    heap: heap::Account,
}

impl Default for Meter {
    fn default() -> Self {
        Self(Arc::new(Counts {
            client: AtomicU64::new(0),
            plugins: AtomicU64::new(0),
            heap: heap::Account::open(),
        }))
    }
}

impl Meter {
    /// All CPU time so far.
    pub fn cpu(&self) -> CpuTime {
        CpuTime {
            client: self.0.client.load(Ordering::Relaxed) / 1_000,
            plugins: self.0.plugins.load(Ordering::Relaxed) / 1_000,
        }
    }

    /// What the bot's work holds of the heap now, bytes: its client's state, its events and what the host keeps for it.
    pub fn memory(&self) -> u64 {
        self.0.heap.held()
    }

    /// Adds CPU time of the client, nanoseconds.
    pub fn charge_client(&self, nanos: u64) {
        self.0.client.fetch_add(nanos, Ordering::Relaxed);
    }

    /// Adds CPU time of a plugin, microseconds.
    pub fn charge_plugins(&self, micros: u64) {
        let nanos = micros.saturating_mul(1_000);
        self.0.plugins.fetch_add(nanos, Ordering::Relaxed);
    }

    /// Does the client's work, charged.
    pub fn client<T>(&self, work: impl FnOnce() -> T) -> T {
        let start = thread_cpu_nanos();
        let done = self.0.heap.charge(work);
        self.charge_client(thread_cpu_nanos().saturating_sub(start));
        done
    }

    /// A future of the client, each of its polls charged.
    pub async fn of_client<F: Future>(self, future: F) -> F::Output {
        let mut future = pin!(future);
        poll_fn(|context| self.client(|| future.as_mut().poll(context))).await
    }

    /// A future of the host's work for the bot, whose memory is charged; a plugin's CPU time is measured where it runs.
    pub async fn of_host<F: Future>(self, future: F) -> F::Output {
        let mut future = pin!(future);
        poll_fn(|context| self.0.heap.charge(|| future.as_mut().poll(context))).await
    }
}

/// CPU time of the calling thread, nanoseconds.
fn thread_cpu_nanos() -> u64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    let nanos = u64::try_from(time.tv_nsec).unwrap_or(0);
    seconds.saturating_mul(1_000_000_000).saturating_add(nanos)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// Spins until the thread has used this much of its CPU clock.
    fn burn(time: Duration) {
        let start = thread_cpu_nanos();
        while u128::from(thread_cpu_nanos() - start) < time.as_nanos() {
            std::hint::spin_loop();
        }
    }

    /// What the executor itself takes in a poll is little.
    fn about(meter: &Meter, bytes: u64) -> bool {
        (bytes..bytes + 4_000).contains(&meter.memory())
    }

    #[tokio::test]
    async fn what_is_worked_is_charged_and_what_is_waited_is_not() {
        let meter = Meter::default();
        let work = async {
            burn(Duration::from_millis(2));
            tokio::task::yield_now().await;
            burn(Duration::from_millis(2));
            vec![0_u8; 30_000]
        };
        let piece = meter.clone().of_client(work).await;
        let used = meter.cpu();
        assert!(used.client >= 4_000, "{used:?}");
        assert_eq!(used.plugins, 0);
        assert!(about(&meter, 30_000), "{}", meter.memory());
        drop(piece);
        assert!(about(&meter, 0), "{}", meter.memory());

        let wait = tokio::time::sleep(Duration::from_millis(50));
        meter.clone().of_client(wait).await;
        let waited = meter.cpu().client - used.client;
        assert!(waited < 40_000, "a wait was charged: {waited} µs");
    }

    #[tokio::test]
    async fn two_bots_on_one_thread_are_charged_for_their_own() {
        let (one, other) = (Meter::default(), Meter::default());
        let held = |bytes: usize| async move {
            tokio::task::yield_now().await;
            let piece = vec![0_u8; bytes];
            tokio::task::yield_now().await;
            piece
        };
        let (first, second) = tokio::join!(
            one.clone().of_host(held(10_000)),
            other.clone().of_host(held(20_000))
        );
        assert!(about(&one, 10_000) && about(&other, 20_000));
        drop((first, second));
        assert!(about(&one, 0) && about(&other, 0));
    }
}
