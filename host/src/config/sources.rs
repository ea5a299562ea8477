//! The layers of the configuration, later ones over earlier ones, and where each value came from.

use std::path::PathBuf;

use figment::providers::{Format, Toml};
use figment::value::{Dict, Map, Value};
use figment::{Figment, Metadata, Profile, Provider};

use super::keys::{self, KEYS};
use super::{ConfigError, Problem, Setting};

/// Where values may come from. Plain data, so that tests need no environment.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// This program's own path; plugins are looked for beside it.
    pub program: PathBuf,
    /// A config file that must be there. Without one, `jadi.toml` in the current directory is read when it is there.
    pub file: Option<PathBuf>,
    /// The environment, all of it: only `JADI_…` is looked at.
    pub environment: Vec<(String, String)>,
    /// Values given as flags, by key.
    pub flags: Vec<(String, String)>,
}

/// The file that is read without being named.
const USUAL_FILE: &str = "jadi.toml";
/// Names a config file; not a key itself.
const FILE_VARIABLE: &str = "JADI_CONFIG";

/// Values as texts under one name.
struct Pairs {
    name: &'static str,
    values: Vec<(String, String)>,
}

impl Provider for Pairs {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.name)
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        let dict = self
            .values
            .iter()
            .map(|(key, value)| (key.clone(), Value::from(value.clone())))
            .collect();
        Ok(Profile::Default.collect(dict))
    }
}

const ENVIRONMENT: &str = "environment";
const FLAG: &str = "flag";

/// The layers put together, and what was found wrong so far.
pub(super) struct Layers {
    file: PathBuf,
    figment: Figment,
    values: Dict,
    settings: Vec<Setting>,
    problems: Vec<Problem>,
}

impl Layers {
    pub(super) fn read(sources: &Sources) -> Result<Self, ConfigError> {
        let variables: Vec<(String, String)> = sources
            .environment
            .iter()
            .filter(|(name, _)| name != FILE_VARIABLE)
            .filter_map(|(name, value)| {
                let key = name.strip_prefix("JADI_")?.to_ascii_lowercase();
                Some((key, value.clone()))
            })
            .collect();
        let named = sources.file.clone().or_else(|| {
            let variable = |(name, _): &&(String, String)| name == FILE_VARIABLE;
            let found = sources.environment.iter().find(variable);
            found.map(|(_, path)| PathBuf::from(path))
        });
        let path = named.clone().unwrap_or_else(|| PathBuf::from(USUAL_FILE));
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if named.is_none() && error.kind() == std::io::ErrorKind::NotFound => {
                String::new()
            }
            Err(source) => return Err(ConfigError::Unreadable { path, source }),
        };
        if let Err(error) = text.parse::<toml::Table>() {
            return Err(ConfigError::Malformed {
                path,
                what: error.to_string(),
            });
        }
        let figment = Figment::new()
            .merge(Toml::string(&text))
            .merge(Pairs {
                name: ENVIRONMENT,
                values: variables,
            })
            .merge(Pairs {
                name: FLAG,
                values: sources.flags.clone(),
            });
        let values = figment
            .data()
            .map_err(|error| ConfigError::Malformed {
                path: path.clone(),
                what: error.to_string(),
            })?
            .remove(&Profile::Default)
            .unwrap_or_default();
        Ok(Self {
            file: path,
            figment,
            values,
            settings: Vec::new(),
            problems: Vec::new(),
        })
    }

    /// Every key that nobody knows is an error, with the one that was probably meant.
    pub(super) fn refuse_unknown(&mut self) {
        let unknown: Vec<String> = self
            .values
            .keys()
            .filter(|name| KEYS.iter().all(|key| key.name != name.as_str()))
            .cloned()
            .collect();
        for name in unknown {
            let what = match keys::nearest(&name) {
                Some(nearest) => format!("there is no such key; did you mean {nearest}?"),
                None => {
                    let all: Vec<&str> = KEYS.iter().map(|key| key.name).collect();
                    format!("there is no such key; the keys are {}", all.join(", "))
                }
            };
            let origin = self.origin(&name);
            self.problems.push(Problem {
                key: name,
                origin,
                what,
            });
        }
    }

    /// The value of a key, or its default. When it is wrong, the problem is noted and the default stands in.
    pub(super) fn take<T: Shown>(
        &mut self,
        key: &'static str,
        parse: fn(&Value) -> Result<T, String>,
        default: impl FnOnce() -> T,
    ) -> T {
        match self.parsed(key, parse) {
            Some(value) => value,
            None => {
                let value = default();
                self.note(key, value.shown(), "default".to_owned());
                value
            }
        }
    }

    /// The value of a key that may be left out.
    pub(super) fn take_optional<T: Shown>(
        &mut self,
        key: &'static str,
        parse: fn(&Value) -> Result<T, String>,
    ) -> Option<T> {
        self.parsed(key, parse)
    }

    /// The value of a key that must be given.
    #[cfg(feature = "simulator")]
    pub(super) fn take_required<T: Shown + Default>(
        &mut self,
        key: &'static str,
        parse: fn(&Value) -> Result<T, String>,
    ) -> T {
        if !self.values.contains_key(key) {
            self.problems.push(Problem {
                key: key.to_owned(),
                origin: "not given".to_owned(),
                what: "this build talks to the simulator only and needs its address".to_owned(),
            });
        }
        self.parsed(key, parse).unwrap_or_default()
    }

    fn parsed<T: Shown>(
        &mut self,
        key: &'static str,
        parse: fn(&Value) -> Result<T, String>,
    ) -> Option<T> {
        let value = self.values.get(key)?;
        let origin = self.origin(key);
        match parse(value) {
            Ok(value) => {
                self.note(key, value.shown(), origin);
                Some(value)
            }
            Err(what) => {
                self.problems.push(Problem {
                    key: key.to_owned(),
                    origin,
                    what,
                });
                None
            }
        }
    }

    fn note(&mut self, key: &'static str, value: String, origin: String) {
        let secret = KEYS.iter().any(|known| known.name == key && known.secret);
        let value = if secret {
            "\"********\"".to_owned()
        } else {
            value
        };
        self.settings.push(Setting { key, value, origin });
    }

    fn origin(&self, key: &str) -> String {
        let metadata = self.figment.find_metadata(key);
        match metadata.map(|metadata| metadata.name.as_ref()) {
            Some(ENVIRONMENT) => format!("environment variable JADI_{}", key.to_ascii_uppercase()),
            Some(FLAG) => format!("flag --{}", key.replace('_', "-")),
            _ => format!("file {}", self.file.display()),
        }
    }

    /// The settings, unless something is wrong.
    pub(super) fn finish(self) -> Result<Vec<Setting>, ConfigError> {
        if self.problems.is_empty() {
            Ok(self.settings)
        } else {
            Err(ConfigError::Values(self.problems))
        }
    }
}

/// How a value looks in a TOML file.
pub(super) trait Shown {
    fn shown(&self) -> String;
}
