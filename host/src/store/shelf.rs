//! The shelf: the plugins that are installed on this host, as the host asks of it.
//!
//! A component's file is kept under its digest and nothing else: neither the path that it was installed from nor any text of
//! its author becomes a path. What is read back is compared with that digest, so that a file that was changed on the disk is
//! told and never run.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use jadi_plugin_manifest::Capability;
use serde::{Deserialize, Serialize};

use super::StoreError;
use crate::clock::Millis;
use crate::model::{BotId, Digest};

/// Who put a version on the shelf.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Installer {
    /// The host, from its directory of built-in plugins.
    BuiltIn,
    /// The operator.
    Operator,
    /// An author at work, whose versions follow each other by the minute and are not kept.
    Dev,
}

/// A version of a plugin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PluginVersion {
    /// Its component file.
    pub digest: Digest,
    /// What its manifest calls it.
    pub version: String,
    /// When it was installed.
    pub installed: Millis,
    /// By whom.
    pub by: Installer,
}

/// An installed plugin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PluginRecord {
    /// Its name, from its manifest.
    pub name: String,
    /// Its versions in the order in which they were installed.
    pub versions: Vec<PluginVersion>,
    /// The version in use: one of `versions`.
    pub current: Digest,
    /// Whether it serves every bot that `switches` says nothing about.
    pub everywhere: bool,
    /// The bots for which it is switched on or off by itself.
    pub switches: BTreeMap<BotId, bool>,
    /// What the operator took from it.
    pub denied: BTreeSet<Capability>,
    /// The file of the directory of built-in plugins that was seen last, when it comes from there.
    pub built_in: Option<Digest>,
}

impl PluginRecord {
    /// Whether it serves this bot.
    pub fn serves(&self, bot: BotId) -> bool {
        self.switches.get(&bot).copied().unwrap_or(self.everywhere)
    }

    /// The version of this file.
    pub fn version(&self, digest: Digest) -> Option<&PluginVersion> {
        self.versions
            .iter()
            .find(|version| version.digest == digest)
    }
}

/// All installed plugins, and their component files.
#[async_trait]
pub trait Shelf: Send + Sync + 'static {
    /// All plugins, by name.
    async fn list(&self) -> Result<Vec<PluginRecord>, StoreError>;

    /// Puts a plugin there, or in the place of the one of its name, as a whole. A switch for a bot that is gone by now is left
    /// out.
    async fn put(&self, record: &PluginRecord) -> Result<(), StoreError>;

    /// Takes a plugin away with all its versions. Its files go with the next [`Shelf::tidy`].
    ///
    /// # Errors
    ///
    /// [`StoreError::NoSuchPlugin`].
    async fn take(&self, name: &str) -> Result<(), StoreError>;

    /// Keeps a component file; one that is there unharmed is left as it is.
    async fn keep(&self, component: Vec<u8>) -> Result<Digest, StoreError>;

    /// A kept component file.
    ///
    /// # Errors
    ///
    /// [`StoreError::ComponentMissing`]; [`StoreError::ComponentDamaged`] when it is not what was kept.
    async fn component(&self, digest: Digest) -> Result<Vec<u8>, StoreError>;

    /// Deletes the files that no version is made of, such as those that a crash left.
    async fn tidy(&self) -> Result<(), StoreError>;
}
