//! What the plugin may read: its own keys and values, and what the caller can use.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use jadi_model::Progress;
use jadi_plugin_manifest::Manifest;
use jadi_plugin_runtime::routing::{self, Scene};
use jadi_plugin_runtime::{CommandFact, KvWrite, ReadError, Reads};

/// A plugin's keys and values in one bot.
pub(crate) type Kv = BTreeMap<String, Vec<u8>>;

/// Does what a handler that returned ok wants kept.
pub(crate) fn keep(kv: &mut Kv, writes: Vec<KvWrite>) {
    for write in writes {
        match write {
            KvWrite::Set { key, value } => kv.insert(key, value),
            KvWrite::Delete { key } => kv.remove(&key),
        };
    }
}

/// The reads of one event: as it began, whatever happens meanwhile.
pub(crate) struct EventData {
    pub(crate) kv: Kv,
    pub(crate) manifests: Arc<[Manifest]>,
    pub(crate) scene: Scene,
    pub(crate) language: String,
    /// Whether every read fails, as when a disk is full.
    pub(crate) broken: bool,
    pub(crate) progress: Mutex<Vec<Progress>>,
}

#[derive(Debug, thiserror::Error)]
#[error("the test said that reads fail")]
struct Broken;

impl EventData {
    fn serves(&self) -> Result<(), ReadError> {
        match self.broken {
            true => Err(ReadError(Broken.into())),
            false => Ok(()),
        }
    }

    pub(crate) fn progress(&self) -> MutexGuard<'_, Vec<Progress>> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Reads for EventData {
    async fn kv_get(&self, key: &str) -> Result<Option<Vec<u8>>, ReadError> {
        self.serves()?;
        Ok(self.kv.get(key).cloned())
    }

    async fn kv_keys(
        &self,
        prefix: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<String>, ReadError> {
        self.serves()?;
        let keys = self.kv.keys().filter(|key| {
            key.starts_with(prefix) && after.is_none_or(|after| key.as_str() > after)
        });
        Ok(keys.take(limit as usize).cloned().collect())
    }

    async fn kv_bytes(&self) -> Result<u64, ReadError> {
        self.serves()?;
        let bytes = self.kv.iter().map(|(key, value)| key.len() + value.len());
        Ok(bytes.sum::<usize>() as u64)
    }

    async fn commands(&self) -> Result<Vec<CommandFact>, ReadError> {
        self.serves()?;
        let all = self.manifests.iter().flat_map(|manifest| {
            let commands = manifest.commands.iter();
            commands.map(move |command| (manifest, command))
        });
        Ok(all
            .filter(|(_, command)| self.scene.usable(command))
            .map(|(manifest, command)| routing::fact(manifest, command, &self.language))
            .collect())
    }

    async fn progress(&self, progress: Progress) -> Result<(), ReadError> {
        self.serves()?;
        self.progress().push(progress);
        Ok(())
    }
}
