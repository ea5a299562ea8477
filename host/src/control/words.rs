//! What is asked over the socket.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jadi_plugin_manifest::Capability;
use serde::{Deserialize, Serialize};

use crate::model::BotId;

/// What is asked with a component file, in the address, for the file is the body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ask {
    /// The keys of the needs that were agreed to; none: all, for the author at work is the operator.
    pub consent: Option<BTreeSet<String>>,
    /// Whether it may take the place of a plugin that comes with the host.
    pub replace: bool,
}

impl Ask {
    /// As it stands in the address.
    pub(crate) fn encoded(&self) -> String {
        // A struct of sets and texts is always JSON.
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default())
    }

    /// Read back from the address.
    pub(crate) fn decoded(text: &str) -> Option<Self> {
        let json = URL_SAFE_NO_PAD.decode(text).ok()?;
        serde_json::from_slice(&json).ok()
    }
}

/// Enables or disables a plugin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Switch {
    /// For this bot, by id, number or `main`; none: for all.
    pub bot: Option<String>,
    /// Whether it is to serve.
    pub enabled: bool,
}

/// Narrows or widens what a plugin may do, within its imports.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// Taken from it.
    #[serde(default)]
    pub deny: Vec<Capability>,
    /// Given back to it.
    #[serde(default)]
    pub allow: Vec<Capability>,
}

/// A question about how plugins did, or what is done about it. Bots are named by their id or the beginning of it; none: all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "kebab-case", deny_unknown_fields)]
pub enum EvidenceAsk {
    /// What a plugin's events cost and what it logged.
    Logs {
        /// The plugin.
        name: String,
        /// In this bot.
        bot: Option<String>,
        /// So many of each bot that `after` says nothing about.
        last: u32,
        /// Only what came after these, by bot; and if there is nothing, it is waited for a while.
        after: BTreeMap<BotId, i64>,
    },
    /// Events that failed.
    Failures {
        /// Of this plugin.
        name: Option<String>,
        /// In this bot.
        bot: Option<String>,
    },
    /// A failed event with all that its handler was given.
    Failure {
        /// Of this plugin.
        name: Option<String>,
        /// In this bot.
        bot: Option<String>,
        /// Its number in the bot.
        number: i64,
    },
    /// What a plugin's events may use, after these changes.
    Limits {
        /// The plugin.
        name: String,
        /// Limits with their new values; without one, a change is taken back.
        changes: Vec<(String, Option<u64>)>,
        /// In this bot.
        bot: Option<String>,
    },
    /// Lets a plugin that is switched off try again.
    Release {
        /// The plugin.
        name: String,
        /// In this bot.
        bot: Option<String>,
    },
}

/// What is told to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EvidenceAnswer {
    /// Text to print.
    Text(String),
    /// Log lines to print, and the last row of each bot.
    Logs {
        /// The lines.
        text: String,
        /// For [`EvidenceAsk::Logs::after`].
        after: BTreeMap<BotId, i64>,
        /// Whether a host runs that may have more later.
        more_may_come: bool,
    },
    /// A failed event.
    Failure {
        /// Its plugin.
        plugin: String,
        /// What to know before it is handed out, by lines.
        about: Vec<String>,
        /// The file.
        file: String,
    },
}

/// The answer where there is nothing to tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ask_comes_through_an_address() {
        let ask = Ask {
            consent: Some(["kv".to_owned(), "http:api.example.org".to_owned()].into()),
            replace: true,
        };
        let text = ask.encoded();
        assert!(
            text.chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
        );
        assert_eq!(Ask::decoded(&text), Some(ask));
        assert_eq!(Ask::decoded("%"), None);
        assert_eq!(Ask::decoded(""), None);
    }
}
