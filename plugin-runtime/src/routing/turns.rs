//! Which plugins an event is for, in the order of their turns.

use jadi_plugin_manifest::Manifest;

use super::{command, filter};
use crate::Invocation;
use jadi_model::{ChatKind, Event, EventKind};

/// A plugin's turn at an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// The plugin's place among those that were asked about.
    pub place: usize,
    /// The command, when the event is one that this plugin has, or an unknown one that it answers.
    pub invocation: Option<Invocation>,
}

/// The plugins that the event is for: the one whose command it is, those whose filters it matches and, for an unknown
/// command in a private chat, the first that answers those. `owner` says at which place the plugin is that has a command, by
/// name or alias.
pub fn turns<'m>(
    manifests: impl Iterator<Item = &'m Manifest> + Clone,
    owner: impl FnOnce(&str) -> Option<usize>,
    event: &Event,
    prefixes: &[String],
) -> Vec<Turn> {
    let typed = match &event.kind {
        EventKind::Message(message) => command::parse(&message.text, prefixes),
        _ => None,
    };
    let owner = typed.as_ref().and_then(|typed| owner(&typed.word));
    let unknown = typed.is_some() && owner.is_none() && event.chat.kind == ChatKind::Private;
    let answers_unknown = unknown
        .then(|| manifests.clone().position(|one| one.unknown_commands))
        .flatten();
    let mut turns = Vec::new();
    for (place, manifest) in manifests.enumerate() {
        // What a plugin has scheduled is its own, and so is what becomes of the changes, polls and bots that it asked for.
        let whose = match &event.kind {
            EventKind::Due { plugin, .. }
            | EventKind::GroupChange { plugin, .. }
            | EventKind::PollVote { plugin, .. } => Some(plugin),
            EventKind::Hosting { plugin, .. } => plugin.as_ref(),
            _ => None,
        };
        if whose.is_some_and(|plugin| *plugin != manifest.name) {
            continue;
        }
        let addressed = owner == Some(place) || answers_unknown == Some(place);
        let wanted = || {
            let mut filters = manifest.events.iter();
            filters.any(|filter| filter::matches(filter, event))
        };
        if addressed || wanted() {
            let typed = typed.as_ref().filter(|_| addressed);
            turns.push(Turn {
                place,
                invocation: typed.map(|typed| invocation(typed, manifest)),
            });
        }
    }
    turns
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
    use super::super::tests::{group_message, private_message};
    use super::*;

    const GUARD: &str = r#"{"name":"guard","version":"1.0.0","languages":["en"],
        "events":[{"event":"message","chats":["group"]}]}"#;
    const CORE: &str = r#"{"name":"core","version":"1.0.0","languages":["en"],"unknown_commands":true,
        "commands":[{"name":"ping","aliases":["p"],"summary":"x"}]}"#;

    /// Each plugin whose turn it is, with the command's name and whether it is known.
    fn found(event: &Event) -> Vec<(usize, Option<(String, bool)>)> {
        let set = [GUARD, CORE].map(|json| Manifest::parse(json.as_bytes()).expect("a manifest"));
        let owner = |word: &str| set.iter().position(|one| one.command(word).is_some());
        turns(set.iter(), owner, event, &["!".to_owned()])
            .into_iter()
            .map(|turn| {
                let command = turn.invocation.map(|command| (command.name, command.known));
                (turn.place, command)
            })
            .collect()
    }

    #[test]
    fn owner_filters_and_who_answers_unknown_commands_get_their_turns() {
        let ping = Some(("ping".to_owned(), true));
        let unknown = Some(("pnig".to_owned(), false));
        assert_eq!(found(&private_message("!P now")), [(1, ping.clone())]);
        assert_eq!(found(&group_message("!ping")), [(0, None), (1, ping)]);
        assert_eq!(found(&private_message("!pnig")), [(1, unknown)]);
        assert_eq!(found(&group_message("!pnig")), [(0, None)]);
        assert_eq!(found(&private_message("hello")), []);
    }
}
