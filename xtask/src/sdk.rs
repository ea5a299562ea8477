//! `cargo xtask sdk`: what authors build plugins with, as a registry would hand it out: each crate packaged by cargo, and
//! unpacked. What such a package lacks (a file from outside of its crate, the version of a dependency) fails here or at its
//! first user, `host/tests/it/evening.rs`, and not after a release.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use flate2::read::GzDecoder;

use crate::workspace::{Workspace, check};

/// The crates that an author's crate depends on, directly or not.
const CRATES: [&str; 7] = [
    "jadi-model",
    "jadi-plugin-build",
    "jadi-plugin-manifest",
    "jadi-plugin-runtime",
    "jadi-plugin-sdk",
    "jadi-plugin-sdk-macros",
    "jadi-plugin-test",
];
/// What cargo adds to a package that is no source: it names the commit, and would make a package of the same source another one.
const ADDED: [&str; 2] = [".cargo_vcs_info.json", "Cargo.toml.orig"];

/// Packages the SDK for authors of plugins, for `jadi plugin new --sdk`.
#[derive(clap::Args)]
pub struct Args {
    /// Where to [default: sdk in the target directory].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub fn run(workspace: &Workspace, args: Args) -> Result<ExitCode> {
    let directory = args.out.unwrap_or_else(|| directory(workspace));
    make(workspace, &directory)?;
    println!("{}", directory.display());
    Ok(ExitCode::SUCCESS)
}

/// Where the unpacked SDK is, if nothing else is said.
pub fn directory(workspace: &Workspace) -> PathBuf {
    workspace.target().join("sdk")
}

/// Packages the crates and unpacks each to a directory in `directory`. A file that stays the same keeps its time: what was
/// built from it needs no other build.
///
/// # Errors
///
/// When cargo can't package a crate, or files can't be read or written; when `directory` holds something else.
pub fn make(workspace: &Workspace, directory: &Path) -> Result<()> {
    let mut cargo = workspace.cargo();
    // Not verified here: that builds each from nothing. The lock file is the author's own.
    cargo.args(["package", "--quiet", "--locked", "--no-verify"]);
    cargo.args(["--no-metadata", "--exclude-lockfile", "--allow-dirty"]);
    for package in CRATES {
        cargo.args(["--package", package]);
    }
    check(&mut cargo)?;
    let version = env!("CARGO_PKG_VERSION");
    let packages = workspace.target().join("package");
    let mut files = BTreeMap::new();
    for package in CRATES {
        let archive = packages.join(format!("{package}-{version}.crate"));
        let failed = || format!("{} can't be unpacked", archive.display());
        unpack(&archive, &mut files).with_context(failed)?;
    }
    update(directory, &files).with_context(|| format!("in {}", directory.display()))
}

/// The files of a package, by their paths within it.
fn unpack(archive: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) -> Result<()> {
    let mut archive = tar::Archive::new(GzDecoder::new(File::open(archive)?));
    for entry in archive.entries()? {
        let mut entry = entry?;
        let path = entry.path()?.into_owned();
        let mut content = Vec::new();
        entry.read_to_end(&mut content)?;
        if !ADDED.iter().any(|added| path.ends_with(added)) {
            files.insert(path, content);
        }
    }
    Ok(())
}

/// Makes the directory hold these files and nothing else.
fn update(directory: &Path, files: &BTreeMap<PathBuf, Vec<u8>>) -> Result<()> {
    let mut before = Vec::new();
    if directory.is_dir() {
        all_files(directory, &mut before)?;
    }
    let ours = |path: &PathBuf| {
        let package = path.strip_prefix(directory).ok()?.iter().next()?.to_str()?;
        CRATES.iter().find(|name| package.starts_with(*name))
    };
    if let Some(other) = before.iter().find(|path| ours(path).is_none()) {
        bail!(
            "{} is no part of an SDK; choose another --out",
            other.display()
        );
    }
    for path in before {
        if !files.contains_key(path.strip_prefix(directory)?) {
            fs::remove_file(path)?;
        }
    }
    for (name, content) in files {
        let path = directory.join(name);
        if fs::read(&path).is_ok_and(|old| old == *content) {
            continue;
        }
        fs::create_dir_all(path.parent().context("a file's directory")?)?;
        fs::write(path, content)?;
    }
    Ok(())
}

fn all_files(directory: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in directory.read_dir()? {
        let path = entry?.path();
        if path.is_dir() {
            all_files(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(all: &[(&str, &str)]) -> BTreeMap<PathBuf, Vec<u8>> {
        let file = |(path, content): &(&str, &str)| (path.into(), content.as_bytes().to_vec());
        all.iter().map(file).collect()
    }

    #[test]
    fn what_stays_the_same_keeps_its_time_and_what_is_gone_goes() {
        let directory = std::env::temp_dir().join(format!("jadi-sdk-{}", std::process::id()));
        let at = |name: &str| directory.join("jadi-model-0.1.0").join(name);
        let first = files(&[
            ("jadi-model-0.1.0/a.rs", "a"),
            ("jadi-model-0.1.0/src/b.rs", "b"),
        ]);
        update(&directory, &first).expect("written");
        let time = fs::metadata(at("a.rs")).and_then(|file| file.modified());
        let second = files(&[
            ("jadi-model-0.1.0/a.rs", "a"),
            ("jadi-model-0.1.0/c.rs", "c"),
        ]);
        update(&directory, &second).expect("written");
        let after = fs::metadata(at("a.rs")).and_then(|file| file.modified());
        assert_eq!(after.expect("there"), time.expect("there"));
        assert!(!at("src/b.rs").exists() && at("c.rs").is_file());

        fs::write(directory.join("letter.txt"), "mine").expect("written");
        let error = update(&directory, &second).expect_err("somebody's files");
        assert!(error.to_string().contains("no part of an SDK"), "{error}");
        assert!(directory.join("letter.txt").is_file());
        fs::remove_dir_all(&directory).expect("removed");
    }

    #[test]
    fn packages_stand_on_their_own() {
        let workspace = Workspace::find().expect("this one");
        let directory = directory(&workspace);
        make(&workspace, &directory).expect("packaged");
        for package in CRATES {
            let manifest = directory.join(format!(
                "{package}-{}/Cargo.toml",
                env!("CARGO_PKG_VERSION")
            ));
            let manifest = fs::read_to_string(manifest).expect("a manifest");
            assert!(
                !manifest.contains("../") && !manifest.contains("workspace = true"),
                "{manifest}"
            );
        }
    }
}
