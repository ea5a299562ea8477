//! Whom and which chats the test's bot knows, and what a handler changes of the bot.

use std::collections::BTreeMap;
use std::sync::Arc;

use jadi_model::clock::Millis;
use jadi_model::{Action, BotChange, ChatKind, Event, EventKind, Jid, KnownChat, KnownUser};
use jadi_plugin_manifest::Manifest;
use jadi_plugin_runtime::BotWrite;

use crate::bot::State;

pub(crate) type Users = BTreeMap<Jid, KnownUser>;
pub(crate) type Chats = BTreeMap<Jid, (ChatKind, KnownChat)>;

impl State {
    /// The event's chat and, when it is a message, its sender are known from now on.
    pub(crate) fn meet(&mut self, event: &Event, at: Millis) {
        let is_message = u64::from(matches!(event.kind, EventKind::Message(_)));
        let (_, chat) = self.chat_of(&event.chat.jid, event.chat.kind, at);
        chat.last_seen = at;
        chat.messages += is_message;
        if is_message > 0 {
            let user = self.user_of(&event.sender.jid, at);
            user.last_seen = at;
            user.messages += 1;
            if !event.sender.name.is_empty() {
                event.sender.name.clone_into(&mut user.name);
            }
        }
    }

    fn user_of(&mut self, person: &Jid, at: Millis) -> &mut KnownUser {
        self.users
            .entry(person.clone())
            .or_insert_with(|| KnownUser {
                jid: person.clone(),
                name: String::new(),
                first_seen: at,
                last_seen: at,
                messages: 0,
                banned_since: None,
            })
    }

    fn chat_of(&mut self, chat: &Jid, kind: ChatKind, at: Millis) -> &mut (ChatKind, KnownChat) {
        let new = KnownChat {
            first_seen: at,
            last_seen: at,
            messages: 0,
            off_since: None,
            language: None,
        };
        self.chats.entry(chat.clone()).or_insert((kind, new))
    }

    /// Does what a handler that returned ok wants changed of the bot.
    pub(crate) fn change_bot(&mut self, event: &Event, writes: Vec<BotWrite>, at: Millis) {
        let (jid, kind) = (&event.chat.jid, event.chat.kind);
        for write in writes {
            match write {
                BotWrite::Language(language) => self.language = language,
                BotWrite::Prefixes(prefixes) => self.prefixes = prefixes,
                BotWrite::ChatLanguage(language) => {
                    self.chat_of(jid, kind, at).1.language = language;
                }
                BotWrite::Off(off) => {
                    self.chat_of(jid, kind, at).1.off_since = off.then_some(at);
                }
                BotWrite::Ban { person, banned } => {
                    self.user_of(&person, at).banned_since = banned.then_some(at);
                }
                BotWrite::PluginSetting {
                    plugin,
                    name,
                    value,
                } => {
                    let settings = self.settings.entry(plugin).or_default();
                    match value {
                        Some(value) => settings.insert((None, name), value),
                        None => settings.remove(&(None, name)),
                    };
                }
            }
        }
    }

    /// Enables and disables plugins, as the host does when the action's turn has come.
    pub(crate) fn switch_plugins(&mut self, actions: &[Action]) {
        for action in actions {
            let Action::Bot { change, .. } = action else {
                continue;
            };
            let BotChange::Plugin { name, enabled } = change;
            let (from, to) = match enabled {
                true => (&mut self.disabled, &mut self.manifests),
                false => (&mut self.manifests, &mut self.disabled),
            };
            let (moved, left): (Vec<Manifest>, Vec<Manifest>) =
                from.iter().cloned().partition(|one| one.name == *name);
            *from = left.into();
            let mut all = to.to_vec();
            all.extend(moved);
            *to = in_turn(all);
        }
    }
}

/// Manifests in the order of their turns.
pub(crate) fn in_turn(mut all: Vec<Manifest>) -> Arc<[Manifest]> {
    all.sort_by(|one, other| (other.priority, &one.name).cmp(&(one.priority, &other.name)));
    all.into()
}
