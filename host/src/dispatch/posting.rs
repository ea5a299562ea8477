//! What is posted of a bot to its webhooks.

use super::bot::Dispatch;
use super::core::Core;
use crate::model::{Event, Jid};
use crate::store::{NewDelivery, StoreError};
use crate::webhooks::Told;

impl Dispatch {
    /// Posts to the bot's webhooks what is told of it. What messages are told, it posts by itself.
    ///
    /// # Errors
    ///
    /// When it can't be kept.
    pub async fn tell(&self, told: &Told) -> Result<(), StoreError> {
        self.core.courier.tell(told).await
    }

    /// Looks at the bot's webhooks again after they, or what waits for them, were changed.
    ///
    /// # Errors
    ///
    /// When they can't be read; nothing is posted to them then.
    pub async fn reload_webhooks(&self) -> Result<(), StoreError> {
        let owner = self.core.callers.bot_owner();
        self.core.courier.reload(owner.as_ref()).await
    }

    /// Whose the bot is from here on. The webhooks of who had it go.
    ///
    /// # Errors
    ///
    /// When they can't be removed now; they are silent, and go at the bot's next start.
    pub async fn set_owner(&self, owner: Option<Jid>) -> Result<(), StoreError> {
        self.core.callers.set_bot_owner(owner);
        self.reload_webhooks().await
    }
}

impl Core {
    /// What is posted of an event to the bot's webhooks.
    pub(super) fn posted_of(&self, event: &Event) -> Option<NewDelivery> {
        if !self.courier.is_wanted() {
            return None;
        }
        let account = self.account();
        let told = Told::received(account.as_ref().map(|account| &account.jid), event)?;
        Some(self.courier.delivery(&told))
    }
}
