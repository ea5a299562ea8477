//! `jadi plugin logs | failures | replay | limits | release`: by the host that runs on the data directory, or without one.
//!
//! What they show and change is the store's and dispatch's; here it is found and put into words. A running host has the data
//! for itself: it is asked over the control socket, and answers with what this program would find without it. `replay` needs
//! no data directory at all.
//!
//! # Layout
//!
//! - `desk`: the answers, with or without a host around them.
//! - `shown`: receipts, failures and shares as lines of text.
//! - `replay`: a failed event in the real runtime.
//! - `limits`: what a plugin's events may use.

mod desk;
mod limits;
mod replay;
mod shown;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, bail};

use super::open_store;
use crate::cli::EvidenceCommand;
use crate::config::Config;
use crate::control::{Client, ClientError, EvidenceAnswer, EvidenceAsk};
use crate::random::{SharedRandom, SystemRandom};
use crate::store::Store;
pub(super) use desk::{Desk, Running};

/// The host's answer is no answer to what was asked.
const ANOTHER: &str = "the host answers another question; use the program that runs the host";

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
    match command {
        EvidenceCommand::Replay { file, wasm } => {
            replay::replay(&file, wasm.as_deref(), config, out).await
        }
        EvidenceCommand::Logs {
            name,
            bot,
            last,
            follow,
        } => show_logs(name, bot, last, follow, config, out).await,
        EvidenceCommand::Failures {
            name,
            bot,
            export: Some(number),
            to,
        } => {
            let ask = EvidenceAsk::Failure { name, bot, number };
            export(told(&ask, config).await?, number, to, out)
        }
        EvidenceCommand::Failures { name, bot, .. } => {
            let ask = EvidenceAsk::Failures { name, bot };
            print(told(&ask, config).await?, out)
        }
        EvidenceCommand::Limits { name, changes, bot } => {
            let ask = EvidenceAsk::Limits { name, changes, bot };
            print(told(&ask, config).await?, out)
        }
        EvidenceCommand::Release { name, bot } => {
            let ask = EvidenceAsk::Release { name, bot };
            print(told(&ask, config).await?, out)
        }
    }
}

/// The running host's answer; without one, this program's own.
async fn told(ask: &EvidenceAsk, config: &Config) -> anyhow::Result<EvidenceAnswer> {
    match Client::new(&config.data_dir).evidence(ask).await {
        Ok(answer) => return answer.map_err(anyhow::Error::msg),
        Err(ClientError::NotRunning { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    let store = opened(config).await?;
    let answer = Desk::new(store.clone(), config, None)
        .answer(ask.clone())
        .await;
    store.close().await?;
    answer
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

fn print(answer: EvidenceAnswer, out: &mut dyn Write) -> anyhow::Result<()> {
    let (EvidenceAnswer::Text(text) | EvidenceAnswer::Logs { text, .. }) = answer else {
        bail!("{ANOTHER}");
    };
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}

async fn show_logs(
    name: String,
    bot: Option<String>,
    last: u32,
    follow: bool,
    config: &Config,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let mut seen = BTreeMap::new();
    loop {
        let ask = EvidenceAsk::Logs {
            name: name.clone(),
            bot: bot.clone(),
            last,
            after: seen.clone(),
        };
        // After the first answer a host waits for something new before it answers.
        let answer = if seen.is_empty() {
            told(&ask, config).await?
        } else {
            let asked = Client::new(&config.data_dir).evidence(&ask).await?;
            asked.map_err(anyhow::Error::msg)?
        };
        let EvidenceAnswer::Logs {
            text,
            after,
            more_may_come,
        } = answer
        else {
            bail!("{ANOTHER}");
        };
        out.write_all(text.as_bytes())?;
        out.flush()?;
        if !follow {
            return Ok(());
        }
        if !more_may_come {
            bail!(
                "no host runs on this data directory, so that nothing new comes; start it and ask again"
            );
        }
        seen = after;
    }
}

/// Writes a failure to a file that only this user can read.
fn export(
    answer: EvidenceAnswer,
    number: i64,
    to: Option<PathBuf>,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let EvidenceAnswer::Failure {
        plugin,
        about,
        file,
    } = answer
    else {
        bail!("{ANOTHER}");
    };
    let path = to.unwrap_or_else(|| PathBuf::from(format!("{plugin}-{number}.json")));
    write_private(&path, file.as_bytes())
        .with_context(|| format!("{} can't be written", path.display()))?;
    writeln!(out, "{}", path.display())?;
    for line in &about {
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
