//! What a bot's events feel of a plugin in another bot that takes all that it can get.
//!
//! The victim's events come at fixed times from a thread of their own, whatever became of those before, and each is measured from
//! when it was due, so that waiting for a turn counts. Beside each way to be hostile the same is measured before each of several
//! rounds on an idle machine, and on one whose cores are kept busy by threads of the lowest priority that are no plugin's: cores
//! that somebody uses wake others later, on virtual machines above all. The ratio to the latter is what a neighbour feels of the
//! plugin, and the row `nobody` is the machine's own noise.

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
const ROUNDS: usize = 7;
/// Events of one bot that are handled at a time, as a host does.
const IN_FLIGHT: usize = 4;
/// The row that tells the noise.
const NOBODY: &str = "nobody";

/// Prints a table: what it is beside, median and 99th of 100 on an idle machine, a busy one and beside it in the median round, and
/// the ratio of the 99th beside it to that of a busy one in the least, median and most of the rounds.
pub fn measure(hostile: &Built, victim: &Built) -> Result<()> {
    println!(
        "\n{:<14} {:>15} {:>15} {:>15}   {:<24} {:>10}",
        "µs, 50th 99th:", "idle", "busy", "beside it", "ratio to busy", "its events"
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
    let (hostile, victim) = (load(&runtime, hostile)?, load(&runtime, victim)?);
    let commands = &hostile.manifest().commands;
    let ways = commands.iter().map(|command| Some(command.name.as_str()));
    for way in std::iter::once(None).chain(ways) {
        let mut rounds = Vec::new();
        let mut events = 0;
        for _ in 0..ROUNDS {
            let idle = latencies(executor.handle(), &runtime, &victim)?;
            let others = Busy::begin();
            let busy = latencies(executor.handle(), &runtime, &victim)?;
            drop(others);
            let crowd = way.map(|way| Crowd::begin(executor.handle(), &runtime, &hostile, way));
            let crowd = crowd.transpose()?;
            let beside = latencies(executor.handle(), &runtime, &victim);
            if let Some(crowd) = crowd {
                events += executor.block_on(crowd.end())?;
            }
            rounds.push(Round {
                idle,
                busy,
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
            "{:<14} {} {} {}   {:>7.2} {:>7.2} {:>7.2}  {events:>10}",
            way.unwrap_or(NOBODY),
            median.idle,
            median.busy,
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
    idle: Latencies,
    busy: Latencies,
    beside: Latencies,
}

impl Round {
    fn ratio(&self) -> f64 {
        self.beside.most / self.busy.most
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
            name: "ping",
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

/// Threads of the lowest priority that keep the cores busy.
struct Busy {
    stop: Arc<AtomicBool>,
    threads: Vec<std::thread::JoinHandle<()>>,
}

impl Busy {
    fn begin() -> Self {
        let stop = Arc::<AtomicBool>::default();
        let threads = (0..IN_FLIGHT).map(|_| {
            let stop = Arc::clone(&stop);
            std::thread::spawn(move || {
                // Without it they would take the victim's turns: a wrong number, not a wrong bench.
                _ = rustix::process::setpriority_process(None, 19);
                while !stop.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            })
        });
        Self {
            threads: threads.collect(),
            stop,
        }
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            // A panic in it has been reported by the panic hook already.
            drop(thread.join());
        }
    }
}

/// A bot that is hostile with all that is handled of it at a time.
struct Crowd {
    stop: Arc<AtomicBool>,
    events: Arc<AtomicU64>,
    tasks: Vec<tokio::task::JoinHandle<Result<()>>>,
}

impl Crowd {
    fn begin(
        executor: &Handle,
        runtime: &Arc<Runtime>,
        hostile: &Arc<Plugin>,
        way: &str,
    ) -> Result<Self> {
        let (stop, events) = (Arc::<AtomicBool>::default(), Arc::<AtomicU64>::default());
        let bot = Bot::new('b', 8)?;
        let tasks = (0..IN_FLIGHT).map(|_| {
            let (runtime, hostile, bot) =
                (Arc::clone(runtime), Arc::clone(hostile), Arc::clone(&bot));
            let (stop, events, name) = (Arc::clone(&stop), Arc::clone(&events), way.to_owned());
            executor.spawn(async move {
                while !stop.load(Ordering::Relaxed) {
                    let typed = Typed {
                        name: &name,
                        args: "",
                    };
                    let input = bot.command(typed, "en")?;
                    let reads: Arc<dyn Reads> = Arc::clone(&bot) as _;
                    runtime.handle(&hostile, input, reads).await;
                    events.fetch_add(1, Ordering::Relaxed);
                    // A host's worker waits for its store after each event, which works on another thread.
                    tokio::task::spawn_blocking(|| ()).await?;
                }
                Ok(())
            })
        });
        Ok(Self {
            tasks: tasks.collect(),
            stop,
            events,
        })
    }

    /// How many events it had.
    async fn end(self) -> Result<u64> {
        self.stop.store(true, Ordering::Relaxed);
        for task in self.tasks {
            task.await.context("a hostile task panicked")??;
        }
        Ok(self.events.load(Ordering::Relaxed))
    }
}
