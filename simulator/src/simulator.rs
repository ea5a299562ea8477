//! The simulator as a whole: start it, give people phones, look at it, stop it.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::certificate::{CertificateInfo, ServerKeys};
use crate::clock::SimClock;
use crate::error::SimulatorError;
use crate::event::{GroupView, UnknownIq};
use crate::faults::Faults;
use crate::http::{BlobStore, HttpServer, serve_blobs};
use crate::keep;
use crate::phone::Phone;
use crate::server::{Server, connection};

/// How to start a simulator.
#[derive(Debug, Clone, Default)]
pub struct SimulatorConfig {
    /// Where the server's keys, accounts, phones and groups are kept, so that a paired bot finds the same world after a
    /// restart (without the chats). `None`: a fresh world, in memory only.
    pub data_dir: Option<PathBuf>,
    /// Port of the websocket on 127.0.0.1; 0 picks a free one.
    pub port: u16,
    /// The time that it lives in.
    pub clock: SimClock,
}

/// A running simulator. Clones are the same one.
#[derive(Clone)]
pub struct Simulator {
    inner: Arc<Inner>,
}

struct Inner {
    server: Arc<Server>,
    faults: Faults,
    phones: Mutex<Vec<Phone>>,
    port: u16,
    media: HttpServer,
    tasks: TaskTracker,
    stop: CancellationToken,
    data_dir: Option<PathBuf>,
    saving: tokio::sync::Mutex<()>,
}

impl Simulator {
    /// Starts the server on loopback.
    ///
    /// # Errors
    /// When the port is taken, or the key file cannot be used.
    pub async fn start(config: SimulatorConfig) -> Result<Self, SimulatorError> {
        let now = config.clock.now_secs();
        let keys = match &config.data_dir {
            Some(dir) => ServerKeys::load_or_create(dir, now)?,
            None => ServerKeys::generate(now)?,
        };
        let listen = |source| SimulatorError::Listen {
            port: config.port,
            source,
        };
        let listener = TcpListener::bind(("127.0.0.1", config.port))
            .await
            .map_err(listen)?;
        let port = listener.local_addr().map_err(listen)?.port();
        let kept = match &config.data_dir {
            Some(dir) => keep::load(dir)?,
            None => None,
        };
        let (world, files) = kept.map_or_else(Default::default, |kept| (kept.world, kept.phones));
        let blobs = BlobStore::default();
        let media = serve_blobs(blobs.clone(), 0)
            .map_err(|error| SimulatorError::Media(error.to_string()))?;
        let server = Arc::new(Server::new(
            keys,
            config.clock,
            blobs,
            media.addr().to_string(),
            world,
        ));
        let phones = files
            .into_iter()
            .map(|file| Phone::from_file(server.clone(), file))
            .collect::<Result<Vec<_>, _>>()?;
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        for phone in &phones {
            tasks.spawn(phone.clone().run(stop.clone()));
        }
        tasks.spawn(connection::serve(
            server.clone(),
            listener,
            tasks.clone(),
            stop.clone(),
        ));
        let faults = Faults::new(server.clone());
        let inner = Inner {
            server,
            faults,
            phones: Mutex::new(phones),
            port,
            media,
            tasks,
            stop,
            data_dir: config.data_dir,
            saving: tokio::sync::Mutex::new(()),
        };
        let simulator = Self {
            inner: Arc::new(inner),
        };
        if simulator.inner.data_dir.is_some() {
            simulator
                .inner
                .tasks
                .spawn(simulator.clone().save_on_change());
        }
        Ok(simulator)
    }

    /// Saves whenever accounts, companions or groups have changed.
    async fn save_on_change(self) {
        loop {
            tokio::select! {
                () = self.inner.stop.cancelled() => return,
                () = self.inner.server.structure.notified() => {}
            }
            if let Err(error) = self.save().await {
                tracing::error!(%error, "the world could not be saved");
            }
        }
    }

    /// Writes everything that a restart needs into the data directory; without one it does nothing.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub async fn save(&self) -> Result<(), SimulatorError> {
        let Some(dir) = self.inner.data_dir.clone() else {
            return Ok(());
        };
        let _one_at_a_time = self.inner.saving.lock().await;
        let mut files = Vec::new();
        for phone in self.phones() {
            files.push(
                phone
                    .to_file()
                    .await
                    .map_err(|error| SimulatorError::Crypto(error.to_string()))?,
            );
        }
        let bytes = {
            let world = self.inner.server.world();
            keep::encode(&world, &files)
        };
        let bytes = bytes.map_err(|error| SimulatorError::Crypto(error.to_string()))?;
        match tokio::task::spawn_blocking(move || keep::write(&dir, &bytes)).await {
            Ok(written) => written,
            Err(error) => Err(SimulatorError::Crypto(error.to_string())),
        }
    }

    fn lock_phones(&self) -> MutexGuard<'_, Vec<Phone>> {
        self.inner
            .phones
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Where a client connects to: `ws://127.0.0.1:PORT/ws/chat`.
    pub fn websocket_url(&self) -> String {
        format!("ws://127.0.0.1:{}/ws/chat", self.inner.port)
    }

    /// Where clients upload and download media: `http://127.0.0.1:PORT`.
    pub fn media_url(&self) -> String {
        self.inner.media.url()
    }

    /// The sealed files of all.
    pub fn blobs(&self) -> &BlobStore {
        &self.inner.server.blobs
    }

    /// The root of the certificate chain, for clients that can be told one.
    pub fn certificate(&self) -> CertificateInfo {
        self.inner.server.keys.info()
    }

    /// The time that the simulator lives in.
    pub fn clock(&self) -> &SimClock {
        &self.inner.server.clock
    }

    /// Makes faults happen.
    pub fn faults(&self) -> &Faults {
        &self.inner.faults
    }

    /// Gives someone a phone: an account with a number and a LID.
    ///
    /// # Errors
    /// When the number is malformed, or name or number are taken.
    pub async fn add_phone(&self, name: &str, number: &str) -> Result<Phone, SimulatorError> {
        if !(7..=15).contains(&number.len()) || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(SimulatorError::BadNumber(number.to_owned()));
        }
        if self.phone(name).is_some() {
            return Err(SimulatorError::PhoneTaken(name.to_owned()));
        }
        // A LID has fifteen digits and tells nothing of the number.
        let lid = format!(
            "{}",
            rand::random_range(100_000_000_000_000_u64..1_000_000_000_000_000)
        );
        let phone = Phone::create(self.inner.server.clone(), name, number, lid).await?;
        self.lock_phones().push(phone.clone());
        self.inner
            .tasks
            .spawn(phone.clone().run(self.inner.stop.clone()));
        self.inner.server.structure.notify_one();
        Ok(phone)
    }

    /// The phone of the person with this name.
    pub fn phone(&self, name: &str) -> Option<Phone> {
        self.lock_phones()
            .iter()
            .find(|phone| phone.name() == name)
            .cloned()
    }

    /// The phone with this number.
    pub fn phone_by_number(&self, number: &str) -> Option<Phone> {
        self.lock_phones()
            .iter()
            .find(|phone| phone.number() == number)
            .cloned()
    }

    /// All phones, in the order in which they came.
    pub fn phones(&self) -> Vec<Phone> {
        self.lock_phones().clone()
    }

    /// The group with this JID.
    pub fn group(&self, jid: &str) -> Option<GroupView> {
        let id = jid.split('@').next()?;
        self.inner
            .server
            .world()
            .groups
            .get(id)
            .map(|group| group.view())
    }

    /// All groups.
    pub fn groups(&self) -> Vec<GroupView> {
        self.inner
            .server
            .world()
            .groups
            .values()
            .map(|group| group.view())
            .collect()
    }

    /// What clients asked that nobody here could answer. A test should find this empty.
    pub fn unknown_iqs(&self) -> Vec<UnknownIq> {
        self.inner.server.unknown_iqs()
    }

    /// Resolves once nothing waits for a device that is connected, and nothing has travelled for a few rounds.
    ///
    /// A client that still thinks about an answer is not seen from here: wait for the answer itself where there is one.
    pub async fn idle(&self) {
        const QUIET_ROUNDS: u32 = 4;
        const ROUND: Duration = Duration::from_millis(50);
        let mut stanzas = self.inner.server.stanzas();
        let mut quiet = 0;
        while quiet < QUIET_ROUNDS {
            stanzas.mark_unchanged();
            let moved = tokio::time::timeout(ROUND, stanzas.changed()).await.is_ok();
            quiet = if moved || !self.inner.server.nothing_waits() {
                0
            } else {
                quiet + 1
            };
        }
    }

    /// Ends all connections, waits for every task, and saves the world if there is a data directory.
    pub async fn shutdown(&self) {
        self.inner.stop.cancel();
        self.inner.tasks.close();
        self.inner.tasks.wait().await;
        if let Err(error) = self.save().await {
            tracing::error!(%error, "the world could not be saved");
        }
        self.inner.media.shutdown().await;
    }
}
