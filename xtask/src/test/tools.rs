//! What checks take from the npm registry and from PyPI. It is installed beside the build output, not in the checkout, and only when a
//! check's lock file has changed.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::plugins::examples;
use crate::workspace::Workspace;

/// Which packages are installed, as text; kept beside them.
const STAMP: &str = "installed-lock";

/// A check with packages of npm: its directory beside the build output.
///
/// # Errors
///
/// When files can't be copied or packages can't be had.
pub fn npm(workspace: &Workspace, check: &str) -> Result<PathBuf> {
    install(workspace, check, "package-lock.json", examples::npm)
}

/// A check with packages of PyPI: the directory that they are in.
///
/// # Errors
///
/// When files can't be copied or packages can't be had.
pub fn pip(workspace: &Workspace, check: &str) -> Result<PathBuf> {
    let place = install(workspace, check, "requirements.txt", examples::pip)?;
    Ok(place.join("packages"))
}

/// Copies a check's files out of the checkout and brings the packages that its lock file names.
fn install(
    workspace: &Workspace,
    check: &str,
    lock: &str,
    bring: fn(&Workspace, &Path) -> Result<()>,
) -> Result<PathBuf> {
    let source = workspace.root().join("checks").join(check);
    let place = workspace.target().join("checks").join(check);
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
    let lock =
        fs::read(source.join(lock)).with_context(|| format!("checks/{check} has no lock"))?;
    if fs::read(place.join(STAMP)).is_ok_and(|installed| installed == lock) {
        return Ok(place);
    }
    bring(workspace, &place)?;
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
