//! The check with Baileys: an independent client, from the npm registry, against the simulator.
//!
//! Its packages are installed beside the build output, not in the checkout, and only when its lock file has changed; no script
//! of a package runs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, ensure};

use super::tally::{Dialect, Tally, counted};
use crate::workspace::{Workspace, check as succeed};

/// Which packages are installed, as text; kept beside them.
const STAMP: &str = "installed-lock.json";

/// Builds the simulator, installs what is missing, runs the check.
///
/// # Errors
///
/// When the simulator can't be built or Baileys can't be installed.
pub fn check(workspace: &Workspace) -> Result<Tally> {
    let simulator = simulator(workspace)?;
    let place = install(workspace)?;
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

/// Copies the check's files out of the checkout and brings the packages that its lock file names.
fn install(workspace: &Workspace) -> Result<PathBuf> {
    let source = workspace.root().join("checks/baileys");
    let place = workspace.target().join("checks/baileys");
    fs::create_dir_all(&place).with_context(|| format!("can't make {}", place.display()))?;
    for old in files(&place)? {
        if old.extension().is_some_and(|extension| extension == "js") {
            fs::remove_file(&old)?;
        }
    }
    for file in files(&source)? {
        let name = file.file_name().context("a file without a name")?;
        fs::copy(&file, place.join(name))
            .with_context(|| format!("can't copy {}", file.display()))?;
    }
    let lock = fs::read(source.join("package-lock.json")).context("checks/baileys has no lock")?;
    if fs::read(place.join(STAMP)).is_ok_and(|installed| installed == lock) {
        return Ok(place);
    }
    let mut npm = workspace.command("npm");
    npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        .current_dir(&place)
        .stdin(Stdio::null());
    succeed(&mut npm)?;
    fs::write(place.join(STAMP), lock)?;
    Ok(place)
}

fn files(directory: &Path) -> Result<Vec<PathBuf>> {
    let entries =
        fs::read_dir(directory).with_context(|| format!("can't read {}", directory.display()))?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.is_file() {
            files.push(path);
        }
    }
    Ok(files)
}
