//! `cargo xtask test`.

use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::workspace::Workspace;

/// The one test command.
#[derive(clap::Args)]
pub struct Args {}

pub fn run(_workspace: &Workspace, _args: Args) -> Result<ExitCode> {
    bail!("not in this checkout yet")
}
