//! How long a component was on the CPU.
//!
//! A component runs inside the polls of one future. The meter reads the thread's CPU clock when such a poll begins and
//! ends, and stops while a host call is being served: neither waiting for the store nor being descheduled by the
//! operating system is charged to the plugin. Wall clocks would charge both, and kill innocent plugins on a busy machine.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// Marks a meter that is not running.
const STOPPED: u64 = u64::MAX;

/// CPU time of the calling thread, nanoseconds.
fn thread_cpu_nanos() -> u64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    let nanos = u64::try_from(time.tv_nsec).unwrap_or(0);
    seconds.saturating_mul(1_000_000_000).saturating_add(nanos)
}

/// The CPU time of one event. Only one thread runs the event at a time; atomics make it shareable, not concurrent.
#[derive(Debug)]
pub(super) struct CpuMeter {
    spent: AtomicU64,
    /// What the host was on the CPU for it, nanoseconds.
    served: AtomicU64,
    since: AtomicU64,
    slow: AtomicBool,
}

impl Default for CpuMeter {
    fn default() -> Self {
        Self {
            spent: AtomicU64::new(0),
            served: AtomicU64::new(0),
            since: AtomicU64::new(STOPPED),
            slow: AtomicBool::new(false),
        }
    }
}

impl CpuMeter {
    /// CPU time so far, nanoseconds. While the meter runs, call it on the thread that runs the event.
    pub(super) fn nanos(&self) -> u64 {
        let spent = self.spent.load(Ordering::Relaxed);
        match self.since.load(Ordering::Relaxed) {
            STOPPED => spent,
            since => spent.saturating_add(thread_cpu_nanos().saturating_sub(since)),
        }
    }

    /// CPU time so far with what the host did for it, nanoseconds.
    pub(super) fn nanos_in_all(&self) -> u64 {
        let served = self.served.load(Ordering::Relaxed);
        self.nanos().saturating_add(served)
    }

    /// Notes that the event has used up a slice.
    pub(super) fn set_slow(&self) {
        self.slow.store(true, Ordering::Relaxed);
    }

    /// Whether the event has used up a slice.
    pub(super) fn is_slow(&self) -> &AtomicBool {
        &self.slow
    }

    /// Starts it; gives the thread's CPU time, nanoseconds.
    fn start(&self) -> u64 {
        let now = thread_cpu_nanos();
        self.since.store(now, Ordering::Relaxed);
        now
    }

    /// Stops it; gives the thread's CPU time, nanoseconds.
    fn stop(&self) -> u64 {
        let now = thread_cpu_nanos();
        let since = self.since.swap(STOPPED, Ordering::Relaxed);
        let ran = now.saturating_sub(since);
        self.spent.fetch_add(ran, Ordering::Relaxed);
        now
    }

    /// Runs `future` with the meter on during each poll.
    pub(super) async fn charge<F: Future>(&self, future: F) -> F::Output {
        let mut future = pin!(future);
        poll_fn(|cx| {
            self.start();
            let poll = future.as_mut().poll(cx);
            self.stop();
            poll
        })
        .await
    }

    /// Runs `future`, the host's work for the component, with the meter off during each poll.
    pub(super) async fn pause<F: Future>(&self, future: F) -> F::Output {
        let mut future = pin!(future);
        poll_fn(|cx| {
            let stopped = self.stop();
            let poll = future.as_mut().poll(cx);
            let served = self.start().saturating_sub(stopped);
            self.served.fetch_add(served, Ordering::Relaxed);
            poll
        })
        .await
    }
}

/// Runs `future`, and says how long it was on the CPU, whatever it did there.
pub(super) async fn on_cpu<F: Future>(future: F) -> (F::Output, Duration) {
    let mut future = pin!(future);
    let mut nanos = 0_u64;
    poll_fn(|cx| {
        let begun = thread_cpu_nanos();
        let poll = future.as_mut().poll(cx);
        nanos = nanos.saturating_add(thread_cpu_nanos().saturating_sub(begun));
        poll.map(|output| (output, Duration::from_nanos(nanos)))
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Spins until the thread has used `nanos` of CPU time.
    fn burn(nanos: u64) {
        let start = thread_cpu_nanos();
        while thread_cpu_nanos() - start < nanos {
            std::hint::spin_loop();
        }
    }

    #[tokio::test]
    async fn only_the_components_own_time_is_charged() {
        let meter = CpuMeter::default();
        meter
            .charge(async {
                burn(2_000_000);
                meter.pause(async { burn(20_000_000) }).await;
                tokio::task::yield_now().await;
                burn(2_000_000);
            })
            .await;
        let in_all = meter.nanos_in_all();
        assert!(in_all >= 24_000_000, "{in_all} ns with the host's work");
        let nanos = meter.nanos();
        assert!(
            (4_000_000..20_000_000).contains(&nanos),
            "{nanos} ns charged for 4 ms of work"
        );
    }

    #[tokio::test]
    async fn a_running_meter_can_be_read() {
        let meter = CpuMeter::default();
        let inside = meter
            .charge(async {
                burn(1_000_000);
                meter.nanos()
            })
            .await;
        assert!(inside >= 1_000_000, "{inside} ns");
        assert!(meter.nanos() >= inside);
    }
}
