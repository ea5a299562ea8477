//! A world of its own for each transcript: simulator, host, main bot paired and open, one data directory. Tests have worlds
//! too, also ones whose main bot they link themselves.
//!
//! The host is a child process, started as an operator would, because that is what is shown and tested. It is always ended:
//! by [`World::shutdown`] politely, and by its handle being dropped (a panic, Ctrl-C in the middle of starting) at once.

mod dev;
mod error;
mod host;

use std::collections::{BTreeMap, HashSet};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::{Duration, Instant};

use jadi_simulator::http::{self, HttpServer};
use jadi_simulator::{Phone, SimClock, Simulator, SimulatorConfig};
use rustix::process::Pid;
use tempfile::TempDir;

pub use self::dev::BotView;
use self::dev::Link;
pub use self::error::WorldError;
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
    /// How the main bot is linked to its phone.
    pub pairing: PairingMethod,
    /// Port of the host's page; 0 for a free one.
    pub port: u16,
    /// Port of the phones page, 0 for a free one; `None`: no page.
    pub phones_port: Option<u16>,
    /// What the host logs, such as `info` or `debug`.
    pub log: String,
    /// What the host's environment holds besides, such as `JADI_OPERATOR_PASSWORD`.
    pub environment: Vec<(String, String)>,
    /// Servers on this machine that stand for those on the internet which plugins ask, by name.
    pub servers: BTreeMap<String, SocketAddr>,
}

/// How a phone links a bot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PairingMethod {
    /// It scans a QR code.
    Qr,
    /// Its owner types a code.
    Code,
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
    /// Whether a world was kept in this directory.
    pub fn is_kept_in(data: &Path) -> bool {
        data.join("host").exists()
    }

    /// Starts everything and waits until the main bot is open. `tell` hears what is being done.
    ///
    /// # Errors
    ///
    /// What did not start; everything that had is ended then.
    pub async fn start(
        options: WorldOptions,
        tell: &(dyn Fn(&str) + Send + Sync),
    ) -> Result<Self, WorldError> {
        let mut world = Self::start_unlinked(options, tell).await?;
        match world.link_main(tell).await {
            Ok(()) => Ok(world),
            Err(error) => Err(world.give_up(error, tell).await),
        }
    }

    /// Starts everything and leaves it to the caller to link the main bot, for which its phone is there.
    ///
    /// # Errors
    ///
    /// As for [`World::start`].
    pub async fn start_unlinked(
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
            Err(error) => Err(world.give_up(error, tell).await),
        }
    }

    async fn bring_up(&mut self, tell: &(dyn Fn(&str) + Send + Sync)) -> Result<(), WorldError> {
        self.phone(Name::MAIN, MAIN_NUMBER).await?;
        tell("starting the host");
        self.start_host().await
    }

    async fn link_main(&mut self, tell: &(dyn Fn(&str) + Send + Sync)) -> Result<(), WorldError> {
        let main = self.phone(Name::MAIN, MAIN_NUMBER).await?;
        if main.linked_devices().is_empty() {
            tell("pairing the main bot");
            match self.shown_link().await? {
                Link::Qr(text) => main.scan_qr(&text).await?,
                Link::Code(code) => main.enter_pairing_code(&code).await?,
            };
        }
        tell("waiting for the main bot to open");
        self.wait_for_main("open", PAIRING).await
    }

    /// Ends what runs; the host's log says more than the error.
    async fn give_up(self, error: WorldError, tell: &(dyn Fn(&str) + Send + Sync)) -> WorldError {
        let log = self.host_log(30);
        self.shutdown().await;
        if !log.is_empty() {
            tell(&format!("the end of the host's log:\n{log}"));
        }
        error
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

    /// Has a bot made of a number, by the code that the phone of this name types, and waits until it is open.
    ///
    /// # Errors
    ///
    /// What did not work.
    pub async fn add_bot(&self, name: &str, number: &str, owner: &str) -> Result<(), WorldError> {
        let phone = self.phone(name, number).await?;
        let host = self.host.as_ref().ok_or(WorldError::NoHost)?;
        if self.bot(number).await?.is_none() {
            host.dev().make_bot(number, owner).await?;
            let deadline = Instant::now() + PAIRING;
            let code = loop {
                if let Some(code) = self.bot(number).await?.and_then(|bot| bot.code) {
                    break code;
                }
                pause(deadline, PAIRING, "the bot showed no code").await?;
            };
            phone.enter_pairing_code(&code).await?;
        }
        self.wait_for(number, "open", PAIRING).await
    }

    /// What the main bot shows to be linked with.
    async fn shown_link(&self) -> Result<Link, WorldError> {
        let deadline = Instant::now() + PAIRING;
        loop {
            let main = self.main_bot().await?;
            if let Some(link) = main.and_then(BotView::link) {
                return Ok(link);
            }
            pause(
                deadline,
                PAIRING,
                "the main bot showed nothing to link it with",
            )
            .await?;
        }
    }

    /// Waits until the main bot is in this state, as the host tells it.
    ///
    /// # Errors
    ///
    /// [`WorldError::Late`] with the state that it is in instead.
    pub async fn wait_for_main(&self, state: &str, within: Duration) -> Result<(), WorldError> {
        self.wait_for(MAIN_NUMBER, state, within).await
    }

    /// Waits until the bot of this number is in this state, as the host tells it.
    ///
    /// # Errors
    ///
    /// [`WorldError::Late`] with the state that it is in instead.
    pub async fn wait_for(
        &self,
        number: &str,
        state: &str,
        within: Duration,
    ) -> Result<(), WorldError> {
        let deadline = Instant::now() + within;
        loop {
            let bot = self.bot(number).await?;
            if bot.as_ref().is_some_and(|bot| bot.state == state) {
                return Ok(());
            }
            let is = bot.map_or_else(|| "is not there".to_owned(), |bot| bot.to_string());
            let which = match number {
                MAIN_NUMBER => "the main bot".to_owned(),
                number => format!("the bot {number}"),
            };
            pause(deadline, within, format!("{which} {is}, not {state},")).await?;
        }
    }

    /// Waits until there is no bot of this number any more, and no directory but those of the bots that there are.
    ///
    /// # Errors
    ///
    /// [`WorldError::Late`] with what is still there.
    pub async fn wait_gone(&self, number: &str, within: Duration) -> Result<(), WorldError> {
        let deadline = Instant::now() + within;
        loop {
            let bots = self.bots().await?;
            let bot = bots
                .iter()
                .find(|bot| bot.number.as_deref() == Some(number));
            let left = self.directories()?;
            let left = left
                .iter()
                .filter(|dir| bots.iter().all(|bot| bot.id != **dir));
            let is = match (bot, left.count()) {
                (Some(bot), _) => format!("the bot {number} {bot}, not gone,"),
                (None, 0) => return Ok(()),
                (None, left) => format!("{left} directories of bots that are gone are there"),
            };
            pause(deadline, within, is).await?;
        }
    }

    /// The names of the directories that the host keeps for bots.
    fn directories(&self) -> Result<Vec<String>, WorldError> {
        let path = self.root.join("host").join("bots");
        let failed = |source| WorldError::Data {
            path: path.clone(),
            source,
        };
        let mut names = Vec::new();
        for entry in std::fs::read_dir(&path).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
        Ok(names)
    }

    async fn main_bot(&self) -> Result<Option<BotView>, WorldError> {
        let bots = self.bots().await?;
        Ok(bots.into_iter().find(|bot| bot.role == "main"))
    }

    /// The bot of this number. Before it is linked the main bot has none.
    ///
    /// # Errors
    ///
    /// When the host does not tell.
    pub async fn bot(&self, number: &str) -> Result<Option<BotView>, WorldError> {
        let bots = self.bots().await?;
        Ok(bots.into_iter().find(|bot| match number {
            MAIN_NUMBER => bot.role == "main",
            number => bot.number.as_deref() == Some(number),
        }))
    }

    async fn bots(&self) -> Result<Vec<BotView>, WorldError> {
        let host = self.host.as_ref().ok_or(WorldError::NoHost)?;
        host.check_alive()?;
        host.dev().bots().await
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

    /// Asks the host to end, as an operator's service manager does with SIGTERM, and waits for it. The status says whether it
    /// kept its own deadline.
    ///
    /// # Errors
    ///
    /// When it is not running, or has to be killed because it does not end.
    pub async fn end_host(&mut self) -> Result<ExitStatus, WorldError> {
        let host = self.host.take().ok_or(WorldError::NoHost)?;
        host.end().await
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

    /// The host's page; `None` when the host is not running.
    pub fn host_page(&self) -> Option<&str> {
        Some(self.host.as_ref()?.page())
    }

    /// The page on which the main bot is linked, with the key that opens it; `None` when the host is not running.
    pub fn pairing_page(&self) -> Option<&str> {
        Some(self.host.as_ref()?.pairing_page())
    }

    /// Where the host's figures for monitoring are; `None` when the host is not running.
    pub fn figures(&self) -> Option<&str> {
        Some(self.host.as_ref()?.figures())
    }

    /// The phones page, when it was asked for.
    pub fn phones_page(&self) -> Option<String> {
        Some(self.phones_page.as_ref()?.url())
    }

    /// The directory with everything that the host keeps: its data, its log, its temporary files.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The last `lines` lines that the host wrote.
    pub fn host_log(&self, lines: usize) -> String {
        let log = std::fs::read(self.root.join(host::LOG)).unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        let all: Vec<&str> = log.lines().collect();
        all[all.len().saturating_sub(lines)..].join("\n")
    }

    /// The host's process; none while there is no host.
    pub fn host_process(&self) -> Option<Pid> {
        self.host.as_ref().and_then(HostProcess::process)
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
        if let Some(host) = self.host.take()
            && let Err(deaf) = host.end().await
        {
            eprintln!("{deaf}");
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
