//! For authors of plugins: `jadi plugin new`, `build`, `test`, `check` and `pack`.
//!
//! These verbs work on a crate or a file. They read no configuration, open no data directory and talk to no host: an author
//! needs neither. Building is done by `jadi-plugin-build`, running by `jadi-plugin-test`, which authors can use without this
//! program.
//!
//! # Layout
//!
//! A verb, a file, each with its arguments and a `run`. `template` holds the files of a new crate, `report` how a checked
//! plugin is shown.

mod build;
mod check;
mod new;
mod pack;
mod report;
mod test;

use std::io::Write;

use clap::Subcommand;

/// What an author does with a plugin.
#[derive(Debug, Clone, Subcommand)]
pub enum AuthorCommand {
    /// Make a plugin crate: a command, a test, a README
    New(new::Args),
    /// Build a plugin crate to one .wasm file
    Build(build::Args),
    /// Run a plugin crate's tests
    Test(test::Args),
    /// Show what a plugin does, may do and costs
    Check(check::Args),
    /// Put a manifest into a component that another language's tools have made
    Pack(pack::Args),
}

impl AuthorCommand {
    /// The verbs, as they are typed.
    pub const VERBS: [&str; 5] = ["new", "build", "test", "check", "pack"];
}

/// What a component's commands cost when they are tried, in words.
///
/// # Errors
///
/// When no host would load it.
pub fn cost(component: &[u8]) -> anyhow::Result<String> {
    let mut told = Vec::new();
    check::tried(component, &mut told)?;
    Ok(String::from_utf8(told)?)
}

/// Does it, and tells on `out` what was done.
///
/// # Errors
///
/// What went wrong, with what to do about it.
pub fn run(command: AuthorCommand, out: &mut dyn Write) -> anyhow::Result<()> {
    match command {
        AuthorCommand::New(args) => new::run(&args, out),
        AuthorCommand::Build(args) => build::run(&args, out),
        AuthorCommand::Test(args) => test::run(&args, out),
        AuthorCommand::Check(args) => check::run(&args, out),
        AuthorCommand::Pack(args) => pack::run(&args, out),
    }
}
