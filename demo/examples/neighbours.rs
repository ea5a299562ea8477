//! What a bot feels of another one of its host that takes more than it may: how long it takes to answer alone, beside a bot that is kept
//! busy beyond its share of the processors and slowed down for that, and alone again. `cargo xtask bench` builds what is needed and runs
//! this.
//!
//! People's phones are in this process and share the processors; what they send to keep the one busy is little.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use clap::Parser;
use jadi_demo::measure::{Built, ask, at_99, calibrate, heads, make_room, row};
use jadi_demo::world::World;
use jadi_simulator::{ChatId, MediaFile, MediaKind, Outgoing, Phone};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// The two bots, and who asks; nobody has numbers of this form.
const BUSY: &str = "6280000000150";
const QUIET: &str = "6280000000151";
/// How many people keep the one busy. Each may have a picture made a sticker once in so long.
const PEOPLE: usize = 12;
const EACH: Duration = Duration::from_millis(6_100);
/// Between two questions.
const PAUSE: Duration = Duration::from_millis(20);
/// How long it may take until it is slowed down.
const SLOWED: Duration = Duration::from_secs(180);

const PICTURE: &[u8] = include_bytes!("../../tests/chats/quarters.jpg");

#[derive(Parser)]
struct Cli {
    #[command(flatten)]
    built: Built,
    /// How often the neighbour is asked each time
    #[arg(long, default_value_t = 300)]
    asks: usize,
    /// How much of a processor a bot may take, percent
    #[arg(long, default_value_t = 5)]
    percent: u32,
}

#[tokio::main]
async fn main() -> Result<()> {
    let cli = Cli::parse();
    ensure!(cli.asks > 0, "nothing to measure");
    let dir = tempfile::tempdir()?;
    let mut options = cli.built.world(dir.path());
    // Without the pace of sending, which would be what is measured.
    for (name, value) in [
        ("JADI_LIMITS_BOT_CPU_PERCENT", cli.percent.to_string()),
        ("JADI_LIMITS_BOT_SENDS_PER_MINUTE", "6000".to_owned()),
        ("JADI_DELAY", "0".to_owned()),
    ] {
        options.environment.push((name.to_owned(), value));
    }
    let mut calibration = calibrate();
    let world = World::start(options, &|_| {}).await?;
    make_room(&world, 2).await?;
    for (bot, owner) in [(BUSY, "6280000100000"), (QUIET, "6280000100001")] {
        world.add_bot(bot, bot, owner).await?;
    }
    let alice = world.phone("alice", "6280000000101").await?;
    ask(&alice, QUIET, "!ping").await?;
    world.idle().await?;

    let alone = asks(&alice, cli.asks).await?;
    let mut crowd = JoinSet::new();
    for n in 0..PEOPLE {
        let number = format!("62800002{n:05}");
        let phone = world.phone(&format!("person {n}"), &number).await?;
        crowd.spawn(keep_busy(phone, EACH.mul_f64(n as f64 / PEOPLE as f64)));
    }
    let busy = world.bot(BUSY).await?.context("the bot is gone")?.id;
    let figure = format!("slowed{{bot=\"{busy}\"}} 1");
    let slowed = timeout(SLOWED, until(&world, &figure));
    slowed.await.context("it is not slowed down")??;
    let beside = asks(&alice, cli.asks).await?;
    ensure!(crowd.try_join_next().is_none(), "somebody has stopped");
    crowd.shutdown().await;
    let owner = world.phone("owner", "6280000100000").await?;
    ask(&owner, jadi_demo::MAIN_NUMBER, "!stopbot").await?;
    world.wait_for(BUSY, "stopped", SLOWED).await?;
    let again = asks(&alice, cli.asks).await?;
    world.shutdown().await;
    calibration.extend(calibrate());

    let (of_alone, of_beside, of_again) = (at_99(&alone), at_99(&beside), at_99(&again));
    heads();
    row("calibration, one core, ms", calibration);
    row("!ping, alone, ms", alone);
    row("!ping, beside a bot over its budget, ms", beside);
    row("!ping, alone again, ms", again);
    println!(
        "99th beside it to that before: {:.2}; to that after: {:.2}; after to before, the noise: {:.2}",
        of_beside / of_alone,
        of_beside / of_again,
        of_again / of_alone,
    );
    Ok(())
}

/// How long so many questions take, one after another.
async fn asks(phone: &Phone, count: usize) -> Result<Vec<Duration>> {
    let mut times = Vec::with_capacity(count);
    for _ in 0..count {
        sleep(PAUSE).await;
        let start = Instant::now();
        ask(phone, QUIET, "!ping").await?;
        times.push(start.elapsed());
    }
    Ok(times)
}

/// Has one picture after another made a sticker.
async fn keep_busy(phone: Phone, first: Duration) -> Result<()> {
    sleep(first).await;
    loop {
        let picture = MediaFile {
            kind: MediaKind::Image,
            name: "quarters.jpg".to_owned(),
            mime: "image/jpeg".to_owned(),
            bytes: PICTURE.to_vec(),
        };
        phone
            .send(&ChatId::direct(BUSY), Outgoing::media(picture, "!sticker"))
            .await?;
        sleep(EACH).await;
    }
}

/// Waits until the host's figures have this.
async fn until(world: &World, figure: &str) -> Result<()> {
    let url = world.figures().context("the host does not run")?.to_owned();
    loop {
        let url = url.clone();
        let asked = tokio::task::spawn_blocking(move || ureq::get(&url).call());
        if asked.await??.body_mut().read_to_string()?.contains(figure) {
            return Ok(());
        }
        sleep(Duration::from_millis(100)).await;
    }
}
