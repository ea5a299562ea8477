//! `cargo xtask bench`: the numbers that ARCHITECTURE.md tells, measured again.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::Result;

use crate::binaries;
use crate::plugins::{self, examples};
use crate::workspace::{Workspace, check};

/// Measures round trip, start, save of a plugin, memory, many bots, pages while bots chat, and what plugins cost, in each language
///
/// What plugins cost is measured in a release, which takes long to build the first time; whole worlds are built as for the tests: our own
/// code is not optimized, its dependencies are. Each number comes with its spread and with a calibration, so that two runs can be
/// compared.
#[derive(clap::Args)]
pub struct Args {
    /// How many fresh worlds are started
    #[arg(long, default_value_t = 5, value_name = "N")]
    starts: usize,
    /// How many pings are sent
    #[arg(long, default_value_t = 50, value_name = "N")]
    pings: usize,
    /// How often a plugin is saved
    #[arg(long, default_value_t = 20, value_name = "N")]
    saves: usize,
    /// With how many sub-bots memory is measured; the most of them are brought up again after a restart
    #[arg(long, default_value = "1,50,200", value_name = "N,…")]
    bots: String,
    /// How many messages a bot gets before its session is weighed
    #[arg(long, default_value_t = 10_000, value_name = "N")]
    messages: usize,
    /// How often a bot is asked beside one that is over its budget; half as often beside each way to be hostile
    #[arg(long, default_value_t = 300, value_name = "N")]
    asks: usize,
    /// How often each page is asked for while 50 bots chat, by all visitors together
    #[arg(long, default_value_t = 500, value_name = "N")]
    visits: usize,
    /// How many visitors come at once
    #[arg(long, default_value = "1,8,32", value_name = "N,…")]
    visitors: String,
    /// Measures only what bots cost
    #[arg(long, conflicts_with_all = ["only_neighbours", "only_plugins", "only_pages"])]
    only_bots: bool,
    /// Measures only what a bot feels of others of its host
    #[arg(long, conflicts_with_all = ["only_plugins", "only_pages"])]
    only_neighbours: bool,
    /// Measures only what visitors of the pages wait
    #[arg(long, conflicts_with = "only_plugins")]
    only_pages: bool,
    /// Measures only what plugins cost
    #[arg(long)]
    only_plugins: bool,
    /// Leaves out the plugins in JavaScript and Python
    #[arg(long)]
    no_examples: bool,
}

pub fn run(workspace: &Workspace, args: Args) -> Result<ExitCode> {
    let plugins = binaries::plugins(workspace)?;
    if !args.only_plugins {
        let host = binaries::simulated_host(workspace)?;
        let only = [args.only_bots, args.only_neighbours, args.only_pages];
        let [of_bots, of_neighbours, of_pages] = match only.contains(&true) {
            true => only,
            false => [true; 3],
        };
        if of_bots {
            bots(workspace, &host, &plugins, &args)?;
        }
        if of_neighbours {
            neighbours(workspace, &host, &plugins, &args)?;
        }
        if of_pages {
            pages(workspace, &host, &plugins, &args)?;
        }
        if only.contains(&true) {
            return Ok(ExitCode::SUCCESS);
        }
        world(workspace, &host, &plugins, &args)?;
    }
    let mut files = components(&plugins)?;
    if !args.no_examples {
        let mut xtask = workspace.command(std::env::current_exe()?);
        check(xtask.args(["plugins", "--examples"]))?;
        files.extend(components(&examples::directory(workspace))?);
    }
    files.push(plugins::hostile(workspace)?);
    let mut cost = workspace.cargo();
    // The engine's own code, compiled with its checks of itself, takes half as long again.
    cost.args(["run", "--quiet", "--release"]);
    cost.args(["--package", "jadi-plugin-checks"]);
    check(cost.args(["--example", "plugin_cost", "--"]).args(files))?;
    Ok(ExitCode::SUCCESS)
}

/// The component files in a directory, by name.
fn components(directory: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in directory.read_dir()? {
        let path = entry?.path();
        if path.extension().is_some_and(|end| end == "wasm") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn example(workspace: &Workspace, package: &str, name: &str) -> Command {
    let mut cargo = workspace.cargo();
    cargo.args([
        "run",
        "--quiet",
        "--package",
        package,
        "--example",
        name,
        "--",
    ]);
    cargo
}

/// What bots cost, and a start with many.
fn bots(workspace: &Workspace, host: &Path, plugins: &Path, args: &Args) -> Result<()> {
    check(
        example(workspace, "jadi-demo", "many_bots")
            .env("JADI_BIN", host)
            .env("JADI_PLUGINS", plugins)
            .args(["--bots", &args.bots])
            .args(["--messages", &args.messages.to_string()]),
    )
}

/// What a bot feels of another that takes more than it may, and of one with a hostile plugin.
fn neighbours(workspace: &Workspace, host: &Path, plugins: &Path, args: &Args) -> Result<()> {
    check(
        example(workspace, "jadi-demo", "neighbours")
            .env("JADI_BIN", host)
            .env("JADI_PLUGINS", plugins)
            .args(["--asks", &args.asks.to_string()]),
    )?;
    check(
        example(workspace, "jadi-demo", "hostile_neighbours")
            .env("JADI_BIN", host)
            .env("JADI_PLUGINS", plugins)
            .env("JADI_HOSTILE", plugins::hostile(workspace)?)
            .args(["--asks", &args.asks.div_ceil(2).to_string()]),
    )
}

/// What visitors of the pages wait while bots chat.
fn pages(workspace: &Workspace, host: &Path, plugins: &Path, args: &Args) -> Result<()> {
    check(
        example(workspace, "jadi-demo", "pages")
            .env("JADI_BIN", host)
            .env("JADI_PLUGINS", plugins)
            .args(["--visits", &args.visits.to_string()])
            .args(["--visitors", &args.visitors]),
    )
}

/// What is measured of a whole world, and of the host's store.
fn world(workspace: &Workspace, host: &Path, plugins: &Path, args: &Args) -> Result<()> {
    check(
        example(workspace, "jadi-demo", "round_trip")
            .env("JADI_BIN", host)
            .env("JADI_PLUGINS", plugins)
            .args(["--starts", &args.starts.to_string()])
            .args(["--pings", &args.pings.to_string()])
            .args(["--saves", &args.saves.to_string()]),
    )?;
    // With the feature, since the host was built with it a moment ago.
    let of_host = |name: &str| {
        let mut cargo = workspace.cargo();
        cargo.args([
            "run",
            "--quiet",
            "--package",
            "jadi",
            "--features",
            "simulator",
            "--example",
            name,
            "--",
        ]);
        cargo
    };
    check(&mut of_host("receipt_cost"))?;
    println!("\nmemory of a quiet bot, for each of its plugins");
    check(of_host("idle_cost").args(components(plugins)?))
}
