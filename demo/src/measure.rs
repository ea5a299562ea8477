//! What measurements of a world have in common: the world, a question in it, memory of the host, a calibration of the machine, a table.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use jadi_simulator::{ChatId, Outgoing, Phone, PhoneEvent};
use tokio::time::timeout;

use crate::world::{PairingMethod, World, WorldOptions};

/// How long an answer may take.
const ANSWER: Duration = Duration::from_secs(20);

/// What a measurement is told of what was built.
#[derive(Debug, Clone, clap::Args)]
pub struct Built {
    /// The host, built for the simulator
    #[arg(long, env = "JADI_BIN")]
    pub jadi: PathBuf,
    /// The directory of the built plugins
    #[arg(long, env = "JADI_PLUGINS")]
    pub plugins: PathBuf,
}

impl Built {
    /// A world of it with its data in this directory, whose main bot is linked by QR. It says little.
    pub fn world(&self, data: &Path) -> WorldOptions {
        WorldOptions {
            jadi: self.jadi.clone(),
            plugins: self.plugins.clone(),
            data: Some(data.to_owned()),
            owners: vec![crate::ROOT_NUMBER.to_owned()],
            pairing: PairingMethod::Qr,
            port: 0,
            phones_port: None,
            log: "warn".to_owned(),
            environment: Vec::new(),
            servers: [].into(),
        }
    }
}

/// Memory of the host's process, bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Memory {
    /// In memory now.
    pub resident: u64,
    /// The most that ever was.
    pub peak: u64,
}

impl Memory {
    /// That of the host of the world in this directory.
    ///
    /// # Errors
    ///
    /// When it does not run, or the system is none that has `/proc`.
    pub fn of_host(world: &Path) -> Result<Self> {
        let run = std::fs::read(world.join("host/run.json")).context("the host does not run")?;
        let run: serde_json::Value = serde_json::from_slice(&run)?;
        let status = std::fs::read_to_string(format!("/proc/{}/status", run["pid"]))?;
        let bytes = |name: &str| -> Result<u64> {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let kib = line.and_then(|line| line.trim().strip_suffix(" kB"));
            let kib: u64 = kib
                .with_context(|| format!("the system tells no {name}"))?
                .parse()?;
            Ok(kib * 1024)
        };
        Ok(Self {
            resident: bytes("VmRSS:")?,
            peak: bytes("VmHWM:")?,
        })
    }
}

/// Bytes as millions of them.
pub fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

/// A few runs of a fixed piece of work on one core. When it differs between two measurements, so may the rest.
pub fn calibrate() -> Vec<Duration> {
    let work = || {
        let start = Instant::now();
        let mut state = 1_u64;
        for _ in 0..20_000_000_u32 {
            state =
                std::hint::black_box(state.wrapping_mul(6_364_136_223_846_793_005) ^ (state >> 33));
        }
        std::hint::black_box(state);
        start.elapsed()
    };
    (0..5).map(|_| work()).collect()
}

/// By how much a thread that sleeps for a millisecond wakes too late, again and again: what a machine that is busy with something else
/// adds to whatever is measured on it.
pub fn lateness() -> Vec<Duration> {
    const SLEEP: Duration = Duration::from_millis(1);
    let late = || {
        let start = Instant::now();
        std::thread::sleep(SLEEP);
        start.elapsed().saturating_sub(SLEEP)
    };
    (0..500).map(|_| late()).collect()
}

/// Prints what the columns of [`row`] are.
pub fn heads() {
    println!(
        "{:<42} {:>9} {:>9} {:>9} {:>9} {:>6}",
        "", "least", "median", "99 %", "most", "n"
    );
}

/// Prints the spread of these times, milliseconds.
pub fn row(name: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |index: usize| {
        times
            .get(index)
            .map_or(f64::NAN, |time| time.as_secs_f64() * 1e3)
    };
    let last = times.len().saturating_sub(1);
    println!(
        "{name:<42} {:>9.1} {:>9.1} {:>9.1} {:>9.1} {:>6}",
        at(0),
        at(last / 2),
        at(last * 99 / 100),
        at(last),
        times.len()
    );
}

/// The 99th of 100 of these times, milliseconds.
pub fn at_99(times: &[Duration]) -> f64 {
    let mut times = times.to_vec();
    times.sort_unstable();
    let last = times.len().saturating_sub(1);
    let time = times.get(last * 99 / 100);
    time.map_or(f64::NAN, |time| time.as_secs_f64() * 1e3)
}

/// Lets the host take so many sub-bots.
///
/// # Errors
///
/// When the main bot does not answer.
pub async fn make_room(world: &World, bots: usize) -> Result<()> {
    let root = world.phone("root", crate::ROOT_NUMBER).await?;
    ask(&root, crate::MAIN_NUMBER, &format!("!slots {bots}")).await?;
    Ok(())
}

/// Writes to a bot, and gives its answer: the next message that comes in.
///
/// # Errors
///
/// When none comes.
pub async fn ask(phone: &Phone, bot: &str, text: &str) -> Result<String> {
    let mut events = phone.subscribe();
    phone
        .send(&ChatId::direct(bot), Outgoing::text(text))
        .await?;
    let answer = async {
        loop {
            if let PhoneEvent::Message(message) = events.recv().await?
                && !message.from_me
            {
                return anyhow::Ok(message.text);
            }
        }
    };
    timeout(ANSWER, answer).await.context("no answer")?
}
