//! The engine's epoch, moved on at a steady pace while events are in flight.
//!
//! Compiled components compare the epoch with their deadline at every loop and function entry; that comparison is what
//! stops an endless loop. The pace is kept by a thread of its own, so that a blocked async runtime can't stop it, and the
//! thread sleeps while no event runs, so that an idle host wakes for nothing. It goes to sleep at a tick only: to wake it costs more
//! than many an event.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

#[derive(Debug, Default)]
struct State {
    running: u32,
    ended: bool,
    /// Whether the thread waits for somebody to run, and is to be woken.
    resting: bool,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing can panic while the lock is held, so poison carries no meaning here.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Calls a function at a steady pace while somebody holds a [`Running`]; its drop ends the thread and waits for it.
#[derive(Debug)]
pub(super) struct Ticker {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Ticker {
    /// Starts the thread.
    pub(super) fn start(
        every: Duration,
        tick: impl Fn() + Send + 'static,
    ) -> std::io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let thread = std::thread::Builder::new()
            .name("plugin-epoch".to_owned())
            .spawn({
                let shared = Arc::clone(&shared);
                move || keep_pace(&shared, every, tick)
            })?;
        Ok(Self {
            shared,
            thread: Some(thread),
        })
    }

    /// Keeps the pace up until the guard is dropped.
    pub(super) fn run(&self) -> Running {
        let mut state = self.shared.state();
        state.running = state.running.saturating_add(1);
        let wake = std::mem::take(&mut state.resting);
        drop(state);
        if wake {
            self.shared.changed.notify_all();
        }
        Running {
            shared: Arc::clone(&self.shared),
        }
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.shared.state().ended = true;
        self.shared.changed.notify_all();
        if let Some(thread) = self.thread.take() {
            // A panic in it has been reported by the panic hook already.
            drop(thread.join());
        }
    }
}

/// While one exists, the ticker ticks.
#[derive(Debug)]
pub(super) struct Running {
    shared: Arc<Shared>,
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut state = self.shared.state();
        state.running = state.running.saturating_sub(1);
    }
}

fn keep_pace(shared: &Shared, every: Duration, tick: impl Fn()) {
    let mut state = shared.state();
    while !state.ended {
        state = if state.running == 0 {
            state.resting = true;
            shared
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner)
        } else {
            let (state, timeout) = shared
                .changed
                .wait_timeout(state, every)
                .unwrap_or_else(PoisonError::into_inner);
            if timeout.timed_out() {
                tick();
            }
            state
        };
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Instant;

    use super::*;

    const DEADLINE: Duration = Duration::from_secs(10);

    #[test]
    fn it_ticks_while_something_runs_and_ends_with_its_owner() {
        let (ticked, ticks) = mpsc::channel();
        let ticker = Ticker::start(Duration::from_millis(1), move || {
            // The receiver may be gone at the end of the test.
            _ = ticked.send(Instant::now());
        })
        .expect("a thread");
        let running = ticker.run();
        for _ in 0..3 {
            ticks.recv_timeout(DEADLINE).expect("a tick");
        }
        drop(running);
        drop(ticker);
        // The thread is gone and with it the sender: what is left drains to a hang-up, not to a time-out.
        while ticks.try_recv().is_ok() {}
        assert_eq!(ticks.try_recv(), Err(mpsc::TryRecvError::Disconnected));
    }

    #[test]
    fn it_rests_while_nothing_runs() {
        let (ticked, ticks) = mpsc::channel();
        let ticker = Ticker::start(Duration::from_millis(1), move || {
            _ = ticked.send(());
        })
        .expect("a thread");
        assert_eq!(
            ticks.recv_timeout(Duration::from_millis(30)),
            Err(mpsc::RecvTimeoutError::Timeout)
        );
        let running = ticker.run();
        ticks.recv_timeout(DEADLINE).expect("a tick");
        drop(running);
    }
}
