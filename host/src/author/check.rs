//! `jadi plugin check`: what a plugin does, may do and costs, before anybody installs it.
//!
//! Everything is read off the component itself, as a host would: a manifest can't hide an import. Then each command is typed
//! a few times, without arguments, by somebody who may use all, in the runtime that hosts have.

use std::fmt::Display;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail};
use jadi_plugin_manifest::{Command, Manifest, Place};
use jadi_plugin_test::{Role, Speaker, TestBot, Told};

use super::build::build;
use super::report::{self, Cost};
use crate::plugins::{Digest, EventLimits, Failure, Limits};

const AFTER: &str = "\
Examples:
  jadi plugin check hello.wasm        a component file
  jadi plugin check                   the crate in this directory, built first

It ends with an error when no host would load the plugin, or when one of its commands traps or reaches a limit.
";

/// How often each command is typed.
const TIMES: usize = 5;
/// Who types it.
const SOMEBODY: &str = "6280000000101";

/// The arguments of `check`.
#[derive(Debug, Clone, clap::Args)]
#[command(after_help = AFTER)]
pub struct Args {
    /// A component file, or a crate's directory
    #[arg(default_value = ".", value_name = "FILE|CRATE")]
    plugin: PathBuf,
}

pub(super) fn run(args: &Args, out: &mut dyn Write) -> anyhow::Result<()> {
    let path = &args.plugin;
    let component = if path.is_dir() {
        build(path)?.component
    } else {
        std::fs::read(path).with_context(|| format!("{} can't be read", path.display()))?
    };
    let limits = Limits::default();
    let bot = TestBot::load(&component, limits)
        .with_context(|| format!("no host would load {}", path.display()))?;
    bot.set_main();
    let manifest = bot.plugin().manifest();
    head(out, path, &component, manifest)?;
    report::commands(out, manifest)?;
    report::events(out, manifest)?;
    report::permissions(out, manifest, bot.plugin().permissions())?;
    let costs = costs(&bot, manifest);
    cost(out, bot.loaded_in(), &costs, &limits.of(manifest))?;
    let broken: Vec<&str> = costs
        .iter()
        .filter(|cost| {
            matches!(
                cost.failure,
                Some(Failure::Trap { .. } | Failure::Limit { .. })
            )
        })
        .map(|cost| cost.command.as_str())
        .collect();
    if broken.is_empty() {
        return Ok(());
    }
    bail!(
        "these commands break when they are typed without arguments: {}; why stands above",
        broken.join(", ")
    )
}

/// Tries a component's commands as [`run`] does, and tells what they cost.
///
/// # Errors
///
/// When no host would load it, or `out` can't be written to.
pub(super) fn tried(component: &[u8], out: &mut dyn Write) -> anyhow::Result<()> {
    let limits = Limits::default();
    let bot = TestBot::load(component, limits)?;
    bot.set_main();
    let manifest = bot.plugin().manifest();
    let costs = costs(&bot, manifest);
    cost(out, bot.loaded_in(), &costs, &limits.of(manifest))
}

fn head(
    out: &mut dyn Write,
    path: &Path,
    component: &[u8],
    manifest: &Manifest,
) -> anyhow::Result<()> {
    writeln!(out, "{} {}", manifest.name, manifest.version)?;
    if !manifest.summary.is_empty() {
        writeln!(out, "{}", manifest.summary.get("en"))?;
    }
    let mut row = |what: &str, value: &dyn Display| writeln!(out, "  {what:<10} {value}");
    writeln_if(!path.is_dir(), || row("file", &path.display()))?;
    row("size", &report::kib(component.len()))?;
    row("digest", &Digest::of(component))?;
    row("languages", &manifest.languages.join(", "))?;
    writeln_if(!manifest.authors.is_empty(), || {
        row("authors", &manifest.authors.join(", "))
    })?;
    Ok(())
}

fn writeln_if(condition: bool, write: impl FnOnce() -> std::io::Result<()>) -> std::io::Result<()> {
    if condition { write() } else { Ok(()) }
}

/// Types each command, and keeps the dearest time of each, or the first that failed.
fn costs(bot: &TestBot, manifest: &Manifest) -> Vec<Cost> {
    let friends = bot.group("friends").with_bot_as_admin();
    let group = friends.member(SOMEBODY).role(Role::SystemOwner);
    let private = bot.private(SOMEBODY).role(Role::SystemOwner);
    manifest
        .commands
        .iter()
        .map(|command| {
            let speaker = match command.place {
                Place::Group => &group,
                Place::Any | Place::Private | Place::Main => &private,
            };
            dearest(bot, speaker, command)
        })
        .collect()
}

fn dearest(bot: &TestBot, speaker: &Speaker<'_>, command: &Command) -> Cost {
    let mut cost = Cost::nothing(&command.name);
    for _ in 0..TIMES {
        let told: Told = speaker.message(&format!("!{}", command.name)).run();
        bot.clock()
            .advance(Duration::from_secs(u64::from(command.cooldown_seconds) + 1));
        cost.add(&told.receipt);
        if let Some(failure) = told.failure() {
            cost.failure = Some(failure.clone());
            break;
        }
    }
    cost
}

fn cost(
    out: &mut dyn Write,
    loaded_in: Duration,
    costs: &[Cost],
    limits: &EventLimits,
) -> anyhow::Result<()> {
    writeln!(out, "\nCost, on this machine")?;
    writeln!(
        out,
        "  compiling: {} ms, once for each host",
        loaded_in.as_millis()
    )?;
    if costs.is_empty() {
        writeln!(
            out,
            "  it has no command that could be tried; its tests can tell more"
        )?;
        return Ok(());
    }
    writeln!(
        out,
        "  each command {TIMES} times, without arguments and without data of earlier days; the dearest:"
    )?;
    report::costs(out, costs, limits)?;
    Ok(())
}
