//! What a person with a phone notices: how long a bot takes to answer, how long everything takes to start, how long an author's
//! save takes to be live, and what the host weighs meanwhile. `cargo xtask bench` builds what is needed and runs this.
//!
//! Everything is measured on one machine that does other things too, so each number comes with its spread, and with a
//! calibration: a fixed piece of work on one core, done before and after. When the calibration differs between two runs, so
//! may the rest.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use clap::Parser;
use jadi_demo::measure::{Built, Memory, ask, calibrate, heads, megabytes, row};
use jadi_demo::world::World;
use jadi_simulator::Phone;
use tokio::time::{sleep, timeout};

/// How long an answer may take.
const ANSWER: Duration = Duration::from_secs(20);
/// Between two pings, so that the pacing of sends is not what is measured.
const PAUSE: Duration = Duration::from_millis(400);

#[derive(Parser)]
struct Cli {
    #[command(flatten)]
    built: Built,
    /// How many fresh worlds are started
    #[arg(long, default_value_t = 5)]
    starts: usize,
    /// How many pings are sent
    #[arg(long, default_value_t = 50)]
    pings: usize,
    /// How often a plugin is saved
    #[arg(long, default_value_t = 20)]
    saves: usize,
}

#[tokio::main]
async fn main() -> Result<()> {
    let cli = Cli::parse();
    ensure!(
        cli.starts > 0 && cli.pings > 0 && cli.saves > 0,
        "nothing to measure"
    );
    let mut calibration = calibrate();

    let mut starts = Vec::new();
    for _ in 1..cli.starts {
        let dir = tempfile::tempdir()?;
        let start = Instant::now();
        let world = World::start(cli.built.world(dir.path()), &|_| {}).await?;
        starts.push(start.elapsed());
        world.shutdown().await;
    }

    let dir = tempfile::tempdir()?;
    let start = Instant::now();
    let world = World::start(cli.built.world(dir.path()), &|_| {}).await?;
    starts.push(start.elapsed());
    let before = Memory::of_host(dir.path())?.resident;
    let round_trips = ping(&world, cli.pings).await?;
    let after = Memory::of_host(dir.path())?.resident;
    let saves = saves(&cli, dir.path()).await?;
    world.shutdown().await;
    calibration.extend(calibrate());

    heads();
    row("calibration, one core, ms", calibration);
    row("fresh world until the bot is open, ms", starts);
    row("!ping until the phone shows the answer, ms", round_trips);
    row("a plugin's file saved until it is live, ms", saves);
    println!(
        "{:<42} {:>9.1}",
        "host's memory, bot open, MB (RSS)",
        megabytes(before)
    );
    println!(
        "{:<42} {:>9.1}",
        "host's memory, after the pings, MB (RSS)",
        megabytes(after)
    );
    Ok(())
}

/// Round trips of `count` pings of one person, one at a time; the first, which sets up the encrypted session, left out.
async fn ping(world: &World, count: usize) -> Result<Vec<Duration>> {
    let alice = world.phone("alice", "6280000000101").await?;
    one_ping(&alice).await?;
    let mut times = Vec::with_capacity(count);
    for _ in 0..count {
        sleep(PAUSE).await;
        times.push(one_ping(&alice).await?);
    }
    Ok(times)
}

/// How long each save of `echo`, in another version each time, takes to be live on the running host, as `jadi plugin dev` tells
/// it. Compiled to machine code each time: no version was there before.
async fn saves(cli: &Cli, data: &Path) -> Result<Vec<Duration>> {
    let echo = std::fs::read(cli.built.plugins.join("echo.wasm"))?;
    let file = data.join("saved.wasm");
    std::fs::write(&file, &echo)?;
    let mut dev = tokio::process::Command::new(&cli.built.jadi);
    // What this program is told by is no configuration of the host's.
    for (variable, _) in std::env::vars().filter(|(name, _)| name.starts_with("JADI_")) {
        dev.env_remove(variable);
    }
    let mut dev = dev
        .args(["plugin", "dev", "--yes", "--replace"])
        .arg(&file)
        .arg("--data-dir")
        .arg(data.join("host"))
        .env("JADI_SIMULATOR_URL", "ws://127.0.0.1:9/ws/chat")
        .env("JADI_SIMULATOR_MEDIA", "http://127.0.0.1:9")
        .stdout(std::process::Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let output = dev.stdout.take().context("its output")?;
    let mut told = tokio::io::AsyncBufReadExt::lines(tokio::io::BufReader::new(output));
    let mut until = async |part: &str| -> Result<String> {
        loop {
            let line = timeout(ANSWER, told.next_line()).await;
            let line = line.context("nothing is told")??;
            let line = line.context("the watch has ended")?;
            if line.contains(part) {
                return Ok(line);
            }
        }
    };
    until("Watching").await?;
    let mut times = Vec::with_capacity(cli.saves);
    for n in 0..cli.saves {
        // Another version of as many bytes.
        let version = format!("{}.{}.{}", 2 + n / 100 % 8, n / 10 % 10, n % 10);
        let fresh = file.with_extension("new");
        std::fs::write(&fresh, versioned(&echo, &version)?)?;
        std::fs::rename(&fresh, &file)?;
        let line = until("ms after it was saved").await?;
        let (head, _) = line
            .split_once(" ms after it was saved")
            .context("a time")?;
        let millis = head.rsplit(' ').next().context("a time")?.parse()?;
        times.push(Duration::from_millis(millis));
    }
    Ok(times)
}

/// A built plugin, its version replaced by another of as many bytes, wherever its manifest stands in it.
fn versioned(component: &[u8], version: &str) -> Result<Vec<u8>> {
    let (old, new) = (
        b"\"version\":\"0.1.0\"",
        format!("\"version\":\"{version}\""),
    );
    ensure!(old.len() == new.len(), "{version} has another length");
    let mut component = component.to_vec();
    let mut place = 0;
    while let Some(rest) = component.get_mut(place..place + old.len()) {
        if rest == old {
            rest.copy_from_slice(new.as_bytes());
        }
        place += 1;
    }
    Ok(component)
}

async fn one_ping(alice: &Phone) -> Result<Duration> {
    let start = Instant::now();
    let answer = ask(alice, jadi_demo::MAIN_NUMBER, "!ping").await?;
    let took = start.elapsed();
    ensure!(answer.contains("Pong"), "the answer is {answer}");
    Ok(took)
}
