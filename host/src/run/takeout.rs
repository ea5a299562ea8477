//! `jadi export` and `jadi import`: a bot's data as a file, while no host runs.

use std::fs;
use std::io::{Read as _, Write};
use std::path::Path;

use anyhow::{Context as _, bail};

use crate::bots::archive::{self, MOST};
use crate::bots::{file_name, pack};
use crate::clock::{Clock as _, SystemClock};
use crate::config::Config;
use crate::model::{BotRecord, PhoneNumber};
use crate::random::{SharedRandom, SystemRandom};
use crate::store::Store;

/// Writes the data of the bot with this number into a new file, which only the host's own user can read.
///
/// # Errors
///
/// What is wrong, and what to do about it; no file is left then.
pub fn export(
    config: &Config,
    number: &PhoneNumber,
    file: Option<&Path>,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    with_bot(config, number, async |store, bot| {
        let now = SystemClock.now();
        let packed = pack(store, bot, now).await?;
        let name = file_name(bot, now);
        let file = file.unwrap_or_else(|| Path::new(&name));
        let mut options = fs::OpenOptions::new();
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let opened = options.write(true).create_new(true).open(file);
        let written = opened.and_then(|mut opened| opened.write_all(&packed));
        written.with_context(|| format!("{} can't be written", file.display()))?;
        writeln!(
            out,
            "{} has the data of +{}: {} bytes, not encrypted. Its session is not in it.",
            file.display(),
            number.digits(),
            packed.len()
        )?;
        Ok(())
    })
}

/// Puts the data in a file in the place of what a bot has: the bot with the number that the file is of, or another one.
///
/// # Errors
///
/// What is wrong, and what to do about it; nothing has changed then.
pub fn import(
    config: &Config,
    file: &Path,
    into: Option<&PhoneNumber>,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let unreadable = || format!("{} can't be read", file.display());
    let opened = fs::File::open(file).with_context(unreadable)?;
    let mut content = Vec::new();
    let mut bounded = opened.take(MOST.saturating_add(1));
    bounded.read_to_end(&mut content).with_context(unreadable)?;
    let contents =
        archive::read(&content).with_context(|| format!("{} is not taken in", file.display()))?;
    let number = match into {
        Some(number) => number.clone(),
        None => contents.about.number.parse().with_context(|| {
            format!(
                "{} does not say of which number it is; name one: --bot NUMBER",
                file.display()
            )
        })?,
    };
    with_bot(config, &number, async |store, bot| {
        let pieces = contents.pieces.len();
        store.bot(bot.id).await?.replace(contents.pieces).await?;
        writeln!(
            out,
            "+{} has what {} holds, {pieces} pieces, in place of what it had. Start the host again.",
            number.digits(),
            file.display()
        )?;
        Ok(())
    })
}

/// Opens the store and finds a bot in it.
fn with_bot(
    config: &Config,
    number: &PhoneNumber,
    work: impl AsyncFnOnce(&Store, &BotRecord) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    if !config.data_dir.join("registry.db").exists() {
        bail!("{} holds no data yet", config.data_dir.display());
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("the program can't start its threads")?;
    runtime.block_on(async {
        let random: SharedRandom = std::sync::Arc::new(SystemRandom);
        let store = super::open_store(config, &random).await?;
        let Some(bot) = store.registry().by_number(number).await? else {
            bail!(
                "this host has no bot +{}; its owner makes it one with !jadibot, or name another one: --bot NUMBER",
                number.digits()
            );
        };
        let done = work(&store, &bot).await;
        let closed = store.close().await;
        done?;
        Ok(closed?)
    })
}
