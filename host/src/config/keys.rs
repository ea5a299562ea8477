//! The table of keys.

use crate::plugins::Limits;
use crate::store::KeptBounds;

/// One key of the configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// Its name: in TOML as it is, in the environment `JADI_` and upper case, as a flag with dashes.
    pub name: &'static str,
    /// Whether its value is never shown.
    pub secret: bool,
}

const fn key(name: &'static str) -> Key {
    Key {
        name,
        secret: false,
    }
}

/// All keys that this build knows.
pub const KEYS: &[Key] = &[
    key("data_dir"),
    key("plugins_dir"),
    key("session_dir"),
    key("server"),
    key("listen"),
    key("metrics"),
    key("public_url"),
    key("trusted_proxies"),
    Key {
        name: "operator_password",
        secret: true,
    },
    key("slot"),
    key("delay"),
    key("interval"),
    key("owners"),
    key("language"),
    key("prefixes"),
    key("log"),
    key("log_dir"),
    key("pair_number"),
    key("whatsapp_version"),
    Key {
        name: "master_key",
        secret: true,
    },
    #[cfg(feature = "simulator")]
    key("simulator_url"),
    #[cfg(feature = "simulator")]
    key("simulator_media"),
    #[cfg(feature = "simulator")]
    key("simulator_servers"),
];

/// The table that holds the limits.
pub(super) const LIMITS: &str = "limits";
/// What one bot may use: the limits that are not the plugin runtime's.
pub(super) const BOT: [&str; 8] = [
    IN_FLIGHT,
    MESSAGES_PER_DAY,
    SENDS_PER_MINUTE,
    CPU_PERCENT,
    MEMORY_BYTES,
    STORAGE_BYTES,
    HTTP_AT_ONCE,
    HTTP_REQUEST_MS,
];
pub(super) const IN_FLIGHT: &str = "limits.bot.in_flight";
pub(super) const MESSAGES_PER_DAY: &str = "limits.bot.messages_per_day";
pub(super) const SENDS_PER_MINUTE: &str = "limits.bot.sends_per_minute";
pub(super) const CPU_PERCENT: &str = "limits.bot.cpu_percent";
pub(super) const MEMORY_BYTES: &str = "limits.bot.memory_bytes";
pub(super) const STORAGE_BYTES: &str = "limits.bot.storage_bytes";
pub(super) const HTTP_AT_ONCE: &str = "limits.bot.http_at_once";
pub(super) const HTTP_REQUEST_MS: &str = "limits.bot.http_request_ms";

/// The keys under `limits`: in TOML as they are, in the environment `JADI_` and upper case with underscores for dots, as a flag
/// `--limit`.
pub(super) fn limits() -> impl Iterator<Item = String> {
    let of_plugins = Limits::KEYS.iter().map(|key| limit(key.name));
    let of_kept = KeptBounds::KEYS.iter().map(|key| kept(key.name));
    of_plugins.chain(BOT.map(str::to_owned)).chain(of_kept)
}

/// The key of a bound of what is kept.
pub(super) fn kept(name: &str) -> String {
    format!("{LIMITS}.kept.{name}")
}

/// The key of a limit of the plugin runtime.
pub(super) fn limit(name: &str) -> String {
    format!("{LIMITS}.{name}")
}

/// The name of a key's environment variable.
pub(super) fn variable(key: &str) -> String {
    format!("JADI_{}", key.replace('.', "_").to_ascii_uppercase())
}

/// The known key that a mistyped one was probably meant to be.
pub(super) fn nearest(name: &str) -> Option<String> {
    let flat = KEYS.iter().map(|key| key.name.to_owned());
    flat.chain(limits())
        .map(|key| {
            let plain = |text: &str| text.replace('.', "_");
            (strsim::jaro_winkler(&plain(&key), &plain(name)), key)
        })
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, key)| key)
}
