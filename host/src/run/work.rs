//! Whether all is quiet, and bots without a chat, for whoever drives a test.

use std::sync::Arc;

use async_trait::async_trait;
use futures::FutureExt as _;

use crate::bots::{BotState, Broadcasts, Creation, Door, Endings, Fleet, Request, Sent, Stage};
use crate::model::{BotId, BotRecord, Jid, LinkMethod, Person, PhoneNumber};
use crate::store::Store;
use crate::web::{Idle, Yard};

/// All bots, and what is being done with them.
pub(super) struct Work {
    pub(super) fleet: Arc<Fleet>,
    pub(super) endings: Arc<Endings>,
    pub(super) broadcasts: Arc<Broadcasts>,
}

#[async_trait]
impl Idle for Work {
    async fn idle(&self) {
        loop {
            let mut endings = self.endings.under_way();
            let _ = endings.wait_for(|count| *count == 0).await;
            let mut broadcast = self.broadcasts.follow();
            let is_over =
                |sent: &Option<Sent>| sent.is_none_or(|sent| sent.stage != Stage::Sending);
            let _ = broadcast.wait_for(is_over).await;
            let all: Vec<BotId> = self.bots();
            for bot in &all {
                self.at_rest(*bot).await;
            }
            // What one bot did last may have given another one, or a new one, something to do.
            let still = all
                .iter()
                .all(|bot| self.at_rest(*bot).now_or_never().is_some());
            if still && *endings.borrow() == 0 && self.bots() == all {
                return;
            }
        }
    }
}

impl Work {
    fn bots(&self) -> Vec<BotId> {
        let all = self.fleet.dispatches().into_iter();
        all.map(|(bot, _)| bot).collect()
    }

    /// A bot that does not run sends nothing, so that what waits in its outbox is no work.
    async fn at_rest(&self, bot: BotId) {
        let (Some(dispatch), Some(instance)) =
            (self.fleet.dispatch(bot), self.fleet.instances().get(bot))
        else {
            return;
        };
        let mut status = instance.watch();
        let rests = status.wait_for(|status| {
            matches!(
                status.state,
                BotState::Stopped | BotState::LoggedOut | BotState::Failed | BotState::Pairing(_)
            )
        });
        tokio::select! {
            () = dispatch.idle() => {}
            _ = rests => {}
        }
    }
}

/// The registry, and the service that makes bots.
pub(super) struct Bots {
    pub(super) store: Arc<Store>,
    pub(super) creation: Arc<Creation>,
    pub(super) language: String,
}

#[async_trait]
impl Yard for Bots {
    async fn kept(&self) -> Result<Vec<BotRecord>, String> {
        let kept = self.store.registry().list(None, u32::MAX).await;
        kept.map_err(|error| error.to_string())
    }

    async fn make(&self, number: PhoneNumber, owner: PhoneNumber) -> Result<(), String> {
        let request = Request {
            number,
            method: LinkMethod::Code,
            owner: Person {
                jid: Jid::of_number(&owner),
                lid: None,
                name: String::new(),
            },
            name: String::new(),
            language: self.language.clone(),
            door: Door::Chat,
        };
        match self.creation.begin(request).await {
            // Its steps are told to nobody: whoever asked looks.
            Ok(Ok(_steps)) => Ok(()),
            Ok(Err(refusal)) => Err(refusal.reason.word().to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }
}
