//! `cargo xtask demo`: builds plugins, host and demo, and becomes the demo.

use std::ffi::OsString;
use std::process::{Command, ExitCode};

use anyhow::Result;

use crate::binaries;
use crate::workspace::Workspace;

/// Starts the simulator and the host, pairs a bot, plays a short tour and stays up; or runs transcripts (--script FILE…).
#[derive(clap::Args)]
#[command(disable_help_flag = true)]
pub struct Args {
    /// Flags of the demo; --help shows them
    #[arg(
        trailing_var_arg = true,
        allow_hyphen_values = true,
        value_name = "FLAGS"
    )]
    flags: Vec<OsString>,
}

pub fn run(workspace: &Workspace, args: Args) -> Result<ExitCode> {
    let world = binaries::simulated(workspace)?;
    let mut demo = Command::new(&world.demo);
    demo.args(args.flags)
        .env("JADI_BIN", &world.host)
        .env("JADI_PLUGINS", &world.plugins);
    binaries::become_program(demo)
}
