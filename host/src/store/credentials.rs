//! Who may use a bot's page and its API, as the host asks of it: links that sign in once, sessions, and programs' tokens.
//!
//! Secrets are random and long, so that their SHA-256 is all that is kept of them: who reads the registry can't sign in.

use async_trait::async_trait;

use super::StoreError;
use crate::clock::Millis;
use crate::model::BotId;

/// How many links of one bot are good at a time: of more, those that would end first go.
pub const LINKS_PER_BOT: u32 = 5;
/// How many sessions one bot has at a time; of more, the oldest end.
pub const SESSIONS_PER_BOT: u32 = 20;

/// How many tokens one bot has at most.
pub const TOKENS_PER_BOT: u32 = 10;
/// How many tokens the operator has at most.
pub const OPERATOR_TOKENS: u32 = 10;
/// How exactly it is known when a token was used last.
pub const TOKEN_USED_WITHIN: Millis = 3_600_000;

/// The SHA-256 of a secret.
pub type SecretDigest = [u8; 32];

/// A secret of a session that begins or goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSecret {
    /// Of the secret.
    pub digest: SecretDigest,
    /// When it was made.
    pub issued: Millis,
    /// When it ends.
    pub expires: Millis,
}

/// A visitor who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageSession {
    /// Whose page.
    pub bot: BotId,
    /// What the session's forms carry; the same as long as it lasts.
    pub form: String,
    /// When they signed in.
    pub begun: Millis,
    /// When the secret that they showed was made.
    pub issued: Millis,
    /// Whether there is a newer one already.
    pub replaced: bool,
}

/// A token of a program, without what it shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiToken {
    /// Its number among all tokens of the host.
    pub id: i64,
    /// What its owner calls it.
    pub name: String,
    /// When it was made.
    pub created: Millis,
    /// When it was used last, to within an hour.
    pub used: Option<Millis>,
}

/// Links that sign in once, sessions, and tokens. What belongs to a bot goes with it.
#[async_trait]
pub trait Credentials: Send + Sync + 'static {
    /// Keeps a link, and forgets those that are over.
    ///
    /// # Errors
    ///
    /// [`StoreError::NoSuchBot`].
    async fn add_link(
        &self,
        link: SecretDigest,
        bot: BotId,
        now: Millis,
        expires: Millis,
    ) -> Result<(), StoreError>;

    /// Which bot's page a link opens. It stays good.
    async fn link(&self, link: SecretDigest, now: Millis) -> Result<Option<BotId>, StoreError>;

    /// Uses a link up and begins a session with it, in one step: of two that come with one link, one signs in. None when the
    /// link is over or was used.
    async fn redeem(
        &self,
        link: SecretDigest,
        form: String,
        secret: NewSecret,
    ) -> Result<Option<BotId>, StoreError>;

    /// The session of a secret.
    async fn session(
        &self,
        secret: SecretDigest,
        now: Millis,
    ) -> Result<Option<PageSession>, StoreError>;

    /// Gives a session another secret; the former one is good until `grace` at most. Returns whether it did: not when the former
    /// one is over or was replaced already.
    async fn renew(
        &self,
        former: SecretDigest,
        secret: NewSecret,
        grace: Millis,
    ) -> Result<bool, StoreError>;

    /// Ends a session, whichever of its secrets is shown.
    async fn end_session(&self, secret: SecretDigest) -> Result<(), StoreError>;

    /// Keeps a new token. Returns whether it did: not when the bot has as many as it may have.
    ///
    /// # Errors
    ///
    /// [`StoreError::NoSuchBot`].
    async fn add_token(
        &self,
        token: SecretDigest,
        bot: BotId,
        name: String,
        now: Millis,
    ) -> Result<bool, StoreError>;

    /// A bot's tokens, in the order in which they were made.
    async fn tokens(&self, bot: BotId) -> Result<Vec<ApiToken>, StoreError>;

    /// Which bot a token is for, and what its owner calls it; it is used now.
    async fn token(
        &self,
        token: SecretDigest,
        now: Millis,
    ) -> Result<Option<(BotId, String)>, StoreError>;

    /// Makes a token of this bot worthless; those of other bots stay.
    async fn revoke_token(&self, bot: BotId, id: i64) -> Result<(), StoreError>;

    /// Keeps a new token of the operator's. Returns whether it did: not when there are as many as there may be.
    async fn add_operator_token(
        &self,
        token: SecretDigest,
        name: String,
        now: Millis,
    ) -> Result<bool, StoreError>;

    /// The operator's tokens, in the order in which they were made.
    async fn operator_tokens(&self) -> Result<Vec<ApiToken>, StoreError>;

    /// What the operator calls a token of theirs; it is used now. None for any other, those of bots too.
    async fn operator_token(
        &self,
        token: SecretDigest,
        now: Millis,
    ) -> Result<Option<String>, StoreError>;

    /// Makes a token of the operator's worthless. Returns whether there was one of this number.
    async fn revoke_operator_token(&self, id: i64) -> Result<bool, StoreError>;
}
