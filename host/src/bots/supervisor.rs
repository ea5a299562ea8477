//! Keeps bots running: one task per bot that starts sessions, follows what they tell, waits, and starts again. `instance` is what the
//! other rooms have of it.

mod instance;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::backoff::Backoff;
use super::machine::{self, PairingRules, Then};
use super::status::{Account, BotState, BotStatus, Pairing};
use crate::clock::{Millis, SharedClock, millis};
use crate::dispatch::Delay;
use crate::model::{BotId, BotRole, Budget, Cause, Event, Jid, MessageId, PhoneNumber, Poll};
use crate::random::SharedRandom;
use crate::whatsapp::{
    CommitError, Connector, Inbound, Session, SessionError, SessionSpec, SessionState,
};

use instance::Order;
pub use instance::{Gone, Instance};

/// States of one session, and commands to one bot, that may wait.
const QUEUE: usize = 64;
/// How long a connection must have held for the next loss to count as a first one.
const STABLE: Millis = 60_000;
/// How long a new session may be silent before the person is told that WhatsApp can't be reached.
const SILENCE: Duration = Duration::from_secs(30);
/// How long a code may be under way after it has expired, and how late the next QR code may be.
const CODE_GRACE: Millis = 10_000;

/// Where a bot's sessions come from.
#[async_trait]
pub trait SessionFiles: Send + Sync + 'static {
    /// What to start the next session from.
    ///
    /// # Errors
    ///
    /// When the session's place or key can't be had.
    async fn spec(&self) -> Result<SessionSpec, SessionError>;

    /// Deletes the session: the account was logged out or was the wrong one.
    ///
    /// # Errors
    ///
    /// When a file stays; the bot can't be linked again before it is gone.
    async fn forget(&self) -> std::io::Result<()>;
}

/// What a bot is launched with.
pub struct Launch {
    /// Its id.
    pub bot: BotId,
    /// Main bot or sub-bot.
    pub role: BotRole,
    /// Its account, when it was linked before.
    pub account: Option<Account>,
    /// The number that must be linked, if it matters.
    pub expected: Option<PhoneNumber>,
    /// How many more times new codes are shown after the first ones have expired.
    pub pairing_rounds: u32,
    /// Whether it rests until somebody starts it.
    pub resting: bool,
    /// Where its sessions come from.
    pub files: Arc<dyn SessionFiles>,
    /// Where its events go.
    pub inbound: Arc<dyn Inbound>,
    /// Where its session is put while there is one, for whoever sends.
    pub session: watch::Sender<Option<Arc<dyn Session>>>,
}

/// Launches bots and waits for their end.
pub struct Supervisor {
    connector: Arc<dyn Connector>,
    clock: SharedClock,
    random: SharedRandom,
    pause: Delay,
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl Supervisor {
    /// A supervisor whose first wait between sessions is about `pause`.
    pub fn new(
        connector: Arc<dyn Connector>,
        clock: SharedClock,
        random: SharedRandom,
        pause: Delay,
    ) -> Self {
        Self {
            connector,
            clock,
            random,
            pause,
            tasks: TaskTracker::new(),
            stop: CancellationToken::new(),
        }
    }

    /// Starts a bot's task. The bot runs until it is told otherwise or the supervisor shuts down.
    pub fn launch(&self, launch: Launch) -> Instance {
        let now = self.clock.now();
        let mut first = BotStatus::requested(launch.account.clone(), now);
        if launch.resting {
            first.cause = Some(Cause::Stopped);
            first.go(BotState::Stopped, now);
        }
        let status = watch::Sender::new(first);
        let stop = self.stop.child_token();
        let (orders, ordered) = mpsc::channel(QUEUE);
        let instance = Instance {
            bot: launch.bot,
            role: launch.role,
            expected: launch.expected.clone(),
            stop: stop.clone(),
            status: status.subscribe(),
            session: launch.session.subscribe(),
            orders,
        };
        let life = Life {
            rules: PairingRules {
                rounds_left: launch.pairing_rounds,
                expected: launch.expected.clone(),
            },
            launch,
            connector: self.connector.clone(),
            clock: self.clock.clone(),
            random: self.random.clone(),
            backoff: Backoff::new(self.pause.clone()),
            status,
            ordered,
            stop,
        };
        self.tasks.spawn(Box::pin(life.run()));
        instance
    }

    /// Shuts all sessions down and waits for it. Each session has its own deadline.
    pub async fn shutdown(&self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

/// One bot's task.
struct Life {
    launch: Launch,
    rules: PairingRules,
    connector: Arc<dyn Connector>,
    clock: SharedClock,
    random: SharedRandom,
    backoff: Backoff,
    status: watch::Sender<BotStatus>,
    ordered: mpsc::Receiver<Order>,
    stop: CancellationToken,
}

impl Life {
    async fn run(mut self) {
        if self.launch.resting {
            self.rest().await;
        }
        while !self.stop.is_cancelled() {
            let then = self.one_session().await;
            if self.stop.is_cancelled() {
                return;
            }
            match then {
                Then::Rest | Then::Unlink | Then::Stay => self.rest().await,
                Then::Retry => {
                    let wait = self.backoff.next(&*self.random);
                    let at = self.clock.now().saturating_add(millis(wait));
                    self.wait_until(at).await;
                }
                Then::RetryAt(at) => self.wait_until(at).await,
            }
        }
    }

    /// From the start of a session to its end.
    async fn one_session(&mut self) -> Then {
        let (told, mut states) = mpsc::channel(QUEUE);
        let inbound = Arc::new(Relay {
            inbound: self.launch.inbound.clone(),
            told,
        });
        let started = match self.launch.files.spec().await {
            Ok(spec) => self.connector.start(spec, inbound).await,
            Err(error) => Err(error),
        };
        let session = match started {
            Ok(session) => session,
            Err(error) => return self.not_started(&error),
        };
        if self.status.borrow().account.is_some() {
            self.change(|status, now| {
                status.cause = None;
                status.go(BotState::Connecting, now);
            });
        }
        self.launch.session.send_replace(Some(session.clone()));
        let then = self.follow(&mut states, &*session).await;
        self.launch.session.send_replace(None);
        session.shutdown().await;
        then
    }

    /// Follows a session until it is over.
    async fn follow(
        &mut self,
        states: &mut mpsc::Receiver<SessionState>,
        session: &dyn Session,
    ) -> Then {
        let mut silence = Some(self.clock.now().saturating_add(millis(SILENCE)));
        loop {
            let code_ends = match &self.status.borrow().state {
                BotState::Pairing(Pairing::Code { until, .. } | Pairing::Qr { until, .. }) => {
                    Some(until.saturating_add(CODE_GRACE))
                }
                _ => None,
            };
            tokio::select! {
                biased;
                () = self.stop.cancelled() => return Then::Rest,
                order = self.ordered.recv() => match order {
                    Some(Order::Start) => {}
                    // What is not linked yet can't be taken up again later.
                    Some(Order::Pause { .. }) if self.status.borrow().account.is_none() => {}
                    Some(Order::Pause { of, until }) => return self.paused(of, until),
                    Some(Order::Stop) => return self.stopped(Cause::Stopped, BotState::Stopped),
                    Some(Order::LogOut) => {
                        self.unlink(session).await;
                        return self.stopped(Cause::LoggedOut, BotState::LoggedOut);
                    }
                    None => return Then::Rest,
                },
                state = states.recv() => {
                    silence = None;
                    let Some(state) = state else { return Then::Retry };
                    let then = self.take(state);
                    if then == Then::Unlink {
                        self.unlink(session).await;
                    }
                    if then != Then::Stay {
                        return then;
                    }
                }
                () = at(&self.clock, code_ends), if code_ends.is_some() => return self.code_expired(),
                () = at(&self.clock, silence), if silence.is_some() => {
                    silence = None;
                    self.change(|status, _| status.cause = Some(Cause::Network));
                }
            }
        }
    }

    fn take(&mut self, state: SessionState) -> Then {
        let now = self.clock.now();
        let mut status = self.status.borrow().clone();
        if status.state == BotState::Open && now.saturating_sub(status.since) >= STABLE {
            self.backoff.reset();
        }
        let before = status.state.name();
        let then = machine::follow(&mut status, state, &mut self.rules, now);
        if before != status.state.name() {
            tracing::info!(bot = %self.launch.bot, from = before, to = status.state.name(),
                cause = status.cause.as_ref().map(Cause::name), "bot");
        }
        self.status.send_replace(status);
        then
    }

    fn not_started(&mut self, error: &SessionError) -> Then {
        tracing::error!(bot = %self.launch.bot, %error, "a session could not be started");
        let now = self.clock.now();
        let mut status = self.status.borrow().clone();
        let then = machine::not_started(&mut status, error, now);
        self.status.send_replace(status);
        then
    }

    fn code_expired(&mut self) -> Then {
        let now = self.clock.now();
        let mut status = self.status.borrow().clone();
        let then = machine::expired(&mut status, &mut self.rules, now);
        self.status.send_replace(status);
        then
    }

    fn stopped(&mut self, cause: Cause, state: BotState) -> Then {
        self.change(|status, now| {
            if state == BotState::LoggedOut {
                status.account = None;
            }
            status.cause = Some(cause);
            status.go(state, now);
        });
        Then::Rest
    }

    fn paused(&self, of: Budget, until: Millis) -> Then {
        self.change(|status, now| {
            status.cause = Some(Cause::OverBudget { of, until });
            status.go(BotState::Reconnecting, now);
        });
        Then::RetryAt(until)
    }

    /// Unlinks the device. That WhatsApp can't be told is no reason to keep the session: the phone's owner sees the device
    /// in their list and can remove it there.
    async fn unlink(&self, session: &dyn Session) {
        if let Err(error) = session.log_out().await {
            tracing::warn!(bot = %self.launch.bot, %error, "the device could not be unlinked at WhatsApp");
        }
    }

    /// Waits for a start. A session that is worth nothing any more is deleted first.
    async fn rest(&mut self) {
        loop {
            tokio::select! {
                () = self.stop.cancelled() => return,
                order = self.ordered.recv() => match order {
                    Some(Order::Start) if self.fresh().await => break,
                    Some(Order::LogOut) => { self.stopped(Cause::LoggedOut, BotState::LoggedOut); }
                    Some(_) => {}
                    None => return self.stop.cancel(),
                }
            }
        }
        self.backoff.reset();
        self.rules.rounds_left = self.launch.pairing_rounds;
        self.change(|status, now| {
            status.cause = None;
            status.go(BotState::Requested, now);
        });
    }

    /// Makes sure that the next session does not start with credentials of one that was unlinked.
    async fn fresh(&self) -> bool {
        let (state, cause) = {
            let status = self.status.borrow();
            (status.state.clone(), status.cause.clone())
        };
        if state != BotState::LoggedOut && cause != Some(Cause::WrongNumber) {
            return true;
        }
        match self.launch.files.forget().await {
            Ok(()) => true,
            Err(error) => {
                tracing::error!(bot = %self.launch.bot, %error, "the old session could not be deleted");
                false
            }
        }
    }

    /// Waits for the next try; a start makes it come now, a stop makes it rest.
    async fn wait_until(&mut self, until: Millis) {
        self.change(|status, _| status.next_try = Some(until));
        tokio::select! {
            () = self.stop.cancelled() => {}
            () = self.clock.sleep_until(until) => {}
            order = self.ordered.recv() => match order {
                // It is off the network already.
                Some(Order::Start | Order::Pause { .. }) => {}
                Some(Order::Stop) => {
                    self.stopped(Cause::Stopped, BotState::Stopped);
                    self.rest().await;
                }
                Some(Order::LogOut) => {
                    self.stopped(Cause::LoggedOut, BotState::LoggedOut);
                    self.rest().await;
                }
                None => self.stop.cancel(),
            }
        }
        self.change(|status, _| status.next_try = None);
    }

    fn change(&self, change: impl FnOnce(&mut BotStatus, Millis)) {
        let now = self.clock.now();
        self.status.send_modify(|status| change(status, now));
    }
}

/// Resolves at `time`, or never.
async fn at(clock: &SharedClock, time: Option<Millis>) {
    match time {
        Some(time) => clock.sleep_until(time).await,
        None => std::future::pending().await,
    }
}

/// Listens in on the states that go to the bot's own inbound.
struct Relay {
    inbound: Arc<dyn Inbound>,
    told: mpsc::Sender<SessionState>,
}

#[async_trait]
impl Inbound for Relay {
    async fn commit(&self, events: Vec<Event>) -> Result<(), CommitError> {
        self.inbound.commit(events).await
    }

    async fn state(&self, state: SessionState) {
        if self.told.try_send(state.clone()).is_err() {
            tracing::warn!(?state, "a bot's task does not keep up with its session");
        }
        self.inbound.state(state).await;
    }

    async fn poll(&self, chat: &Jid, id: &MessageId) -> Result<Option<Poll>, CommitError> {
        self.inbound.poll(chat, id).await
    }

    async fn group_changed(&self, group: Jid) {
        self.inbound.group_changed(group).await;
    }
}

#[cfg(test)]
mod tests;
