//! What takes longer than a slice goes on in the second row: on threads that run when nobody else wants the core, on all cores but
//! one.
//!
//! Most events end within their first slice, on the thread that began them. One that doesn't would hold that thread for all of
//! its CPU time, slice after slice, and with it everybody whose turn comes there. It is moved, as it is, to a thread of its own
//! and stays there. What the host does for it meanwhile (storage, timers) is done where it always is. An event of a bot
//! that has used much lately ([`super::share`]) begins there.
//!
//! On a machine that is busy throughout these threads would get next to nothing ([`priority::only_idle`]), so that an event which has
//! been at it for [`PATIENCE`] goes on with the least priority of the usual kind.

use std::future::{Future, poll_fn};
use std::num::NonZeroUsize;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::thread::available_parallelism;
use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::{Semaphore, oneshot};

use super::priority;

/// How long an event has only what nobody else wants.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long a thread waits for the next event before it ends.
const KEEP: Duration = Duration::from_secs(10);

/// Where an event begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Row {
    /// On the thread that it comes on.
    First,
    /// Where it gives way to all others.
    Second,
}

/// An event under way.
pub(super) type Ride<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// The second row. Its threads are made when they are needed.
#[derive(Debug)]
pub(super) struct SecondRow {
    /// Where an event begins, and where it goes on after [`PATIENCE`]. None once it is dropped.
    threads: Option<[Runtime; 2]>,
    /// Shared with the other pools.
    cores: Cores,
    patience: Duration,
}

impl SecondRow {
    /// A second row for at most `most` events at a time.
    pub(super) fn new(most: usize, cores: Cores) -> std::io::Result<Self> {
        // Only its threads for blocking work are used.
        let threads = |name: &str, step_back: fn()| {
            Builder::new_current_thread()
                .max_blocking_threads(most.max(1))
                .thread_name(name)
                .thread_keep_alive(KEEP)
                .on_thread_start(step_back)
                .build()
        };
        let [first, later] = [
            threads("plugin-slow", priority::only_idle)?,
            threads("plugin-long", priority::least)?,
        ];
        Ok(Self {
            threads: Some([first, later]),
            cores,
            patience: PATIENCE,
        })
    }

    /// Runs an event to its end: here, or in the second row from its beginning or from the moment that `slow` is set. None when
    /// it can't go on, since the runtime ends. Dropping this future ends the event within a slice.
    pub(super) async fn drive<T: Send + 'static>(
        &self,
        row: Row,
        mut ride: Ride<T>,
        slow: &AtomicBool,
    ) -> Option<T> {
        if row == Row::First {
            let here = poll_fn(|cx| match ride.as_mut().poll(cx) {
                Poll::Ready(output) => Poll::Ready(Some(output)),
                Poll::Pending if slow.load(Ordering::Relaxed) => Poll::Ready(None),
                Poll::Pending => Poll::Pending,
            });
            if let Some(output) = here.await {
                return Some(output);
            }
        }
        let [first, later] = self.threads.as_ref()?;
        let until = Instant::now().checked_add(self.patience);
        for (threads, patience) in [(first, until), (later, None)] {
            match self.send(threads, ride, patience).await? {
                Sent::Ended(output) => return Some(output),
                Sent::Long(unended) => ride = unended,
            }
        }
        None
    }

    /// Runs an event on one of `threads`, to its end or until its first slice after `patience`.
    async fn send<T: Send + 'static>(
        &self,
        threads: &Runtime,
        ride: Ride<T>,
        patience: Option<Instant>,
    ) -> Option<Sent<T>> {
        let (wanted, unwanted) = oneshot::channel::<()>();
        let home = Handle::current();
        let cores = self.cores.clone();
        let there = threads.spawn_blocking(move || {
            home.block_on(async move {
                tokio::select! {
                    biased;
                    _ = unwanted => None,
                    sent = in_turn(ride, &cores, patience) => sent,
                }
            })
        });
        let sent = there.await;
        drop(wanted);
        sent.ok().flatten()
    }
}

/// What became of an event in the second row.
enum Sent<T> {
    /// It has ended.
    Ended(T),
    /// It is to go on elsewhere.
    Long(Ride<T>),
}

impl Drop for SecondRow {
    fn drop(&mut self) {
        for threads in self.threads.take().into_iter().flatten() {
            // Events still under way end by themselves: nobody waits for them any more.
            threads.shutdown_background();
        }
    }
}

/// The cores that may be busy with events of the second row at a time, of all pools together.
#[derive(Debug, Clone)]
pub(super) struct Cores(Arc<Semaphore>);

impl Cores {
    /// All but one, which is left to everybody else since not even the lowest priority makes room at once; the only one where
    /// there is but one.
    pub(super) fn all_but_one() -> Self {
        let cores = available_parallelism().map_or(1, NonZeroUsize::get);
        Self(Arc::new(Semaphore::new(cores.saturating_sub(1).max(1))))
    }
}

/// Runs an event, slice by slice, whenever one of `cores` is free, to its end or until its first slice after `patience`.
async fn in_turn<T>(
    mut ride: Ride<T>,
    Cores(cores): &Cores,
    patience: Option<Instant>,
) -> Option<Sent<T>> {
    loop {
        let core = cores.acquire().await.ok()?;
        if let Poll::Ready(output) = futures::poll!(&mut ride) {
            return Some(Sent::Ended(output));
        }
        drop(core);
        if patience.is_some_and(|until| Instant::now() >= until) {
            return Some(Sent::Long(ride));
        }
        // Its own waker wakes this task.
        futures::pending!();
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    /// A future that sets `slow` at its first poll and is done at its second; says on which thread each was.
    fn two_slices(slow: &Arc<AtomicBool>) -> Ride<[thread::ThreadId; 2]> {
        let slow = Arc::clone(slow);
        Box::pin(async move {
            let first = thread::current().id();
            slow.store(true, Ordering::Relaxed);
            tokio::task::yield_now().await;
            [first, thread::current().id()]
        })
    }

    #[tokio::test]
    async fn only_what_is_slow_changes_its_thread() {
        let row = SecondRow::new(1, Cores::all_but_one()).expect("a row");
        let here = thread::current().id();
        let slow = Arc::new(AtomicBool::new(false));
        let quick = async move {
            tokio::task::yield_now().await;
            thread::current().id()
        };
        assert_eq!(
            row.drive(Row::First, Box::pin(quick), &slow).await,
            Some(here)
        );
        let [first, second] = row
            .drive(Row::First, two_slices(&slow), &slow)
            .await
            .expect("an end");
        assert_eq!(first, here);
        assert_ne!(second, here);
    }

    #[tokio::test]
    async fn who_gives_way_begins_in_the_second_row() {
        let row = SecondRow::new(1, Cores::all_but_one()).expect("a row");
        let quick = Box::pin(async { thread::current().id() });
        let slow = AtomicBool::new(false);
        let there = row.drive(Row::Second, quick, &slow).await;
        assert_ne!(there.expect("an end"), thread::current().id());
    }

    #[cfg(target_os = "linux")]
    mod linux {
        use thread_priority::{NormalThreadSchedulePolicy, ThreadSchedulePolicy};

        use super::*;

        /// The calling thread's policy and niceness.
        fn own() -> (ThreadSchedulePolicy, i32) {
            let policy = thread_priority::thread_schedule_policy().expect("a policy");
            let nice = rustix::process::getpriority_process(None).expect("a priority");
            (policy, nice)
        }

        /// Where an event of two slices ends, in a row of this patience.
        async fn end_of_two_slices(patience: Duration) -> (ThreadSchedulePolicy, i32) {
            let mut row = SecondRow::new(1, Cores::all_but_one()).expect("a row");
            row.patience = patience;
            let slow = Arc::new(AtomicBool::new(true));
            let ride = async {
                // The first slice is on the thread that it comes on, the second one is the first in the row.
                tokio::task::yield_now().await;
                tokio::task::yield_now().await;
                own()
            };
            let end = row.drive(Row::First, Box::pin(ride), &slow).await;
            end.expect("an end")
        }

        #[tokio::test]
        async fn the_second_row_has_what_nobody_wants_and_the_first_keeps_its_own() {
            let before = own();
            let idle = ThreadSchedulePolicy::Normal(NormalThreadSchedulePolicy::Idle);
            assert_eq!(end_of_two_slices(PATIENCE).await, (idle, 0));
            assert_eq!(own(), before);
        }

        #[tokio::test]
        async fn who_takes_long_gets_the_least_that_others_leave() {
            let usual = ThreadSchedulePolicy::Normal(NormalThreadSchedulePolicy::Other);
            assert_eq!(
                end_of_two_slices(Duration::ZERO).await,
                (usual, priority::LEAST)
            );
        }
    }

    #[tokio::test]
    async fn an_event_that_nobody_wants_any_more_ends() {
        struct Dropped(Option<oneshot::Sender<()>>);
        impl Drop for Dropped {
            fn drop(&mut self) {
                _ = self.0.take().expect("once").send(());
            }
        }
        let row = SecondRow::new(1, Cores::all_but_one()).expect("a row");
        let slow = Arc::new(AtomicBool::new(true));
        let (gone, ended) = oneshot::channel();
        let (begun, running) = oneshot::channel();
        let guard = Dropped(Some(gone));
        let ride = async move {
            let _guard = guard;
            tokio::task::yield_now().await;
            _ = begun.send(());
            loop {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            _ = row.drive::<()>(Row::First, Box::pin(ride), &slow) => panic!("it has no end"),
            begun = running => begun.expect("it runs"),
        }
        ended.await.expect("it was dropped");
    }
}
