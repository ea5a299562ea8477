//! What was done with the host and its bots, by whom and when, as the host asks of it.
//!
//! Nobody can have what others did forgotten by doing much: of each kind of deed only so many are kept of the same actor, and of more
//! their own oldest goes. What the operator did never goes for what others do.

use async_trait::async_trait;

use super::StoreError;
use crate::clock::Millis;
use crate::model::BotId;

/// How many deeds of one kind are kept of the operator, and as many of all visitors together.
pub const OF_HOST: u32 = 1_000;
/// How many deeds of one kind are kept of a bot's owner. There are some twenty kinds.
pub const OF_OWNER: u32 = 50;

/// Whose doing something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Actor {
    /// Who operates the host: on their page, by a program, in chat, on the command line.
    Operator,
    /// The owner of this bot, or who has got at a token of theirs.
    Owner(BotId),
    /// Anybody.
    Visitor,
}

impl Actor {
    /// How many deeds of one kind are kept.
    pub fn most(self) -> u32 {
        match self {
            Self::Operator | Self::Visitor => OF_HOST,
            Self::Owner(_) => OF_OWNER,
        }
    }
}

/// Something that somebody did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deed {
    /// When.
    pub at: Millis,
    /// Whose doing it is.
    pub actor: Actor,
    /// Who, as far as it is known: a page with the visitor's address, a chat, a program, the command line.
    pub by: String,
    /// What, as a word with dashes: one of a few, and nothing that anybody makes up.
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
