//! What checks take from the npm registry. It is installed beside the build output, not in the checkout, and only when a check's
//! lock file has changed; no script of a package runs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result};

use crate::workspace::{Workspace, check as succeed};

/// Which packages are installed, as text; kept beside them.
const STAMP: &str = "installed-lock.json";

/// Copies a check's files out of the checkout and brings the packages that its lock file names.
///
/// # Errors
///
/// When files can't be copied or packages can't be had.
pub fn install(workspace: &Workspace, check: &str) -> Result<PathBuf> {
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
    let lock = fs::read(source.join("package-lock.json"))
        .with_context(|| format!("checks/{check} has no lock"))?;
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
