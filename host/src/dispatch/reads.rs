//! What one plugin may read while it runs on one event. Nothing else of the bot, and nothing of another bot, is in reach.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use jadi_plugin_manifest::SettingValue;

use super::enabled::Enabled;
use crate::clock::Millis;
use crate::fetch::Fetcher;
use crate::model::{Jid, Progress};
use crate::plugins::routing::{self, Scene};
use crate::plugins::{
    CommandFact, FetchError, HttpRequest, HttpResponse, MediaError, ReadError, Reads,
};
use crate::store::{BotData, StoreError, Versioned};
use crate::whatsapp::{DownloadError, Session};

/// An early effect that takes longer is not worth waiting for.
const PROGRESS: Duration = Duration::from_secs(3);

/// The reads of one run.
pub(super) struct EventReads {
    pub(super) data: BotData,
    pub(super) plugin: String,
    /// The chat that the event happened in.
    pub(super) chat: Jid,
    pub(super) enabled: Arc<Enabled>,
    pub(super) scene: Scene,
    pub(super) language: String,
    pub(super) session: Arc<dyn Session>,
    pub(super) seen: Seen,
    pub(super) fetcher: Fetcher,
}

/// Which version of the plugin's key-values a run has seen.
#[derive(Default)]
pub(super) struct Seen {
    version: Mutex<Option<u64>>,
    conflict: AtomicBool,
}

/// The plugin's data changed between two reads of one run.
#[derive(Debug, thiserror::Error)]
#[error("the plugin's data changed while the event was handled; it is handled again")]
struct Changed;

impl Seen {
    /// The version that was read, if anything was.
    pub(super) fn version(&self) -> Option<u64> {
        *self.version.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether two reads saw different versions: what the plugin made of them means nothing.
    pub(super) fn conflict(&self) -> bool {
        self.conflict.load(Ordering::Relaxed)
    }

    /// All reads of a run see the same version, that of its first one.
    fn note<T>(&self, read: Result<Versioned<T>, StoreError>) -> Result<T, ReadError> {
        let read = read.map_err(|error| ReadError(error.into()))?;
        let mut version = self.version.lock().unwrap_or_else(PoisonError::into_inner);
        if *version.get_or_insert(read.version) != read.version {
            self.conflict.store(true, Ordering::Relaxed);
            return Err(ReadError(Changed.into()));
        }
        Ok(read.value)
    }
}

#[async_trait]
impl Reads for EventReads {
    async fn kv_get(&self, key: &str) -> Result<Option<Vec<u8>>, ReadError> {
        self.seen.note(self.data.kv_get(&self.plugin, key).await)
    }

    async fn kv_keys(
        &self,
        prefix: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<String>, ReadError> {
        let keys = self.data.kv_keys(&self.plugin, prefix, after, limit).await;
        self.seen.note(keys)
    }

    async fn kv_bytes(&self) -> Result<u64, ReadError> {
        self.seen.note(self.data.kv_bytes(&self.plugin).await)
    }

    async fn commands(&self) -> Result<Vec<CommandFact>, ReadError> {
        let usable = self
            .enabled
            .commands()
            .filter(|(_, command)| self.scene.usable(command));
        Ok(usable
            .map(|(manifest, command)| routing::fact(manifest, command, &self.language))
            .collect())
    }

    async fn setting(&self, name: &str, here: bool) -> Result<Option<SettingValue>, ReadError> {
        let chat = here.then_some(&self.chat);
        let read = self.data.plugin_setting(&self.plugin, chat, name).await;
        read.map_err(|error| ReadError(error.into()))
    }

    async fn scheduled(&self) -> Result<BTreeMap<String, Millis>, ReadError> {
        let read = self.data.scheduled(&self.plugin, &self.chat).await;
        read.map_err(|error| ReadError(error.into()))
    }

    async fn media(&self, handle: &[u8], limit: u64) -> Result<Vec<u8>, MediaError> {
        match self.session.download(handle, limit).await {
            Ok(file) => Ok(file),
            Err(DownloadError::Gone) => Err(MediaError::Gone),
            Err(DownloadError::TooLarge) => Err(MediaError::TooLarge),
            Err(error @ DownloadError::Unavailable) => {
                Err(MediaError::Unavailable(ReadError(error.into())))
            }
        }
    }

    async fn fetch(&self, request: HttpRequest) -> Result<HttpResponse, FetchError> {
        self.fetcher.fetch(request).await
    }

    async fn progress(&self, progress: Progress) -> Result<(), ReadError> {
        // Best effort: the answer comes all the same.
        let shown = tokio::time::timeout(PROGRESS, self.session.progress(&progress)).await;
        if !matches!(shown, Ok(Ok(()))) {
            tracing::debug!(plugin = self.plugin, "an early effect was not shown");
        }
        Ok(())
    }
}
