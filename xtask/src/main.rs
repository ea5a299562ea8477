//! `cargo xtask <command>`: everything one does with this checkout, in one place and without shell scripts.
//!
//! Each command is a file with its `Args` and a `run`. What several need (where the workspace is, how to call cargo) is in
//! [`workspace`]. Nothing here is part of the product: the host, the simulator and the plugins never depend on it.

mod bench;
mod binaries;
mod demo;
mod plugins;
mod run;
mod sdk;
mod test;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::workspace::Workspace;

/// The project's own tasks.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Demo(demo::Args),
    Run(run::Args),
    Test(test::Args),
    Plugins(plugins::Args),
    Sdk(sdk::Args),
    Bench(bench::Args),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let outcome = Workspace::find().and_then(|workspace| match cli.command {
        Command::Demo(args) => demo::run(&workspace, args),
        Command::Run(args) => run::run(&workspace, args),
        Command::Test(args) => test::run(&workspace, args),
        Command::Plugins(args) => plugins::run(&workspace, args),
        Command::Sdk(args) => sdk::run(&workspace, args),
        Command::Bench(args) => bench::run(&workspace, args),
    });
    match outcome {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
