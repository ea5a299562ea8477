//! Dispatch for one bot: its parts, start, stop, and when it is idle.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use async_trait::async_trait;
use jadi_plugin_manifest::Command;
use tokio::sync::{Notify, broadcast, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::asking::{self, Answered, AskError, Asked};
use super::background;
use super::breakers::Breakers;
use super::budget::Budget;
use super::caller::{Account, Callers, KnownBots, SystemOwners, ignored, others_only};
use super::counters::Counters;
use super::desk::PluginDesk;
use super::enabled::{Enabled, Handler};
use super::failing::FailingVersions;
use super::hosting::Hosting;
use super::limits::PluginLimits;
use super::pace::{Pace, PaceOptions};
use super::queue::{Queue, Served};
use super::seating::{Move, Places, Seating, follow_moves, own_move};
use crate::clock::{Millis, SharedClock, millis};
use crate::fetch::Fetcher;
use crate::meter::Meter;
use crate::model::{BotId, BotRecord, BotRole, Event, EventKind, Jid, MessageId, Outgoing, Poll};
use crate::plugins::EventLimits;
use crate::plugins::routing::{Cooldowns, Verdict};
use crate::random::SharedRandom;
use crate::store::{Arrival, BotData, BreakerChange, Day, Row, Settings, StoreError, Totals};
use crate::webhooks::{Courier, Post};
use crate::whatsapp::{CommitError, Inbound, Session, SessionState};

/// The pause after the store or the connection failed; doubled each time.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// The longest such pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// How often somebody who is banned is told so, seconds.
const BAN_TOLD_SECONDS: u32 = 3600;
/// How many messages a listener may be behind before it misses some.
const HEARD: usize = 256;
/// How long people who come into a group, or leave it, wait for others who do so too.
const GATHERED_FOR: Duration = Duration::from_millis(1_500);

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

/// What workers and senders share.
pub(super) struct Core {
    pub(super) id: BotId,
    pub(super) role: BotRole,
    pub(super) data: BotData,
    pub(super) callers: Callers,
    pub(super) known_bots: KnownBots,
    pub(super) places: Places,
    pub(super) fetcher: Fetcher,
    pub(super) courier: Courier,
    pub(super) desk: Arc<dyn PluginDesk>,
    pub(super) hosting: Option<Arc<dyn Hosting>>,
    pub(super) clock: SharedClock,
    pub(super) random: SharedRandom,
    pub(super) counters: Counters,
    pub(super) outbox: Queue,
    pub(super) started_at: Millis,
    /// Wakes who waits for what is due next.
    pub(super) scheduled: Notify,
    /// Events that wait for others to become one with; changes wake who waits for their time.
    pub(super) gathering: watch::Sender<u64>,
    pub(super) inbox: Queue,
    /// Messages that came in, for who listens.
    heard: broadcast::Sender<Arc<Event>>,
    /// Commands that programs wait for.
    pub(super) asked: Asked,
    plugins: watch::Receiver<Arc<Enabled>>,
    session: watch::Receiver<Option<Arc<dyn Session>>>,
    /// How often the connection was opened, and whether it is open.
    connection: watch::Sender<Connection>,
    account: RwLock<Option<Account>>,
    settings: RwLock<Settings>,
    pub(super) breakers: Breakers,
    limits: Mutex<PluginLimits>,
    /// How many receipts were kept since the start; changes are told.
    pub(super) receipts: watch::Sender<u64>,
    cooldowns: Mutex<Cooldowns>,
    pace: Mutex<Pace>,
    pub(super) budget: Budget,
    pub(super) stop: CancellationToken,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Connection {
    opened: u64,
    open: bool,
}

/// A session whose connection was open a moment ago.
pub(super) struct Connected {
    pub(super) session: Arc<dyn Session>,
    /// Which of the bot's connections it is, counted from the start.
    pub(super) opened: u64,
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
            breakers: Breakers::new(bot.id, breakers, parts.failing),
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

impl Core {
    /// What is to be kept of events, and where the bot itself came to or went from.
    fn arrivals(&self, events: Vec<Event>, now: Millis) -> (Vec<Arrival>, Vec<Move>) {
        let (settings, enabled, account) = (self.settings(), self.enabled(), self.account());
        let mut moves = Vec::new();
        let arrivals = events.into_iter().map(|mut event| {
            if matches!(
                event.kind,
                EventKind::GroupAdd { .. } | EventKind::GroupRemove { .. }
            ) {
                self.callers.forget(&event.chat.jid);
            }
            if let Some(moved) = own_move(&event, account.as_ref()) {
                moves.push(moved);
            }
            let others = others_only(&mut event, account.as_ref());
            let seen = others && !ignored(&event, account.as_ref(), &self.known_bots);
            let wanted = seen && !enabled.matches(&event, &settings.prefixes).is_empty();
            let keep = seen && enabled.keeps(event.chat.kind);
            let joins_or_leaves = matches!(
                event.kind,
                EventKind::GroupAdd { .. } | EventKind::GroupRemove { .. }
            );
            let posts = self.posted_of(&event).filter(|_| seen);
            Arrival {
                event,
                wanted,
                keep,
                meets: seen,
                gathers: joins_or_leaves.then(|| now.saturating_add(millis(GATHERED_FOR))),
                posts,
            }
        });
        (arrivals.collect(), moves)
    }

    /// The messages among these, when anybody listens.
    fn heard_in(&self, arrivals: &[Arrival]) -> Vec<Arc<Event>> {
        if self.heard.receiver_count() == 0 {
            return Vec::new();
        }
        let is_message = |arrival: &&Arrival| matches!(arrival.event.kind, EventKind::Message(_));
        let messages = arrivals.iter().filter(|arrival| arrival.meets);
        let messages = messages.filter(is_message);
        messages
            .map(|arrival| Arc::new(arrival.event.clone()))
            .collect()
    }

    /// Keeps events, those that no plugin wants by their key only.
    pub(super) async fn accept(&self, events: Vec<Event>) -> Result<(), StoreError> {
        let now = self.clock.now();
        let (arrivals, moves) = self.arrivals(events, now);
        let heard = self.heard_in(&arrivals);
        let posts = arrivals.iter().any(|arrival| arrival.posts.is_some());
        let accepted = self.data.accept(arrivals, now).await.inspect_err(|error| {
            tracing::warn!(bot = %self.id, %error, "events are not kept; WhatsApp will deliver them again");
        })?;
        for moved in moves {
            self.places.moved(moved);
        }
        if posts {
            self.courier.wake();
        }
        for event in heard {
            // Who listened may have gone meanwhile.
            let _ = self.heard.send(event);
        }
        let new = u64::try_from(accepted.new.len()).unwrap_or(u64::MAX);
        let new = new.saturating_add(accepted.gathering);
        self.counters.received.add(
            new.saturating_add(accepted.unwanted)
                .saturating_add(accepted.merged),
        );
        self.counters.filtered.add(accepted.unwanted);
        self.counters.repeated.add(accepted.repeated);
        if accepted.gathering > 0 {
            self.gathering
                .send_modify(|gathering| *gathering = gathering.saturating_add(accepted.gathering));
        }
        let rows = accepted
            .new
            .into_iter()
            .map(|waiting| (waiting.chat, waiting.row));
        self.inbox.push(rows);
        Ok(())
    }

    /// Keeps these for sending, and sends them.
    pub(super) async fn post(&self, outgoing: Vec<Outgoing>) -> Result<(), StoreError> {
        let leaving = self.data.post(outgoing).await?;
        let rows = leaving.into_iter();
        self.outbox
            .push(rows.map(|leaving| (leaving.chat, leaving.row)));
        Ok(())
    }

    /// A new message's id.
    pub(super) fn new_id(&self) -> MessageId {
        let mut bytes = [0; 9];
        self.random.fill(&mut bytes);
        MessageId::from_random(bytes)
    }

    /// Tries `work`, which is told how often it was tried before, until it says that it is done or the host stops. After a
    /// failure of the store, and when `work` asks for another try, there is a pause that grows.
    pub(super) async fn until_stopped<F>(&self, work: impl Fn(u32) -> F) -> Served
    where
        F: Future<Output = Result<Option<()>, StoreError>>,
    {
        let mut pause = FIRST_PAUSE;
        let mut tries: u32 = 0;
        loop {
            match work(tries).await {
                Ok(Some(())) => return Served::Done,
                Ok(None) => {}
                Err(StoreError::Closed) => return Served::Left,
                Err(error) => {
                    tracing::warn!(bot = %self.id, %error, "the bot's data can't be used; trying again");
                }
            }
            tries = tries.saturating_add(1);
            tokio::select! {
                () = self.stop.cancelled() => return Served::Left,
                () = self.clock.sleep(pause) => pause = pause.saturating_mul(2).min(LONGEST_PAUSE),
            }
        }
    }

    /// The session, once its connection is open; `None` when the host stops before that.
    pub(super) async fn connected(&self) -> Option<Connected> {
        let (mut connection, mut session) = (self.connection.subscribe(), self.session.clone());
        loop {
            let Connection { opened, open } = *connection.borrow_and_update();
            let session_now = session.borrow_and_update().clone();
            if let Some(session) = session_now.filter(|_| open) {
                return Some(Connected { session, opened });
            }
            tokio::select! {
                () = self.stop.cancelled() => return None,
                changed = connection.changed() => changed.ok()?,
                changed = session.changed() => changed.ok()?,
            }
        }
    }

    /// Whether the connection is open now.
    pub(super) fn is_open(&self) -> bool {
        self.connection.borrow().open
    }

    /// Waits until `at`; `None` when the host stops before that.
    pub(super) async fn wait_until(&self, at: Millis) -> Option<()> {
        tokio::select! {
            () = self.stop.cancelled() => None,
            () = self.clock.sleep_until(at) => Some(()),
        }
    }

    /// Waits until `at`, or until there is a connection that is not the one `tried`; `None` when the host stops before
    /// that.
    pub(super) async fn wait_until_or_anew(&self, at: Millis, tried: Option<u64>) -> Option<()> {
        let mut connection = self.connection.subscribe();
        let anew = connection.wait_for(|now| now.open && Some(now.opened) != tried);
        tokio::select! {
            waited = self.wait_until(at) => waited,
            changed = anew => changed.ok().map(drop),
        }
    }

    /// When the next message may go.
    pub(super) fn next_send_at(&self) -> Millis {
        let mut pace = self.pace.lock().unwrap_or_else(PoisonError::into_inner);
        pace.next(self.clock.now(), self.random.as_ref())
    }

    /// What an event may use in a plugin.
    pub(super) fn limits(&self, handler: &Arc<dyn Handler>) -> EventLimits {
        let mut limits = self.limits.lock().unwrap_or_else(PoisonError::into_inner);
        limits.of(handler)
    }

    /// Asks for a use of a command.
    pub(super) fn ask_cooldown(&self, person: &Jid, command: &Command, event: Row) -> Verdict {
        let mut cooldowns = self
            .cooldowns
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let seconds = command.cooldown_seconds;
        cooldowns.ask(person, &command.name, event, seconds, self.clock.now())
    }

    /// Whether somebody who may not use a command is to be told so: not again within a while.
    pub(super) fn tells_banned(&self, person: &Jid, event: Row) -> bool {
        let mut cooldowns = self
            .cooldowns
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        // No command has an empty name.
        let asked = cooldowns.ask(person, "", event, BAN_TOLD_SECONDS, self.clock.now());
        asked == Verdict::Go
    }

    /// Reads the settings that an event has changed. What can't be read now counts from the next change or start on.
    pub(super) async fn settings_changed(&self) {
        match self.data.settings().await {
            Ok(settings) => {
                *self
                    .settings
                    .write()
                    .unwrap_or_else(PoisonError::into_inner) = settings;
            }
            Err(error) => {
                tracing::warn!(bot = %self.id, %error, "changed settings can't be read yet");
            }
        }
    }

    pub(super) fn settings(&self) -> Settings {
        let settings = self.settings.read().unwrap_or_else(PoisonError::into_inner);
        settings.clone()
    }

    pub(super) fn enabled(&self) -> Arc<Enabled> {
        self.plugins.borrow().clone()
    }

    pub(super) fn account(&self) -> Option<Account> {
        let account = self.account.read().unwrap_or_else(PoisonError::into_inner);
        account.clone()
    }

    fn set_account(&self, account: Account) {
        self.known_bots.add(account.jid.clone(), self.role);
        if let Some(lid) = &account.lid {
            self.known_bots.add(lid.clone(), self.role);
        }
        *self.account.write().unwrap_or_else(PoisonError::into_inner) = Some(account);
    }
}
