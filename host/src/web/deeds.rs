//! Keeping who did what.

use std::sync::Arc;

use crate::clock::SharedClock;
use crate::store::{Audit, Deed};

/// Keeps the deeds of pages and of the control socket.
#[derive(Clone)]
pub struct Deeds {
    /// Where.
    pub audit: Arc<dyn Audit>,
    /// The time.
    pub clock: SharedClock,
}

impl Deeds {
    /// Keeps what somebody did. It is done already: that it can't be kept is told in the log.
    pub(super) async fn note(&self, by: String, what: &str, with: &str, detail: &str) {
        let deed = Deed {
            at: self.clock.now(),
            by,
            what: what.to_owned(),
            with: with.to_owned(),
            detail: detail.to_owned(),
        };
        if let Err(error) = self.audit.note(deed).await {
            tracing::error!(%error, what, with, "who did it could not be kept");
        }
    }
}
