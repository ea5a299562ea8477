//! A world of its own for each transcript: simulator, host, main bot paired and open, one data directory.
//!
//! The host is a child process, started as an operator would, because that is what is shown and tested. It is always ended:
//! by [`World::shutdown`] politely, and by its handle being dropped (a panic, Ctrl-C in the middle of starting) at once.

mod dev;
mod host;

use std::collections::HashSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use jadi_simulator::http::{self, HttpServer};
use jadi_simulator::{Phone, SimClock, Simulator, SimulatorConfig};
use tempfile::TempDir;

pub use self::dev::BotView;
use self::host::HostProcess;
use crate::MAIN_NUMBER;
use crate::script::Name;

/// How long the main bot may take from a shown QR code to open, and from its start to a shown one.
const PAIRING: Duration = Duration::from_secs(30);
/// Pause between two looks at a bot's state.
const LOOK: Duration = Duration::from_millis(25);

/// What a world is made from.
#[derive(Debug, Clone)]
pub struct WorldOptions {
    /// The host's program, built for the simulator.
    pub jadi: PathBuf,
    /// The directory of the plugins.
    pub plugins: PathBuf,
    /// Where all is kept; `None`: a directory that is deleted at the end.
    pub data: Option<PathBuf>,
    /// Numbers of the system owners.
    pub owners: Vec<String>,
    /// Port of the host's page; 0 for a free one.
    pub port: u16,
    /// Port of the phones page, 0 for a free one; `None`: no page.
    pub phones_port: Option<u16>,
    /// What the host logs, such as `info` or `debug`.
    pub log: String,
}

/// Why a world could not be made or went down.
#[derive(Debug, thiserror::Error)]
pub enum WorldError {
    /// The data directory can't be used.
    #[error("the data directory {path} can't be used: {source}")]
    Data {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The simulator does not start or has no place for a phone.
    #[error("the simulator: {0}")]
    Simulator(#[from] jadi_simulator::SimulatorError),
    /// The phones page does not start.
    #[error("the phones page: {0}")]
    PhonesPage(#[from] http::ServeError),
    /// The host's program can't be started.
    #[error("the host {program} can't be started: {source}")]
    Start {
        /// The program.
        program: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The host ended when it should run.
    #[error("the host ended by itself ({0})")]
    HostEnded(String),
    /// The host should run but does not.
    #[error("the host is not running")]
    NoHost,
    /// The host did not come to where it should be in time.
    #[error("{what} within {within:?}")]
    Late {
        /// What did not happen.
        what: String,
        /// How long was waited.
        within: Duration,
    },
    /// The host answers something unexpected.
    #[error("the host's {route} answered {answer}")]
    Answer {
        /// What was asked.
        route: String,
        /// What came.
        answer: String,
    },
    /// The main bot's phone can't link it.
    #[error("the main bot can't be paired: {0}")]
    Pair(#[from] jadi_simulator::PairError),
}

/// Simulator and host, running.
pub struct World {
    options: WorldOptions,
    root: PathBuf,
    /// Deletes the directory when it is dropped, which is last.
    temporary: Option<TempDir>,
    simulator: Simulator,
    phones_page: Option<HttpServer>,
    host: Option<HostProcess>,
    /// By how much the clock was moved, for a host that starts later.
    passed: Duration,
    /// Accounts whose bots have no network.
    cut_off: HashSet<String>,
}

impl World {
    /// Starts everything and waits until the main bot is open. `tell` hears what is being done.
    ///
    /// # Errors
    ///
    /// What did not start; everything that had is ended then.
    pub async fn start(
        options: WorldOptions,
        tell: &(dyn Fn(&str) + Send + Sync),
    ) -> Result<Self, WorldError> {
        let (root, temporary) = data_dir(options.data.as_deref())?;
        tell("starting the simulator");
        let kept = options.data.is_some().then(|| root.join("simulator"));
        let simulator = Simulator::start(SimulatorConfig {
            data_dir: kept,
            port: 0,
            clock: SimClock::system(),
        })
        .await?;
        let phones_page = match options.phones_port {
            Some(port) => {
                let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
                Some(http::serve(simulator.clone(), address)?)
            }
            None => None,
        };
        let mut world = Self {
            options,
            root,
            temporary,
            simulator,
            phones_page,
            host: None,
            passed: Duration::ZERO,
            cut_off: HashSet::new(),
        };
        match world.bring_up(tell).await {
            Ok(()) => Ok(world),
            Err(error) => {
                let log = world.host_log(30);
                world.shutdown().await;
                if !log.is_empty() {
                    tell(&format!("the end of the host's log:\n{log}"));
                }
                Err(error)
            }
        }
    }

    async fn bring_up(&mut self, tell: &(dyn Fn(&str) + Send + Sync)) -> Result<(), WorldError> {
        let main = self.phone(Name::MAIN, MAIN_NUMBER).await?;
        tell("starting the host");
        self.start_host().await?;
        if main.linked_devices().is_empty() {
            tell("pairing the main bot");
            let qr = self.pairing_qr().await?;
            main.scan_qr(&qr).await?;
        }
        tell("waiting for the main bot to open");
        self.wait_for_main("open", PAIRING).await
    }

    /// The phone with this name; made when there is none yet.
    ///
    /// # Errors
    ///
    /// When another phone has the number.
    pub async fn phone(&self, name: &str, number: &str) -> Result<Phone, WorldError> {
        match self.simulator.phone(name) {
            Some(phone) if phone.number() == number => Ok(phone),
            _ => Ok(self.simulator.add_phone(name, number).await?),
        }
    }

    async fn pairing_qr(&self) -> Result<String, WorldError> {
        let deadline = Instant::now() + PAIRING;
        loop {
            if let Some(qr) = self.main_bot().await?.and_then(|main| main.qr) {
                return Ok(qr);
            }
            pause(deadline, PAIRING, "the main bot showed no QR code").await?;
        }
    }

    /// Waits until the main bot is in this state, as the host tells it.
    ///
    /// # Errors
    ///
    /// [`WorldError::Late`] with the state that it is in instead.
    pub async fn wait_for_main(&self, state: &str, within: Duration) -> Result<(), WorldError> {
        let deadline = Instant::now() + within;
        loop {
            let main = self.main_bot().await?;
            if main.as_ref().is_some_and(|main| main.state == state) {
                return Ok(());
            }
            let is = main.map_or_else(|| "is not there".to_owned(), |main| main.to_string());
            pause(deadline, within, format!("the main bot {is}, not {state},")).await?;
        }
    }

    async fn main_bot(&self) -> Result<Option<BotView>, WorldError> {
        let host = self.host.as_ref().ok_or(WorldError::NoHost)?;
        host.check_alive()?;
        let bots = host.dev().bots().await?;
        Ok(bots.into_iter().find(|bot| bot.role == "main"))
    }

    /// Starts the host, and waits until it serves.
    ///
    /// # Errors
    ///
    /// When it ends by itself or takes too long; its log says more.
    pub async fn start_host(&mut self) -> Result<(), WorldError> {
        let host = HostProcess::start(&self.options, &self.root, &self.simulator).await?;
        if !self.passed.is_zero() {
            host.dev().advance(self.passed).await?;
        }
        self.host = Some(host);
        Ok(())
    }

    /// Ends the host without warning, as a power cut does.
    ///
    /// # Errors
    ///
    /// When it is not running.
    pub async fn kill_host(&mut self) -> Result<(), WorldError> {
        self.host.take().ok_or(WorldError::NoHost)?.kill().await;
        Ok(())
    }

    /// Moves the clock of simulator and host.
    ///
    /// # Errors
    ///
    /// When the host does not take it.
    pub async fn pass_time(&mut self, by: Duration) -> Result<(), WorldError> {
        self.simulator.clock().advance(by);
        self.passed += by;
        match &self.host {
            Some(host) => host.dev().advance(by).await,
            None => Ok(()),
        }
    }

    /// Takes the network away from the bots of an account, or gives it back.
    pub fn network(&mut self, number: &str, away: bool) {
        self.simulator.faults().refuse_connections(number, away);
        if away {
            self.cut_off.insert(number.to_owned());
        } else {
            self.cut_off.remove(number);
        }
    }

    /// Resolves when nothing travels any more and the host has nothing left to do. A host that is cut off may have an answer
    /// that it can't send, and is not asked.
    ///
    /// # Errors
    ///
    /// When the host is still busy after its own deadline.
    pub async fn idle(&self) -> Result<(), WorldError> {
        self.simulator.idle().await;
        if let Some(host) = &self.host {
            host.check_alive()?;
            if self.cut_off.is_empty() {
                host.dev().idle().await?;
            }
        }
        self.simulator.idle().await;
        Ok(())
    }

    /// The simulator.
    pub fn simulator(&self) -> &Simulator {
        &self.simulator
    }

    /// The host's page, with the key that opens it when it has one; `None` when the host is not running.
    pub fn host_page(&self) -> Option<&str> {
        Some(self.host.as_ref()?.page())
    }

    /// The phones page, when it was asked for.
    pub fn phones_page(&self) -> Option<String> {
        Some(self.phones_page.as_ref()?.url())
    }

    /// The last `lines` lines that the host wrote.
    pub fn host_log(&self, lines: usize) -> String {
        let log = std::fs::read(self.root.join(host::LOG)).unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        let all: Vec<&str> = log.lines().collect();
        all[all.len().saturating_sub(lines)..].join("\n")
    }

    /// Whether the host still runs, or should not.
    ///
    /// # Errors
    ///
    /// When it ended by itself.
    pub fn check(&self) -> Result<(), WorldError> {
        self.host.as_ref().map_or(Ok(()), HostProcess::check_alive)
    }

    /// Ends the host, politely at first, then pages and simulator, and deletes what is not to be kept.
    pub async fn shutdown(mut self) {
        if let Some(host) = self.host.take() {
            host.end().await;
        }
        if let Some(page) = self.phones_page.take() {
            page.shutdown().await;
        }
        self.simulator.shutdown().await;
        drop(self.temporary.take());
    }
}

fn data_dir(kept: Option<&Path>) -> Result<(PathBuf, Option<TempDir>), WorldError> {
    match kept {
        None => {
            let dir = tempfile::Builder::new().prefix("jadi-demo-").tempdir();
            let dir = dir.map_err(|source| WorldError::Data {
                path: std::env::temp_dir(),
                source,
            })?;
            Ok((dir.path().to_owned(), Some(dir)))
        }
        Some(path) => {
            let made = std::fs::create_dir_all(path).and_then(|()| path.canonicalize());
            let path = made.map_err(|source| WorldError::Data {
                path: path.to_owned(),
                source,
            })?;
            Ok((path, None))
        }
    }
}

/// A moment's wait, unless the deadline has passed.
async fn pause(
    deadline: Instant,
    within: Duration,
    what: impl Into<String>,
) -> Result<(), WorldError> {
    if Instant::now() >= deadline {
        let what = what.into();
        return Err(WorldError::Late { what, within });
    }
    tokio::time::sleep(LOOK).await;
    Ok(())
}
