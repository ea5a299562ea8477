//! The `jadi` program: reads the command line and hands over to the library.

use std::process::ExitCode;

use clap::Parser;
use jadi::cli::{Cli, Command, ConfigCommand, PluginCommand};
use jadi::config::Config;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let program = std::env::current_exe().unwrap_or_default();
    let environment = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    let sources = cli.flags.sources(program, environment);
    let loaded = Config::load(&sources);
    let done = match (cli.command.unwrap_or(Command::Run), loaded) {
        (_, Err(error)) => Err(error.into()),
        (Command::Run, Ok((config, _))) => jadi::run::run(config),
        (
            Command::Config {
                command: ConfigCommand::Check,
            },
            Ok((_, settings)),
        ) => jadi::config::print(&settings, &mut std::io::stdout().lock()).map_err(Into::into),
        (
            Command::Plugin {
                command: PluginCommand::Evidence(command),
            },
            Ok((config, _)),
        ) => jadi::run::evidence::run(command, &config, &mut std::io::stdout().lock()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let mut text = format!("jadi: {error}");
            for cause in error.chain().skip(1) {
                let cause = cause.to_string();
                if !text.contains(&cause) {
                    text.push_str(&format!("\n  because: {cause}"));
                }
            }
            eprintln!("{text}");
            ExitCode::FAILURE
        }
    }
}
