//! What a plugin costs in a bot that is quiet: memory for each pair of them.
//!
//! `cargo xtask bench` runs this with the built plugins. A plugin that serves all bots is one set that all of them share; a bot for
//! which something else was said has a set of its own. Memory is what the operating system says of this process, so that a pair's
//! share is only to be had of very many: it is the difference between many bots with all plugins and as many with none.

use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use jadi::clock::SystemClock;
use jadi::dispatch::Enabled;
use jadi::library::{Consent, Installation, Library, LibraryParts, Whom};
use jadi::model::{BotId, BotRecord, BotRole, LinkMethod};
use jadi::plugins::{Limits, Runtime, RuntimeOptions};
use jadi::random::SystemRandom;
use jadi::store::{Installer, KeptBounds, MasterKey, Settings, Store, StoreOptions};
use tokio::sync::watch;

/// Bots of which nothing special is said, and bots with a set of their own.
const BOTS: u32 = 20_000;
const SPECIAL: u32 = 200;

#[tokio::main]
async fn main() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let random = Arc::new(SystemRandom);
    let options = StoreOptions {
        data_dir: dir.path().to_owned(),
        session_dir: None,
        defaults: Settings::default(),
        kept: KeptBounds::default(),
        random: random.clone(),
    };
    let master = MasterKey::load(dir.path(), None, &*random)?;
    let store = Store::open(options, master).await?;
    let runtime = Runtime::start(RuntimeOptions {
        limits: Limits::default(),
        clock: Arc::new(SystemClock),
        random,
        cache_dir: None,
    })?;
    let library = Library::open(LibraryParts {
        runtime: Arc::new(runtime),
        shelf: store.shelf(),
        registry: store.registry(),
        clock: Arc::new(SystemClock),
    })
    .await?;
    let plugins = install(&library).await?;

    let (none, without) = many(&library, 0, BOTS).await?;
    for name in &plugins {
        library.switch(name, Whom::All, true).await?;
    }
    let (all, with) = many(&library, 1, BOTS).await?;
    let pairs = f64::from(BOTS) * plugins.len() as f64;
    row("of a plugin that serves all, bytes", (all - none) / pairs);

    // Who follows is told of each change: those have been measured.
    drop((without, with));
    let name = plugins.first().context("a plugin")?;
    let ids: Vec<BotId> = (0..SPECIAL).map(|n| id(2, n)).collect();
    for id in &ids {
        let bot = BotRecord::requested(*id, BotRole::Sub, LinkMethod::Qr, 1);
        store.add_bot(&bot).await?;
        library.switch(name, Whom::Bot(*id), true).await?;
    }
    let before = memory()?;
    let mut sets: Vec<watch::Receiver<Arc<Enabled>>> = Vec::new();
    for id in &ids {
        sets.push(library.follow(*id).await);
    }
    let pairs = f64::from(SPECIAL) * plugins.len() as f64;
    row(
        "of one in a bot with a switch of its own, bytes",
        (memory()? - before) / pairs,
    );
    drop(sets);
    library.shutdown().await;
    store.close().await?;
    Ok(())
}

/// Installs all component files that were named; their plugins' names.
async fn install(library: &Arc<Library>) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for path in std::env::args_os().skip(1) {
        let component = std::fs::read(&path)?;
        let installation = Installation {
            component,
            consent: Consent::ToAll,
            by: Installer::Operator,
            replace: false,
        };
        names.push(library.install(installation).await?.name);
    }
    ensure!(!names.is_empty(), "say which components: idle_cost FILE…");
    Ok(names)
}

/// Bots of their own numbers that follow what serves them, and the memory that they took.
async fn many(
    library: &Library,
    kind: u8,
    count: u32,
) -> Result<(f64, Vec<watch::Receiver<Arc<Enabled>>>)> {
    let mut followed = Vec::with_capacity(count as usize);
    let before = memory()?;
    for n in 0..count {
        followed.push(library.follow(id(kind, n)).await);
    }
    Ok((memory()? - before, followed))
}

fn id(kind: u8, n: u32) -> BotId {
    let mut bytes = [kind; 16];
    if let Some(last) = bytes.last_chunk_mut() {
        *last = n.to_be_bytes();
    }
    BotId::from_random(bytes)
}

/// This process's resident memory, bytes.
fn memory() -> Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line
        .context("no VmRSS")?
        .trim()
        .trim_end_matches("kB")
        .trim();
    Ok(kib.parse::<f64>()? * 1024.0)
}

fn row(name: &str, value: f64) {
    println!("{name:<44} {value:>9.1}");
}
