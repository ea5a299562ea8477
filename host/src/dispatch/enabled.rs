//! The plugins that are enabled for a bot, and which of them an event is for.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use jadi_plugin_manifest::{Command, Manifest};

use super::{command, filter};
use crate::model::{ChatKind, Event, EventKind};
use crate::plugins::{EventInput, EventLimits, Invocation, LimitOverrides, Outcome, Reads};

/// One plugin, ready to handle events.
#[async_trait]
pub trait Handler: Send + Sync + 'static {
    /// What it declares.
    fn manifest(&self) -> &Manifest;

    /// What tells this build from every other: the digest of its component, 64 hexadecimal digits.
    fn digest(&self) -> &str;

    /// What one event may use, with what was said of the plugin in the event's bot.
    fn limits(&self, of_bot: &LimitOverrides) -> EventLimits;

    /// Runs one event in a fresh instance.
    async fn handle(
        &self,
        input: EventInput,
        limits: EventLimits,
        reads: Arc<dyn Reads>,
    ) -> Outcome;
}

/// A set of plugins as of one moment. An event that has begun keeps the set that it began with.
pub struct Enabled {
    /// Highest priority first, then by name.
    handlers: Vec<Arc<dyn Handler>>,
    /// Command names and aliases, each with its plugin's place in `handlers`.
    words: HashMap<String, usize>,
}

/// A plugin that an event is for.
pub(super) struct Match {
    /// The plugin.
    pub(super) handler: Arc<dyn Handler>,
    /// The command, when the event is one that this plugin has, or an unknown one that it answers.
    pub(super) invocation: Option<Invocation>,
}

impl Match {
    /// What the manifest says of the command.
    pub(super) fn command(&self) -> Option<&Command> {
        let invocation = self.invocation.as_ref()?;
        self.handler.manifest().command(&invocation.name)
    }
}

impl Enabled {
    /// Makes a set. Which plugin has a command that two of them claim was settled when they were enabled: here the first
    /// in order keeps it.
    pub fn new(mut handlers: Vec<Arc<dyn Handler>>) -> Self {
        handlers.sort_by(|one, other| {
            let (one, other) = (one.manifest(), other.manifest());
            (other.priority, &one.name).cmp(&(one.priority, &other.name))
        });
        let mut words = HashMap::new();
        for (place, handler) in handlers.iter().enumerate() {
            for command in &handler.manifest().commands {
                for word in command.names() {
                    words.entry(word.to_owned()).or_insert(place);
                }
            }
        }
        Self { handlers, words }
    }

    /// Whether this build of the plugin is in the set.
    pub(super) fn has(&self, plugin: &dyn Handler) -> bool {
        self.handlers.iter().any(|handler| {
            handler.manifest().name == plugin.manifest().name && handler.digest() == plugin.digest()
        })
    }

    /// All commands, each with the manifest of its plugin.
    pub(super) fn commands(&self) -> impl Iterator<Item = (&Manifest, &Command)> {
        self.handlers.iter().flat_map(|handler| {
            let manifest = handler.manifest();
            manifest
                .commands
                .iter()
                .map(move |command| (manifest, command))
        })
    }

    /// The plugins that the event is for, in the order of their turns: the one whose command it is, those whose filters
    /// it matches and, for an unknown command in a private chat, the first that answers those.
    pub(super) fn matches(&self, event: &Event, prefixes: &[String]) -> Vec<Match> {
        let typed = match &event.kind {
            EventKind::Message(message) => command::parse(&message.text, prefixes),
            _ => None,
        };
        let owner = typed
            .as_ref()
            .and_then(|typed| self.words.get(&typed.word))
            .copied();
        let answers_unknown =
            if typed.is_some() && owner.is_none() && event.chat.kind == ChatKind::Private {
                self.handlers
                    .iter()
                    .position(|handler| handler.manifest().unknown_commands)
            } else {
                None
            };
        let mut matches = Vec::new();
        for (place, handler) in self.handlers.iter().enumerate() {
            let addressed = owner == Some(place) || answers_unknown == Some(place);
            let wanted = || {
                let filters = &handler.manifest().events;
                filters.iter().any(|filter| filter::matches(filter, event))
            };
            if addressed || wanted() {
                let invocation = typed
                    .as_ref()
                    .filter(|_| addressed)
                    .map(|typed| invocation(typed, handler.manifest()));
                matches.push(Match {
                    handler: handler.clone(),
                    invocation,
                });
            }
        }
        matches
    }
}

fn invocation(typed: &command::Typed<'_>, manifest: &Manifest) -> Invocation {
    let command = manifest.command(&typed.word);
    let name = command.map_or(typed.word.as_str(), |command| command.name.as_str());
    Invocation {
        prefix: typed.prefix.to_owned(),
        name: name.to_owned(),
        alias: (name != typed.word).then(|| typed.word.clone()),
        args: typed.args.to_owned(),
        known: command.is_some(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dispatch::tests::{ALICE, Fake, GROUP, group_message, private_message};
    use crate::store::Settings;

    fn set() -> Enabled {
        let core = r#"{"name":"core","version":"1.0.0","languages":["en"],"unknown_commands":true,
            "commands":[{"name":"ping","aliases":["p"],"summary":"x"},{"name":"menu","summary":"x"}]}"#;
        let guard = r#"{"name":"guard","version":"1.0.0","languages":["en"],"priority":10,
            "events":[{"event":"message","chats":["group"]}]}"#;
        let other = r#"{"name":"other","version":"1.0.0","languages":["en"],"unknown_commands":true,
            "commands":[{"name":"menu","summary":"x"},{"name":"note","summary":"x"}]}"#;
        Enabled::new(vec![Fake::echo(other), Fake::echo(core), Fake::echo(guard)])
    }

    fn found(event: &Event) -> Vec<(String, Option<Invocation>)> {
        let prefixes = Settings::default().prefixes;
        set()
            .matches(event, &prefixes)
            .into_iter()
            .map(|found| (found.handler.manifest().name.clone(), found.invocation))
            .collect()
    }

    #[test]
    fn a_command_goes_to_its_plugin_by_name_or_alias() {
        let [(plugin, Some(invocation))] = &found(&private_message(ALICE, "A1", ".P  now "))[..]
        else {
            panic!("one plugin");
        };
        assert_eq!(plugin, "core");
        assert_eq!(
            invocation,
            &Invocation {
                prefix: ".".to_owned(),
                name: "ping".to_owned(),
                alias: Some("p".to_owned()),
                args: "now".to_owned(),
                known: true,
            }
        );
    }

    #[test]
    fn what_nobody_asked_for_is_for_nobody() {
        assert!(found(&private_message(ALICE, "A1", "hello")).is_empty());
        assert!(found(&private_message(ALICE, "A1", "!!!")).is_empty());
    }

    #[test]
    fn a_filter_sees_commands_too_and_priority_goes_first() {
        let plugins = found(&group_message(GROUP, ALICE, "A1", "!menu"));
        let names: Vec<_> = plugins.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(
            names,
            ["guard", "core"],
            "of two with one command the first by name"
        );
        assert!(plugins[0].1.is_none() && plugins[1].1.is_some());
    }

    #[test]
    fn an_unknown_command_is_answered_once_and_in_private_only() {
        let [(plugin, Some(invocation))] = &found(&private_message(ALICE, "A1", "!Pnig x"))[..]
        else {
            panic!("one plugin");
        };
        assert_eq!(plugin, "core");
        assert_eq!(
            (invocation.name.as_str(), invocation.known),
            ("pnig", false)
        );
        let in_group = found(&group_message(GROUP, ALICE, "A1", "!pnig"));
        assert_eq!(in_group.len(), 1, "the guard alone: {in_group:?}");
    }
}
