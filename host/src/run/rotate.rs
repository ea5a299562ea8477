//! `jadi key rotate`: another master key, while no host runs.

use std::io::Write;

use anyhow::{Context as _, bail};
use secrecy::SecretString;

use crate::config::Config;
use crate::random::SystemRandom;
use crate::store::{MasterKey, NEW_KEY};

/// Replaces the master key by `new` or, when the key is kept in the data directory, by a random one.
///
/// # Errors
///
/// What is wrong, and what to do about it; the old key stays in force.
pub fn rotate(
    config: &Config,
    new: Option<&SecretString>,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let data_dir = &config.data_dir;
    if !data_dir.join("registry.db").exists() {
        bail!(
            "{} holds no data yet, so that there is no key to replace",
            data_dir.display()
        );
    }
    if config.master_key.is_some() && new.is_none() {
        bail!(
            "the master key is given as JADI_MASTER_KEY, so give the new one as {NEW_KEY}: 32 random bytes as 64 hexadecimal digits, \
             such as `openssl rand -hex 32` makes; afterwards start with the new one as JADI_MASTER_KEY"
        );
    }
    let old = MasterKey::load(data_dir, config.master_key.as_ref(), &SystemRandom)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("the program can't start its threads")?;
    let bots = runtime.block_on(old.rotate(data_dir, new, &SystemRandom))?;
    writeln!(
        out,
        "The master key is a new one, and the keys of {bots} bots are wrapped with it."
    )?;
    match new {
        Some(_) => writeln!(
            out,
            "Start with it as JADI_MASTER_KEY from now on. The old one opens nothing any more."
        )?,
        None => writeln!(
            out,
            "It is in {}: keep a copy of it apart from the data. The old one opens backups made until now, and nothing else.",
            data_dir.join("master.key").display()
        )?,
    }
    Ok(())
}
