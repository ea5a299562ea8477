//! The check with Baileys: an independent client, from the npm registry, against the simulator.

use std::path::PathBuf;

use anyhow::{Result, ensure};

use super::tally::{Dialect, Tally, counted};
use super::tools;
use crate::workspace::{Workspace, check as succeed};

/// Builds the simulator, installs what is missing, runs the check.
///
/// # Errors
///
/// When the simulator can't be built or Baileys can't be installed.
pub fn check(workspace: &Workspace) -> Result<Tally> {
    let simulator = simulator(workspace)?;
    let place = tools::npm(workspace, "baileys")?;
    let mut node = workspace.command("node");
    node.args(["--test", "--test-force-exit", "--test-reporter=tap"])
        .current_dir(&place)
        .env("JADI_SIMULATOR", simulator);
    counted(&mut node, Dialect::Tap)
}

/// The simulator's binary, built.
///
/// # Errors
///
/// When it can't be built.
pub fn simulator(workspace: &Workspace) -> Result<PathBuf> {
    let mut cargo = workspace.cargo();
    succeed(cargo.args(["build", "--locked", "--package", "jadi-simulator", "--bins"]))?;
    let binary = workspace.target().join("debug/jadi-simulator");
    ensure!(binary.is_file(), "cargo built no {}", binary.display());
    Ok(binary)
}
