//! `jadi plugin logs | failures | replay | limits | release`: how plugins did, and what is done about it.

use std::path::PathBuf;

use clap::Subcommand;

const LOGS: &str = "\
Each event leaves a line: when, which event, how it ended, and what it used of each limit. Below it stand the lines that the
plugin logged and, when it failed, where in the component that was.";

const FAILURES: &str = "\
A failed event is kept with all that its handler was given, so that it fails again on its author's machine:
  jadi plugin failures core                   lists those of the plugin core
  jadi plugin failures core --export 7        writes number 7 to core-7.json
  jadi plugin replay core-7.json --wasm fixed.wasm
                                              runs it in the mended component
The file holds what people wrote to the bot. It says so on top: read that before you hand it out.";

const REPLAY: &str = "\
The handler gets the recorded event, answers, times and random numbers, and nothing else: no bot and no network is touched.
Without --wasm the component of the recorded version is looked for in the plugins directory.";

const LIMITS: &str = "\
Limits are named as in the configuration, without `event.`:
  jadi plugin limits core                     shows what its events may use, and how often they may fail
  jadi plugin limits core cpu_ms=20           changes it in all bots of this host
  jadi plugin limits core --bot 0a1b cpu_ms=  takes a change in one bot back
  jadi plugin limits core breaker.failures=9  lets it fail more often before it rests
No limit of an event goes above the configuration's limits.most.";

/// How plugins did, and what is done about it.
#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum EvidenceCommand {
    /// Show what a plugin's events cost and what it logged
    #[command(after_help = LOGS)]
    Logs {
        /// The plugin.
        name: String,
        /// In this bot only: its id, or the beginning of it
        #[arg(long, value_name = "BOT")]
        bot: Option<String>,
        /// So many events of each bot
        #[arg(long, value_name = "NUMBER", default_value_t = 20)]
        last: u32,
        /// Go on with new ones as they come, until Ctrl-C
        #[arg(long)]
        follow: bool,
    },
    /// List events that failed, or export one
    #[command(after_help = FAILURES)]
    Failures {
        /// Of this plugin only
        name: Option<String>,
        /// In this bot only: its id, or the beginning of it
        #[arg(long, value_name = "BOT")]
        bot: Option<String>,
        /// Write the failure with this number to a file
        #[arg(long, value_name = "NUMBER")]
        export: Option<i64>,
        /// That file [default: PLUGIN-NUMBER.json]
        #[arg(long, value_name = "FILE", requires = "export")]
        to: Option<PathBuf>,
    },
    /// Run a failed event again
    #[command(after_help = REPLAY)]
    Replay {
        /// The exported failure
        file: PathBuf,
        /// In this component instead of the one that failed
        #[arg(long, value_name = "FILE")]
        wasm: Option<PathBuf>,
    },
    /// Show or change what a plugin's events may use
    #[command(after_help = LIMITS)]
    Limits {
        /// The plugin
        name: String,
        /// Changes, such as cpu_ms=20; without a value, a change is taken back
        #[arg(value_name = "LIMIT=VALUE", value_parser = change)]
        changes: Vec<(String, Option<u64>)>,
        /// In this bot only: its id, or the beginning of it
        #[arg(long, value_name = "BOT")]
        bot: Option<String>,
    },
    /// Let a plugin that is switched off because it kept failing try again
    Release {
        /// The plugin
        name: String,
        /// In this bot only: its id, or the beginning of it
        #[arg(long, value_name = "BOT")]
        bot: Option<String>,
    },
}

/// A changed limit: its name and its value.
fn change(text: &str) -> Result<(String, Option<u64>), String> {
    let (name, value) = text
        .split_once('=')
        .ok_or("write a limit and a value, such as cpu_ms=20")?;
    if value.is_empty() {
        return Ok((name.to_owned(), None));
    }
    let number = value
        .parse()
        .map_err(|_| format!("write a whole number, not {value:?}"))?;
    Ok((name.to_owned(), Some(number)))
}
