//! What a bot's events are handled with, put together from the rooms.

use std::sync::{Arc, OnceLock, Weak};

use async_trait::async_trait;
use tokio::sync::watch;

use super::{dispatch_options, fetch_options};
use crate::bots::{Equip, HostingDesk};
use crate::clock::SharedClock;
use crate::config::Config;
use crate::dispatch::{
    Delay, Dispatch, DispatchOptions, DispatchParts, FailingVersions, Hosting, KnownBots, Seating,
    SystemOwners,
};
use crate::fetch::Fetcher;
use crate::library::{Desk, Library};
use crate::meter::Meter;
use crate::model::BotRecord;
use crate::random::SharedRandom;
use crate::store::{BotData, StoreError};
use crate::webhooks::Post;
use crate::whatsapp::Session;

/// What all bots of a host share.
pub(super) struct Common {
    /// Versions of plugins that fail in several of them.
    pub(super) failing: FailingVersions,
    /// Which of them answers in a group.
    pub(super) seating: Seating,
    /// Who operates the host.
    pub(super) system_owners: SystemOwners,
    /// The pause between sends of one bot.
    pub(super) delay: Delay,
}

/// Makes each bot's dispatch.
pub(super) struct Equipment {
    library: Arc<Library>,
    common: Common,
    options: DispatchOptions,
    fetcher: Fetcher,
    post: Post,
    clock: SharedClock,
    random: SharedRandom,
    /// Made after the fleet that this equips, and dropped before it.
    desk: OnceLock<Weak<HostingDesk>>,
}

impl Equipment {
    pub(super) fn new(
        config: &Config,
        library: Arc<Library>,
        common: Common,
        clock: SharedClock,
        random: SharedRandom,
    ) -> Self {
        Self {
            library,
            options: dispatch_options(config, common.delay.clone()),
            common,
            fetcher: Fetcher::new(fetch_options(config)),
            post: Post::new(fetch_options(config)),
            clock,
            random,
            desk: OnceLock::new(),
        }
    }

    /// Says at which desk the main bot's plugins ask. Before the main bot is launched.
    pub(super) fn open_desk(&self, desk: &Arc<HostingDesk>) {
        // It is said once.
        let _ = self.desk.set(Arc::downgrade(desk));
    }
}

#[async_trait]
impl Equip for Equipment {
    async fn dispatch(
        &self,
        bot: &BotRecord,
        data: BotData,
        session: watch::Receiver<Option<Arc<dyn Session>>>,
        known_bots: KnownBots,
        meter: Meter,
    ) -> Result<Arc<Dispatch>, StoreError> {
        let desk = self.desk.get().and_then(Weak::upgrade);
        Dispatch::start(DispatchParts {
            bot: bot.clone(),
            data,
            plugins: self.library.follow(bot.id).await,
            desk: Arc::new(Desk(self.library.clone())),
            session,
            system_owners: self.common.system_owners.clone(),
            known_bots,
            meter,
            seating: self.common.seating.clone(),
            fetcher: self.fetcher.of_bot(),
            post: self.post.clone(),
            hosting: desk.map(|desk| desk as Arc<dyn Hosting>),
            failing: self.common.failing.clone(),
            clock: self.clock.clone(),
            random: self.random.clone(),
            options: self.options.clone(),
        })
        .await
    }
}
