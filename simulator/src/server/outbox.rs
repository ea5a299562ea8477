//! What waits to be written to one device: a bounded queue between the server's state and a connection or a phone.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use wacore_binary::Node;

/// A device that leaves so much unread is cut off; what it has not acknowledged waits in its offline queue.
const LIMIT: usize = 16_384;

/// One thing to do on a connection.
#[derive(Debug)]
pub(crate) enum Out {
    /// Write this stanza.
    Stanza(Node),
    /// Write a frame that nobody can decrypt.
    Garbage,
    /// Close the websocket after what stands before.
    Close,
    /// Break the connection without a word.
    Abort,
}

#[derive(Debug, Default)]
struct Inner {
    queue: Mutex<VecDeque<Out>>,
    wake: Notify,
}

/// The queue; clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outbox {
    inner: Arc<Inner>,
}

impl Outbox {
    fn queue(&self) -> MutexGuard<'_, VecDeque<Out>> {
        self.inner
            .queue
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts something at the end. Breaks the connection when the queue is full.
    pub(crate) fn push(&self, out: Out) {
        let mut queue = self.queue();
        if queue.len() >= LIMIT {
            queue.clear();
            queue.push_back(Out::Abort);
        } else {
            queue.push_back(out);
        }
        drop(queue);
        self.inner.wake.notify_one();
    }

    /// Puts a stanza at the end.
    pub(crate) fn stanza(&self, stanza: Node) {
        self.push(Out::Stanza(stanza));
    }

    /// Drops all that waits and breaks the connection.
    pub(crate) fn abort(&self) {
        let mut queue = self.queue();
        queue.clear();
        queue.push_back(Out::Abort);
        drop(queue);
        self.inner.wake.notify_one();
    }

    /// Forgets all that waits.
    pub(crate) fn clear(&self) {
        self.queue().clear();
    }

    /// Takes the first thing, waiting for one. For one taker.
    pub(crate) async fn next(&self) -> Out {
        loop {
            if let Some(out) = self.queue().pop_front() {
                return out;
            }
            self.inner.wake.notified().await;
        }
    }

    /// Whether nothing waits.
    pub(crate) fn is_empty(&self) -> bool {
        self.queue().is_empty()
    }

    /// Whether both are the same queue.
    pub(crate) fn same_as(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.inner, &other.inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::stanza::empty;

    #[tokio::test]
    async fn who_does_not_read_is_cut_off() {
        let outbox = Outbox::default();
        for _ in 0..=LIMIT {
            outbox.stanza(empty("ib"));
        }
        assert!(matches!(outbox.next().await, Out::Abort));
        assert!(outbox.is_empty());
    }
}
