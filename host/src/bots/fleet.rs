//! All bots of this host: each launched with its dispatch and its session, stopped, and taken down again.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use async_trait::async_trait;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use super::budgets::BudgetOptions;
use super::features::Features;
use super::files::Files;
use super::instances::Instances;
use super::keeper;
use super::notices;
use super::status::{Account, BotState};
use super::supervisor::{Instance, Launch, Supervisor};
use super::troubles::Troubles;
use super::turns::Turns;
use crate::clock::SharedClock;
use crate::dispatch::{Delay, Dispatch, KnownBots, SystemOwners};
use crate::meter::Meter;
use crate::model::{BotId, BotRecord, BotRole, Jid, LinkMethod, MessageId, PhoneNumber, StateName};
use crate::random::SharedRandom;
use crate::store::{BotData, Store, StoreError};
use crate::whatsapp::{Connector, PairingMethod, Session};

/// How many times the main bot shows new codes by itself: six more rounds are about a quarter of an hour. A sub-bot's codes
/// are shown once: who asked for it asks again.
const MAIN_PAIRING_ROUNDS: u32 = 6;
/// How many logged-out bots may wait to be noticed.
const LOGGED_OUT: usize = 1024;

/// Makes what handles a bot's events.
#[async_trait]
pub trait Equip: Send + Sync + 'static {
    /// A dispatch for this bot, started.
    ///
    /// # Errors
    ///
    /// When the bot's data can't be read.
    async fn dispatch(
        &self,
        bot: &BotRecord,
        data: BotData,
        session: watch::Receiver<Option<Arc<dyn Session>>>,
        known_bots: KnownBots,
        meter: Meter,
    ) -> Result<Arc<Dispatch>, StoreError>;
}

/// What a fleet is made of.
pub struct FleetParts {
    /// Where bots are kept.
    pub store: Arc<Store>,
    /// Makes their sessions.
    pub connector: Arc<dyn Connector>,
    /// Makes what handles their events.
    pub equip: Arc<dyn Equip>,
    /// Who operates the host.
    pub system_owners: SystemOwners,
    /// The time.
    pub clock: SharedClock,
    /// For jitter and ids.
    pub random: SharedRandom,
    /// The pause between reconnects.
    pub delay: Delay,
    /// What is switched on.
    pub features: Features,
    /// What one bot may use.
    pub budgets: BudgetOptions,
    /// The number that the main bot is paired for with a code; a QR code when there is none.
    pub main_number: Option<PhoneNumber>,
}

/// All bots of this host.
pub struct Fleet {
    pub(super) parts: FleetParts,
    supervisor: Supervisor,
    instances: Instances,
    known_bots: KnownBots,
    running: Mutex<BTreeMap<BotId, Running>>,
    /// Sub-bots whose devices were removed on their phones.
    logged_out: mpsc::Sender<BotId>,
    /// For the tasks that attend to bots; the fleet waits for them.
    this: Weak<Self>,
}

/// One bot that was launched.
struct Running {
    dispatch: Arc<Dispatch>,
    instance: Instance,
    keeper: JoinHandle<()>,
}

impl Fleet {
    /// A fleet without bots yet, and where sub-bots appear that were logged out on their phones.
    pub fn new(parts: FleetParts) -> (Arc<Self>, mpsc::Receiver<BotId>) {
        let (logged_out, receiver) = mpsc::channel(LOGGED_OUT);
        let supervisor = Supervisor::new(
            parts.connector.clone(),
            parts.clock.clone(),
            parts.random.clone(),
            parts.delay.clone(),
        );
        let fleet = Arc::new_cyclic(|this| Self {
            parts,
            supervisor,
            instances: Instances::default(),
            known_bots: KnownBots::default(),
            running: Mutex::default(),
            logged_out,
            this: this.clone(),
        });
        (fleet, receiver)
    }

    /// The bots that run here.
    pub fn instances(&self) -> &Instances {
        &self.instances
    }

    /// The main bot's record, made at the first start.
    ///
    /// # Errors
    ///
    /// When the registry can't be used.
    pub async fn main_record(&self, language: &str) -> Result<BotRecord, StoreError> {
        let store = &self.parts.store;
        if let Some(record) = store.registry().main().await? {
            return Ok(record);
        }
        let method = match self.parts.main_number {
            Some(_) => LinkMethod::Code,
            None => LinkMethod::Qr,
        };
        let now = self.parts.clock.now();
        let mut record = BotRecord::requested(self.new_id(), BotRole::Main, method, now);
        language.clone_into(&mut record.language);
        store.add_bot(&record).await?;
        Ok(record)
    }

    /// Launches a bot: its dispatch first, so that nothing that it is told is lost.
    ///
    /// # Errors
    ///
    /// When its data can't be read. Other bots are not affected.
    pub async fn launch(&self, record: &BotRecord) -> Result<Instance, StoreError> {
        let bot = record.id;
        let data = self.parts.store.bot(bot).await?;
        let session = watch::Sender::new(None);
        let meter = Meter::default();
        let dispatch = self
            .parts
            .equip
            .dispatch(
                record,
                data,
                session.subscribe(),
                self.known_bots.clone(),
                meter.clone(),
            )
            .await?;
        let is_main = record.role == BotRole::Main;
        let number = match record.role {
            BotRole::Main => self.parts.main_number.clone(),
            BotRole::Sub => record
                .number()
                .filter(|_| record.method == LinkMethod::Code),
        };
        let files = Files {
            bot,
            store: self.parts.store.clone(),
            pairing: number.map_or(PairingMethod::Qr, |number| PairingMethod::Code { number }),
            meter,
        };
        if linked(record) {
            self.know(record);
        }
        let instance = self.supervisor.launch(Launch {
            bot,
            role: record.role,
            account: record
                .jid
                .clone()
                .filter(|_| linked(record))
                .map(|jid| Account {
                    jid,
                    lid: record.lid.clone(),
                }),
            expected: record.number().filter(|_| !is_main),
            pairing_rounds: if is_main { MAIN_PAIRING_ROUNDS } else { 0 },
            resting: record.stopped && !is_main,
            files: Arc::new(files),
            inbound: dispatch.clone(),
            session,
        });
        let keeper = tokio::spawn(attend(
            instance.clone(),
            dispatch.clone(),
            Troubles::after(record),
            self.this.clone(),
        ));
        self.instances.set(instance.clone());
        let running = Running {
            dispatch,
            instance: instance.clone(),
            keeper,
        };
        let before = self.running().insert(bot, running);
        if let Some(before) = before {
            before.end().await;
        }
        Ok(instance)
    }

    /// Brings a bot up that does not run. One whose plan is over, or that is being ended, stays as it is.
    ///
    /// # Errors
    ///
    /// When the registry or the bot's data can't be used.
    pub async fn start(&self, bot: BotId) -> Result<(), StoreError> {
        let registry = self.parts.store.registry();
        let now = self.parts.clock.now();
        let record = registry.get(bot).await?;
        if record.is_none_or(|record| record.expires.is_some_and(|ends| ends <= now)) {
            return Ok(());
        }
        let endings = registry.endings().await?;
        if endings.iter().any(|(ending, _)| *ending == bot) {
            // Started again it would only ask to be linked.
            return Ok(());
        }
        if let Some(instance) = self.instances.get(bot) {
            if instance.start().is_err() {
                tracing::warn!(%bot, "a bot does not listen");
            }
            return Ok(());
        }
        let start = Box::new(|record: &mut BotRecord| record.stopped = false);
        let record = registry.update(bot, start).await?;
        self.launch(&record).await.map(drop)
    }

    /// Stops a bot; its session is kept, and it is not brought up again until it is started.
    ///
    /// # Errors
    ///
    /// When the registry can't be used.
    pub async fn stop(&self, bot: BotId) -> Result<(), StoreError> {
        match self.instances.get(bot) {
            Some(instance) => {
                if instance.stop().is_err() {
                    tracing::warn!(%bot, "a bot does not listen");
                }
                Ok(())
            }
            None => {
                let stop = Box::new(|record: &mut BotRecord| record.stopped = true);
                self.parts
                    .store
                    .registry()
                    .update(bot, stop)
                    .await
                    .map(drop)
            }
        }
    }

    /// Takes a bot down for good: its events, its session, its instance. What is kept of it stays; its account is a bot's no
    /// more.
    pub async fn land(&self, bot: BotId) {
        let running = self.running().remove(&bot);
        if let Some(running) = running {
            running.dispatch.disown();
            running.end().await;
        }
        self.instances.remove(bot);
    }

    /// What handles a bot's events, when it runs here.
    pub fn dispatch(&self, bot: BotId) -> Option<Arc<Dispatch>> {
        let running = self.running();
        running.get(&bot).map(|running| running.dispatch.clone())
    }

    /// What handles the main bot's events.
    pub fn main_dispatch(&self) -> Option<Arc<Dispatch>> {
        self.dispatch(self.instances.main()?.bot())
    }

    /// All of these, in the order of their bots' ids.
    pub fn dispatches(&self) -> Vec<(BotId, Arc<Dispatch>)> {
        let running = self.running();
        let all = running.iter();
        all.map(|(bot, running)| (*bot, running.dispatch.clone()))
            .collect()
    }

    /// Makes a bot's account one that no bot of this host answers.
    pub(super) fn know(&self, record: &BotRecord) {
        for account in record.jid.iter().chain(&record.lid) {
            self.known_bots.add(account.clone(), record.role);
        }
    }

    /// Its bot is gone.
    pub(super) fn forget(&self, record: &BotRecord) {
        for account in record.jid.iter().chain(&record.lid) {
            self.known_bots.remove(account);
        }
    }

    /// A new bot's id.
    pub(super) fn new_id(&self) -> BotId {
        let mut id = [0; 16];
        self.parts.random.fill(&mut id);
        BotId::from_random(id)
    }

    /// The name of an event of the host's own.
    pub fn new_message_id(&self) -> MessageId {
        let mut id = [0; 9];
        self.parts.random.fill(&mut id);
        MessageId::from_random(id)
    }

    /// Whether this account is a bot of this host.
    pub fn knows(&self, account: &Jid) -> bool {
        self.known_bots.contains(account)
    }

    /// Takes all bots down, side by side: events first, then connections.
    pub async fn shutdown(&self) {
        let running = std::mem::take(&mut *self.running());
        let dispatches = running.values().map(|running| running.dispatch.shutdown());
        futures::future::join_all(dispatches).await;
        self.supervisor.shutdown().await;
        for running in running.into_values() {
            // It ends by itself once its bot has.
            let _ = running.keeper.await;
        }
    }

    fn running(&self) -> MutexGuard<'_, BTreeMap<BotId, Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Running {
    async fn end(self) {
        self.dispatch.shutdown().await;
        self.instance.end().await;
        // It ends by itself once its bot has.
        let _ = self.keeper.await;
    }
}

/// Whether a bot has credentials, so that it connects instead of being paired.
pub(super) fn linked(record: &BotRecord) -> bool {
    match record.role {
        BotRole::Main => record.jid.is_some(),
        BotRole::Sub => !record.new || is_past_pairing(record.state),
    }
}

/// Whether a bot in this state was linked at some time.
fn is_past_pairing(state: StateName) -> bool {
    match state {
        StateName::Requested | StateName::Pairing | StateName::Failed => false,
        StateName::Connecting
        | StateName::Open
        | StateName::Reconnecting
        | StateName::Stopped
        | StateName::LoggedOut => true,
    }
}

/// Keeps the record in step, posts to webhooks when the connection comes and goes, tells the owner when it needs a person, and says
/// when a sub-bot that was linked was logged out by its phone.
async fn attend(bot: Instance, dispatch: Arc<Dispatch>, troubles: Troubles, fleet: Weak<Fleet>) {
    let Some((registry, clock, logged_out)) = fleet.upgrade().map(|fleet| {
        let parts = &fleet.parts;
        let registry = parts.store.registry();
        (registry, parts.clock.clone(), fleet.logged_out.clone())
    }) else {
        return;
    };
    let kept = keeper::keep(bot.clone(), registry, clock.clone());
    let watched = async {
        if bot.role() == BotRole::Main {
            return;
        }
        let mut status = bot.watch();
        let ends = status.wait_for(|status| status.state == BotState::LoggedOut);
        if ends.await.is_ok() && logged_out.try_send(bot.bot()).is_err() {
            tracing::warn!(bot = %bot.bot(), "a logged-out bot is cleaned up at the next start only");
        }
    };
    let troubled = tell_troubles(&bot, troubles, &clock, &fleet);
    tokio::join!(kept, watched, tell_turns(&bot, &dispatch), troubled);
}

/// Tells a sub-bot's owner what needs a person, until the bot is gone. Nothing could be told of the main bot, by which all is told.
async fn tell_troubles(
    bot: &Instance,
    mut troubles: Troubles,
    clock: &SharedClock,
    fleet: &Weak<Fleet>,
) {
    if bot.role() == BotRole::Main {
        return;
    }
    let mut status = bot.watch();
    loop {
        let now = status.borrow_and_update().clone();
        if let Some(notice) = troubles.look(&now, clock.now())
            && let Some(fleet) = fleet.upgrade()
        {
            notices::tell(&fleet, bot.bot(), notice).await;
        }
        if status.changed().await.is_err() {
            return;
        }
    }
}

/// Tells a bot's webhooks when its connection comes and goes, until the bot is gone.
async fn tell_turns(bot: &Instance, dispatch: &Dispatch) {
    let mut status = bot.watch();
    let mut turns = Turns::from(false);
    loop {
        let now = status.borrow_and_update().clone();
        let account = now.account.as_ref().map(|account| &account.jid);
        if let Some(told) = turns.turned(&now, account)
            && let Err(error) = dispatch.tell(&told).await
        {
            tracing::warn!(bot = %bot.bot(), %error, "webhooks are not told of a bot's connection");
        }
        if status.changed().await.is_err() {
            return;
        }
    }
}
