//! What went through, counted for metrics.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counts since the bot came up in this process.
#[derive(Debug, Default)]
pub struct Counters {
    /// Events kept in the inbox.
    pub received: Count,
    /// Events that came again.
    pub repeated: Count,
    /// Events that were for no plugin.
    pub filtered: Count,
    /// Runs of a plugin that ended well.
    pub handled: Count,
    /// Runs of a plugin that failed.
    pub failed: Count,
    /// Runs that were spared because the plugin's breaker is open.
    pub spared: Count,
    /// Commands that the host itself refused, by role, place or cooldown.
    pub refused: Count,
    /// Messages that the server has taken.
    pub sent: Count,
    /// Attempts to send that did not get through and are made again.
    pub retried: Count,
    /// Messages that will never get through.
    pub given_up: Count,
}

/// One count.
#[derive(Debug, Default)]
pub struct Count(AtomicU64);

impl Count {
    /// Adds one.
    pub(super) fn one(&self) {
        self.add(1);
    }

    /// Adds `more`.
    pub(super) fn add(&self, more: u64) {
        self.0.fetch_add(more, Ordering::Relaxed);
    }

    /// The count now.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
