//! Why the library does not do what it was asked for. Plain data: it goes over the control socket as it is.

use jadi_plugin_manifest::Capability;
use serde::{Deserialize, Serialize};

use super::terms::Need;
use crate::plugins::LoadError;
use crate::store::StoreError;

/// A refusal or failure. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(tag = "error", rename_all = "kebab-case")]
pub enum LibraryError {
    /// No plugin of this name.
    #[error("no plugin {name} is installed; `jadi plugin list` shows those that are")]
    NoSuchPlugin {
        /// The name.
        name: String,
    },
    /// No bot of this id or number.
    #[error("there is no bot {bot}; give its id, its number, or main")]
    NoSuchBot {
        /// What was given.
        bot: String,
    },
    /// The file is not a plugin, or none that this host can run.
    #[error("this is not a plugin that this host can run: {why}")]
    NotAPlugin {
        /// What kind of thing is wrong with it.
        flaw: Flaw,
        /// What is wrong with it, and what to do about it.
        why: String,
    },
    /// A plugin that comes with the host has the name.
    #[error(
        "a plugin that comes with the host is called {name} too; give yours another name, or say --replace to put it in that \
         one's place until the host brings a newer one"
    )]
    NameClash {
        /// The name.
        name: String,
    },
    /// Two plugins that would serve one bot have the same command.
    #[error(
        "the plugins {plugin} and {other} both have the command {command}; disable one of them where the other is to serve, or \
         rename the command"
    )]
    CommandClash {
        /// The command's name or alias.
        command: String,
        /// The plugin that would be enabled or changed.
        plugin: String,
        /// The plugin that has the command.
        other: String,
    },
    /// The plugin needs what nobody has agreed to.
    #[error("{name} needs your consent: it wants to {}", listed(needs))]
    ConsentNeeded {
        /// The plugin.
        name: String,
        /// What was not agreed to.
        needs: Vec<Need>,
    },
    /// There is nothing to go back to.
    #[error("no earlier version of {name} is kept")]
    NoEarlierVersion {
        /// The plugin.
        name: String,
    },
    /// The plugin comes with the host and would be back at the next start.
    #[error(
        "{name} comes with the host and would be back at its next start; disable it, or take its file out of the plugins directory \
         and start again"
    )]
    BuiltIn {
        /// The plugin.
        name: String,
    },
    /// The plugin does not import the capability.
    #[error(
        "{name} does not use {}; there is nothing to deny or allow",
        word(capability)
    )]
    NotImported {
        /// The plugin.
        name: String,
        /// The capability.
        capability: Capability,
    },
    /// The capability has calls that can't be refused.
    #[error(
        "{} can't be denied: its calls have no way to say no, and do no harm",
        word(capability)
    )]
    NotDeniable {
        /// The capability.
        capability: Capability,
    },
    /// The version in use can't be loaded.
    #[error("{name} can't be loaded: {why}")]
    Broken {
        /// The plugin.
        name: String,
        /// Why.
        why: String,
    },
    /// The disk is full.
    #[error("{why}")]
    DiskFull {
        /// Which file could not be written, and what to do.
        why: String,
    },
    /// The shelf can't be read or written.
    #[error("{why}")]
    Store {
        /// Why.
        why: String,
    },
    /// The host is ending.
    #[error("the host is ending; start it again with `jadi run`")]
    Ending,
}

/// What is wrong with a file that is no plugin for this host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Flaw {
    /// It has more bytes than this host takes.
    TooLarge,
    /// It is no component with a manifest that keeps to the rules, is damaged, or wants more than this host gives.
    Component,
    /// It is for another contract than the host's: an interface of it is missing, unknown, newer, or of another type.
    Contract,
}

impl From<&LoadError> for Flaw {
    fn from(error: &LoadError) -> Self {
        match error {
            LoadError::TooLarge { .. } => Self::TooLarge,
            LoadError::NewerContract { .. }
            | LoadError::Wasi { .. }
            | LoadError::WasiBeyond { .. }
            | LoadError::UnknownImport { .. }
            | LoadError::NoHandler
            | LoadError::HandlerMissing { .. }
            | LoadError::Mismatch(_) => Self::Contract,
            LoadError::Precompiled
            | LoadError::NotWasm
            | LoadError::CoreModule
            | LoadError::Damaged(_)
            | LoadError::NoManifest
            | LoadError::SeveralManifests { .. }
            | LoadError::Manifest(_)
            | LoadError::ScriptNotGranted { .. }
            | LoadError::NoPool(_)
            | LoadError::TooComplex { .. }
            | LoadError::TooHungry { .. } => Self::Component,
        }
    }
}

impl From<StoreError> for LibraryError {
    fn from(error: StoreError) -> Self {
        let why = error.to_string();
        match error {
            StoreError::Full { .. } => Self::DiskFull { why },
            StoreError::NoSuchPlugin(name) => Self::NoSuchPlugin { name },
            StoreError::NoSuchBot(bot) => Self::NoSuchBot {
                bot: bot.to_string(),
            },
            StoreError::Closed => Self::Ending,
            _ => Self::Store { why },
        }
    }
}

fn listed(needs: &[Need]) -> String {
    let words: Vec<&str> = needs.iter().map(|need| need.words.as_str()).collect();
    words.join("; ")
}

/// A capability by its interface's name.
pub(super) fn word(capability: &Capability) -> String {
    match serde_json::to_value(capability) {
        Ok(serde_json::Value::String(word)) => word,
        _ => format!("{capability:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::Subject;

    #[test]
    fn refusals_are_the_same_on_both_ends_of_a_socket() {
        let name = || "sign".to_owned();
        let errors = [
            LibraryError::NoSuchPlugin { name: name() },
            LibraryError::CommandClash {
                command: "ping".to_owned(),
                plugin: name(),
                other: "core".to_owned(),
            },
            LibraryError::ConsentNeeded {
                name: name(),
                needs: vec![Need {
                    key: "kv".to_owned(),
                    subject: Subject::Capability(Capability::Kv),
                    words: "keep data".to_owned(),
                    reason: None,
                    denied: false,
                }],
            },
            LibraryError::NotDeniable {
                capability: Capability::Clock,
            },
            LibraryError::Ending,
        ];
        for error in errors {
            let json = serde_json::to_string(&error).expect("JSON");
            let back: LibraryError = serde_json::from_str(&json).expect("the same");
            assert_eq!(back, error, "{json}");
        }
    }

    #[test]
    fn capabilities_are_named_as_the_contract_names_them() {
        let error = LibraryError::NotDeniable {
            capability: Capability::Clock,
        };
        assert!(error.to_string().starts_with("clock can't be denied"));
    }
}
