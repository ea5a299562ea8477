//! Which plugins are loaded, which bot they serve, and whether their commands go together.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use jadi_plugin_manifest::Command;
use tokio::sync::watch;

use super::error::LibraryError;
use super::handler::Component;
use crate::dispatch::{Enabled, Handler};
use crate::model::BotId;
use crate::store::PluginRecord;

/// An installed plugin.
#[derive(Clone)]
pub(super) struct Entry {
    pub(super) record: PluginRecord,
    /// The version in use, or why it can't be loaded.
    pub(super) loaded: Result<Arc<Component>, String>,
}

impl Entry {
    /// Whether it would serve this bot; none stands for all bots that nothing special was said about.
    fn serves(&self, bot: Option<BotId>) -> bool {
        match bot {
            Some(bot) => self.record.serves(bot),
            None => self.record.everywhere,
        }
    }
}

/// All installed plugins, and who follows them.
#[derive(Default)]
pub(super) struct State {
    pub(super) plugins: BTreeMap<String, Entry>,
    bots: HashMap<BotId, watch::Sender<Arc<Enabled>>>,
    /// The set of all bots that nothing special was said about. They share it.
    common: Option<Arc<Enabled>>,
}

impl State {
    /// The plugin of this name.
    pub(super) fn entry(&self, name: &str) -> Result<&Entry, LibraryError> {
        self.plugins
            .get(name)
            .ok_or_else(|| LibraryError::NoSuchPlugin {
                name: name.to_owned(),
            })
    }

    /// Refuses `changed` when it would serve a bot beside a plugin that has one of its commands.
    pub(super) fn check_clash(&self, changed: &Entry) -> Result<(), LibraryError> {
        let Ok(component) = &changed.loaded else {
            return Ok(());
        };
        let manifest = component.manifest();
        let others = || {
            let others = self.plugins.values();
            others.filter(|other| other.record.name != changed.record.name)
        };
        let special: BTreeSet<BotId> = others()
            .chain([changed])
            .flat_map(|entry| entry.record.switches.keys().copied())
            .collect();
        let audiences = special.into_iter().map(Some).chain([None]);
        for audience in audiences.filter(|audience| changed.serves(*audience)) {
            for other in others().filter(|other| other.serves(audience)) {
                let Ok(other) = &other.loaded else { continue };
                let mut words = manifest.commands.iter().flat_map(Command::names);
                if let Some(word) = words.find(|word| other.manifest().command(word).is_some()) {
                    return Err(LibraryError::CommandClash {
                        command: word.to_owned(),
                        plugin: manifest.name.clone(),
                        other: other.manifest().name.clone(),
                    });
                }
            }
        }
        Ok(())
    }

    /// The set of a bot, as it is now and then each time that it changes.
    pub(super) fn follow(&mut self, bot: BotId) -> watch::Receiver<Arc<Enabled>> {
        let set = self.set(bot);
        let sender = self
            .bots
            .entry(bot)
            .or_insert_with(|| watch::Sender::new(set));
        sender.subscribe()
    }

    /// Gives each bot the set that it has now.
    pub(super) fn publish(&mut self) {
        self.common = None;
        // Whoever has gone does not need it any more.
        self.bots.retain(|_, sender| sender.receiver_count() > 0);
        let bots: Vec<BotId> = self.bots.keys().copied().collect();
        for bot in bots {
            let set = self.set(bot);
            if let Some(sender) = self.bots.get(&bot) {
                sender.send_replace(set);
            }
        }
    }

    fn set(&mut self, bot: BotId) -> Arc<Enabled> {
        let mut records = self.plugins.values().map(|entry| &entry.record);
        if records.any(|record| record.switches.contains_key(&bot)) {
            return Arc::new(self.made(Some(bot)));
        }
        if let Some(common) = &self.common {
            return common.clone();
        }
        let common = Arc::new(self.made(None));
        self.common = Some(common.clone());
        common
    }

    fn made(&self, bot: Option<BotId>) -> Enabled {
        let serving = self.plugins.values().filter(|entry| entry.serves(bot));
        let loaded = serving.filter_map(|entry| entry.loaded.as_ref().ok());
        let handlers = loaded.map(|component| {
            let handler: Arc<dyn Handler> = component.clone();
            handler
        });
        Enabled::new(handlers.collect())
    }
}
