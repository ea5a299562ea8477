//! Dispatch with fake plugins, a scripted session and a real store.

mod administration;
mod asking;
mod budget;
mod crash;
mod delivery;
mod failures;
mod fakes;
mod happenings;
mod hosting;
mod isolation;
mod live;
mod manners;
mod order;
mod roles;
mod seating;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;
use tokio::sync::watch;

pub(crate) use fakes::{Fake, FakeDesk, ScriptedSession, answered, said};

use super::{
    Dispatch, DispatchOptions, DispatchParts, Enabled, FailingVersions, Handler, Hosting,
    KnownBots, PaceOptions, Seating, SystemOwners,
};
use crate::clock::{MovableClock, SharedClock};
use crate::fetch::{FetchOptions, Fetcher};
use crate::meter::Meter;
use crate::model::{
    BotId, BotRecord, BotRole, Chat, ChatKind, Event, EventKey, EventKind, Jid, LinkMethod,
    Message, Person,
};
use crate::random::SystemRandom;
use crate::store::{BotData, KeptBounds, MasterKey, Settings, Store, StoreOptions};
use crate::webhooks::Post;
use crate::whatsapp::{Inbound, Session, SessionState};

// Example numbers.
pub(crate) const ALICE: &str = "6280000000101@s.whatsapp.net";
pub(crate) const BOB: &str = "6280000000102@s.whatsapp.net";
pub(crate) const ROOT: &str = "6280000000001@s.whatsapp.net";
pub(crate) const OWNER: &str = "6280000000103@s.whatsapp.net";
pub(crate) const BOT: &str = "6280000000200@s.whatsapp.net";
pub(crate) const GROUP: &str = "120363000000000001@g.us";

pub(crate) fn jid(text: &str) -> Jid {
    text.parse().expect("jid")
}

fn message(chat: &str, kind: ChatKind, sender: &str, id: &str, text: &str) -> Event {
    Event {
        key: EventKey {
            chat: jid(chat),
            sender: jid(sender),
            id: id.parse().expect("message id"),
        },
        at: 1_000,
        chat: Chat {
            jid: jid(chat),
            kind,
        },
        sender: Person {
            jid: jid(sender),
            lid: None,
            name: "Somebody".to_owned(),
        },
        kind: EventKind::Message(Message {
            text: text.to_owned(),
            ..Message::default()
        }),
    }
}

pub(crate) fn private_message(sender: &str, id: &str, text: &str) -> Event {
    message(sender, ChatKind::Private, sender, id, text)
}

pub(crate) fn group_message(group: &str, sender: &str, id: &str, text: &str) -> Event {
    message(group, ChatKind::Group, sender, id, text)
}

/// Waits for what must come soon.
pub(crate) async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(20), what)
        .await
        .expect("this should have happened long ago")
}

/// A bot's data directory, which outlives the processes that use it.
pub(crate) struct Place {
    dir: TempDir,
    number: u8,
    role: BotRole,
    kept: KeptBounds,
    grace: Duration,
    messages_per_day: u64,
    /// Goes on over restarts.
    pub(super) clock: MovableClock,
    /// As all bots of a host share it.
    pub(super) failing: FailingVersions,
    pub(super) desk: Arc<FakeDesk>,
    /// What makes and manages bots, offered to this one.
    pub(super) hosting: Option<Arc<dyn Hosting>>,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self {
            dir: tempfile::tempdir().expect("dir"),
            number: 1,
            role: BotRole::Main,
            kept: KeptBounds::default(),
            grace: Duration::ZERO,
            messages_per_day: 20_000,
            clock: MovableClock::default(),
            failing: FailingVersions::new(crate::plugins::BreakerLimits::default()).0,
            desk: Arc::default(),
            hosting: None,
        }
    }

    /// Its processes let what is under way end.
    pub(crate) fn with_grace() -> Self {
        Self {
            grace: Duration::from_secs(20),
            ..Self::new()
        }
    }

    pub(super) fn with_quota(messages_per_day: u64) -> Self {
        Self {
            messages_per_day,
            ..Self::new()
        }
    }

    pub(crate) fn of_sub_bot() -> Self {
        Self {
            role: BotRole::Sub,
            ..Self::new()
        }
    }

    pub(crate) fn keeping(kept: KeptBounds) -> Self {
        Self {
            kept,
            ..Self::new()
        }
    }

    /// One of several bots.
    pub(super) fn numbered(number: u8) -> Self {
        Self {
            number,
            ..Self::new()
        }
    }

    fn record(&self) -> BotRecord {
        let id = BotId::from_random([self.number; 16]);
        let mut bot = BotRecord::requested(id, self.role, LinkMethod::Qr, 1);
        bot.jid = Some(jid(BOT));
        bot.owner = (self.role == BotRole::Sub).then(|| jid(OWNER));
        bot
    }

    /// Starts a process on the data, with an open connection.
    pub(crate) async fn start(&self, plugins: Vec<Arc<dyn Handler>>) -> Host {
        let host = self.start_offline(plugins).await;
        host.open().await;
        host
    }

    /// Starts a process on the data, without a connection.
    pub(crate) async fn start_offline(&self, plugins: Vec<Arc<dyn Handler>>) -> Host {
        let random = Arc::new(SystemRandom);
        let options = StoreOptions {
            data_dir: self.dir.path().to_owned(),
            session_dir: None,
            defaults: Settings::default(),
            kept: self.kept,
            random: random.clone(),
        };
        let master = MasterKey::from_bytes([3; 32]);
        let store = Store::open(options, master).await.expect("store");
        let record = self.record();
        if store
            .registry()
            .get(record.id)
            .await
            .expect("registry")
            .is_none()
        {
            store.add_bot(&record).await.expect("add");
        }
        let data = store.bot(record.id).await.expect("data");
        let session = Arc::new(ScriptedSession::default());
        let clock = self.clock.clone();
        let (known_bots, meter) = (KnownBots::default(), Meter::default());
        let seating = Seating::new(store.seats());
        let (plugins_sender, plugins) = watch::channel(Arc::new(Enabled::new(plugins)));
        let shared: Arc<dyn Session> = session.clone();
        let (session_sender, session_receiver) = watch::channel(Some(shared));
        let dispatch = Dispatch::start(DispatchParts {
            bot: record,
            data: data.clone(),
            plugins,
            desk: self.desk.clone(),
            session: session_receiver,
            system_owners: SystemOwners::new(vec![jid(ROOT).number().expect("number")]),
            known_bots: known_bots.clone(),
            meter: meter.clone(),
            seating: seating.clone(),
            fetcher: Fetcher::new(FetchOptions::default()),
            post: Post::new(FetchOptions::default()),
            hosting: self.hosting.clone(),
            failing: self.failing.clone(),
            clock: Arc::new(clock.clone()),
            random,
            options: DispatchOptions {
                pace: PaceOptions {
                    burst: 1_000,
                    ..PaceOptions::default()
                },
                grace: self.grace,
                messages_per_day: self.messages_per_day,
                ..DispatchOptions::default()
            },
        })
        .await
        .expect("start");
        Host {
            dispatch,
            data,
            session,
            clock,
            known_bots,
            meter,
            seating,
            plugins: plugins_sender,
            _session: session_sender,
            store,
        }
    }
}

/// What a dispatch without plugins is made of, for the tests of who launches bots.
pub(crate) fn parts(
    bot: &BotRecord,
    data: BotData,
    session: watch::Receiver<Option<Arc<dyn Session>>>,
    known_bots: KnownBots,
    seating: Seating,
    meter: Meter,
    clock: SharedClock,
) -> DispatchParts {
    DispatchParts {
        bot: bot.clone(),
        data,
        plugins: always(Vec::new()),
        session,
        system_owners: SystemOwners::new(vec![jid(ROOT).number().expect("number")]),
        known_bots,
        seating,
        meter,
        fetcher: Fetcher::new(FetchOptions::default()),
        post: Post::new(FetchOptions::default()),
        desk: Arc::<FakeDesk>::default(),
        hosting: None,
        failing: FailingVersions::new(crate::plugins::BreakerLimits::default()).0,
        clock,
        random: Arc::new(SystemRandom),
        options: DispatchOptions::default(),
    }
}

/// A set of plugins that stays as it is.
pub(crate) fn always(plugins: Vec<Arc<dyn Handler>>) -> watch::Receiver<Arc<Enabled>> {
    // The sender may go.
    watch::channel(Arc::new(Enabled::new(plugins))).1
}

/// So many events more are as if kept.
pub(crate) fn received(dispatch: &Dispatch, events: u64) {
    dispatch.counters().received.add(events);
}

/// The breaker of a build of a plugin is as if open in a bot.
pub(crate) fn paused(failing: &FailingVersions, bot: BotId, plugin: &str, digest: &str) {
    let version = super::failing::FailingVersion {
        plugin,
        version: "1.0.1",
        digest,
    };
    failing.still_open(bot, None, version);
}

/// One process.
pub(crate) struct Host {
    pub(crate) dispatch: Arc<Dispatch>,
    pub(crate) data: BotData,
    pub(crate) session: Arc<ScriptedSession>,
    pub(crate) clock: MovableClock,
    pub(crate) known_bots: KnownBots,
    pub(super) seating: Seating,
    pub(super) meter: Meter,
    plugins: watch::Sender<Arc<Enabled>>,
    _session: watch::Sender<Option<Arc<dyn Session>>>,
    pub(super) store: Store,
}

impl Host {
    pub(crate) async fn open(&self) {
        let open = SessionState::Open {
            jid: jid(BOT),
            lid: None,
        };
        self.dispatch.state(open).await;
    }

    pub(crate) async fn receive(&self, events: Vec<Event>) {
        self.dispatch.commit(events).await.expect("kept");
    }

    /// Puts another set of plugins in place.
    pub(crate) fn enable(&self, plugins: Vec<Arc<dyn Handler>>) {
        self.plugins.send_replace(Arc::new(Enabled::new(plugins)));
    }

    /// Lets everything be handled and sent, and returns what was sent.
    pub(crate) async fn settled(&self) -> Vec<String> {
        soon(self.dispatch.idle()).await;
        self.session.texts()
    }

    /// Receives one message and returns the texts sent since.
    pub(crate) async fn asks(&self, event: Event) -> Vec<String> {
        let before = self.session.texts().len();
        self.receive(vec![event]).await;
        self.settled().await.split_off(before)
    }

    /// Ends the process. What is under way is dropped where it is, unless there is grace.
    pub(crate) async fn end(self) {
        soon(self.dispatch.shutdown()).await;
        self.store.close().await.expect("close");
    }
}
