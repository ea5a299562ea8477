//! What a bot feels of a hostile plugin in another bot of its host: how long it takes to answer while people have the other do their
//! worst with it, and while as many of them, as often, have it do something harmless. `cargo xtask bench` builds what is needed and
//! runs this.
//!
//! Phones and WhatsApp are in this process and share the processors with the host, which is why the comparison is with harmless
//! commands and not with silence: messages cost their coding in any case. Neither the breaker nor the bot's budget helps.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use clap::Parser;
use jadi_demo::measure::{Built, ask, at_99, calibrate, heads, make_room, row};
use jadi_demo::world::{World, WorldOptions};
use jadi_simulator::Phone;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, sleep};

/// The two bots; nobody has numbers of this form.
const BUSY: &str = "6280000000150";
const QUIET: &str = "6280000000151";
/// How many people write to the one, and how often each of them at most.
const PEOPLE: usize = 4;
const EACH: Duration = Duration::from_millis(100);
/// Between two questions to the other.
const PAUSE: Duration = Duration::from_millis(20);
/// What is harmless.
const HARMLESS: &str = "ping";
/// What is not, and ends in one way only.
const WAYS: [&str; 11] = [
    "spin",
    "memory",
    "stack",
    "chance",
    "calls",
    "log",
    "keep",
    "talk",
    "giant-in",
    "giant-out",
    "panic",
];

#[derive(Parser)]
struct Cli {
    #[command(flatten)]
    built: Built,
    /// The hostile plugin
    #[arg(long, env = "JADI_HOSTILE")]
    hostile: PathBuf,
    /// How often the neighbour is asked beside each command in each round
    #[arg(long, default_value_t = 150)]
    asks: usize,
    /// How many rounds there are
    #[arg(long, default_value_t = 3)]
    rounds: usize,
}

#[tokio::main]
async fn main() -> Result<()> {
    let cli = Cli::parse();
    ensure!(cli.asks > 0 && cli.rounds > 0, "nothing to measure");
    let dir = tempfile::tempdir()?;
    let mut calibration = calibrate();
    let world = World::start(options(&cli, dir.path())?, &|_| {}).await?;
    make_room(&world, 2).await?;
    for (bot, owner) in [(BUSY, "6280000100000"), (QUIET, "6280000100001")] {
        world.add_bot(bot, bot, owner).await?;
    }
    let alice = world.phone("alice", "6280000000101").await?;
    let mut people = Vec::new();
    for n in 0..PEOPLE {
        let number = format!("62800002{n:05}");
        people.push(world.phone(&format!("person {n}"), &number).await?);
    }
    // What is made at the first use is there.
    ask(&alice, QUIET, "!ping").await?;
    for way in WAYS {
        ask(&alice, BUSY, &format!("!{way}")).await?;
    }
    world.idle().await?;

    heads();
    for way in [HARMLESS].into_iter().chain(WAYS) {
        let (mut harmless, mut hostile, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..cli.rounds {
            let before = beside(&alice, &people, HARMLESS, cli.asks).await?;
            let after = beside(&alice, &people, way, cli.asks).await?;
            ratios.push(at_99(&after) / at_99(&before));
            harmless.extend(before);
            hostile.extend(after);
        }
        ratios.sort_unstable_by(f64::total_cmp);
        let of_all = at_99(&hostile) / at_99(&harmless);
        row(&format!("beside !{HARMLESS}, ms"), harmless);
        row(&format!("beside !{way}, ms"), hostile);
        let rounds: Vec<_> = ratios.iter().map(|ratio| format!("{ratio:.2}")).collect();
        println!(
            "  ratio of the 99th: {of_all:.2}; of the rounds: {}",
            rounds.join(" ")
        );
    }
    world.shutdown().await;
    calibration.extend(calibrate());
    row("calibration, one core, ms", calibration);
    Ok(())
}

/// A world in which nothing holds a hostile plugin back but the limits of its events.
fn options(cli: &Cli, dir: &Path) -> Result<WorldOptions> {
    let plugins = dir.join("plugins");
    std::fs::create_dir(&plugins)?;
    for file in [&cli.built.plugins.join("core.wasm"), &cli.hostile] {
        let name = file.file_name().context("a plugin without a name")?;
        std::fs::copy(file, plugins.join(name))
            .with_context(|| format!("can't copy {}", file.display()))?;
    }
    let mut options = cli.built.world(&dir.join("world"));
    options.plugins = plugins;
    for (name, value) in [
        ("JADI_LIMITS_BREAKER_FAILURES", "1000"),
        ("JADI_LIMITS_BREAKER_PEOPLE", "100"),
        ("JADI_LIMITS_BREAKER_WITHIN_MS", "1s"),
        ("JADI_LIMITS_BOT_CPU_PERCENT", "10000"),
        ("JADI_LIMITS_BOT_SENDS_PER_MINUTE", "6000"),
        ("JADI_DELAY", "0"),
    ] {
        options
            .environment
            .push((name.to_owned(), value.to_owned()));
    }
    Ok(options)
}

/// How long the neighbour takes to answer while people write this to the other bot.
async fn beside(
    phone: &Phone,
    people: &[Phone],
    command: &str,
    count: usize,
) -> Result<Vec<Duration>> {
    let mut crowd = JoinSet::new();
    for person in people {
        crowd.spawn(write(person.clone(), format!("!{command}")));
    }
    let mut times = Vec::with_capacity(count);
    for _ in 0..count {
        sleep(PAUSE).await;
        let start = Instant::now();
        ask(phone, QUIET, "!ping").await?;
        times.push(start.elapsed());
    }
    if let Some(ended) = crowd.try_join_next() {
        ended??;
    }
    crowd.shutdown().await;
    Ok(times)
}

/// Asks the busy bot again and again, as often as it answers and at most once in a while.
async fn write(phone: Phone, text: String) -> Result<()> {
    let mut turns = interval(EACH);
    turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        turns.tick().await;
        ask(&phone, BUSY, &text).await?;
    }
}
