//! What the workers, senders and background tasks of one bot share: its data, its connection, what counts for it now.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use jadi_plugin_manifest::Command;
use tokio::sync::{Notify, broadcast, watch};
use tokio_util::sync::CancellationToken;

use super::asking::Asked;
use super::breakers::Breakers;
use super::budget::Budget;
use super::caller::{Account, Callers, KnownBots, ignored, others_only};
use super::counters::Counters;
use super::desk::PluginDesk;
use super::enabled::{Enabled, Handler};
use super::hosting::Hosting;
use super::limits::PluginLimits;
use super::pace::Pace;
use super::queue::{Queue, Served};
use super::seating::{Move, Places, own_move};
use crate::clock::{Millis, SharedClock, millis};
use crate::fetch::Fetcher;
use crate::model::{BotId, BotRole, Event, EventKind, Jid, MessageId, Outgoing};
use crate::plugins::Allowance;
use crate::plugins::routing::{Cooldowns, Verdict};
use crate::random::SharedRandom;
use crate::store::{Arrival, BotData, Row, Settings, StoreError};
use crate::webhooks::Courier;
use crate::whatsapp::Session;

/// The pause after the store or the connection failed; doubled each time.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// The longest such pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// How often somebody who is banned is told so, seconds.
const BAN_TOLD_SECONDS: u32 = 3600;
/// How long people who come into a group, or leave it, wait for others who do so too.
const GATHERED_FOR: Duration = Duration::from_millis(1_500);

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
    pub(super) heard: broadcast::Sender<Arc<Event>>,
    /// Commands that programs wait for.
    pub(super) asked: Asked,
    pub(super) plugins: watch::Receiver<Arc<Enabled>>,
    pub(super) session: watch::Receiver<Option<Arc<dyn Session>>>,
    /// How often the connection was opened, and whether it is open.
    pub(super) connection: watch::Sender<Connection>,
    pub(super) account: RwLock<Option<Account>>,
    pub(super) settings: RwLock<Settings>,
    pub(super) breakers: Breakers,
    pub(super) limits: Mutex<PluginLimits>,
    /// How many receipts were kept since the start; changes are told.
    pub(super) receipts: watch::Sender<u64>,
    pub(super) cooldowns: Mutex<Cooldowns>,
    pub(super) pace: Mutex<Pace>,
    pub(super) budget: Budget,
    pub(super) stop: CancellationToken,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Connection {
    pub(super) opened: u64,
    pub(super) open: bool,
}

/// A session whose connection was open a moment ago.
pub(super) struct Connected {
    pub(super) session: Arc<dyn Session>,
    /// Which of the bot's connections it is, counted from the start.
    pub(super) opened: u64,
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

    /// What counts for a plugin.
    pub(super) fn limits(&self, handler: &Arc<dyn Handler>) -> Allowance {
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

    pub(super) fn set_account(&self, account: Account) {
        self.known_bots.add(account.jid.clone(), self.role);
        if let Some(lid) = &account.lid {
            self.known_bots.add(lid.clone(), self.role);
        }
        *self.account.write().unwrap_or_else(PoisonError::into_inner) = Some(account);
    }
}
