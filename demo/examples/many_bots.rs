//! What bots cost their host: memory with one, some and many of them quiet, how long a host takes to bring them up again, and
//! what a session weighs on the disk, fresh and after many messages. `cargo xtask bench` builds what is needed and runs this.
//!
//! Each bot is a real session with a phone of its own in the simulator, which runs in this process and shares the processors.

use std::fmt;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use clap::Parser;
use jadi_demo::measure::{Built, Memory, calibrate, heads, make_room, megabytes, row};
use jadi_demo::world::World;
use jadi_simulator::{ChatId, Outgoing};
use tokio::time::timeout;

/// How long a start with all bots may take.
const RESTORE: Duration = Duration::from_secs(600);
/// A bot whose session is weighed; nobody has numbers of this form.
const TALKED_TO: &str = "6280000000150";

#[derive(Parser)]
struct Cli {
    #[command(flatten)]
    built: Built,
    /// With how many sub-bots memory is measured, rising
    #[arg(long, value_delimiter = ',', default_value = "1,50,200")]
    bots: Vec<usize>,
    /// How many messages one bot gets before its session is weighed again
    #[arg(long, default_value_t = 10_000)]
    messages: usize,
}

#[tokio::main]
async fn main() -> Result<()> {
    let cli = Cli::parse();
    ensure!(
        cli.bots.is_sorted() && cli.bots.first().is_some_and(|first| *first > 0),
        "numbers of bots must rise from at least 1"
    );
    let dir = tempfile::tempdir()?;
    let mut calibration = calibrate();
    let mut world = World::start(cli.built.world(dir.path()), &|_| {}).await?;
    make_room(&world, cli.bots.last().copied().unwrap_or_default()).await?;

    let alone = Memory::of_host(dir.path())?.resident;
    println!(
        "host's memory with its main bot alone: {:.1} MB",
        megabytes(alone)
    );
    let (mut before, mut made) = (alone, 0);
    for count in &cli.bots {
        while made < *count {
            let (number, owner) = (number(made), format!("62800001{made:05}"));
            world
                .add_bot(&format!("bot {made}"), &number, &owner)
                .await?;
            made += 1;
        }
        world.idle().await?;
        let resident = Memory::of_host(dir.path())?.resident;
        println!(
            "with {count} quiet sub-bots: {:.1} MB, {:.2} MB each on average",
            megabytes(resident),
            (megabytes(resident) - megabytes(alone)) / *count as f64,
        );
        before = resident;
    }

    let fresh = session_bytes(&world, dir.path(), TALKED_TO).await;
    world.end_host().await?;
    let start = Instant::now();
    world.start_host().await?;
    let serves = start.elapsed();
    timeout(RESTORE, until_open(&world, made + 1))
        .await
        .context("not all bots open")??;
    let took = start.elapsed();
    let memory = Memory::of_host(dir.path())?;
    println!(
        "restart with {made} sub-bots: serves after {:.1} s, all open after {:.1} s, {:.1} bots/s; memory then {:.1} MB, at most {:.1} MB \
         ({:.1} MB before)",
        serves.as_secs_f64(),
        took.as_secs_f64(),
        made as f64 / took.saturating_sub(serves).as_secs_f64(),
        megabytes(memory.resident),
        megabytes(memory.peak),
        megabytes(before),
    );
    if let Some(fresh) = fresh {
        let start = Instant::now();
        let after = talk(&world, dir.path(), cli.messages).await?;
        println!(
            "a bot's files, bytes: fresh session {} and data {}; after {} messages, taken in within {:.1} s, session {} and data {}",
            fresh.0,
            fresh.1,
            cli.messages,
            start.elapsed().as_secs_f64(),
            after.0,
            after.1,
        );
    }
    world.shutdown().await;
    calibration.extend(calibrate());
    heads();
    row("calibration, one core, ms", calibration);
    Ok(())
}

/// Waits until so many bots run and are open, as the host's figures tell it: what the registry says of a bot that does not run yet
/// is how it was before.
async fn until_open(world: &World, bots: usize) -> Result<()> {
    let url = world.figures().context("the host does not run")?.to_owned();
    let wanted = format!("jadi_bots{{state=\"open\"}} {bots}.0\n");
    loop {
        let url = url.clone();
        let asked = tokio::task::spawn_blocking(move || ureq::get(&url).call());
        if asked.await??.body_mut().read_to_string()?.contains(&wanted) {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// The number of the bot that is made as this one. Nobody has numbers of this form.
fn number(made: usize) -> String {
    format!("62800000{:05}", 150 + made)
}

/// What a file weighs.
struct Weight {
    file: u64,
    /// Its log: what is not merged into it yet. It goes when the bot rests.
    log: u64,
}

impl fmt::Display for Weight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (log {})", self.file, self.log)
    }
}

/// What a bot's session and its data weigh.
async fn session_bytes(world: &World, data: &Path, number: &str) -> Option<(Weight, Weight)> {
    let id = world.bot(number).await.ok()??.id;
    let size = |name: String| {
        let file = data.join("host/bots").join(&id).join(name);
        std::fs::metadata(file).map_or(0, |metadata| metadata.len())
    };
    let weight = |name: &str| Weight {
        file: size(name.to_owned()),
        log: size(format!("{name}-wal")),
    };
    Some((weight("session.db"), weight("context.db")))
}

/// A person writes to a bot, and waits until it has handled everything.
async fn talk(world: &World, data: &Path, messages: usize) -> Result<(Weight, Weight)> {
    let alice = world.phone("alice", "6280000000101").await?;
    let chat = ChatId::direct(TALKED_TO);
    for n in 0..messages {
        alice
            .send(&chat, Outgoing::text(format!("message {n}")))
            .await?;
    }
    world.idle().await?;
    let weighed = session_bytes(world, data, TALKED_TO).await;
    weighed.context("the bot is gone")
}
