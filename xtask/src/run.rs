//! `cargo xtask run`.

use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::workspace::Workspace;

/// Starts the ordinary host against WhatsApp itself.
#[derive(clap::Args)]
pub struct Args {}

pub fn run(_workspace: &Workspace, _args: Args) -> Result<ExitCode> {
    bail!("not in this checkout yet")
}
