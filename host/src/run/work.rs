//! Whether all is quiet, for whoever drives a test.

use std::sync::Arc;

use async_trait::async_trait;

use crate::bots::{BotState, Instance};
use crate::dispatch::Dispatch;
use crate::web::Idle;

/// The main bot's dispatch, and the bot.
pub(super) struct Work {
    pub(super) dispatch: Arc<Dispatch>,
    pub(super) bot: Instance,
}

#[async_trait]
impl Idle for Work {
    /// A bot that does not run sends nothing, so that what waits in its outbox is no work.
    async fn idle(&self) {
        let mut status = self.bot.watch();
        let at_rest = status.wait_for(|status| {
            matches!(
                status.state,
                BotState::Stopped | BotState::LoggedOut | BotState::Failed
            )
        });
        tokio::select! {
            () = self.dispatch.idle() => {}
            _ = at_rest => {}
        }
    }
}
