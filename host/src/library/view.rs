//! What is shown of an installed plugin.

use jadi_plugin_manifest::Command;
use serde::{Deserialize, Serialize};

use super::state::Entry;
use super::terms::{Need, needs};
use crate::model::{BotId, Digest};
use crate::store::{Installer, PluginVersion};

/// An installed plugin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PluginView {
    /// Its name.
    pub name: String,
    /// The version in use.
    pub version: String,
    /// That version's file.
    pub digest: Digest,
    /// When and by whom that version was installed, and all others that are kept, oldest first.
    pub versions: Vec<PluginVersion>,
    /// Whether it comes with the host.
    pub built_in: bool,
    /// Whether it serves every bot that `switches` says nothing about.
    pub everywhere: bool,
    /// Bots for which it is switched by itself.
    pub switches: Vec<SwitchView>,
    /// Its commands' names, without aliases.
    pub commands: Vec<String>,
    /// What it may do.
    pub needs: Vec<Need>,
    /// Why it serves nobody although it is enabled, if that is so.
    pub problem: Option<String>,
}

/// A bot for which a plugin is switched by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SwitchView {
    /// The bot.
    pub bot: BotId,
    /// Its number, when it has one.
    pub number: Option<String>,
    /// Whether the plugin serves it.
    pub enabled: bool,
}

impl PluginView {
    /// Who installed the version in use.
    pub fn by(&self) -> Option<Installer> {
        let current = self
            .versions
            .iter()
            .find(|version| version.digest == self.digest);
        current.map(|version| version.by)
    }
}

pub(super) fn view(entry: &Entry, switches: Vec<SwitchView>) -> PluginView {
    let record = &entry.record;
    let plugin = entry
        .loaded
        .as_ref()
        .ok()
        .map(|component| &component.plugin);
    let commands = plugin.map(|plugin| plugin.manifest().commands.as_slice());
    PluginView {
        name: record.name.clone(),
        version: record
            .version(record.current)
            .map(|version| version.version.clone())
            .unwrap_or_default(),
        digest: record.current,
        versions: record.versions.clone(),
        built_in: record.built_in.is_some(),
        everywhere: record.everywhere,
        switches,
        commands: names(commands.unwrap_or_default()),
        needs: plugin
            .map(|plugin| needs(plugin, |capability| record.denied.contains(&capability)))
            .unwrap_or_default(),
        problem: entry.loaded.as_ref().err().cloned(),
    }
}

fn names(commands: &[Command]) -> Vec<String> {
    commands
        .iter()
        .map(|command| command.name.clone())
        .collect()
}
