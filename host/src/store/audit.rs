//! What was done with the host and its bots, by whom and when, as the host asks of it.

use async_trait::async_trait;

use super::StoreError;
use crate::clock::Millis;

/// How many deeds are kept; of more, the oldest are forgotten.
pub const DEEDS: u32 = 10_000;

/// Something that somebody did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deed {
    /// When.
    pub at: Millis,
    /// Who, as far as it is known: a page with the visitor's address, a chat, a program, the command line.
    pub by: String,
    /// What, as a word with dashes.
    pub what: String,
    /// With which bot or plugin; empty when it was with the host.
    pub with: String,
    /// More of it; may be empty.
    pub detail: String,
}

/// The deeds, in the order in which they were done.
#[async_trait]
pub trait Audit: Send + Sync + 'static {
    /// Keeps a deed.
    async fn note(&self, deed: Deed) -> Result<(), StoreError>;

    /// At most `limit` deeds, the last first, with their numbers: those before the one of number `before`.
    async fn deeds(&self, before: Option<i64>, limit: u32) -> Result<Vec<(i64, Deed)>, StoreError>;
}
