//! Who may use a bot's page and its API: links that sign its owner in once, sessions, and tokens of programs. And who operates the
//! host, by a password (`operator`), and whom the operator invites to make a bot (`invites`).
//!
//! A link is made for chat, a session for a browser's cookie. Both are random secrets of which only digests are kept. A link is
//! good for ten minutes and for one signing in; looking at it uses nothing up, since messengers fetch what they show a preview
//! of. A session's secret is replaced as the session is used, so that one which leaked is soon worth nothing.

mod invites;
mod operator;
mod secret;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use tokio::sync::{SetOnce, watch};

use crate::clock::{Millis, SharedClock};
use crate::model::BotId;
use crate::random::SharedRandom;
use crate::store::{ApiToken, Credentials, NewSecret, StoreError};

pub use invites::{Invited, Invites};
pub use operator::{Crowded, Operator, Operators};
pub use secret::Secret;

const MINUTE: Millis = 60_000;
const DAY: Millis = 24 * 60 * MINUTE;
/// How long a link can be used.
pub const LINK_FOR: Millis = 10 * MINUTE;
/// How long a session lasts that nobody uses.
const IDLE: Millis = DAY;
/// How long a session lasts at most.
const LONGEST: Millis = 7 * DAY;
/// How old a session's secret becomes before it is replaced.
const RENEWED_AFTER: Millis = 60 * MINUTE;
/// How long the former secret stays good for what is under way.
const GRACE: Millis = MINUTE;

/// What a program's token begins with, so that whoever finds one knows what it is.
const TOKEN: &str = "jadi_";
/// The same for those of the operator. Neither can be taken for the other.
const OPERATOR_TOKEN: &str = "jadi_operator_";

/// Makes links and tokens, and keeps sessions.
pub struct Access {
    credentials: Arc<dyn Credentials>,
    clock: SharedClock,
    random: SharedRandom,
    /// The address of the pages, with a slash at its end, if there are any. Known when the host has started.
    pages: SetOnce<Option<String>>,
    /// Changes when a token was revoked.
    revoked: watch::Sender<()>,
}

/// Somebody who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visitor {
    /// Whose page.
    pub bot: BotId,
    /// What each form of theirs has to carry.
    pub form: String,
    /// The secret that takes the place of the one that was shown.
    pub renewed: Option<Secret>,
}

impl Access {
    /// For pages whose address is not known yet.
    pub fn new(
        credentials: Arc<dyn Credentials>,
        clock: SharedClock,
        random: SharedRandom,
    ) -> Arc<Self> {
        Arc::new(Self {
            credentials,
            clock,
            random,
            pages: SetOnce::new(),
            revoked: watch::Sender::new(()),
        })
    }

    /// Says where the pages are, as people's browsers reach them, or that there are none.
    pub fn open_at(&self, address: Option<&str>) {
        let address = address.map(|address| format!("{}/", address.trim_end_matches('/')));
        // It is said once.
        let _ = self.pages.set(address);
    }

    /// Where the pages are, with a slash at the end; none when there are no pages.
    pub fn pages(&self) -> Option<&str> {
        self.pages.get()?.as_deref()
    }

    /// Whether the pages are reached over HTTPS, so that cookies must not go over anything else.
    pub fn is_secure(&self) -> bool {
        self.pages()
            .is_some_and(|pages| pages.starts_with("https:"))
    }

    /// A link that signs in to a bot's page, once and soon. None when there are no pages; while the host starts, it waits until
    /// that is known.
    ///
    /// # Errors
    ///
    /// When there is no such bot, or the link can't be kept.
    pub async fn link(&self, bot: BotId) -> Result<Option<String>, StoreError> {
        let Some(pages) = self.pages.wait().await else {
            return Ok(None);
        };
        let secret = Secret::generate(&*self.random);
        let now = self.clock.now();
        let expires = now.saturating_add(LINK_FOR);
        self.credentials
            .add_link(secret.digest(), bot, now, expires)
            .await?;
        Ok(Some(format!("{pages}sign-in/{}", secret.reveal())))
    }

    /// Whether a link's secret can be used. It still can afterwards.
    ///
    /// # Errors
    ///
    /// When that can't be read.
    pub async fn is_good(&self, link: &str) -> Result<bool, StoreError> {
        let Some(link) = Secret::shown(link) else {
            return Ok(false);
        };
        let found = self.credentials.link(link.digest(), self.clock.now());
        Ok(found.await?.is_some())
    }

    /// A secret for a form of somebody who is not signed in yet.
    pub fn form(&self) -> Secret {
        Secret::generate(&*self.random)
    }

    /// Uses a link up and begins a session: its secret. None when the link is over or was used.
    ///
    /// # Errors
    ///
    /// When the session can't be kept.
    pub async fn sign_in(&self, link: &str) -> Result<Option<Secret>, StoreError> {
        let Some(link) = Secret::shown(link) else {
            return Ok(None);
        };
        let secret = Secret::generate(&*self.random);
        let form = Secret::generate(&*self.random).reveal().to_owned();
        let now = self.clock.now();
        let new = self.new_secret(&secret, now, now);
        let redeemed = self.credentials.redeem(link.digest(), form, new);
        Ok(redeemed.await?.map(|_| secret))
    }

    /// Who shows this secret.
    ///
    /// # Errors
    ///
    /// When that can't be read.
    pub async fn visitor(&self, shown: &str) -> Result<Option<Visitor>, StoreError> {
        let Some(shown) = Secret::shown(shown) else {
            return Ok(None);
        };
        let now = self.clock.now();
        let Some(session) = self.credentials.session(shown.digest(), now).await? else {
            return Ok(None);
        };
        let mut renewed = None;
        if !session.replaced && now.saturating_sub(session.issued) >= RENEWED_AFTER {
            let secret = Secret::generate(&*self.random);
            let new = self.new_secret(&secret, session.begun, now);
            let grace = now.saturating_add(GRACE);
            if self.credentials.renew(shown.digest(), new, grace).await? {
                renewed = Some(secret);
            }
        }
        Ok(Some(Visitor {
            bot: session.bot,
            form: session.form,
            renewed,
        }))
    }

    /// Whether this secret still signs in to a bot's page. Looking does not renew it.
    ///
    /// # Errors
    ///
    /// When that can't be read.
    pub async fn is_signed_in(&self, shown: &str, bot: BotId) -> Result<bool, StoreError> {
        let Some(shown) = Secret::shown(shown) else {
            return Ok(false);
        };
        let session = self.credentials.session(shown.digest(), self.clock.now());
        Ok(session.await?.is_some_and(|session| session.bot == bot))
    }

    /// Ends the session of this secret.
    ///
    /// # Errors
    ///
    /// When that can't be kept.
    pub async fn sign_out(&self, shown: &str) -> Result<(), StoreError> {
        match Secret::shown(shown) {
            Some(shown) => self.credentials.end_session(shown.digest()).await,
            None => Ok(()),
        }
    }

    /// A new token for programs that manage a bot. It is told this once. None when the bot has as many as it may have.
    ///
    /// # Errors
    ///
    /// When it can't be kept.
    pub async fn add_token(&self, bot: BotId, name: String) -> Result<Option<String>, StoreError> {
        let secret = Secret::generate(&*self.random);
        let (digest, now) = (secret.digest(), self.clock.now());
        let added = self.credentials.add_token(digest, bot, name, now).await?;
        Ok(added.then(|| format!("{TOKEN}{}", secret.reveal())))
    }

    /// A bot's tokens, without what they show.
    ///
    /// # Errors
    ///
    /// When they can't be read.
    pub async fn tokens(&self, bot: BotId) -> Result<Vec<ApiToken>, StoreError> {
        self.credentials.tokens(bot).await
    }

    /// Makes a token of this bot worthless.
    ///
    /// # Errors
    ///
    /// When that can't be kept.
    pub async fn revoke_token(&self, bot: BotId, id: i64) -> Result<(), StoreError> {
        self.credentials.revoke_token(bot, id).await?;
        self.revoked.send_replace(());
        Ok(())
    }

    /// Tells when a token was revoked, any one: who goes on by one looks at it again.
    pub fn revocations(&self) -> watch::Receiver<()> {
        self.revoked.subscribe()
    }

    /// Which bot a program may manage that shows this token, and what the bot's owner calls the token.
    ///
    /// # Errors
    ///
    /// When that can't be read.
    pub async fn holder(&self, shown: &str) -> Result<Option<(BotId, String)>, StoreError> {
        match shown.strip_prefix(TOKEN).and_then(Secret::shown) {
            Some(secret) => {
                let found = self.credentials.token(secret.digest(), self.clock.now());
                found.await
            }
            None => Ok(None),
        }
    }

    /// A new token for programs that operate the host. It is told this once. None when there are as many as there may be.
    ///
    /// # Errors
    ///
    /// When it can't be kept.
    pub async fn add_operator_token(&self, name: String) -> Result<Option<String>, StoreError> {
        let secret = Secret::generate(&*self.random);
        let (digest, now) = (secret.digest(), self.clock.now());
        let added = self.credentials.add_operator_token(digest, name, now);
        let added = added.await?;
        Ok(added.then(|| format!("{OPERATOR_TOKEN}{}", secret.reveal())))
    }

    /// The operator's tokens, without what they show.
    ///
    /// # Errors
    ///
    /// When they can't be read.
    pub async fn operator_tokens(&self) -> Result<Vec<ApiToken>, StoreError> {
        self.credentials.operator_tokens().await
    }

    /// Makes a token of the operator's worthless. Returns whether there was one of this number.
    ///
    /// # Errors
    ///
    /// When that can't be kept.
    pub async fn revoke_operator_token(&self, id: i64) -> Result<bool, StoreError> {
        self.credentials.revoke_operator_token(id).await
    }

    /// What the operator calls the token that a program shows; none when it is none of theirs.
    ///
    /// # Errors
    ///
    /// When that can't be read.
    pub async fn operator_holder(&self, shown: &str) -> Result<Option<String>, StoreError> {
        match shown.strip_prefix(OPERATOR_TOKEN).and_then(Secret::shown) {
            Some(secret) => {
                let found = self
                    .credentials
                    .operator_token(secret.digest(), self.clock.now());
                found.await
            }
            None => Ok(None),
        }
    }

    fn new_secret(&self, secret: &Secret, begun: Millis, now: Millis) -> NewSecret {
        NewSecret {
            digest: secret.digest(),
            issued: now,
            expires: now.saturating_add(IDLE).min(begun.saturating_add(LONGEST)),
        }
    }
}
