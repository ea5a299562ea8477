//! `jadi plugin logs | failures | replay | limits | release` on a data directory that no host has open.
//!
//! What they show and change is the store's and dispatch's; here it is found and printed. `replay` needs no data directory at
//! all.
//!
//! # Layout
//!
//! - `shown`: receipts, failures and shares as lines of text.
//! - `replay`: a failed event in the real runtime.
//! - `limits`: what a plugin's events may use.

mod limits;
mod replay;
mod shown;
#[cfg(test)]
mod tests;

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, bail};

use super::open_store;
use crate::cli::EvidenceCommand;
use crate::config::Config;
use crate::dispatch::{failures, logs};
use crate::model::BotId;
use crate::plugins::FailedEvent;
use crate::random::{SharedRandom, SystemRandom};
use crate::store::{BotData, BreakerChange, Row, Store};

/// Failures that a list shows of each bot.
const LISTED: u32 = 100;
/// Bots that are read from the registry at a time.
const PAGE: u32 = 100;

/// Does what the command says.
///
/// # Errors
///
/// What is wrong, and what to do about it.
pub fn run(command: EvidenceCommand, config: &Config, out: &mut dyn Write) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("the program can't start its threads")?;
    runtime.block_on(Box::pin(serve(command, config, out)))
}

async fn serve(
    command: EvidenceCommand,
    config: &Config,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    if let EvidenceCommand::Replay { file, wasm } = command {
        return replay::replay(&file, wasm.as_deref(), config, out).await;
    }
    let store = opened(config).await?;
    let done = match command {
        EvidenceCommand::Logs {
            name,
            bot,
            last,
            follow,
        } => show_logs(&store, &name, bot.as_deref(), last, follow, out).await,
        EvidenceCommand::Failures {
            name,
            bot,
            export: Some(number),
            to,
        } => export(&store, name.as_deref(), bot.as_deref(), number, to, out).await,
        EvidenceCommand::Failures { name, bot, .. } => {
            list_failures(&store, name.as_deref(), bot.as_deref(), out).await
        }
        EvidenceCommand::Limits { name, changes, bot } => {
            limits::limits(&store, config, &name, bot.as_deref(), changes, out).await
        }
        EvidenceCommand::Release { name, bot } => release(&store, &name, bot.as_deref(), out).await,
        EvidenceCommand::Replay { .. } => Ok(()),
    };
    done.and(store.close().await.map_err(Into::into))
}

/// The store of a data directory that is there already.
async fn opened(config: &Config) -> anyhow::Result<Arc<Store>> {
    let dir = &config.data_dir;
    if !dir.join("registry.db").exists() {
        bail!(
            "{} holds no data of Jadi; name its data directory with --data-dir",
            dir.display()
        );
    }
    let random: SharedRandom = Arc::new(SystemRandom);
    open_store(config, &random).await
}

/// The bots that `wanted` means: the one whose id begins so, or all.
async fn bots(store: &Store, wanted: Option<&str>) -> anyhow::Result<Vec<BotId>> {
    let registry = store.registry();
    let mut found = Vec::new();
    let mut after = None;
    loop {
        let page = registry.list(after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        found.extend(page.iter().map(|bot| bot.id));
    }
    let Some(wanted) = wanted else {
        return Ok(found);
    };
    found.retain(|id| id.to_string().starts_with(wanted));
    match found.as_slice() {
        [_] => Ok(found),
        [] => bail!("there is no bot {wanted}; without --bot all of them are shown"),
        several => bail!(
            "{} bots begin with {wanted}; write more of the id",
            several.len()
        ),
    }
}

/// Each of these bots with its data.
async fn each_data(store: &Store, wanted: Option<&str>) -> anyhow::Result<Vec<(BotId, BotData)>> {
    let mut all = Vec::new();
    for id in bots(store, wanted).await? {
        all.push((id, store.bot(id).await?));
    }
    Ok(all)
}

async fn show_logs(
    store: &Store,
    plugin: &str,
    bot: Option<&str>,
    last: u32,
    follow: bool,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    for (bot, data) in each_data(store, bot).await? {
        let entries = logs(&data, Some(plugin), last).await?;
        if !entries.is_empty() {
            writeln!(out, "bot {bot}")?;
        }
        for entry in entries {
            out.write_all(shown::entry(&entry).as_bytes())?;
        }
    }
    if follow {
        bail!(
            "no host runs on this data directory, so that nothing new comes; start it and ask again"
        );
    }
    Ok(())
}

async fn list_failures(
    store: &Store,
    plugin: Option<&str>,
    bot: Option<&str>,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    for (bot, data) in each_data(store, bot).await? {
        let entries = failures(&data, plugin, LISTED).await?;
        if !entries.is_empty() {
            writeln!(out, "bot {bot}")?;
        }
        for entry in entries {
            writeln!(out, "{}", shown::failure(&entry))?;
        }
    }
    Ok(())
}

/// Writes one failure to a file that only this user can read.
async fn export(
    store: &Store,
    plugin: Option<&str>,
    bot: Option<&str>,
    number: Row,
    to: Option<PathBuf>,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let mut found = Vec::new();
    for (id, data) in each_data(store, bot).await? {
        if let Some(content) = data.failure(number).await? {
            let failed = FailedEvent::parse(&content)?;
            if plugin.is_none_or(|plugin| plugin == failed.plugin.name) {
                found.push((id, failed));
            }
        }
    }
    let failed = match found.len() {
        0 => bail!("there is no such failure {number}; `jadi plugin failures` lists them"),
        1 => found.remove(0).1,
        several => bail!("{several} bots have a failure {number}; say which with --bot"),
    };
    let path = to.unwrap_or_else(|| PathBuf::from(format!("{}-{number}.json", failed.plugin.name)));
    write_private(&path, failed.file()?.as_bytes())
        .with_context(|| format!("{} can't be written", path.display()))?;
    writeln!(out, "{}", path.display())?;
    for line in &failed.about {
        writeln!(out, "  {line}")?;
    }
    Ok(())
}

fn write_private(path: &Path, content: &[u8]) -> std::io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(content)
}

/// Forgets what a plugin did in bots that no host runs.
async fn release(
    store: &Store,
    plugin: &str,
    bot: Option<&str>,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let mut released: u32 = 0;
    for (bot, data) in each_data(store, bot).await? {
        if data.breakers().await?.contains_key(plugin) {
            data.change_breaker(plugin, BreakerChange::Forget).await?;
            writeln!(out, "bot {bot}: {plugin} may try again")?;
            released = released.saturating_add(1);
        }
    }
    if released == 0 {
        writeln!(out, "{plugin} is left alone in no bot")?;
    }
    Ok(())
}
