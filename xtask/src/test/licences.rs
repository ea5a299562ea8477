//! Licences: what third parties give is compatible with what Jadi gives, and authors of plugins meet nothing but permissive
//! licences.
//!
//! The first is cargo-deny's work, by the rules in `deny.toml`; its list of security advisories is not used, because it lives
//! in a repository that has to be fetched. The second is a rule of our own: see [`AUTHORS`].

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result};
use serde_json::Value;

use super::packages::Packages;
use super::tally::Tally;
use crate::workspace::{Workspace, check as succeed};

/// The tested version; installed when the machine has none.
const CARGO_DENY: &str = "0.20.2";

/// What authors of plugins build with, as directories of the checkout. Nothing in or under them may be AGPL.
const AUTHORS: [&str; 8] = [
    "plugin-sdk",
    "plugins",
    "plugin-manifest",
    "plugin-build",
    "plugin-test",
    "plugin-runtime",
    "plugin-checks",
    "model",
];
/// Its licence.
const PERMISSIVE: &str = "MIT OR Apache-2.0";
/// The licence of everything else of ours: the host links code under it.
const COPYLEFT: &str = "AGPL-3.0-or-later";

/// Runs cargo-deny and the rule of our own.
///
/// # Errors
///
/// When cargo-deny can't be installed or finds something.
pub fn check(workspace: &Workspace, packages: &Packages) -> Result<Tally> {
    let faults = faults(packages, workspace.root());
    for fault in &faults {
        println!("{fault}");
    }
    let deny = cargo_deny(workspace)?;
    let mut command = workspace.command(deny);
    command.args([
        "--locked",
        "--all-features",
        "check",
        "--hide-inclusion-graph",
    ]);
    command.args(["bans", "licenses", "sources"]);
    let denied = succeed(&mut command);
    if let Err(error) = &denied {
        println!("{error:#}");
    }
    Ok([Tally::one(faults.is_empty()), Tally::one(denied.is_ok())]
        .into_iter()
        .sum())
}

/// cargo-deny: the machine's, or one of the tested version beside the build output.
fn cargo_deny(workspace: &Workspace) -> Result<PathBuf> {
    let there = |program: &Path| {
        let mut command = workspace.command(program);
        command
            .arg("--version")
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    };
    let machines = PathBuf::from("cargo-deny");
    if there(&machines) {
        return Ok(machines);
    }
    let root = workspace.target().join("tools");
    let ours = root.join("bin/cargo-deny");
    if !there(&ours) {
        println!("installing cargo-deny {CARGO_DENY} (two minutes, once)");
        // Unoptimized: it is built faster than it saves.
        let mut cargo = workspace.cargo();
        cargo.args([
            "install",
            "--locked",
            "--debug",
            "--no-default-features",
            "--quiet",
        ]);
        cargo
            .args(["--version", CARGO_DENY, "cargo-deny", "--root"])
            .arg(&root);
        succeed(cargo.env("CARGO_TARGET_DIR", root.join("build")))?;
        std::fs::remove_dir_all(root.join("build")).context("can't remove cargo-deny's build")?;
    }
    Ok(ours)
}

/// Every breach of our own rule, as a sentence.
fn faults(packages: &Packages, root: &Path) -> Vec<String> {
    let by_id: HashMap<&str, &Value> = packages
        .all()
        .filter_map(|package| Some((package["id"].as_str()?, package)))
        .collect();
    let mut faults = Vec::new();
    for package in packages.own() {
        let name = package["name"].as_str().unwrap_or_default();
        let licence = package["license"].as_str().unwrap_or("none");
        let for_authors = stands_under(package, root, &AUTHORS);
        let expected = if for_authors { PERMISSIVE } else { COPYLEFT };
        if licence != expected {
            faults.push(format!(
                "{name} has the licence {licence}, which must be {expected}"
            ));
        }
        if !for_authors {
            continue;
        }
        for id in reached(packages, package["id"].as_str().unwrap_or_default()) {
            let Some(used) = by_id.get(id.as_str()) else {
                continue;
            };
            if used["license"]
                .as_str()
                .unwrap_or_default()
                .contains("AGPL")
            {
                faults.push(format!("{name} reaches {}, which is AGPL", used["name"]));
            }
        }
    }
    faults
}

fn stands_under(package: &Value, root: &Path, directories: &[&str]) -> bool {
    package["manifest_path"]
        .as_str()
        .and_then(|path| Path::new(path).strip_prefix(root).ok())
        .is_some_and(|path| {
            directories
                .iter()
                .any(|directory| path.starts_with(directory))
        })
}

/// All packages that one is built from, itself left out; what only its tests use is not part of it.
fn reached(packages: &Packages, start: &str) -> HashSet<String> {
    let uses: HashMap<&str, Vec<&str>> = packages
        .resolved()
        .filter_map(|node| {
            let deps = node["deps"].as_array()?;
            let used = deps.iter().filter(|dep| for_use(dep));
            Some((
                node["id"].as_str()?,
                used.filter_map(|dep| dep["pkg"].as_str()).collect(),
            ))
        })
        .collect();
    let mut reached = HashSet::new();
    let mut open = vec![start];
    while let Some(id) = open.pop() {
        for used in uses.get(id).into_iter().flatten() {
            if reached.insert((*used).to_owned()) {
                open.push(used);
            }
        }
    }
    reached
}

/// Whether a dependency is there for more than tests.
fn for_use(dep: &Value) -> bool {
    dep["dep_kinds"]
        .as_array()
        .is_none_or(|kinds| kinds.iter().any(|kind| kind["kind"] != "dev"))
}
