//! The `jadi` program: reads the command line and hands over to the library.

use std::process::ExitCode;

use jadi::cli::{Cli, Command, ConfigCommand, Flags, KeyCommand, OperatorCommand, PluginCommand};
use jadi::config::Config;

fn main() -> ExitCode {
    let cli = Cli::read();
    let done = match cli.command.unwrap_or(Command::Run) {
        // Authors need no configuration: a broken one is none of their business.
        Command::Plugin {
            command: PluginCommand::Author(command),
        } => jadi::author::run(command, &mut std::io::stdout().lock()),
        // Nor does a password.
        Command::Operator {
            command: OperatorCommand::Password,
        } => jadi::run::password(&mut std::io::stdout().lock()),
        command => with_config(&command, cli.flags),
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

/// What needs the configuration.
fn with_config(command: &Command, flags: Flags) -> anyhow::Result<()> {
    let program = std::env::current_exe().unwrap_or_default();
    let mut environment: Vec<(String, String)> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    let mut new_key = None;
    if matches!(command, Command::Key { .. }) {
        // Not a key of the configuration: it is said once.
        environment.retain(|(name, value)| {
            let is_it = name == jadi::store::NEW_KEY;
            if is_it {
                new_key = Some(value.clone().into());
            }
            !is_it
        });
    }
    let sources = flags.sources(program, environment);
    let (config, settings) = Config::load(&sources)?;
    match command {
        Command::Run => jadi::run::run(config),
        Command::Config {
            command: ConfigCommand::Check,
        } => Ok(jadi::config::print(
            &settings,
            &mut std::io::stdout().lock(),
        )?),
        Command::Export { bot, file } => {
            jadi::run::export(&config, bot, file.as_deref(), &mut std::io::stdout().lock())
        }
        Command::Import { file, bot } => {
            jadi::run::import(&config, file, bot.as_ref(), &mut std::io::stdout().lock())
        }
        Command::Key {
            command: KeyCommand::Rotate,
        } => jadi::run::rotate(&config, new_key.as_ref(), &mut std::io::stdout().lock()),
        Command::Plugin {
            command: PluginCommand::Live(command),
        } => jadi::live::run(command.clone(), &config.data_dir),
        Command::Plugin {
            command: PluginCommand::Evidence(command),
        } => jadi::run::evidence::run(command.clone(), &config, &mut std::io::stdout().lock()),
        // They were carried out before there was a configuration.
        Command::Operator { .. }
        | Command::Plugin {
            command: PluginCommand::Author(_),
        } => Ok(()),
    }
}
