//! `cargo xtask bench`.

use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::workspace::Workspace;

/// Measures what ARCHITECTURE.md claims.
#[derive(clap::Args)]
pub struct Args {}

pub fn run(_workspace: &Workspace, _args: Args) -> Result<ExitCode> {
    bail!("not in this checkout yet")
}
