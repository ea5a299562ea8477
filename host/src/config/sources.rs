//! The layers of the configuration, later ones over earlier ones, and where each value came from.

use std::path::PathBuf;

use figment::providers::{Format, Toml};
use figment::util::nest;
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
    /// Values given as flags, by key; those of a table with its name and a dot before.
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
        let dicts = self
            .values
            .iter()
            .filter_map(|(key, value)| nest(key, Value::from(value.clone())).into_dict());
        let together = dicts.fold(Dict::new(), merged);
        Ok(Profile::Default.collect(together))
    }
}

/// Both, tables joined, where `other` goes over `one`.
fn merged(mut one: Dict, other: Dict) -> Dict {
    for (key, value) in other {
        let joined = match (one.remove(&key), value) {
            (Some(Value::Dict(tag, first)), Value::Dict(_, second)) => {
                Value::Dict(tag, merged(first, second))
            }
            (_, value) => value,
        };
        one.insert(key, joined);
    }
    one
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
                let limit = keys::limits().find(|limit| limit.replace('.', "_") == key);
                Some((limit.unwrap_or(key), value.clone()))
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
        let known = |name: &str| {
            KEYS.iter().any(|key| key.name == name) || keys::limits().any(|limit| limit == name)
        };
        for name in self.names().into_iter().filter(|name| !known(name)) {
            let what = match keys::nearest(&name) {
                Some(nearest) => format!("there is no such key; did you mean {nearest}?"),
                None => {
                    let all: Vec<&str> = KEYS.iter().map(|key| key.name).collect();
                    format!(
                        "there is no such key; the keys are {} and those of the table {}",
                        all.join(", "),
                        keys::LIMITS
                    )
                }
            };
            self.refuse(&name, what);
        }
    }

    /// All names that were given; those of the one table that there is with dots.
    fn names(&self) -> Vec<String> {
        let mut names = Vec::new();
        for (name, value) in &self.values {
            match value {
                Value::Dict(_, groups) if name == keys::LIMITS => {
                    for (group, value) in groups {
                        let group = format!("{name}.{group}");
                        match value {
                            Value::Dict(_, fields) => {
                                names.extend(fields.keys().map(|field| format!("{group}.{field}")));
                            }
                            _ => names.push(group),
                        }
                    }
                }
                _ => names.push(name.clone()),
            }
        }
        names
    }

    /// Notes what is wrong with a key.
    pub(super) fn refuse(&mut self, key: &str, what: String) {
        let origin = self.origin(key);
        self.problems.push(Problem {
            key: key.to_owned(),
            origin,
            what,
        });
    }

    /// The value of a key, or its default. When it is wrong, the problem is noted and the default stands in.
    pub(super) fn take<T: Shown>(
        &mut self,
        key: &str,
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
        key: &str,
        parse: fn(&Value) -> Result<T, String>,
    ) -> Option<T> {
        self.parsed(key, parse)
    }

    /// The value of a key that must be given.
    #[cfg(feature = "simulator")]
    pub(super) fn take_required<T: Shown + Default>(
        &mut self,
        key: &str,
        parse: fn(&Value) -> Result<T, String>,
    ) -> T {
        if self.value(key).is_none() {
            self.problems.push(Problem {
                key: key.to_owned(),
                origin: "not given".to_owned(),
                what: "this build talks to the simulator only and needs its address".to_owned(),
            });
        }
        self.parsed(key, parse).unwrap_or_default()
    }

    fn parsed<T: Shown>(&mut self, key: &str, parse: fn(&Value) -> Result<T, String>) -> Option<T> {
        match parse(self.value(key)?) {
            Ok(value) => {
                let origin = self.origin(key);
                self.note(key, value.shown(), origin);
                Some(value)
            }
            Err(what) => {
                self.refuse(key, what);
                None
            }
        }
    }

    /// What was given for a key.
    fn value(&self, key: &str) -> Option<&Value> {
        let mut parts = key.split('.');
        let first = self.values.get(parts.next()?)?;
        parts.try_fold(first, |value, part| value.as_dict()?.get(part))
    }

    fn note(&mut self, key: &str, value: String, origin: String) {
        let secret = KEYS.iter().any(|known| known.name == key && known.secret);
        let value = if secret {
            "\"********\"".to_owned()
        } else {
            value
        };
        let key = key.to_owned();
        self.settings.push(Setting { key, value, origin });
    }

    fn origin(&self, key: &str) -> String {
        let metadata = self.figment.find_metadata(key);
        match metadata.map(|metadata| metadata.name.as_ref()) {
            Some(ENVIRONMENT) => format!("environment variable {}", keys::variable(key)),
            Some(FLAG) => match key.strip_prefix("limits.") {
                Some(limit) => format!("flag --limit {limit}"),
                None => format!("flag --{}", key.replace('_', "-")),
            },
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
