//! What the plugin may read, and what is kept of it: keys and values, settings, what it scheduled; and what the caller can use.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use jadi_model::clock::Millis;
use jadi_model::{Event, Jid, Progress};
use jadi_plugin_manifest::{Manifest, SettingValue};
use jadi_plugin_runtime::routing::{self, Scene};
use jadi_plugin_runtime::{
    CommandFact, FetchError, HttpRequest, HttpResponse, KvWrite, MediaError, ReadError, Reads,
    ScheduleWrite, SettingWrite,
};

/// A plugin's keys and values in one bot.
pub(crate) type Kv = BTreeMap<String, Vec<u8>>;

/// A plugin's settings in one bot: what is set for a chat, or for the bot.
pub(crate) type Settings = BTreeMap<(Option<Jid>, String), SettingValue>;

/// What a plugin has scheduled in one bot, by chat and name: when, what comes along, and the event that it came of.
pub(crate) type Schedule = BTreeMap<(Jid, String), (Millis, Vec<u8>, Arc<Event>)>;

/// The servers of a test.
pub(crate) type Servers = Arc<dyn Fn(&HttpRequest) -> Option<HttpResponse> + Send + Sync>;

/// Does what a handler that returned ok wants set.
pub(crate) fn set(settings: &mut Settings, chat: &Jid, writes: Vec<SettingWrite>) {
    for write in writes {
        let key = (write.here.then(|| chat.clone()), write.name);
        match write.value {
            Some(value) => settings.insert(key, value),
            None => settings.remove(&key),
        };
    }
}

/// Does what a handler that returned ok wants to come later.
pub(crate) fn schedule(schedule: &mut Schedule, event: &Arc<Event>, writes: Vec<ScheduleWrite>) {
    let chat = &event.chat.jid;
    for write in writes {
        match write {
            ScheduleWrite::At { name, at, payload } => {
                schedule.insert((chat.clone(), name), (at, payload, Arc::clone(event)));
            }
            ScheduleWrite::Cancel { name } => {
                schedule.remove(&(chat.clone(), name));
            }
        }
    }
}

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
    pub(crate) settings: Settings,
    /// What is scheduled in the chat.
    pub(crate) scheduled: BTreeMap<String, Millis>,
    pub(crate) chat: Jid,
    /// Files by their handles.
    pub(crate) files: BTreeMap<Vec<u8>, Vec<u8>>,
    pub(crate) servers: Option<Servers>,
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

    async fn setting(&self, name: &str, here: bool) -> Result<Option<SettingValue>, ReadError> {
        self.serves()?;
        let chat = here.then(|| self.chat.clone());
        Ok(self.settings.get(&(chat, name.to_owned())).cloned())
    }

    async fn scheduled(&self) -> Result<BTreeMap<String, Millis>, ReadError> {
        self.serves()?;
        Ok(self.scheduled.clone())
    }

    async fn media(&self, handle: &[u8], limit: u64) -> Result<Vec<u8>, MediaError> {
        self.serves()?;
        let file = self.files.get(handle).ok_or(MediaError::Gone)?;
        if file.len() as u64 > limit {
            return Err(MediaError::TooLarge);
        }
        Ok(file.clone())
    }

    async fn fetch(&self, request: HttpRequest) -> Result<HttpResponse, FetchError> {
        let answer = self.servers.as_ref().and_then(|servers| servers(&request));
        let answer = answer.ok_or(FetchError::Unavailable)?;
        if answer.body.len() as u64 > request.most {
            return Err(FetchError::TooLarge);
        }
        Ok(answer)
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
