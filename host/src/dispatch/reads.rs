//! What one plugin may read while it runs on one event. Nothing else of the bot, and nothing of another bot, is in reach.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use jadi_plugin_manifest::{Manifest, Scope, Setting, SettingValue};

use super::desk::PluginDesk;
use super::enabled::Enabled;
use super::hosting::Hosting;
use crate::clock::Millis;
use crate::fetch::Fetcher;
use crate::model::{Ban, BotId, Jid, KnownChat, KnownCounts, KnownUser, Progress};
use crate::plugins::routing::{self, Scene};
use crate::plugins::{
    CommandFact, FetchError, GroupSettingFact, HostingAnswer, HostingAsk, HttpRequest,
    HttpResponse, MediaError, PluginFact, PluginSettingFact, ReadError, Reads,
};
use crate::store::{BotData, StoreError, Versioned};
use crate::whatsapp::{DownloadError, Session};

/// How many banned people are told.
const BANS: u32 = 256;
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
    /// Whether nothing is shown in the chat meanwhile.
    pub(super) quiet: bool,
    pub(super) seen: Seen,
    pub(super) fetcher: Fetcher,
    /// The bot, for its desk alone.
    pub(super) bot: BotId,
    pub(super) desk: Arc<dyn PluginDesk>,
    pub(super) hosting: Option<Arc<dyn Hosting>>,
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

/// The bot is not the main one.
#[derive(Debug, thiserror::Error)]
#[error("only the main bot's plugins are told of bots")]
struct NotMain;

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

impl EventReads {
    /// What is set of a plugin, for the bot and for the chat.
    async fn set_of(
        &self,
        manifest: &Manifest,
        chat: Option<&Jid>,
    ) -> Result<BTreeMap<String, SettingValue>, ReadError> {
        if manifest.settings.is_empty() {
            return Ok(BTreeMap::new());
        }
        let read = self.data.plugin_settings(&manifest.name, chat).await;
        read.map_err(|error| ReadError(error.into()))
    }
}

/// What counts of a setting: what is set, unless an earlier version of the plugin allowed it and this one does not.
pub fn value_of(setting: &Setting, set: &BTreeMap<String, SettingValue>) -> SettingValue {
    let value = set.get(&setting.name);
    let allowed = value.filter(|value| setting.value.allows(value).is_ok());
    allowed
        .cloned()
        .unwrap_or_else(|| setting.value.default_value())
}

fn no_file(error: DownloadError) -> MediaError {
    match error {
        DownloadError::Gone => MediaError::Gone,
        DownloadError::TooLarge => MediaError::TooLarge,
        error @ DownloadError::Unavailable => MediaError::Unavailable(ReadError(error.into())),
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

    async fn group_settings(&self) -> Result<Vec<GroupSettingFact>, ReadError> {
        let mut facts = Vec::new();
        for manifest in self.enabled.manifests() {
            let per_group = |setting: &&Setting| setting.scope == Scope::Group;
            if !manifest.settings.iter().any(|setting| per_group(&setting)) {
                continue;
            }
            let set = self.set_of(manifest, Some(&self.chat)).await?;
            let settings = manifest.settings.iter().filter(per_group);
            facts.extend(settings.map(|setting| GroupSettingFact {
                plugin: manifest.name.clone(),
                setting: setting.clone(),
                summary: setting.summary.get(&self.language).to_owned(),
                value: value_of(setting, &set),
            }));
        }
        Ok(facts)
    }

    async fn user(&self, person: &Jid) -> Result<Option<KnownUser>, ReadError> {
        let read = self.data.user(person).await;
        read.map_err(|error| ReadError(error.into()))
    }

    async fn chat(&self) -> Result<Option<KnownChat>, ReadError> {
        let read = self.data.chat(&self.chat).await;
        read.map_err(|error| ReadError(error.into()))
    }

    async fn counts(&self) -> Result<KnownCounts, ReadError> {
        let read = self.data.counts().await;
        read.map_err(|error| ReadError(error.into()))
    }

    async fn bans(&self) -> Result<Vec<Ban>, ReadError> {
        let read = self.data.bans(BANS).await;
        read.map_err(|error| ReadError(error.into()))
    }

    async fn plugins(&self) -> Result<Vec<PluginFact>, ReadError> {
        let mut facts = Vec::new();
        for installed in self.desk.installed(self.bot).await {
            let manifest = installed.manifest;
            let set = self.set_of(&manifest, None).await?;
            let settings = manifest.settings.iter().map(|setting| PluginSettingFact {
                setting: setting.clone(),
                summary: setting.summary.get(&self.language).to_owned(),
                value: value_of(setting, &set),
            });
            facts.push(PluginFact {
                settings: settings.collect(),
                summary: manifest.summary.get(&self.language).to_owned(),
                enabled: installed.enabled,
                clashes_with: installed.clashes_with,
                name: manifest.name,
                version: manifest.version,
            });
        }
        Ok(facts)
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
        let file = self.session.download(handle, limit).await;
        file.map_err(no_file)
    }

    async fn picture(&self, of: &Jid, limit: u64) -> Result<Option<Vec<u8>>, MediaError> {
        let file = self.session.picture(of, limit).await;
        file.map_err(no_file)
    }

    async fn invite_code(&self) -> Result<Option<String>, ReadError> {
        let code = self.session.invite_code(&self.chat).await;
        code.map_err(|error| ReadError(error.into()))
    }

    async fn fetch(&self, request: HttpRequest) -> Result<HttpResponse, FetchError> {
        self.fetcher.fetch(request).await
    }

    async fn hosting(&self, ask: HostingAsk) -> Result<HostingAnswer, ReadError> {
        match &self.hosting {
            Some(hosting) => hosting.answer(ask).await,
            None => Err(ReadError(NotMain.into())),
        }
    }

    async fn progress(&self, progress: Progress) -> Result<(), ReadError> {
        if self.quiet {
            return Ok(());
        }
        // Best effort: the answer comes all the same.
        let shown = tokio::time::timeout(PROGRESS, self.session.progress(&progress)).await;
        if !matches!(shown, Ok(Ok(()))) {
            tracing::debug!(plugin = self.plugin, "an early effect was not shown");
        }
        Ok(())
    }
}
