//! The table of keys.

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
];

impl Key {
    /// The name of its environment variable.
    pub fn variable(&self) -> String {
        format!("JADI_{}", self.name.to_ascii_uppercase())
    }
}

/// The known key that a mistyped one was probably meant to be.
pub(super) fn nearest(name: &str) -> Option<&'static str> {
    KEYS.iter()
        .map(|key| (strsim::jaro_winkler(key.name, name), key.name))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, name)| name)
}
