//! Codes by which the operator invites people to make bots, as the host asks of it.

use async_trait::async_trait;

use super::{SecretDigest, StoreError};
use crate::clock::Millis;

/// How many invite codes there are at most, those that are used up among them.
pub const INVITES: u32 = 100;

/// An invite code, without the code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invite {
    /// Its number among all invite codes of the host.
    pub id: i64,
    /// Whom it is for, as the operator says.
    pub name: String,
    /// When it was made.
    pub made: Millis,
    /// How many bots can be made with it in all.
    pub uses: u32,
    /// How many still.
    pub free: u32,
}

/// The host's invite codes.
#[async_trait]
pub trait Invites: Send + Sync + 'static {
    /// Keeps a new one with which `uses` bots can be made. Returns whether it did: not when there are as many as there may be.
    async fn add_invite(
        &self,
        code: SecretDigest,
        name: String,
        uses: u32,
        now: Millis,
    ) -> Result<bool, StoreError>;

    /// All of them, in the order in which they were made.
    async fn invites(&self) -> Result<Vec<Invite>, StoreError>;

    /// Takes one use of a code: of two who come for the last one, one gets it. Returns whether there was one.
    async fn take_invite(&self, code: SecretDigest) -> Result<bool, StoreError>;

    /// Gives a use back of which nothing came. A code that was revoked meanwhile stays so.
    async fn give_invite_back(&self, code: SecretDigest) -> Result<(), StoreError>;

    /// Makes a code worthless. Returns whether there was one.
    async fn revoke_invite(&self, id: i64) -> Result<bool, StoreError>;
}
