//! What a bot's events feel of a plugin in another bot that takes all that it can get.
//!
//! The victim's events are due at fixed times, and each is measured from when it was due, so that waiting for a turn counts. Beside
//! each way to be hostile the same is measured without anybody hostile, just before: the ratio of the two is what the neighbour
//! feels, as far as the machine's own noise lets it be seen.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use jadi_model::clock::SystemClock;
use jadi_model::random::SystemRandom;
use jadi_plugin_checks::{Bot, Built, Typed, load};
use jadi_plugin_runtime::{Limits, Plugin, Reads, Runtime, RuntimeOptions};

use crate::table::micros;

/// The victim gets an event so often, so many times.
const EVERY: Duration = Duration::from_millis(2);
const EVENTS: u32 = 1_500;
/// Events of one bot that are handled at a time, as a host does.
const IN_FLIGHT: usize = 4;

/// Prints a table: what it is beside, median and 99th of 100 without and with it, and the ratio of the latter.
pub fn measure(hostile: &Built, victim: &Built) -> Result<()> {
    println!(
        "\n{:<18} {:>22} {:>22} {:>7} {:>10}",
        "`core` beside", "alone, µs: 50th, 99th", "beside it: 50th, 99th", "ratio", "its events"
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
    let ways = hostile.manifest().commands.clone();
    for way in &ways {
        let alone = executor.block_on(latencies(&runtime, &victim))?;
        let (beside, events) = executor.block_on(async {
            let crowd = Crowd::begin(&runtime, &hostile, &way.name)?;
            let beside = latencies(&runtime, &victim).await;
            Ok::<_, anyhow::Error>((beside?, crowd.end().await?))
        })?;
        let [alone_50, alone_99] = [50, 99].map(|part| percentile(&alone, part));
        let [beside_50, beside_99] = [50, 99].map(|part| percentile(&beside, part));
        println!(
            "{:<18} {alone_50:>11.0}{alone_99:>11.0} {beside_50:>11.0}{beside_99:>11.0} {:>7.2} {events:>10}",
            way.name,
            beside_99 / alone_99
        );
    }
    Ok(())
}

/// How long each event of the victim took from when it was due, microseconds, sorted.
async fn latencies(runtime: &Arc<Runtime>, victim: &Arc<Plugin>) -> Result<Vec<f64>> {
    let bot = Bot::new('a', 7)?;
    let start = Instant::now();
    let mut took = Vec::new();
    for number in 0..EVENTS {
        let due = start + EVERY * number;
        tokio::time::sleep_until(due.into()).await;
        let typed = Typed {
            name: "ping",
            args: "",
        };
        let input = bot.command(typed, "en")?;
        let reads: Arc<dyn Reads> = Arc::clone(&bot) as _;
        // In a task, as a host's workers are, so that it waits for a thread as they do.
        let (runtime, victim) = (Arc::clone(runtime), Arc::clone(victim));
        let handled = tokio::spawn(async move { runtime.handle(&victim, input, reads).await });
        if let Some(failure) = handled.await?.failure {
            bail!("the victim failed: {failure}");
        }
        took.push(micros(due.elapsed()));
    }
    took.sort_unstable_by(f64::total_cmp);
    Ok(took)
}

fn percentile(sorted: &[f64], part: usize) -> f64 {
    let index = sorted.len().saturating_sub(1) * part / 100;
    sorted.get(index).copied().unwrap_or(f64::NAN)
}

/// A bot that is hostile with all that is handled of it at a time.
struct Crowd {
    stop: Arc<AtomicBool>,
    events: Arc<AtomicU64>,
    tasks: Vec<tokio::task::JoinHandle<Result<()>>>,
}

impl Crowd {
    fn begin(runtime: &Arc<Runtime>, hostile: &Arc<Plugin>, way: &str) -> Result<Self> {
        let (stop, events) = (Arc::<AtomicBool>::default(), Arc::<AtomicU64>::default());
        let bot = Bot::new('b', 8)?;
        let tasks = (0..IN_FLIGHT).map(|_| {
            let (runtime, hostile, bot) =
                (Arc::clone(runtime), Arc::clone(hostile), Arc::clone(&bot));
            let (stop, events, name) = (Arc::clone(&stop), Arc::clone(&events), way.to_owned());
            tokio::spawn(async move {
                while !stop.load(Ordering::Relaxed) {
                    let typed = Typed {
                        name: &name,
                        args: "",
                    };
                    let input = bot.command(typed, "en")?;
                    let reads: Arc<dyn Reads> = Arc::clone(&bot) as _;
                    runtime.handle(&hostile, input, reads).await;
                    events.fetch_add(1, Ordering::Relaxed);
                    // A host's worker waits for its store after each event, and so gives its thread to others.
                    tokio::task::yield_now().await;
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
