//! What must hold beyond the types. Every error names the field that breaks a rule.

use std::collections::HashSet;

use crate::{EventFilter, MAX_BYTES, Manifest, SettingKind, Text};

/// The most commands of one plugin.
const MAX_COMMANDS: usize = 128;
/// The longest list of anything else.
const MAX_LIST: usize = 64;
/// The longest text, in bytes.
const MAX_TEXT: usize = 1024;

/// Why a manifest is refused.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// It is larger than [`MAX_BYTES`].
    #[error("the manifest has {bytes} bytes; at most {MAX_BYTES} are allowed")]
    TooLarge {
        /// Its size in bytes.
        bytes: usize,
    },
    /// It is not JSON, lacks a field, has one that this version does not know, or an unknown value.
    #[error("the manifest can't be read: {0}")]
    Shape(#[source] serde_json::Error),
    /// A field breaks a rule.
    #[error("the manifest's {field}: {problem}")]
    Field {
        /// Which one, such as `commands.ping.aliases`.
        field: String,
        /// What is wrong with it.
        problem: Problem,
    },
}

/// A broken rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// Not a name.
    #[error(
        "{0:?} is not a name; use a lower-case letter, then letters, digits and dashes, at most 32"
    )]
    Name(String),
    /// Not a version.
    #[error("{0:?} is not a version such as 1.2.3 or 1.2.3-beta")]
    Version(String),
    /// Not a language tag.
    #[error("{0:?} is not a language tag such as en or pt-BR")]
    Language(String),
    /// No language at all.
    #[error("at least one language is needed")]
    NoLanguage,
    /// A text is missing in a language that the plugin says it has.
    #[error("the text in {0:?} is missing")]
    MissingText(String),
    /// A text in a language that the plugin does not list.
    #[error("there is a text in {0:?}, which is not among the plugin's languages")]
    ForeignText(String),
    /// Empty where something must stand.
    #[error("must not be empty")]
    Empty,
    /// A text that is too long or has control characters.
    #[error("must be one line of at most {MAX_TEXT} bytes")]
    Line,
    /// The same thing twice.
    #[error("{0:?} is there twice")]
    Twice(String),
    /// A list that is too long.
    #[error("{count} entries; at most {most} are allowed")]
    TooMany {
        /// How many there are.
        count: usize,
        /// How many there may be.
        most: usize,
    },
    /// A condition on content where the event has none.
    #[error("this event has no text or file to look at")]
    NoContent,
    /// A default that the setting itself would refuse.
    #[error("must be {0}")]
    Default(String),
    /// Not a host name.
    #[error("{0:?} is not a host name such as api.example.org, without scheme, port and path")]
    Host(String),
}

/// Whether `text` can be a command's name or alias.
pub fn is_command_name(text: &str) -> bool {
    text.len() <= 32
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// Whether `text` can be a plugin's name. Such a name is also safe as a file name.
pub fn is_plugin_name(text: &str) -> bool {
    is_command_name(text)
}

type Checked = Result<(), ManifestError>;

fn broken(field: impl Into<String>, problem: Problem) -> ManifestError {
    ManifestError::Field {
        field: field.into(),
        problem,
    }
}

fn name(field: &str, text: &str) -> Checked {
    if is_command_name(text) {
        Ok(())
    } else {
        Err(broken(field, Problem::Name(text.to_owned())))
    }
}

fn at_most(field: &str, count: usize, most: usize) -> Checked {
    if count <= most {
        Ok(())
    } else {
        Err(broken(field, Problem::TooMany { count, most }))
    }
}

fn line(field: &str, text: &str) -> Checked {
    if text.len() <= MAX_TEXT && !text.contains(char::is_control) {
        Ok(())
    } else {
        Err(broken(field, Problem::Line))
    }
}

fn is_version(text: &str) -> bool {
    let (numbers, pre) = match text.split_once('-') {
        Some((numbers, pre)) => (numbers, Some(pre)),
        None => (text, None),
    };
    let number = |part: &str| {
        matches!(part.len(), 1..=6)
            && part.bytes().all(|b| b.is_ascii_digit())
            && (part == "0" || !part.starts_with('0'))
    };
    let identifier = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    text.len() <= 64
        && numbers.split('.').count() == 3
        && numbers.split('.').all(number)
        && pre.is_none_or(|pre| pre.split('.').all(identifier))
}

/// Whether `text` is a language tag, such as `en` or `pt-BR`.
pub fn is_language(text: &str) -> bool {
    let mut parts = text.split('-');
    let first = parts.next().unwrap_or_default();
    matches!(first.len(), 2..=3)
        && first.bytes().all(|b| b.is_ascii_lowercase())
        && parts.all(|part| {
            matches!(part.len(), 2..=8) && part.bytes().all(|b| b.is_ascii_alphanumeric())
        })
}

fn is_host(text: &str) -> bool {
    let label = |part: &str| {
        matches!(part.len(), 1..=63)
            && part
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !part.starts_with('-')
            && !part.ends_with('-')
    };
    // A last label of digits would be an IP address, which has no name to show to the one who consents.
    let last = text.rsplit('.').next().unwrap_or_default();
    text.len() <= 253
        && text.contains('.')
        && text.split('.').all(label)
        && last.bytes().any(|b| b.is_ascii_lowercase())
}

impl Manifest {
    /// Checks every rule.
    ///
    /// # Errors
    ///
    /// The first broken rule, with its field.
    pub fn check(&self) -> Checked {
        name("name", &self.name)?;
        if !is_version(&self.version) {
            return Err(broken("version", Problem::Version(self.version.clone())));
        }
        at_most("authors", self.authors.len(), MAX_LIST)?;
        for author in &self.authors {
            line("authors", author)?;
        }
        self.check_languages()?;
        if !self.summary.is_empty() {
            self.text("summary", &self.summary)?;
        }
        self.check_commands()?;
        for (key, title) in &self.categories {
            name("categories", key)?;
            self.text(&format!("categories.{key}"), title)?;
        }
        at_most("events", self.events.len(), MAX_LIST)?;
        for filter in &self.events {
            check_filter(filter)?;
        }
        self.check_settings()?;
        at_most("http_hosts", self.http_hosts.len(), MAX_LIST)?;
        let mut hosts = HashSet::new();
        for host in &self.http_hosts {
            if !is_host(host) {
                return Err(broken("http_hosts", Problem::Host(host.clone())));
            }
            if !hosts.insert(host) {
                return Err(broken("http_hosts", Problem::Twice(host.clone())));
            }
        }
        for (capability, reason) in &self.reasons {
            self.text(&format!("reasons.{capability:?}").to_lowercase(), reason)?;
        }
        Ok(())
    }

    fn check_languages(&self) -> Checked {
        let field = "languages";
        if self.languages.is_empty() {
            return Err(broken(field, Problem::NoLanguage));
        }
        at_most(field, self.languages.len(), MAX_LIST)?;
        let mut seen = HashSet::new();
        for language in &self.languages {
            if !is_language(language) {
                return Err(broken(field, Problem::Language(language.clone())));
            }
            if !seen.insert(language) {
                return Err(broken(field, Problem::Twice(language.clone())));
            }
        }
        Ok(())
    }

    fn check_commands(&self) -> Checked {
        at_most("commands", self.commands.len(), MAX_COMMANDS)?;
        let mut seen = HashSet::new();
        for command in &self.commands {
            let field = |part: &str| format!("commands.{}.{part}", command.name);
            name("commands", &command.name)?;
            at_most(&field("aliases"), command.aliases.len(), MAX_LIST)?;
            for word in command.names() {
                name(&field("aliases"), word)?;
                if !seen.insert(word) {
                    return Err(broken("commands", Problem::Twice(word.to_owned())));
                }
            }
            name(&field("category"), &command.category)?;
            self.text(&field("summary"), &command.summary)?;
            if !command.usage.is_empty() {
                self.text(&field("usage"), &command.usage)?;
            }
        }
        Ok(())
    }

    fn check_settings(&self) -> Checked {
        at_most("settings", self.settings.len(), MAX_LIST)?;
        let mut seen = HashSet::new();
        for setting in &self.settings {
            name("settings", &setting.name)?;
            if !seen.insert(&setting.name) {
                return Err(broken("settings", Problem::Twice(setting.name.clone())));
            }
            let field = |part: &str| format!("settings.{}.{part}", setting.name);
            self.text(&field("summary"), &setting.summary)?;
            if let SettingKind::Choice { choices, .. } = &setting.value {
                at_most(&field("choices"), choices.len(), MAX_LIST)?;
                for choice in choices {
                    line(&field("choices"), choice)?;
                }
            }
            setting
                .value
                .allows(&setting.value.default_value())
                .map_err(|right| broken(field("default"), Problem::Default(right)))?;
        }
        Ok(())
    }

    /// A text that is there in every language of the plugin and in no other.
    fn text(&self, field: &str, text: &Text) -> Checked {
        for text in text.all() {
            if text.is_empty() {
                return Err(broken(field, Problem::Empty));
            }
            line(field, text)?;
        }
        if let Text::By(texts) = text {
            for language in &self.languages {
                if !texts.contains_key(language) {
                    return Err(broken(field, Problem::MissingText(language.clone())));
                }
            }
            for language in texts.keys() {
                if !self.languages.contains(language) {
                    return Err(broken(field, Problem::ForeignText(language.clone())));
                }
            }
        }
        Ok(())
    }
}

fn check_filter(filter: &EventFilter) -> Checked {
    let conditions = !filter.contains.is_empty() || filter.link || !filter.media.is_empty();
    if conditions && !filter.event.has_content() {
        return Err(broken("events", Problem::NoContent));
    }
    for count in [
        filter.chats.len(),
        filter.contains.len(),
        filter.media.len(),
    ] {
        at_most("events", count, MAX_LIST)?;
    }
    for part in &filter.contains {
        if part.is_empty() {
            return Err(broken("events.contains", Problem::Empty));
        }
        line("events.contains", part)?;
    }
    Ok(())
}
