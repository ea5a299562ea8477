//! The library with real components, a real store and real dispatch; only WhatsApp is scripted.

mod built_in;
mod component;
mod harm;
mod life;
mod live;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tempfile::TempDir;
use tokio::sync::watch;

use super::*;
use crate::clock::MovableClock;
use crate::dispatch::tests::{ALICE, ScriptedSession, jid, private_message, soon};
use crate::dispatch::{
    Dispatch, DispatchOptions, DispatchParts, FailingVersions, KnownBots, PaceOptions, Seating,
    SystemOwners,
};
use crate::fetch::{FetchOptions, Fetcher};
use crate::meter::Meter;
use crate::model::{BotRecord, BotRole, LinkMethod};
use crate::plugins::{Limits, RuntimeOptions};
use crate::random::SystemRandom;
use crate::store::{Audit, Installer, KeptBounds, MasterKey, Settings, Store, StoreOptions};
use crate::webhooks::Post;
use crate::whatsapp::{Inbound, Session, SessionState};
use component::{Sketch, manifest, sketched};
pub(crate) use component::{plugin, remembering};

/// Questions asked so far: each is a message of its own, whichever start of whichever host it goes to.
static ASKED: AtomicU32 = AtomicU32::new(0);

const NUMBERS: [&str; 2] = ["6280000000200", "6280000000201"];

/// A data directory, which outlives the hosts that use it.
pub(crate) struct Place {
    dir: TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        std::fs::create_dir(dir.path().join("built-in")).expect("made");
        Self { dir }
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    /// Puts a file into the directory of the host's own plugins, or takes it away.
    fn built_in(&self, name: &str, component: Option<&[u8]>) {
        let path = self.dir.path().join("built-in").join(name);
        match component {
            Some(component) => std::fs::write(path, component).expect("written"),
            None => std::fs::remove_file(path).expect("removed"),
        }
    }

    /// Starts a host with two bots.
    pub(crate) async fn start(&self) -> Host {
        let random = Arc::new(SystemRandom);
        let options = StoreOptions {
            data_dir: self.data(),
            session_dir: None,
            defaults: Settings::default(),
            kept: KeptBounds::default(),
            random,
        };
        let master = MasterKey::from_bytes([3; 32]);
        let store = Store::open(options, master).await.expect("a store");
        let library = library(&store, &self.dir.path().join("cache")).await;
        library
            .take_in(&self.dir.path().join("built-in"))
            .await
            .expect("taken in");
        let bots = [
            bot(&store, &library, 0).await,
            bot(&store, &library, 1).await,
        ];
        Host {
            store,
            library,
            bots,
        }
    }
}

/// The library of a store.
pub(crate) async fn library(store: &Store, cache: &Path) -> Arc<Library> {
    let mut limits = Limits::default();
    limits.pool.in_flight = 4;
    // The machine that runs the tests may be busy.
    for limits in [&mut limits.event, &mut limits.most] {
        limits.wall_ms = 60_000;
        limits.cpu_ms = 60_000;
    }
    let runtime = Runtime::start(RuntimeOptions {
        limits,
        clock: Arc::new(MovableClock::default()),
        random: Arc::new(SystemRandom),
        cache_dir: Some(cache.to_owned()),
    })
    .expect("a runtime");
    Library::open(LibraryParts {
        runtime: Arc::new(runtime),
        shelf: store.shelf(),
        registry: store.registry(),
        clock: Arc::new(MovableClock::default()),
    })
    .await
    .expect("a library")
}

/// A host.
pub(crate) struct Host {
    store: Store,
    pub(crate) library: Arc<Library>,
    pub(crate) bots: [Bot; 2],
}

impl Host {
    /// Who did what.
    pub(crate) fn audit(&self) -> Arc<dyn Audit> {
        self.store.audit()
    }

    /// Installs what needs no consent that was not given.
    async fn install(&self, component: Vec<u8>) -> Result<PluginView, LibraryError> {
        self.library.install(agreed(component)).await
    }

    /// Installs and enables for all.
    async fn serve(&self, name: &str, component: Vec<u8>) {
        self.install(component).await.expect("installed");
        self.enable(name).await.expect("enabled");
    }

    async fn enable(&self, name: &str) -> Result<PluginView, LibraryError> {
        self.library.switch(name, Whom::All, true).await
    }

    async fn names(&self) -> Vec<String> {
        let views = self.library.list().await.expect("listed");
        views.into_iter().map(|view| view.name).collect()
    }

    pub(crate) async fn end(self) {
        self.library.shutdown().await;
        for bot in &self.bots {
            soon(bot.dispatch.shutdown()).await;
        }
        self.store.close().await.expect("closed");
    }
}

/// An operator's installation that agrees to everything.
fn agreed(component: Vec<u8>) -> Installation {
    Installation {
        component,
        consent: Consent::ToAll,
        by: Installer::Operator,
        replace: false,
    }
}

/// A bot of a host.
pub(crate) struct Bot {
    id: BotId,
    dispatch: Arc<Dispatch>,
    session: Arc<ScriptedSession>,
    _session: watch::Sender<Option<Arc<dyn Session>>>,
}

impl Bot {
    /// The answers to one more message of alice.
    pub(crate) async fn answers(&self, text: &str) -> Vec<String> {
        let nth = ASKED.fetch_add(1, Ordering::Relaxed);
        let before = self.session.texts().len();
        let event = private_message(ALICE, &format!("N{nth}"), text);
        self.dispatch.commit(vec![event]).await.expect("kept");
        soon(self.dispatch.idle()).await;
        self.session.texts().split_off(before)
    }
}

async fn bot(store: &Store, library: &Arc<Library>, n: u8) -> Bot {
    let id = BotId::from_random([n + 1; 16]);
    let number = jid(&format!("{}@s.whatsapp.net", NUMBERS[usize::from(n)]));
    let role = if n == 0 { BotRole::Main } else { BotRole::Sub };
    let mut record = BotRecord::requested(id, role, LinkMethod::Qr, 1);
    record.jid = Some(number.clone());
    if store.registry().get(id).await.expect("registry").is_none() {
        store.add_bot(&record).await.expect("added");
    }
    let session = Arc::new(ScriptedSession::default());
    let shared: Arc<dyn Session> = session.clone();
    let (sender, receiver) = watch::channel(Some(shared));
    let dispatch = Dispatch::start(DispatchParts {
        bot: record,
        data: store.bot(id).await.expect("data"),
        plugins: library.follow(id).await,
        desk: Arc::new(Desk(library.clone())),
        session: receiver,
        system_owners: SystemOwners::default(),
        known_bots: KnownBots::default(),
        meter: Meter::default(),
        seating: Seating::new(store.seats()),
        fetcher: Fetcher::new(FetchOptions::default()),
        post: Post::new(FetchOptions::default()),
        hosting: None,
        failing: FailingVersions::new(Limits::default().breaker).0,
        clock: Arc::new(MovableClock::default()),
        random: Arc::new(SystemRandom),
        options: DispatchOptions {
            pace: PaceOptions {
                burst: 10_000,
                ..PaceOptions::default()
            },
            ..DispatchOptions::default()
        },
    })
    .await
    .expect("started");
    let open = SessionState::Open {
        jid: number,
        lid: None,
    };
    dispatch.state(open).await;
    Bot {
        id,
        dispatch,
        session,
        _session: sender,
    }
}
