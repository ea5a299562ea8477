//! The programs that other commands need, built and put where they stay.
//!
//! The host exists twice: as it is shipped, and with the feature that lets it talk to the simulator. Cargo writes both to
//! the same place, so each is copied to a name of its own under `<target>/bin` after its build; what cargo has compiled for
//! one is not compiled again for the other. The host and the demo are built by separate calls, since features that one
//! selection of packages needs must not change what another has compiled.

use std::fs;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::workspace::{Workspace, check};

/// What a world with the simulator is made from.
pub struct Simulated {
    /// The host, built for the simulator.
    pub host: PathBuf,
    /// The demo, which has the simulator in it.
    pub demo: PathBuf,
    /// The directory of the built plugins.
    pub plugins: PathBuf,
}

/// Builds all that a world with the simulator needs.
///
/// # Errors
///
/// When something does not build.
pub fn simulated(workspace: &Workspace) -> Result<Simulated> {
    Ok(Simulated {
        plugins: plugins(workspace)?,
        host: simulated_host(workspace)?,
        demo: built(workspace, &["-p", "jadi-demo"], "jadi-demo", "jadi-demo")?,
    })
}

/// Builds the host as it is shipped, but without optimising it: `<target>/bin/jadi`.
///
/// # Errors
///
/// When it does not build.
pub fn host(workspace: &Workspace) -> Result<PathBuf> {
    built(workspace, &["-p", "jadi"], "jadi", "jadi")
}

/// Builds the host that talks to the simulator and to nothing else: `<target>/bin/jadi-simulated`.
///
/// # Errors
///
/// When it does not build.
pub fn simulated_host(workspace: &Workspace) -> Result<PathBuf> {
    let features = ["-p", "jadi", "--features", "simulator"];
    built(workspace, &features, "jadi", "jadi-simulated")
}

/// Builds the plugins, and says where they are.
///
/// # Errors
///
/// When one does not build.
pub fn plugins(workspace: &Workspace) -> Result<PathBuf> {
    let xtask = std::env::current_exe().context("where is this program?")?;
    check(workspace.command(xtask).arg("plugins"))?;
    Ok(workspace.target().join("plugins"))
}

fn built(workspace: &Workspace, select: &[&str], program: &str, name: &str) -> Result<PathBuf> {
    check(workspace.cargo().arg("build").args(select))?;
    let bin = workspace.target().join("bin");
    fs::create_dir_all(&bin).with_context(|| format!("{} can't be made", bin.display()))?;
    let from = workspace.target().join("debug").join(program);
    let to = bin.join(name);
    if !is_current(&from, &to) {
        place(&from, &to).with_context(|| format!("{} can't be written", to.display()))?;
    }
    Ok(to)
}

/// Whether `copy` was made from `original` as it is now.
fn is_current(original: &Path, copy: &Path) -> bool {
    let told = |path: &Path| {
        let told = fs::metadata(path).ok()?;
        Some((told.len(), told.modified().ok()?))
    };
    match (told(original), told(copy)) {
        (Some((length, changed)), Some((copied, made))) => length == copied && made >= changed,
        _ => false,
    }
}

/// Copies whole or not at all: the old one may be running.
fn place(from: &Path, to: &Path) -> std::io::Result<()> {
    let draft = to.with_extension(format!("new-{}", std::process::id()));
    fs::copy(from, &draft)?;
    fs::rename(&draft, to)
}

/// Puts the program in this one's place, so that Ctrl-C and the exit status are its own.
///
/// # Errors
///
/// When it can't be started; otherwise this does not return.
pub fn become_program<T>(mut program: Command) -> Result<T> {
    let error = program.exec();
    let told = format!("can't start {}", crate::workspace::shown(&program));
    Err(anyhow::Error::new(error).context(told))
}
