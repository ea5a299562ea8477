//! The plugins that are enabled for a bot, and which of them an event is for.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use jadi_plugin_manifest::{Command, Manifest};

use crate::model::{ChatKind, Event};
use crate::plugins::routing;
use crate::plugins::{
    Allowance, EventInput, EventLimits, Grants, Invocation, LimitOverrides, Outcome, Reads,
};

/// One plugin, ready to handle events.
#[async_trait]
pub trait Handler: Send + Sync + 'static {
    /// What it declares.
    fn manifest(&self) -> &Manifest;

    /// What the operator lets it do; told to it with each event.
    fn grants(&self) -> Grants;

    /// What tells this build from every other: the digest of its component, 64 hexadecimal digits.
    fn digest(&self) -> &str;

    /// What one event may use and how much it may fail, with what was said of the plugin in the event's bot.
    fn limits(&self, of_bot: &LimitOverrides) -> Allowance;

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

    /// Whether any of the plugins wants to know what happens to messages of such chats, so that they have to be kept.
    pub(super) fn keeps(&self, chat: ChatKind) -> bool {
        let mut filters = self
            .handlers
            .iter()
            .flat_map(|handler| &handler.manifest().events);
        filters.any(|filter| routing::is_about_messages(filter, chat))
    }

    /// Whether this build of the plugin is in the set.
    pub(super) fn has(&self, plugin: &dyn Handler) -> bool {
        self.handlers.iter().any(|handler| {
            handler.manifest().name == plugin.manifest().name && handler.digest() == plugin.digest()
        })
    }

    /// What the plugins declare, in the order of their turns.
    pub(super) fn manifests(&self) -> impl Iterator<Item = &Manifest> {
        self.handlers.iter().map(|handler| handler.manifest())
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
        let manifests = self.handlers.iter().map(|handler| handler.manifest());
        let owner = |word: &str| self.words.get(word).copied();
        let turns = routing::turns(manifests, owner, event, prefixes).into_iter();
        turns
            .filter_map(|turn| {
                Some(Match {
                    handler: self.handlers.get(turn.place)?.clone(),
                    invocation: turn.invocation,
                })
            })
            .collect()
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
