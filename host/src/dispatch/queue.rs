//! Rows of a bot's inbox or outbox that wait for their turn in this process, and those who serve them.
//!
//! The database is the truth; this holds row numbers and chats only, as many as the database has rows waiting, which are
//! bounded there.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures::FutureExt;
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::lanes::Lanes;
use crate::model::Jid;
use crate::store::Row;

/// Whether a row was dealt with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Served {
    /// It is done, in the database too.
    Done,
    /// The host is stopping; the row stays in the database for the next start.
    Left,
}

/// Rows in order per chat.
pub(super) struct Queue {
    lanes: Mutex<Lanes<Jid, Row>>,
    wake: Notify,
    /// Rows that are waiting or being served.
    unserved: watch::Sender<usize>,
}

impl Queue {
    pub(super) fn new() -> Self {
        Self {
            lanes: Mutex::new(Lanes::new()),
            wake: Notify::new(),
            unserved: watch::Sender::new(0),
        }
    }

    /// Puts rows behind the others of their chats.
    pub(super) fn push(&self, rows: impl IntoIterator<Item = (Jid, Row)>) {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        let mut count: usize = 0;
        for (chat, row) in rows {
            lanes.push(chat, row);
            count += 1;
        }
        drop(lanes);
        if count > 0 {
            self.unserved
                .send_modify(|unserved| *unserved = unserved.saturating_add(count));
            self.wake.notify_one();
        }
    }

    /// How many rows are waiting or being served; changes are told.
    pub(super) fn unserved(&self) -> watch::Receiver<usize> {
        self.unserved.subscribe()
    }

    /// Serves rows, at most `at_once` at a time and one per chat, until `stop`. Those under way then have `grace` to end;
    /// what has not ended is dropped, and its row is left.
    pub(super) async fn serve<F>(
        &self,
        at_once: usize,
        stop: CancellationToken,
        grace: Duration,
        work: impl Fn(Row) -> F,
    ) where
        F: Future<Output = Served> + Send + 'static,
    {
        let mut under_way = JoinSet::new();
        loop {
            while under_way.len() < at_once
                && let Some((chat, row)) = self.take()
            {
                let work = work(row);
                under_way.spawn(async move {
                    let served = AssertUnwindSafe(work).catch_unwind().await;
                    (chat, row, served)
                });
            }
            tokio::select! {
                () = stop.cancelled() => break,
                Some(ended) = under_way.join_next() => match ended {
                    Ok((chat, row, served)) => {
                        if served.is_err() {
                            tracing::error!(row, "a bug in the host ended the work on a row; it is left for the next start");
                        }
                        self.done(&chat);
                    }
                    Err(error) => tracing::error!(%error, "the work on a row was dropped"),
                },
                () = self.wake.notified() => {}
            }
        }
        let all_ended = async { while under_way.join_next().await.is_some() {} };
        if tokio::time::timeout(grace, all_ended).await.is_err() {
            tracing::warn!(
                left = under_way.len(),
                "stopping: work that did not end in time is left for the next start"
            );
        }
        under_way.shutdown().await;
    }

    fn take(&self) -> Option<(Jid, Row)> {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        lanes.take()
    }

    fn done(&self, chat: &Jid) {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        lanes.done(chat);
        drop(lanes);
        self.unserved
            .send_modify(|unserved| *unserved = unserved.saturating_sub(1));
    }
}
