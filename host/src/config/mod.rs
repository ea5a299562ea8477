//! The host's configuration: defaults, then a TOML file, then `JADI_…` in the environment, then flags.
//!
//! Every value is checked when the program starts. An error names the key, where its value came from and what would be
//! right; all errors are told at once. `jadi config check` prints what is in effect and where each value came from.
//!
//! # Layout
//!
//! - `keys`: the table of keys, one line each: name, what it is for, whether it is secret; and those of `limits`.
//! - `limits`: the table of that name. `password`: the operator's.
//! - `sources`: the layers, and where a value came from.
//! - `values`: parsing and checking of single values.

mod keys;
mod limits;
mod password;
mod sources;
mod values;

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ipnet::IpNet;
use secrecy::SecretString;

pub use keys::{KEYS, Key};
pub use limits::BotLimits;
pub use password::{LEAST, PasswordError, hash};
pub use sources::Sources;
#[cfg(feature = "simulator")]
pub use values::TestServers;
pub use values::{LANGUAGES, LogSpec};

use crate::model::PhoneNumber;
use crate::plugins::Limits;
use crate::store::KeptBounds;
use sources::Layers;

/// What is in effect.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where everything that is kept is kept.
    pub data_dir: PathBuf,
    /// Where the plugins' components are.
    pub plugins_dir: PathBuf,
    /// Where sessions are kept instead of in each bot's directory under `data_dir`.
    pub session_dir: Option<PathBuf>,
    /// Whether there are web pages.
    pub server: bool,
    /// Where the web pages listen.
    pub listen: SocketAddr,
    /// Where figures for the operator's monitoring are served, if they are.
    pub metrics: Option<SocketAddr>,
    /// Where people's browsers reach the web pages, when that is not where they listen: what links in chat begin with.
    pub public_url: Option<String>,
    /// Proxies whose word on who visits is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// The argon2 hash of the password that signs the operator in; without it there is no operator's page.
    pub operator_password: Option<SecretString>,
    /// How many sub-bots this host takes.
    pub slot: u32,
    /// The pause between reconnects, and between sends of one bot.
    pub delay: Duration,
    /// The pause between clean-ups.
    pub interval: Duration,
    /// The system owners' numbers.
    pub owners: Vec<PhoneNumber>,
    /// The language that bots answer in until their owner says otherwise.
    pub language: String,
    /// The prefixes of commands until a bot's owner says otherwise.
    pub prefixes: Vec<String>,
    /// What plugins may use.
    pub limits: Limits,
    /// What one bot may use.
    pub bot: BotLimits,
    /// How much is kept of what bots do.
    pub kept: KeptBounds,
    /// How much is logged, of what.
    pub log: LogSpec,
    /// Where the log is also written to, one file a day.
    pub log_dir: Option<PathBuf>,
    /// The main bot's number, when it is linked by a typed code instead of a QR code.
    pub pair_number: Option<PhoneNumber>,
    /// The version of WhatsApp Web that sessions claim to be.
    pub whatsapp_version: (u32, u32, u32),
    /// The master key, when it comes from the environment instead of the data directory.
    pub master_key: Option<SecretString>,
    /// The simulator's WebSocket and blob store.
    #[cfg(feature = "simulator")]
    pub simulator: (String, String),
    /// Servers on this machine that stand for those on the internet which plugins ask, by name.
    #[cfg(feature = "simulator")]
    pub simulator_servers: TestServers,
}

/// One value as `jadi config check` shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// The key.
    pub key: String,
    /// The value as it is written in a TOML file; stars when it is secret.
    pub value: String,
    /// Where it came from.
    pub origin: String,
}

/// What is wrong with one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The key, as it was written.
    pub key: String,
    /// Where it was written.
    pub origin: String,
    /// What is wrong, and what would be right.
    pub what: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}): {}", self.key, self.origin, self.what)
    }
}

/// The configuration can't be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The named file can't be read.
    #[error("the config file {path} can't be read: {source}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not TOML.
    #[error("the config file {path} is not valid TOML:\n{what}")]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Where and why.
        what: String,
    },
    /// Some values are wrong.
    #[error("{}", listed(.0))]
    Values(Vec<Problem>),
}

fn listed(problems: &[Problem]) -> String {
    let mut text = "the configuration has errors:".to_owned();
    for problem in problems {
        text.push_str("\n  ");
        text.push_str(&problem.to_string());
    }
    text
}

impl Config {
    /// Reads and checks everything.
    ///
    /// # Errors
    ///
    /// When a file can't be read, or with all values that are wrong.
    pub fn load(sources: &Sources) -> Result<(Self, Vec<Setting>), ConfigError> {
        let mut layers = Layers::read(sources)?;
        layers.refuse_unknown();
        let (limits, bot, kept) = limits::take(&mut layers);
        let config = Self {
            data_dir: layers.take("data_dir", values::path, || PathBuf::from("jadi-data")),
            plugins_dir: layers.take("plugins_dir", values::path, || {
                beside(&sources.program, "plugins")
            }),
            session_dir: layers.take_optional("session_dir", values::path),
            server: layers.take("server", values::boolean, || true),
            listen: layers.take("listen", values::address, || {
                SocketAddr::from(([127, 0, 0, 1], 8080))
            }),
            metrics: layers.take_optional("metrics", values::address),
            public_url: layers.take_optional("public_url", values::public_url),
            trusted_proxies: layers.take("trusted_proxies", values::proxies, Vec::new),
            operator_password: layers.take_optional("operator_password", values::password),
            slot: layers.take("slot", values::slot, || 100),
            delay: layers.take("delay", values::delay, || Duration::from_millis(250)),
            interval: layers.take("interval", values::interval, || Duration::from_secs(600)),
            owners: layers.take("owners", values::numbers, Vec::new),
            language: layers.take("language", values::language, || "en".to_owned()),
            prefixes: layers.take("prefixes", values::prefixes, || {
                ["!", ".", "#", "/"].map(str::to_owned).to_vec()
            }),
            limits,
            bot,
            kept,
            log: layers.take("log", values::log, LogSpec::default),
            log_dir: layers.take_optional("log_dir", values::path),
            pair_number: layers.take_optional("pair_number", values::number),
            whatsapp_version: layers.take("whatsapp_version", values::version, || WEB_VERSION),
            master_key: layers.take_optional("master_key", values::secret),
            #[cfg(feature = "simulator")]
            simulator: (
                layers.take_required("simulator_url", values::loopback_ws),
                layers.take_required("simulator_media", values::loopback_http),
            ),
            #[cfg(feature = "simulator")]
            simulator_servers: layers
                .take_optional("simulator_servers", values::servers)
                .unwrap_or_default(),
        };
        let settings = layers.finish()?;
        Ok((config, settings))
    }
}

/// Prints settings as a TOML file with a comment on where each came from.
///
/// # Errors
///
/// When `out` can't be written.
pub fn print(settings: &[Setting], out: &mut dyn std::io::Write) -> std::io::Result<()> {
    for setting in settings {
        let line = format!("{} = {}", setting.key, setting.value);
        writeln!(out, "{line:<50} # {}", setting.origin)?;
    }
    Ok(())
}

/// The version of WhatsApp Web that the client claims to be, by default. Not tried against WhatsApp itself: when it refuses the
/// version, the bot's state says `client-outdated`, and `whatsapp_version` takes a current one.
const WEB_VERSION: (u32, u32, u32) = (2, 3000, 1_026_131_876);

fn beside(program: &Path, name: &str) -> PathBuf {
    program
        .parent()
        .map_or_else(|| PathBuf::from(name), |dir| dir.join(name))
}

#[cfg(test)]
mod tests;
