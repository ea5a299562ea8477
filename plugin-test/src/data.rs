//! What the plugin may read, and what is kept of it: keys and values, settings, what it scheduled; and what the caller can use.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use jadi_model::clock::Millis;
use jadi_model::{Ban, ChatKind, Event, Jid, KnownChat, KnownCounts, KnownUser, Progress};
use jadi_plugin_manifest::{Manifest, Scope, SettingValue};
use jadi_plugin_runtime::routing::{self, Scene};
use jadi_plugin_runtime::{
    CommandFact, FetchError, GroupSettingFact, HostingAnswer, HostingAsk, HttpRequest,
    HttpResponse, KvWrite, MediaError, PluginFact, PluginSettingFact, ReadError, Reads,
    ScheduleWrite, SettingWrite,
};

use crate::known::{Chats, Users};

/// A plugin's keys and values in one bot.
pub(crate) type Kv = BTreeMap<String, Vec<u8>>;

/// A plugin's settings in one bot: what is set for a chat, or for the bot.
pub(crate) type Settings = BTreeMap<(Option<Jid>, String), SettingValue>;

/// What a plugin has scheduled in one bot, by chat and name: when, what comes along, and the event that it came of.
pub(crate) type Schedule = BTreeMap<(Jid, String), (Millis, Vec<u8>, Arc<Event>)>;

/// The servers of a test.
pub(crate) type Servers = Arc<dyn Fn(&HttpRequest) -> Option<HttpResponse> + Send + Sync>;

/// Settings of all plugins in one bot, by plugin.
pub(crate) type AllSettings = BTreeMap<String, Settings>;

/// The host of a test, as the plugin may ask for its bots.
pub(crate) type Host = Arc<dyn Fn(&HostingAsk) -> HostingAnswer + Send + Sync>;

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
    /// The plugin's name.
    pub(crate) plugin: String,
    pub(crate) settings: AllSettings,
    /// Whom and which chats the bot knows.
    pub(crate) users: Users,
    pub(crate) chats: Chats,
    /// Installed, and not enabled.
    pub(crate) disabled: Arc<[Manifest]>,
    /// What is scheduled in the chat.
    pub(crate) scheduled: BTreeMap<String, Millis>,
    pub(crate) chat: Jid,
    /// Files by their handles.
    pub(crate) files: BTreeMap<Vec<u8>, Vec<u8>>,
    /// Profile pictures of people and groups.
    pub(crate) pictures: BTreeMap<Jid, Vec<u8>>,
    /// The code of each group's invitation; of this one's.
    pub(crate) invite_code: Option<String>,
    pub(crate) servers: Option<Servers>,
    pub(crate) host: Option<Host>,
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

    /// What is set, for the chat or the bot.
    fn set_value(&self, plugin: &str, chat: Option<&Jid>, name: &str) -> Option<SettingValue> {
        let key = (chat.cloned(), name.to_owned());
        self.settings.get(plugin)?.get(&key).cloned()
    }

    fn fact(&self, manifest: &Manifest, enabled: bool) -> PluginFact {
        let clashes = |other: &&Manifest| {
            let mut names = manifest.commands.iter().flat_map(|command| command.names());
            other.name != manifest.name && names.any(|name| other.command(name).is_some())
        };
        let settings = manifest.settings.iter().map(|setting| PluginSettingFact {
            summary: setting.summary.get(&self.language).to_owned(),
            value: self
                .set_value(&manifest.name, None, &setting.name)
                .unwrap_or_else(|| setting.value.default_value()),
            setting: setting.clone(),
        });
        PluginFact {
            name: manifest.name.clone(),
            version: manifest.version.clone(),
            summary: manifest.summary.get(&self.language).to_owned(),
            enabled,
            clashes_with: self
                .manifests
                .iter()
                .find(clashes)
                .map(|other| other.name.clone()),
            settings: settings.collect(),
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
        let chat = here.then_some(&self.chat);
        Ok(self.set_value(&self.plugin, chat, name))
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

    async fn picture(&self, of: &Jid, limit: u64) -> Result<Option<Vec<u8>>, MediaError> {
        self.serves()?;
        match self.pictures.get(of) {
            Some(file) if file.len() as u64 > limit => Err(MediaError::TooLarge),
            file => Ok(file.cloned()),
        }
    }

    async fn invite_code(&self) -> Result<Option<String>, ReadError> {
        self.serves()?;
        Ok(self.invite_code.clone())
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

    async fn group_settings(&self) -> Result<Vec<GroupSettingFact>, ReadError> {
        self.serves()?;
        let all = self.manifests.iter().flat_map(|manifest| {
            let settings = manifest.settings.iter();
            settings.map(move |setting| (manifest, setting))
        });
        let per_group = all.filter(|(_, setting)| setting.scope == Scope::Group);
        let facts = per_group.map(|(manifest, setting)| {
            let set = |chat| self.set_value(&manifest.name, chat, &setting.name);
            GroupSettingFact {
                plugin: manifest.name.clone(),
                summary: setting.summary.get(&self.language).to_owned(),
                value: set(Some(&self.chat))
                    .or_else(|| set(None))
                    .unwrap_or_else(|| setting.value.default_value()),
                setting: setting.clone(),
            }
        });
        Ok(facts.collect())
    }

    async fn user(&self, person: &Jid) -> Result<Option<KnownUser>, ReadError> {
        self.serves()?;
        Ok(self.users.get(person).cloned())
    }

    async fn chat(&self) -> Result<Option<KnownChat>, ReadError> {
        self.serves()?;
        Ok(self.chats.get(&self.chat).map(|(_, chat)| chat.clone()))
    }

    async fn counts(&self) -> Result<KnownCounts, ReadError> {
        self.serves()?;
        let of = |kind: ChatKind| {
            let chats = self.chats.values();
            chats.filter(|(known, _)| *known == kind).count() as u64
        };
        Ok(KnownCounts {
            users: self.users.len() as u64,
            groups: of(ChatKind::Group),
            private_chats: of(ChatKind::Private),
        })
    }

    async fn bans(&self) -> Result<Vec<Ban>, ReadError> {
        self.serves()?;
        let bans = self.users.values().filter_map(|user| {
            Some(Ban {
                person: user.jid.clone(),
                since: user.banned_since?,
            })
        });
        let mut bans: Vec<Ban> = bans.collect();
        bans.sort_by_key(|ban| std::cmp::Reverse(ban.since));
        Ok(bans)
    }

    async fn plugins(&self) -> Result<Vec<PluginFact>, ReadError> {
        self.serves()?;
        let enabled = self.manifests.iter().map(|one| self.fact(one, true));
        let disabled = self.disabled.iter().map(|one| self.fact(one, false));
        let mut facts: Vec<PluginFact> = enabled.chain(disabled).collect();
        facts.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(facts)
    }

    async fn hosting(&self, ask: HostingAsk) -> Result<HostingAnswer, ReadError> {
        self.serves()?;
        let answer = self.host.as_ref().map(|host| host(&ask));
        answer.ok_or_else(|| ReadError("the test has no host, see TestBot::set_host".into()))
    }

    async fn progress(&self, progress: Progress) -> Result<(), ReadError> {
        self.serves()?;
        self.progress().push(progress);
        Ok(())
    }
}
