//! The workspace's packages, in the groups that cargo may build together.

use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::workspace::{Workspace, stdout_of};

/// The package that unites third-party features; it holds no code.
const HACK: &str = "workspace-hack";

/// What `cargo metadata` tells of the workspace and all that it depends on.
pub struct Packages {
    metadata: Value,
}

impl Packages {
    /// Asks cargo; also proves that `Cargo.lock` is up to date.
    ///
    /// # Errors
    ///
    /// When `Cargo.lock` would have to change, or the workspace can't be read.
    pub fn read(workspace: &Workspace) -> Result<Self> {
        let mut cargo = workspace.cargo();
        cargo.args(["metadata", "--locked", "--format-version", "1"]);
        let metadata = serde_json::from_str(&stdout_of(&mut cargo)?)
            .context("cargo metadata is not the JSON that was expected")?;
        Ok(Self { metadata })
    }

    /// All packages, third-party ones included.
    pub fn all(&self) -> impl Iterator<Item = &Value> {
        self.metadata["packages"].as_array().into_iter().flatten()
    }

    /// For each package, which packages it depends on, by package id.
    pub fn resolved(&self) -> impl Iterator<Item = &Value> {
        self.metadata["resolve"]["nodes"]
            .as_array()
            .into_iter()
            .flatten()
    }

    /// Our own packages that hold code.
    pub fn own(&self) -> impl Iterator<Item = &Value> {
        self.all()
            .filter(|package| package["source"].is_null() && package["name"] != HACK)
    }

    /// Packages that take the united features, at least for their tests, and with them WhatsApp client, wasm engine and web
    /// server: the host and what it is made of, the simulator, the demo, and what their tests share.
    pub fn heavy(&self) -> Vec<&str> {
        self.named(true)
    }

    /// The others: contract, SDK, plugins, build tools. Building them takes seconds.
    pub fn light(&self) -> Vec<&str> {
        self.named(false)
    }

    fn named(&self, heavy: bool) -> Vec<&str> {
        self.own()
            .filter(|package| depends_on(package, HACK) == heavy)
            .filter_map(|package| package["name"].as_str())
            .collect()
    }
}

fn depends_on(package: &Value, name: &str) -> bool {
    package["dependencies"]
        .as_array()
        .is_some_and(|all| all.iter().any(|one| one["name"] == name))
}

/// Adds `-p NAME` for each.
pub fn select<'c>(cargo: &'c mut Command, packages: &[&str]) -> &'c mut Command {
    for package in packages {
        cargo.args(["--package", package]);
    }
    cargo
}
