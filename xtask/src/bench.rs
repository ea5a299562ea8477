//! `cargo xtask bench`: the numbers that ARCHITECTURE.md tells, measured again.

use std::process::ExitCode;

use anyhow::Result;

use crate::binaries;
use crate::workspace::{Workspace, check};

/// Measures round trip, start, save of a plugin, memory and what an event costs in a plugin
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
}

pub fn run(workspace: &Workspace, args: Args) -> Result<ExitCode> {
    let plugins = binaries::plugins(workspace)?;
    let host = binaries::simulated_host(workspace)?;
    let example = |package: &str, name: &str| {
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
    };
    check(
        example("jadi-demo", "round_trip")
            .env("JADI_BIN", host)
            .env("JADI_PLUGINS", &plugins)
            .args(["--starts", &args.starts.to_string()])
            .args(["--pings", &args.pings.to_string()])
            .args(["--saves", &args.saves.to_string()]),
    )?;
    check(example("jadi-plugin-runtime", "plugin_cost").arg(plugins.join("core.wasm")))?;
    // With the feature, since the host was built with it a moment ago.
    let mut receipts = workspace.cargo();
    receipts.args([
        "run",
        "--quiet",
        "--package",
        "jadi",
        "--features",
        "simulator",
    ]);
    check(receipts.args(["--example", "receipt_cost"]))?;
    Ok(ExitCode::SUCCESS)
}
