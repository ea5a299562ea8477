//! What is shown before a person consents: what a plugin is for, what it may do, and what an upgrade changes.

use std::collections::BTreeSet;

use jadi_plugin_manifest::{
    Capability, ChatKind, Command, EventFilter, EventKind, LimitsClass, Manifest, Place, Role, Text,
};
use serde::{Deserialize, Serialize};

use super::error::word;
use super::state::Entry;
use crate::model::Digest;
use crate::plugins::Plugin;

/// The language of the operator's terminal.
const LANGUAGE: &str = "en";
/// Consent to what [`crate::plugins::LoadOptions::script`] allows.
pub(super) const SCRIPT: &str = "limits:script";

/// What a component file is and would change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// The plugin's name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its file's digest.
    pub digest: Digest,
    /// Its file's size, bytes.
    pub bytes: u64,
    /// One line on what it is for; may be empty.
    pub summary: String,
    /// Who wrote it.
    pub authors: Vec<String>,
    /// Its commands.
    pub commands: Vec<CommandTerm>,
    /// What it needs consent for.
    pub needs: Vec<Need>,
    /// Against what is installed; none for a new plugin.
    pub installed: Option<Difference>,
}

/// A command as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandTerm {
    /// Its name.
    pub name: String,
    /// Other names.
    pub aliases: Vec<String>,
    /// What it does.
    pub summary: String,
    /// Who may use it and where, when that is not everybody everywhere; may be empty.
    pub limits: String,
}

/// One thing that a plugin may do, for a person to agree to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Need {
    /// What consent names, such as `kv`.
    pub key: String,
    /// What it is about, for who tells it in other words.
    pub subject: Subject,
    /// Words that complete "It may …", in English.
    pub words: String,
    /// What its author says it is for.
    pub reason: Option<Text>,
    /// Whether the operator has taken it from the plugin.
    pub denied: bool,
}

/// What a need is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    /// An import of its component.
    Capability(Capability),
    /// Events that it sees.
    Events(EventFilter),
    /// Commands that no plugin has.
    UnknownCommands,
    /// A server on the internet.
    Host(String),
    /// It computes for longer than others.
    Heavy,
    /// It has an interpreter.
    Script,
}

/// What an upgrade changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// The version in use.
    pub version: String,
    /// Whether that is the very same file.
    pub same: bool,
    /// Whether that one comes with the host.
    pub built_in: bool,
    /// Commands and aliases that it did not have.
    pub new_commands: Vec<String>,
    /// Commands and aliases that go away.
    pub lost_commands: Vec<String>,
    /// Keys of needs that nobody has agreed to yet.
    pub new_needs: Vec<String>,
    /// What it does not need any more.
    pub lost_needs: Vec<Need>,
}

/// The terms of a loaded plugin, beside what is installed under its name.
pub(super) fn terms(plugin: &Plugin, bytes: u64, installed: Option<&Entry>) -> Terms {
    let manifest = plugin.manifest();
    let denied = installed.map(|entry| &entry.record.denied);
    let needs = needs(plugin, |capability| {
        denied.is_some_and(|denied| denied.contains(&capability))
    });
    Terms {
        name: manifest.name.clone(),
        version: manifest.version.clone(),
        digest: *plugin.digest(),
        bytes,
        summary: manifest.summary.get(LANGUAGE).to_owned(),
        authors: manifest.authors.clone(),
        commands: manifest.commands.iter().map(command).collect(),
        installed: installed.map(|entry| difference(plugin, &needs, entry)),
        needs,
    }
}

fn command(command: &Command) -> CommandTerm {
    let who = match command.role {
        Role::User => "",
        Role::GroupAdmin => "for group admins",
        Role::BotOwner => "for the bot's owner",
        Role::SystemOwner => "for the operator",
    };
    let place = match command.place {
        Place::Any => "",
        Place::Group => "in groups",
        Place::Private => "in private chats",
        Place::Main => "with the main bot",
    };
    let limits: Vec<&str> = [who, place]
        .into_iter()
        .filter(|word| !word.is_empty())
        .collect();
    CommandTerm {
        name: command.name.clone(),
        aliases: command.aliases.clone(),
        summary: command.summary.get(LANGUAGE).to_owned(),
        limits: limits.join(", "),
    }
}

/// Everything that a plugin needs consent for: the imports of its component, and what its manifest adds to them.
pub(super) fn needs(plugin: &Plugin, denied: impl Fn(Capability) -> bool) -> Vec<Need> {
    let manifest = plugin.manifest();
    let imports = plugin.permissions().iter().map(|permission| {
        let capability = permission.capability();
        let reason = manifest.reasons.get(&capability);
        Need {
            key: word(&capability),
            subject: Subject::Capability(capability),
            words: permission.to_string(),
            reason: reason.cloned(),
            denied: denied(capability),
        }
    });
    imports.chain(declared(manifest)).collect()
}

/// What the manifest asks for beside the imports.
pub fn declared(manifest: &Manifest) -> Vec<Need> {
    let need = |key: String, subject: Subject, words: String| Need {
        key,
        subject,
        words,
        reason: None,
        denied: false,
    };
    let mut needs: Vec<Need> = Vec::new();
    for filter in &manifest.events {
        let words = seen(filter);
        if needs.iter().all(|need| need.words != words) {
            let digest = Digest::of(words.as_bytes()).to_string();
            let key = format!("events:{}", digest.get(..16).unwrap_or_default());
            needs.push(need(key, Subject::Events(filter.clone()), words));
        }
    }
    if manifest.unknown_commands {
        needs.push(need(
            "unknown-commands".to_owned(),
            Subject::UnknownCommands,
            "see and answer commands that no plugin has, in private chats".to_owned(),
        ));
    }
    for host in &manifest.http_hosts {
        needs.push(need(
            format!("http:{host}"),
            Subject::Host(host.clone()),
            format!("talk to {host} over the internet"),
        ));
    }
    match manifest.limits {
        LimitsClass::Small => {}
        LimitsClass::Heavy => needs.push(need(
            "limits:heavy".to_owned(),
            Subject::Heavy,
            "compute for longer than other plugins".to_owned(),
        )),
        LimitsClass::Script => needs.push(script()),
    }
    needs
}

/// What a plugin with an interpreter asks for.
pub(super) fn script() -> Need {
    Need {
        key: SCRIPT.to_owned(),
        subject: Subject::Script,
        words:
            "bring the interpreter of its language along, and use more memory than other plugins"
                .to_owned(),
        reason: None,
        denied: false,
    }
}

/// What a filter lets a plugin see, in words.
fn seen(filter: &EventFilter) -> String {
    let what = match filter.event {
        EventKind::Message => "messages".to_owned(),
        other => match serde_json::to_value(other) {
            Ok(serde_json::Value::String(word)) => format!("\"{word}\" events"),
            _ => format!("{other:?} events"),
        },
    };
    let narrowed = !filter.contains.is_empty() || filter.link || !filter.media.is_empty();
    let mut words = format!("see {}{what}", if narrowed { "" } else { "all " });
    match filter.chats.as_slice() {
        [ChatKind::Group] => words.push_str(" in groups"),
        [ChatKind::Private] => words.push_str(" in private chats"),
        _ => {}
    }
    if !filter.contains.is_empty() {
        let parts: Vec<String> = filter
            .contains
            .iter()
            .map(|part| format!("{part:?}"))
            .collect();
        words.push_str(&format!(" that contain {}", parts.join(" or ")));
    }
    if filter.link {
        words.push_str(" with a link");
    }
    if !filter.media.is_empty() {
        words.push_str(" with certain files");
    }
    words
}

fn words_of(manifest: &Manifest) -> BTreeSet<&str> {
    manifest.commands.iter().flat_map(Command::names).collect()
}

fn difference(plugin: &Plugin, needs: &[Need], entry: &Entry) -> Difference {
    let version = entry.record.version(entry.record.current);
    let old = entry
        .loaded
        .as_ref()
        .ok()
        .map(|component| &component.plugin);
    let old_words = old.map(|old| words_of(old.manifest())).unwrap_or_default();
    let new_words = words_of(plugin.manifest());
    let old_needs = old
        .map(|old| self::needs(old, |_| false))
        .unwrap_or_default();
    let owned = |words: Vec<&&str>| words.into_iter().map(|word| (*word).to_owned()).collect();
    Difference {
        version: version
            .map(|version| version.version.clone())
            .unwrap_or_default(),
        same: entry.record.current == *plugin.digest(),
        built_in: entry.record.built_in.is_some(),
        new_commands: owned(new_words.difference(&old_words).collect()),
        lost_commands: owned(old_words.difference(&new_words).collect()),
        new_needs: beyond(needs, &old_needs)
            .map(|need| need.key.clone())
            .collect(),
        lost_needs: beyond(&old_needs, needs).cloned().collect(),
    }
}

/// Those of `needs` that are not among `others`.
pub(super) fn beyond<'a>(
    needs: &'a [Need],
    others: &'a [Need],
) -> impl Iterator<Item = &'a Need> + 'a {
    needs
        .iter()
        .filter(move |need| others.iter().all(|other| other.key != need.key))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(rest: &str) -> Manifest {
        let json = format!(r#"{{"name":"guard","version":"1.0.0","languages":["en"],{rest}}}"#);
        Manifest::parse(json.as_bytes()).expect("a manifest")
    }

    #[test]
    fn what_a_manifest_asks_for_is_told_in_words() {
        let manifest = manifest(
            r#""unknown_commands":true,"limits":"script","http_hosts":["api.example.org"],
            "events":[{"event":"message"},{"event":"message","chats":["group"],"link":true},
            {"event":"message","contains":["buy","sell"]},{"event":"group-add"},{"event":"message"}]"#,
        );
        let needs = declared(&manifest);
        let words: Vec<&str> = needs.iter().map(|need| need.words.as_str()).collect();
        assert_eq!(
            words,
            [
                "see all messages",
                "see messages in groups with a link",
                "see messages that contain \"buy\" or \"sell\"",
                "see all \"group-add\" events",
                "see and answer commands that no plugin has, in private chats",
                "talk to api.example.org over the internet",
                "bring the interpreter of its language along, and use more memory than other plugins",
            ]
        );
    }

    #[test]
    fn a_plugin_that_computes_is_asked_about() {
        let needs = declared(&manifest(r#""limits":"heavy""#));
        assert_eq!(
            needs
                .iter()
                .map(|need| need.key.as_str())
                .collect::<Vec<_>>(),
            ["limits:heavy"]
        );
    }

    #[test]
    fn a_plugin_that_only_has_commands_asks_for_nothing_more() {
        let manifest = manifest(r#""commands":[{"name":"x","summary":"x"}]"#);
        assert_eq!(declared(&manifest), []);
    }
}
