//! `cargo xtask plugins`.

use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::workspace::Workspace;

/// Builds each plugin to one component file.
#[derive(clap::Args)]
pub struct Args {}

pub fn run(_workspace: &Workspace, _args: Args) -> Result<ExitCode> {
    bail!("not in this checkout yet")
}
