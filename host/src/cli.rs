//! The command line: what to do, and every key of the configuration as a flag.

mod evidence;

use std::path::PathBuf;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};

pub use evidence::EvidenceCommand;

use crate::author::AuthorCommand;
use crate::config::Sources;
use crate::live::LiveCommand;
use crate::model::PhoneNumber;

const AFTER: &str = "\
Configuration:
  Each flag is also a key of a TOML file (--config FILE, JADI_CONFIG, or jadi.toml here) and an environment variable:
  --data-dir, data_dir and JADI_DATA_DIR are one. Flags go over the environment, which goes over the file.
  `jadi config check` prints what is in effect and where each value came from.

First start:
  jadi run                       shows a QR code: scan it with the phone whose number becomes the main bot
                                 (WhatsApp, Settings, Linked devices, Link a device)
  jadi run --owners 6280000000101
                                 makes this number (an example) a system owner

Write a plugin:
  jadi plugin new hello          makes a crate with a command and a test; `jadi plugin --help` tells the rest
";

const PLUGIN_AFTER: &str = "\
An evening with a plugin:
  jadi plugin new hello --sdk ~/jadi/target/sdk && cd hello   `cargo xtask sdk` makes the SDK, as long as none is published
  jadi plugin test                        talk to it in a test, in the runtime that hosts have
  jadi plugin build                       make hello.wasm
  jadi plugin check hello.wasm            see what it does, may do and costs

On a running host, the one on the data directory (--data-dir), no message is lost or answered twice:
  jadi plugin install hello.wasm          shows what it may do, and asks
  jadi plugin enable hello --bot main     one bot has it
  jadi plugin enable hello                all bots have it
  jadi plugin logs hello                  what it did and cost; `failures` and `replay` for what went wrong
";

const KEY_AFTER: &str = "\
Stop the host first. The new key is a random one, kept in the data directory as the old one was. Where the key comes from
JADI_MASTER_KEY, or is to from now on, give the new one as JADI_NEW_MASTER_KEY; it is kept nowhere then.
A crash on the way leaves the old key or the new one in force, never half of each.
";

const OPERATOR_AFTER: &str = "\
`jadi operator password` asks for a password, twice, and prints a line for the configuration file (jadi.toml): an argon2 hash, from
which nobody gets the password back. Start the host with it; the page is at /operator. Another password takes a restart, which
signs everybody out of that page. From a program: the password's line on standard input.
";

/// Jadi hosts WhatsApp bots: one process, many bots, every command a sandboxed plugin.
#[derive(Debug, Parser)]
#[command(name = "jadi", version, after_help = AFTER, max_term_width = 110)]
pub struct Cli {
    /// What to do; without it, `run`.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The configuration.
    #[command(flatten)]
    pub flags: Flags,
}

/// What to do.
#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// Run the host until Ctrl-C or SIGTERM
    Run,
    /// Write plugins, and install, enable, upgrade and remove them while the host runs
    #[command(after_help = PLUGIN_AFTER)]
    Plugin {
        /// What to do.
        #[command(subcommand)]
        command: PluginCommand,
    },
    /// Look at the configuration
    Config {
        /// What to look at.
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// Write a bot's data into a file, as !exportdata sends it; stop the host first
    Export {
        /// The bot's number
        #[arg(long, value_name = "NUMBER")]
        bot: PhoneNumber,
        /// The file, which must not be there yet [default: the number and the day]
        file: Option<PathBuf>,
    },
    /// Take a bot's data in from such a file, in place of what the bot has; stop the host first
    Import {
        /// The file
        file: PathBuf,
        /// The bot's number, when it is not the one that the file is of
        #[arg(long, value_name = "NUMBER")]
        bot: Option<PhoneNumber>,
    },
    /// What lets you in to the operator's page
    #[command(after_help = OPERATOR_AFTER)]
    Operator {
        /// What to do.
        #[command(subcommand)]
        command: OperatorCommand,
    },
    /// Replace the master key, which everything that is kept is encrypted with
    #[command(after_help = KEY_AFTER)]
    Key {
        /// What to do with it.
        #[command(subcommand)]
        command: KeyCommand,
    },
}

/// What lets the operator in.
#[derive(Debug, Clone, Copy, Subcommand)]
pub enum OperatorCommand {
    /// Ask for a password and print what stands for it in the configuration
    Password,
}

/// What to do with the master key.
#[derive(Debug, Clone, Copy, Subcommand)]
pub enum KeyCommand {
    /// Make a new one and wrap every bot's key with it; no bot's data is touched
    Rotate,
}

/// What to do with plugins.
#[derive(Debug, Clone, Subcommand)]
pub enum PluginCommand {
    /// What an author does.
    #[command(flatten)]
    Author(AuthorCommand),
    /// On a running host.
    #[command(flatten)]
    Live(LiveCommand),
    /// How they did.
    #[command(flatten)]
    Evidence(EvidenceCommand),
}

/// What to look at in the configuration.
#[derive(Debug, Clone, Copy, Subcommand)]
pub enum ConfigCommand {
    /// Check it and print what is in effect, secrets hidden
    Check,
}

/// The configuration's keys as flags.
#[derive(Debug, Args)]
#[command(next_help_heading = "Configuration")]
pub struct Flags {
    /// Read this config file
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Keep everything in this directory [default: jadi-data]
    #[arg(long, global = true, value_name = "DIR")]
    data_dir: Option<String>,
    /// Load plugins from this directory [default: plugins beside the program]
    #[arg(long, global = true, value_name = "DIR")]
    plugins_dir: Option<String>,
    /// Keep sessions here instead of in each bot's directory
    #[arg(long, global = true, value_name = "DIR")]
    session_dir: Option<String>,
    /// Serve web pages [default: true]
    #[arg(long, global = true, value_name = "BOOL")]
    server: Option<String>,
    /// Serve them here [default: 127.0.0.1:8080]
    #[arg(long, global = true, value_name = "ADDRESS:PORT")]
    listen: Option<String>,
    /// The same with a port on this machine only; 0 picks a free one
    #[arg(long, global = true, value_name = "PORT", conflicts_with = "listen")]
    port: Option<u16>,
    /// Serve figures for Prometheus here, at /metrics; whoever reaches the address may read them
    #[arg(long, global = true, value_name = "ADDRESS:PORT")]
    metrics: Option<String>,
    /// Where browsers reach them, `https://bots.example` say, when that is not where they listen
    #[arg(long, global = true, value_name = "URL")]
    public_url: Option<String>,
    /// Proxies in front of the pages, addresses or networks: only their x-forwarded-for says who visits
    #[arg(long, global = true, value_name = "LIST")]
    trusted_proxies: Option<String>,
    /// How many sub-bots this host takes [default: 100]
    #[arg(long, global = true, value_name = "NUMBER")]
    slot: Option<String>,
    /// Pause between reconnects, and between sends of one bot [default: 250ms]
    #[arg(long, global = true, value_name = "TIME")]
    delay: Option<String>,
    /// Pause between clean-ups [default: 10m]
    #[arg(long, global = true, value_name = "TIME")]
    interval: Option<String>,
    /// Numbers of the system owners, commas between
    #[arg(long, global = true, value_name = "NUMBERS")]
    owners: Option<String>,
    /// Language that bots answer in: en, id, es [default: en]
    #[arg(long, global = true, value_name = "LANGUAGE")]
    language: Option<String>,
    /// Prefixes of commands, spaces between [default: "! . # /"]
    #[arg(long, global = true, value_name = "SIGNS")]
    prefixes: Option<String>,
    /// What plugins and bots may use, such as event.cpu_ms=20, and how much is kept, such as kept.messages_days=1; may be given more
    /// than once, all before or all after the command.
    /// `jadi config check` lists them all
    #[arg(long = "limit", global = true, value_name = "NAME=VALUE", value_parser = limit)]
    limits: Vec<(String, String)>,
    /// What is logged: a level, or levels by target [default: info]
    #[arg(long, global = true, value_name = "LEVEL")]
    log: Option<String>,
    /// Also log to one file a day here
    #[arg(long, global = true, value_name = "DIR")]
    log_dir: Option<String>,
    /// Link the main bot by a typed code for this number instead of a QR code
    #[arg(long, global = true, value_name = "NUMBER")]
    pair_number: Option<String>,
    /// Claim to be this version of WhatsApp Web
    #[arg(long, global = true, value_name = "VERSION")]
    whatsapp_version: Option<String>,
    /// The simulator's WebSocket on this machine
    #[cfg(feature = "simulator")]
    #[arg(long, global = true, value_name = "URL")]
    simulator_url: Option<String>,
    /// The simulator's blob store on this machine
    #[cfg(feature = "simulator")]
    #[arg(long, global = true, value_name = "URL")]
    simulator_media: Option<String>,
    /// Servers on this machine that stand for those which plugins ask, NAME=ADDRESS
    #[cfg(feature = "simulator")]
    #[arg(long, global = true, value_name = "SERVERS")]
    simulator_servers: Option<String>,
}

impl Cli {
    /// Reads the program's arguments; ends the program when they are wrong or ask for help. The help of a verb that has no
    /// use for the configuration does not list its keys.
    pub fn read() -> Self {
        let arguments: Vec<_> = std::env::args_os().collect();
        let words = arguments.iter().filter_map(|argument| argument.to_str());
        let mut words = words.skip(1).filter(|word| !word.starts_with('-'));
        let mut command = Self::command();
        let author = |verb: &str| AuthorCommand::VERBS.contains(&verb);
        if words.next() == Some("plugin") && words.next().is_none_or(author) {
            command = command.mut_args(|argument| {
                let global = argument.is_global_set();
                argument.hide(global)
            });
        }
        let matches = command.get_matches_from(arguments);
        Self::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
    }
}

impl Flags {
    /// The flags that were given, together with the other places that values come from.
    pub fn sources(self, program: PathBuf, environment: Vec<(String, String)>) -> Sources {
        let port = self.port.map(|port| format!("127.0.0.1:{port}"));
        let given = [
            ("data_dir", self.data_dir),
            ("plugins_dir", self.plugins_dir),
            ("session_dir", self.session_dir),
            ("server", self.server),
            ("listen", self.listen.or(port)),
            ("metrics", self.metrics),
            ("public_url", self.public_url),
            ("trusted_proxies", self.trusted_proxies),
            ("slot", self.slot),
            ("delay", self.delay),
            ("interval", self.interval),
            ("owners", self.owners),
            ("language", self.language),
            ("prefixes", self.prefixes),
            ("log", self.log),
            ("log_dir", self.log_dir),
            ("pair_number", self.pair_number),
            ("whatsapp_version", self.whatsapp_version),
            #[cfg(feature = "simulator")]
            ("simulator_url", self.simulator_url),
            #[cfg(feature = "simulator")]
            ("simulator_media", self.simulator_media),
            #[cfg(feature = "simulator")]
            ("simulator_servers", self.simulator_servers),
        ];
        let given = given
            .into_iter()
            .filter_map(|(key, value)| Some((key.to_owned(), value?)));
        Sources {
            program,
            file: self.config,
            environment,
            flags: given.chain(self.limits).collect(),
        }
    }
}

/// A limit as it is given in a flag: its key and its value.
fn limit(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => {
            Ok((format!("limits.{}", name.trim()), value.trim().to_owned()))
        }
        _ => Err("write a name and a value, such as event.cpu_ms=20".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::KEYS;

    fn parse(line: &str) -> Cli {
        Cli::try_parse_from(line.split(' ')).expect("a command line")
    }

    #[test]
    fn every_key_but_secrets_is_a_flag() {
        Cli::command().debug_assert();
        let command = Cli::command();
        let flags: Vec<String> = command
            .get_arguments()
            .filter_map(|argument| argument.get_long())
            .map(|long| long.replace('-', "_"))
            .collect();
        for key in KEYS {
            assert_eq!(
                flags.iter().any(|flag| flag == key.name),
                !key.secret,
                "{}",
                key.name
            );
        }
    }

    #[test]
    fn flags_may_stand_before_and_after_the_command() {
        for line in [
            "jadi --slot 5 run",
            "jadi run --slot 5",
            "jadi --slot 5",
            "jadi config check --slot 5",
        ] {
            let sources = parse(line).flags.sources(PathBuf::new(), Vec::new());
            assert_eq!(
                sources.flags,
                [("slot".to_owned(), "5".to_owned())],
                "{line}"
            );
        }
    }

    #[test]
    fn limits_are_given_by_name() {
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        for line in [
            "jadi --limit event.cpu_ms=20 --limit bot.in_flight=2 run",
            "jadi run --limit event.cpu_ms=20 --limit bot.in_flight=2",
        ] {
            let sources = parse(line).flags.sources(PathBuf::new(), Vec::new());
            let wanted = [
                pair("limits.event.cpu_ms", "20"),
                pair("limits.bot.in_flight", "2"),
            ];
            assert_eq!(sources.flags, wanted, "{line}");
        }
        assert!(Cli::try_parse_from(["jadi", "--limit", "event.cpu_ms"]).is_err());
    }

    #[test]
    fn a_port_is_an_address_on_this_machine() {
        let sources = parse("jadi --port 0")
            .flags
            .sources(PathBuf::new(), Vec::new());
        assert_eq!(
            sources.flags,
            [("listen".to_owned(), "127.0.0.1:0".to_owned())]
        );
        assert!(Cli::try_parse_from(["jadi", "--port", "1", "--listen", "[::1]:1"]).is_err());
    }
}
