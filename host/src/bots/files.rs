//! A bot's session, in the store.

use std::sync::Arc;

use async_trait::async_trait;

use super::supervisor::SessionFiles;
use crate::meter::Meter;
use crate::model::BotId;
use crate::store::{Store, StoreError};
use crate::whatsapp::{PairingMethod, SessionError, SessionSpec};

/// Where one bot's sessions come from.
pub(super) struct Files {
    pub(super) bot: BotId,
    pub(super) store: Arc<Store>,
    /// How it is paired when there is no session yet.
    pub(super) pairing: PairingMethod,
    /// What its client's work is charged to.
    pub(super) meter: Meter,
}

#[async_trait]
impl SessionFiles for Files {
    async fn spec(&self) -> Result<SessionSpec, SessionError> {
        let place = self
            .store
            .session(self.bot)
            .await
            .map_err(|error| match error {
                StoreError::BotKeyDamaged(_) => SessionError::WrongKey,
                other => SessionError::Store(other.into()),
            })?;
        Ok(SessionSpec {
            bot: self.bot,
            store: place.path,
            key: place.key,
            pairing: self.pairing.clone(),
            meter: self.meter.clone(),
        })
    }

    async fn forget(&self) -> std::io::Result<()> {
        let forgotten = self.store.forget_session(self.bot).await;
        forgotten.map_err(std::io::Error::other)
    }
}
