//! Keeps a bot's record in step with its state.

use std::sync::Arc;

use super::status::BotState;
use super::supervisor::Instance;
use crate::clock::SharedClock;
use crate::model::{BotRecord, BotRole, Cause};
use crate::store::{Registry, StoreError};

/// Follows a bot until it is gone.
pub(super) async fn keep(bot: Instance, registry: Arc<dyn Registry>, clock: SharedClock) {
    let mut status = bot.watch();
    status.mark_changed();
    while status.changed().await.is_ok() {
        let now = status.borrow_and_update().clone();
        if now.state == BotState::Requested && now.account.is_some() {
            // A linked bot that comes up: what is kept of it until it connects is how it was before.
            continue;
        }
        let at = clock.now();
        let change = Box::new(move |record: &mut BotRecord| {
            record.enter(now.state.kept(), now.cause.clone(), at);
            record.stopped = now.state == BotState::Stopped && now.cause == Some(Cause::Stopped);
            if let Some(account) = &now.account {
                record.jid = Some(account.jid.clone());
                record.lid.clone_from(&account.lid);
            } else if now.state == BotState::LoggedOut && record.role == BotRole::Main {
                // A sub-bot that is logged out is deleted, and until then still the bot of its number.
                record.jid = None;
                record.lid = None;
            }
        });
        match registry.update(bot.bot(), change).await {
            // It is being deleted.
            Ok(_) | Err(StoreError::NoSuchBot(_)) => {}
            Err(error) => {
                tracing::error!(%error, bot = %bot.bot(), "a bot's state could not be kept");
            }
        }
    }
}
