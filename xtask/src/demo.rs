//! `cargo xtask demo`.

use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::workspace::Workspace;

/// Starts the simulator and the host, pairs a bot, plays a short tour and stays up.
#[derive(clap::Args)]
pub struct Args {}

pub fn run(_workspace: &Workspace, _args: Args) -> Result<ExitCode> {
    bail!("not in this checkout yet")
}
