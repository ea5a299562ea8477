//! What a bot's events feel of a plugin in another bot that takes all that it can get.
//!
//! The victim's events come at fixed times from a thread of their own, whatever became of those before, and each is measured from
//! when it was due, so that waiting for a turn counts. Beside each way to be hostile the same is measured right before on a machine
//! with nothing else to do, in each of several rounds; the row `nobody` is the machine's own noise, and `ping` a plugin that means
//! well. Of a table bomb no more is to be feared than of the memory bomb: it ends after a few kilobytes, as its test shows, and Rust has
//! no table that could grow. Of the bad servers there is one that hangs: whatever else one does costs its neighbours what the host's own
//! requests cost, which are not of this runtime.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use jadi_model::clock::SystemClock;
use jadi_model::random::SystemRandom;
use jadi_plugin_checks::{Bot, Built, Typed, load};
use jadi_plugin_runtime::{Limits, Plugin, Reads, Runtime, RuntimeOptions};
use tokio::runtime::Handle;

use crate::table::micros;

/// The victim gets an event so often, so many times a round.
const EVERY: Duration = Duration::from_millis(2);
const EVENTS: u32 = 500;
/// Odd, so that one of them is the median.
const ROUNDS: usize = 11;
/// Events of one bot that are handled at a time, as a host does.
const IN_FLIGHT: usize = 4;
/// The command that waits for a server, and how long it may, milliseconds: about a round. A host gives a request up after three seconds.
const WAITING: &str = "ask-hanging";
const WAIT_MS: u64 = 1_000;
/// With what the commands begin that ask servers.
const ASKING: &str = "ask-";

/// The command that the victim's people type. As many of it as of a hostile plugin's in another bot show what many events do to a
/// neighbour, however harmless they are.
const HARMLESS: &str = "ping";

/// What the victim is beside.
#[derive(Clone, Copy)]
enum Beside<'a> {
    /// Nobody: the noise.
    Nobody,
    /// Events of a plugin's command of this name.
    Command(&'a Arc<Plugin>, &'a str),
    /// A host that compiles plugins, one after the other.
    Compiling,
}

impl Beside<'_> {
    fn name(self) -> String {
        match self {
            Self::Nobody => "nobody".to_owned(),
            Self::Command(_, name) => name.to_owned(),
            Self::Compiling => "(compiling)".to_owned(),
        }
    }
}

/// Prints a table: what it is beside, median and 99th of 100 with nobody and beside it in the median round, and the ratio of
/// the 99th beside it to that with nobody in the least, median and most of the rounds.
pub fn measure(hostile: &Built, victim: &Built) -> Result<()> {
    println!(
        "\n{:<14} {:>15} {:>15}   {:<24} {:>10}",
        "µs, 50th 99th:", "with nobody", "beside it", "ratio of the 99th", "its events"
    );
    let executor = tokio::runtime::Builder::new_multi_thread()
        .enable_time()
        .build()?;
    let runtime = Arc::new(Runtime::start(RuntimeOptions {
        limits: Limits::default(),
        clock: Arc::new(SystemClock),
        random: Arc::new(SystemRandom),
        cache_dir: None,
    })?);
    let (bytes, victim) = (hostile, load(&runtime, victim)?);
    let hostile = load(&runtime, bytes)?;
    let commands = &hostile.manifest().commands;
    let ways = commands
        .iter()
        .map(|command| command.name.as_str())
        .filter(|name| !name.starts_with(ASKING) || *name == WAITING)
        .map(|name| Beside::Command(&hostile, name));
    let ways = [Beside::Nobody, Beside::Command(&victim, HARMLESS)]
        .into_iter()
        .chain(ways);
    for way in ways.chain([Beside::Compiling]) {
        let mut rounds = Vec::new();
        let mut events = 0;
        for _ in 0..ROUNDS {
            let alone = latencies(executor.handle(), &runtime, &victim)?;
            let crowd = Crowd::begin(executor.handle(), &runtime, bytes, way)?;
            let beside = latencies(executor.handle(), &runtime, &victim);
            events += executor.block_on(crowd.end())?;
            rounds.push(Round {
                alone,
                beside: beside?,
            });
        }
        rounds.sort_unstable_by(|one, other| one.ratio().total_cmp(&other.ratio()));
        let [Some(least), Some(median), Some(most)] =
            [0, ROUNDS / 2, ROUNDS - 1].map(|index| rounds.get(index))
        else {
            bail!("no rounds");
        };
        println!(
            "{:<14} {} {}   {:>7.2} {:>7.2} {:>7.2}  {events:>10}",
            way.name(),
            median.alone,
            median.beside,
            least.ratio(),
            median.ratio(),
            most.ratio(),
        );
    }
    Ok(())
}

/// How long 50 and 99 of 100 events took at most, microseconds.
struct Latencies {
    half: f64,
    most: f64,
}

impl fmt::Display for Latencies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>7.0} {:>7.0}", self.half, self.most)
    }
}

struct Round {
    alone: Latencies,
    beside: Latencies,
}

impl Round {
    fn ratio(&self) -> f64 {
        self.beside.most / self.alone.most
    }
}

/// How long each event of the victim took from when it was due.
fn latencies(executor: &Handle, runtime: &Arc<Runtime>, victim: &Arc<Plugin>) -> Result<Latencies> {
    let bot = Bot::new('a', 7)?;
    let start = Instant::now();
    let mut events = Vec::new();
    for number in 0..EVENTS {
        let due = start + EVERY * number;
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        let typed = Typed {
            name: HARMLESS,
            args: "",
        };
        let input = bot.command(typed, "en")?;
        let reads: Arc<dyn Reads> = Arc::clone(&bot) as _;
        let (runtime, victim) = (Arc::clone(runtime), Arc::clone(victim));
        events.push(executor.spawn(async move {
            let outcome = runtime.handle(&victim, input, reads).await;
            (due.elapsed(), outcome.failure)
        }));
    }
    let mut took = Vec::new();
    for event in events {
        let (elapsed, failure) = executor.block_on(event)?;
        if let Some(failure) = failure {
            bail!("the victim failed: {failure}");
        }
        took.push(micros(elapsed));
    }
    took.sort_unstable_by(f64::total_cmp);
    Ok(Latencies {
        half: percentile(&took, 50),
        most: percentile(&took, 99),
    })
}

fn percentile(sorted: &[f64], part: usize) -> f64 {
    let index = sorted.len().saturating_sub(1) * part / 100;
    sorted.get(index).copied().unwrap_or(f64::NAN)
}

/// A bot that is hostile with all that is handled of it at a time, or a host that compiles.
struct Crowd {
    stop: Arc<AtomicBool>,
    events: Arc<AtomicU64>,
    tasks: Vec<tokio::task::JoinHandle<Result<()>>>,
}

impl Crowd {
    fn begin(
        executor: &Handle,
        runtime: &Arc<Runtime>,
        bytes: &Built,
        way: Beside<'_>,
    ) -> Result<Self> {
        let mut crowd = Self {
            stop: Arc::default(),
            events: Arc::default(),
            tasks: Vec::new(),
        };
        match way {
            Beside::Nobody => {}
            Beside::Command(plugin, name) => {
                let bot = Bot::hanging('b', 8)?;
                for _ in 0..IN_FLIGHT {
                    let events = crowd.events(runtime, plugin, &bot, name);
                    crowd.tasks.push(executor.spawn(events));
                }
            }
            Beside::Compiling => {
                let (runtime, bytes) = (Arc::clone(runtime), bytes.clone());
                let (stop, count) = (Arc::clone(&crowd.stop), Arc::clone(&crowd.events));
                let compiling = move || {
                    while !stop.load(Ordering::Relaxed) {
                        load(&runtime, &bytes)?;
                        count.fetch_add(1, Ordering::Relaxed);
                    }
                    Ok(())
                };
                crowd.tasks.push(executor.spawn_blocking(compiling));
            }
        }
        Ok(crowd)
    }

    /// Events of a command, one after the other.
    fn events(
        &self,
        runtime: &Arc<Runtime>,
        plugin: &Arc<Plugin>,
        bot: &Arc<Bot>,
        name: &str,
    ) -> impl Future<Output = Result<()>> + Send + 'static {
        let (runtime, plugin, bot) = (Arc::clone(runtime), Arc::clone(plugin), Arc::clone(bot));
        let (stop, events) = (Arc::clone(&self.stop), Arc::clone(&self.events));
        let name = name.to_owned();
        let mut limits = *plugin.limits();
        if name == WAITING {
            limits.wall_ms = WAIT_MS;
        }
        async move {
            while !stop.load(Ordering::Relaxed) {
                let typed = Typed {
                    name: &name,
                    args: "",
                };
                let input = bot.command(typed, "en")?;
                let reads: Arc<dyn Reads> = Arc::clone(&bot) as _;
                let handled = runtime.handle_within(&plugin, limits, input, reads);
                handled.await;
                events.fetch_add(1, Ordering::Relaxed);
                // A host's worker waits for its store after each event, which works on another thread.
                tokio::task::spawn_blocking(|| ()).await?;
            }
            Ok(())
        }
    }

    /// How many events it had, or plugins it compiled.
    async fn end(self) -> Result<u64> {
        self.stop.store(true, Ordering::Relaxed);
        for task in self.tasks {
            task.await.context("a hostile task panicked")??;
        }
        Ok(self.events.load(Ordering::Relaxed))
    }
}
