//! `cargo xtask bench`: the numbers that ARCHITECTURE.md tells, measured again.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::Result;

use crate::binaries;
use crate::plugins::examples;
use crate::workspace::{Workspace, check};

/// Measures round trip, start, save of a plugin, memory and what plugins cost, in each language
///
/// Builds as for the tests: our own code is not optimized, its dependencies are. Each number comes with its spread and with a
/// calibration, so that two runs can be compared.
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
        world(workspace, &plugins, &args)?;
    }
    let mut files = components(&plugins)?;
    if !args.no_examples {
        let mut xtask = workspace.command(std::env::current_exe()?);
        check(xtask.args(["plugins", "--examples"]))?;
        files.extend(components(&examples::directory(workspace))?);
    }
    check(example(workspace, "jadi-plugin-checks", "plugin_cost").args(files))?;
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

/// What is measured of a whole world, and of the host's store.
fn world(workspace: &Workspace, plugins: &Path, args: &Args) -> Result<()> {
    let host = binaries::simulated_host(workspace)?;
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
