//! Keeping who did what.

use std::sync::Arc;

use crate::clock::SharedClock;
use crate::store::{Actor, Audit, Deed};

/// The most characters that are kept of what somebody wrote.
const LENGTH: usize = 300;

/// Keeps the deeds of pages and of the control socket.
#[derive(Clone)]
pub struct Deeds {
    /// Where.
    pub audit: Arc<dyn Audit>,
    /// The time.
    pub clock: SharedClock,
}

/// Who does something.
#[derive(Debug, Clone)]
pub(super) struct Doer {
    /// Whose doing it is.
    pub(super) actor: Actor,
    /// By which way, and where from.
    pub(super) by: String,
}

impl Deeds {
    /// Keeps what somebody did. It is done already: that it can't be kept is told in the log.
    pub(super) async fn note(&self, doer: Doer, what: &str, with: &str, detail: &str) {
        let deed = Deed {
            at: self.clock.now(),
            actor: doer.actor,
            by: doer.by,
            what: what.to_owned(),
            with: with.to_owned(),
            detail: detail.chars().take(LENGTH).collect(),
        };
        if let Err(error) = self.audit.note(deed).await {
            tracing::error!(%error, what, with, "who did it could not be kept");
        }
    }
}
