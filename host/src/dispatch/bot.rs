//! Dispatch for one bot: its parts, start, stop, and when it is idle.

use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::{Notify, broadcast, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::asking::{self, Answered, AskError, Asked};
use super::background;
use super::breakers::Breakers;
use super::budget::Budget;
use super::caller::{Account, Callers, KnownBots, SystemOwners};
use super::core::Core;
use super::counters::Counters;
use super::desk::PluginDesk;
use super::enabled::Enabled;
use super::failing::FailingVersions;
use super::hosting::Hosting;
use super::limits::PluginLimits;
use super::pace::{Pace, PaceOptions};
use super::queue::Queue;
use super::seating::{Places, Seating, follow_moves};
use crate::clock::{Millis, SharedClock};
use crate::fetch::Fetcher;
use crate::meter::Meter;
use crate::model::{BotRecord, BotRole, Event, Jid, MessageId, Outgoing, Poll};
use crate::random::SharedRandom;
use crate::store::{BotData, BreakerChange, Day, StoreError, Totals};
use crate::webhooks::{Courier, Post};
use crate::whatsapp::{CommitError, Inbound, Session, SessionState};

/// How many messages a listener may be behind before it misses some.
const HEARD: usize = 256;

/// What a bot's dispatch is made of.
pub struct DispatchParts {
    /// The bot.
    pub bot: BotRecord,
    /// Its data.
    pub data: BotData,
    /// The plugins that are enabled for it; a new set counts from the next event on.
    pub plugins: watch::Receiver<Arc<Enabled>>,
    /// All plugins of the host, which it may switch for itself.
    pub desk: Arc<dyn PluginDesk>,
    /// Its session, while there is one.
    pub session: watch::Receiver<Option<Arc<dyn Session>>>,
    /// The system owners.
    pub system_owners: SystemOwners,
    /// All bots of this host.
    pub known_bots: KnownBots,
    /// Which of them answers in a group.
    pub seating: Seating,
    /// Asks servers for plugins.
    pub fetcher: Fetcher,
    /// Posts what happens to the bot to its webhooks.
    pub post: Post,
    /// What makes and manages bots, for the main bot's plugins; no other bot has it.
    pub hosting: Option<Arc<dyn Hosting>>,
    /// What its client's and its plugins' work is charged to.
    pub meter: Meter,
    /// The versions of plugins that fail in bots of this host.
    pub failing: FailingVersions,
    /// The time.
    pub clock: SharedClock,
    /// For message ids and jitter.
    pub random: SharedRandom,
    /// What can be tuned.
    pub options: DispatchOptions,
}

/// What can be tuned.
#[derive(Debug, Clone)]
pub struct DispatchOptions {
    /// How many events of one bot are handled at a time.
    pub in_flight: usize,
    /// How many messages of one bot are on their way at a time.
    pub sending: usize,
    /// How fast it sends.
    pub pace: PaceOptions,
    /// How many messages it sends on one day of UTC at most.
    pub messages_per_day: u64,
    /// How often old rows are cleaned up.
    pub interval: Duration,
    /// How long what is under way may take to end when the host stops.
    pub grace: Duration,
}

impl Default for DispatchOptions {
    fn default() -> Self {
        Self {
            in_flight: 4,
            sending: 4,
            pace: PaceOptions::default(),
            messages_per_day: 20_000,
            interval: Duration::from_secs(3600),
            grace: Duration::from_secs(5),
        }
    }
}

/// The way of one bot's events. It is the [`Inbound`] of the bot's session.
pub struct Dispatch {
    pub(super) core: Arc<Core>,
    tasks: TaskTracker,
}

impl Dispatch {
    /// Takes up what the last process left in inbox and outbox, and starts to serve both.
    ///
    /// # Errors
    ///
    /// When the bot's data can't be read.
    pub async fn start(parts: DispatchParts) -> Result<Arc<Self>, StoreError> {
        let (bot, data, options) = (parts.bot, parts.data, parts.options);
        let settings = data.settings().await?;
        // What gathered when the last process ended has waited long enough.
        data.release_gathered(Millis::MAX).await?;
        let (waiting, leaving) = (data.waiting().await?, data.leaving().await?);
        let (limits, breakers) = (data.plugin_limits().await?, data.breakers().await?);
        let today = data.day(Day::of(parts.clock.now())).await?;
        let budget = Budget::new(parts.meter, options.messages_per_day, today);
        let account = bot.jid.map(|jid| Account { jid, lid: bot.lid });
        let (places, moves) = Places::new(parts.seating);
        let courier = Courier::new(
            bot.id,
            data.clone(),
            parts.post,
            parts.clock.clone(),
            parts.random.clone(),
        );
        courier.reload(bot.owner.as_ref()).await?;
        let breakers = Breakers::new(bot.id, bot.owner.as_ref(), breakers, parts.failing);
        let core = Arc::new(Core {
            id: bot.id,
            role: bot.role,
            data,
            callers: Callers::new(parts.system_owners, parts.known_bots.clone(), bot.owner),
            known_bots: parts.known_bots,
            places,
            fetcher: parts.fetcher,
            courier,
            desk: parts.desk,
            hosting: parts.hosting.filter(|_| bot.role == BotRole::Main),
            started_at: parts.clock.now(),
            clock: parts.clock,
            random: parts.random,
            counters: Counters::default(),
            scheduled: Notify::new(),
            gathering: watch::Sender::new(0),
            inbox: Queue::new(),
            heard: broadcast::Sender::new(HEARD),
            asked: Asked::default(),
            outbox: Queue::new(),
            plugins: parts.plugins,
            session: parts.session,
            connection: watch::Sender::default(),
            account: RwLock::default(),
            settings: RwLock::new(settings),
            breakers,
            limits: Mutex::new(PluginLimits::new(limits)),
            receipts: watch::Sender::new(0),
            cooldowns: Mutex::default(),
            pace: Mutex::new(Pace::new(options.pace.clone())),
            budget,
            stop: CancellationToken::new(),
        });
        if let Some(account) = account {
            core.set_account(account);
        }
        core.inbox.push(
            waiting
                .into_iter()
                .map(|waiting| (waiting.chat, waiting.row)),
        );
        core.outbox.push(
            leaving
                .into_iter()
                .map(|leaving| (leaving.chat, leaving.row)),
        );

        let tasks = TaskTracker::new();
        let meter = || core.budget.meter.clone();
        let (inbox, outbox) = (options.clone(), options.clone());
        tasks.spawn(meter().of_host(background::serve_inbox(core.clone(), inbox)));
        tasks.spawn(meter().of_host(background::serve_outbox(core.clone(), outbox)));
        tasks.spawn(meter().of_host(background::serve_schedule(core.clone())));
        tasks.spawn(meter().of_host(background::serve_gathered(core.clone())));
        tasks.spawn(meter().of_host(follow_moves(core.clone(), moves)));
        tasks.spawn(meter().of_host(background::serve_webhooks(core.clone())));
        tasks.spawn(meter().of_host(background::clean_up(core.clone(), options.interval)));
        Ok(Arc::new(Self { core, tasks }))
    }

    /// Resolves when inbox and outbox are empty and nothing is under way.
    pub async fn idle(&self) {
        let (mut inbox, mut outbox) = (self.core.inbox.unserved(), self.core.outbox.unserved());
        let (mut gathering, mut moves) =
            (self.core.gathering.subscribe(), self.core.places.unseen());
        loop {
            // What gathered is in the inbox before it counts as gathered no more, and an event's answers are in the outbox before
            // the event leaves the inbox, so in this order none is missed.
            if *moves.borrow_and_update() == 0
                && *gathering.borrow_and_update() == 0
                && *inbox.borrow_and_update() == 0
                && *outbox.borrow_and_update() == 0
            {
                return;
            }
            tokio::select! {
                changed = moves.changed() => if changed.is_err() { return },
                changed = gathering.changed() => if changed.is_err() { return },
                changed = inbox.changed() => if changed.is_err() { return },
                changed = outbox.changed() => if changed.is_err() { return },
            }
        }
    }

    /// Counts since the start.
    pub fn counters(&self) -> &Counters {
        &self.core.counters
    }

    /// Reads the bot's settings again after they were changed.
    ///
    /// # Errors
    ///
    /// When they can't be read; the former ones stay in force.
    pub async fn reload_settings(&self) -> Result<(), StoreError> {
        let settings = self.core.data.settings().await?;
        *self
            .core
            .settings
            .write()
            .unwrap_or_else(PoisonError::into_inner) = settings;
        Ok(())
    }

    /// Reads the limits of the bot's plugins again after they were changed.
    ///
    /// # Errors
    ///
    /// When they can't be read; the former ones stay in force.
    pub async fn reload_limits(&self) -> Result<(), StoreError> {
        let limits = PluginLimits::new(self.core.data.plugin_limits().await?);
        *self
            .core
            .limits
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = limits;
        Ok(())
    }

    /// Lets a plugin that kept failing try again at once. Returns whether it was left alone.
    ///
    /// # Errors
    ///
    /// When that can't be kept; the plugin tries again until the next start.
    pub async fn release(&self, plugin: &str) -> Result<bool, StoreError> {
        let _turn = self.core.breakers.turn.lock().await;
        let was_left_alone = self.core.breakers.release(plugin);
        let forget = BreakerChange::Forget;
        self.core.data.change_breaker(plugin, forget).await?;
        Ok(was_left_alone)
    }

    /// Tells when receipts were kept. What changes with it is the count since the start.
    pub fn receipts(&self) -> watch::Receiver<u64> {
        self.core.receipts.subscribe()
    }

    /// Tells messages from others as they come in; one that WhatsApp delivers again may come again.
    pub fn heard(&self) -> broadcast::Receiver<Arc<Event>> {
        self.core.heard.subscribe()
    }

    /// Sends these, though no event has caused them. Once they are kept they are sent, whatever becomes of this process.
    ///
    /// # Errors
    ///
    /// When they can't be kept.
    pub async fn post(&self, outgoing: Vec<Outgoing>) -> Result<(), StoreError> {
        self.core.post(outgoing).await
    }

    /// Has a command run as if the bot's owner had typed it to the bot: `text` is what stands after the prefix.
    ///
    /// # Errors
    ///
    /// When nothing comes of it.
    pub async fn ask(&self, text: &str) -> Result<Answered, AskError> {
        asking::ask(&self.core, text).await
    }

    /// Makes the bot's account, whichever it was linked to, one that other bots answer again.
    pub fn disown(&self) {
        if let Some(Account { jid, lid }) = self.core.account() {
            for account in std::iter::once(jid).chain(lid) {
                self.core.known_bots.remove(&account);
            }
        }
    }

    /// The people whom this bot obeys as a whole: its owner or, where it has none, the operators.
    pub fn owners(&self) -> Vec<Jid> {
        self.core.callers.owners()
    }

    /// When it began to serve in this process.
    pub fn started_at(&self) -> Millis {
        self.core.started_at
    }

    /// What was written since the bot was made.
    ///
    /// # Errors
    ///
    /// When it can't be read.
    pub async fn totals(&self) -> Result<Totals, StoreError> {
        self.core.data.totals().await
    }

    /// Takes no more events, lets what is under way end within the grace, and stops. What has not ended stays in inbox and
    /// outbox for the next start.
    pub async fn shutdown(&self) {
        self.core.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
        self.keep_cpu_time().await;
    }
}

/// What was not shut down stops all the same, without the grace.
impl Drop for Dispatch {
    fn drop(&mut self) {
        self.core.stop.cancel();
    }
}

#[async_trait]
impl Inbound for Dispatch {
    async fn commit(&self, events: Vec<Event>) -> Result<(), CommitError> {
        if self.core.stop.is_cancelled() {
            return Err(CommitError(StoreError::Closed.into()));
        }
        // In a task of its own: if the caller goes away, what was kept is still served.
        let core = self.core.clone();
        let meter = core.budget.meter.clone();
        let kept = self
            .tasks
            .spawn(meter.of_host(async move { core.accept(events).await }));
        match kept.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(CommitError(error.into())),
            Err(error) => Err(CommitError(error.into())),
        }
    }

    async fn state(&self, state: SessionState) {
        let open = match state {
            SessionState::Open { jid, lid } => {
                self.core.set_account(Account { jid, lid });
                self.core.callers.forget_all();
                self.core.places.forget();
                true
            }
            _ => false,
        };
        self.core.connection.send_modify(|connection| {
            if open && !connection.open {
                connection.opened = connection.opened.wrapping_add(1);
            }
            connection.open = open;
        });
    }

    async fn poll(&self, chat: &Jid, id: &MessageId) -> Result<Option<Poll>, CommitError> {
        let found = self.core.data.poll(chat, id).await;
        found.map_err(|error| CommitError(error.into()))
    }

    async fn group_changed(&self, group: Jid) {
        self.core.callers.forget(&group);
    }
}
