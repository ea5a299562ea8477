//! What a bot's events are handled with, put together from the rooms.

use std::sync::{Arc, OnceLock, Weak};

use async_trait::async_trait;
use tokio::sync::watch;

use super::{dispatch_options, fetch_options};
use crate::bots::{Equip, HostingDesk};
use crate::clock::SharedClock;
use crate::config::Config;
use crate::dispatch::{
    Dispatch, DispatchOptions, DispatchParts, FailingVersions, Hosting, KnownBots, Seating,
};
use crate::fetch::{FetchOptions, Fetcher};
use crate::library::{Desk, Library};
use crate::meter::Meter;
use crate::model::{BotRecord, PhoneNumber};
use crate::random::SharedRandom;
use crate::store::{BotData, StoreError};
use crate::whatsapp::Session;

/// Makes each bot's dispatch.
pub(super) struct Equipment {
    library: Arc<Library>,
    failing: FailingVersions,
    seating: Seating,
    system_owners: Vec<PhoneNumber>,
    options: DispatchOptions,
    fetch: FetchOptions,
    clock: SharedClock,
    random: SharedRandom,
    /// Made after the fleet that this equips, and dropped before it.
    desk: OnceLock<Weak<HostingDesk>>,
}

impl Equipment {
    pub(super) fn new(
        config: &Config,
        library: Arc<Library>,
        failing: FailingVersions,
        seating: Seating,
        clock: SharedClock,
        random: SharedRandom,
    ) -> Self {
        Self {
            library,
            failing,
            seating,
            system_owners: config.owners.clone(),
            options: dispatch_options(config),
            fetch: fetch_options(config),
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
            system_owners: self.system_owners.clone(),
            known_bots,
            meter,
            seating: self.seating.clone(),
            fetcher: Fetcher::new(self.fetch.clone()),
            hosting: desk.map(|desk| desk as Arc<dyn Hosting>),
            failing: self.failing.clone(),
            clock: self.clock.clone(),
            random: self.random.clone(),
            options: self.options.clone(),
        })
        .await
    }
}
