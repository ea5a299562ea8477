//! `cargo xtask run`: builds plugins and the ordinary host, and becomes the host.

use std::ffi::OsString;
use std::process::{Command, ExitCode};

use anyhow::Result;

use crate::binaries;
use crate::workspace::Workspace;

/// Starts the ordinary host against WhatsApp itself: link a real phone with the QR code in the terminal or on the page.
#[derive(clap::Args)]
#[command(disable_help_flag = true)]
pub struct Args {
    /// Flags of the host; --help shows them
    #[arg(
        trailing_var_arg = true,
        allow_hyphen_values = true,
        value_name = "FLAGS"
    )]
    flags: Vec<OsString>,
}

pub fn run(workspace: &Workspace, args: Args) -> Result<ExitCode> {
    let plugins = binaries::plugins(workspace)?;
    let mut host = Command::new(binaries::host(workspace)?);
    host.args(args.flags);
    if std::env::var_os("JADI_PLUGINS_DIR").is_none() {
        host.env("JADI_PLUGINS_DIR", plugins);
    }
    binaries::become_program(host)
}
