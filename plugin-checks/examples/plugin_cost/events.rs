//! One plugin: loading it, starting it, calling it, and whole events.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use jadi_model::clock::SystemClock;
use jadi_model::random::SystemRandom;
use jadi_plugin_checks::{Bot, Built, Typed, load};
use jadi_plugin_manifest::{LimitsClass, Manifest};
use jadi_plugin_runtime::{EventInput, Limits, Plugin, Reads, Runtime, RuntimeOptions};

use crate::table::{head, micros, row};

/// Calls in one instance: fewer than the actions that it may ask for.
const CALLS: usize = 6;
/// How often it is loaded each way; an interpreter takes too long to compile it more than once.
const LOADS: usize = 5;

/// Prints the table of one plugin.
pub fn measure(built: &Built) -> Result<Manifest> {
    head(&format!(
        "plugin {} ({:.0} KiB)",
        built.name,
        built.bytes.len() as f64 / 1024.0
    ));
    let cache = std::env::temp_dir().join(format!("jadi-bench-{}", std::process::id()));
    let measured = loading(built, &cache);
    drop(std::fs::remove_dir_all(&cache));
    let (runtime, plugin) = measured?;

    let executor = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()?;
    executor.block_on(events(&runtime, &plugin))?;
    Ok(plugin.manifest().clone())
}

fn loading(built: &Built, cache: &Path) -> Result<(Runtime, Arc<Plugin>)> {
    let load = |cache: Option<PathBuf>| -> Result<_> {
        let runtime = Runtime::start(RuntimeOptions {
            limits: Limits::default(),
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom),
            cache_dir: cache,
        })?;
        let start = Instant::now();
        let plugin = load(&runtime, built)?;
        Ok((start.elapsed(), runtime, plugin))
    };
    let mut last = load(Some(cache.to_owned()))?;
    let mut compiling = vec![micros(last.0) / 1e3];
    if last.2.manifest().limits != LimitsClass::Script {
        for _ in 1..LOADS {
            compiling.push(micros(load(None)?.0) / 1e3);
        }
    }
    row("compiling it, ms", compiling);
    let mut cached = Vec::new();
    for _ in 0..LOADS {
        last = load(Some(cache.to_owned()))?;
        cached.push(micros(last.0) / 1e3);
    }
    row("loading it from the cache, ms", cached);
    Ok((last.1, last.2))
}

async fn events(runtime: &Runtime, plugin: &Arc<Plugin>) -> Result<()> {
    let small = plugin.manifest().limits != LimitsClass::Script;
    let (warm, count) = if small { (200, 2000) } else { (5, 100) };
    let command = plugin.manifest().commands.first().context("no command")?;
    let (name, args) = (&command.name, "");
    let typed = Typed { name, args };
    let bot = Bot::new('a', 7)?;
    let reads: Arc<dyn Reads> = Arc::clone(&bot) as _;

    let (mut fresh, mut calls) = (Vec::new(), Vec::new());
    for number in 0..warm + count {
        let input = bot.command(typed, "en")?;
        let calls_made = if number % 2 == 0 { 0 } else { CALLS };
        let rehearsed = runtime
            .rehearse(plugin, input, Arc::clone(&reads), calls_made)
            .await?;
        if number >= warm && calls_made == 0 {
            fresh.push(micros(rehearsed.start + rehearsed.end));
        } else if number >= warm {
            // The first one touches memory for the first time.
            calls.extend(rehearsed.calls.iter().skip(1).copied().map(micros));
        }
    }
    row("an instance made and dropped, µs", fresh);
    row("a call of an instance that is warm, µs", calls);

    let (mut whole, mut inside, mut rates) = (Vec::new(), Vec::new(), Vec::new());
    for number in 0..warm + count {
        // Whose events they are is not said: of one bot these were more than its share.
        let input = EventInput {
            own: None,
            ..bot.command(typed, "en")?
        };
        let (took, inner) = event(runtime, plugin, input, &reads).await?;
        if number >= warm {
            whole.push(took);
            inside.push(inner);
        }
    }
    // Rates over a tenth of the events each, so that their spread is seen too.
    for tenth in whole.chunks(count / 10) {
        rates.push(tenth.len() as f64 / (tenth.iter().sum::<f64>() / 1e6));
    }
    row("a whole event in a fresh instance, µs", whole);
    row("of it on the CPU inside, µs", inside);
    row("events a second on one core", rates);

    let mut giving_way = Vec::new();
    for number in 0..warm + count {
        let input = bot.command(typed, "en")?;
        let (took, _) = event(runtime, plugin, input, &reads).await?;
        if number >= warm {
            giving_way.push(took);
        }
    }
    row("the same, of a bot beyond its share, µs", giving_way);
    Ok(())
}

/// How long a whole event takes, and how long of it its component is on the CPU, microseconds.
async fn event(
    runtime: &Runtime,
    plugin: &Arc<Plugin>,
    input: EventInput,
    reads: &Arc<dyn Reads>,
) -> Result<(f64, f64)> {
    let start = Instant::now();
    let outcome = runtime.handle(plugin, input, Arc::clone(reads)).await;
    let took = micros(start.elapsed());
    if let Some(failure) = outcome.failure {
        bail!("{} failed: {failure}", plugin.manifest().name);
    }
    Ok((took, outcome.receipt.cpu_micros as f64))
}
