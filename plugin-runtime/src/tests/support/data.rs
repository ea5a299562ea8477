//! A bot's data, in memory.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use jadi_model::clock::Millis;
use jadi_model::{Ban, Jid, KnownChat, KnownCounts, KnownUser, Progress};
use jadi_plugin_manifest::SettingValue;

use crate::*;

/// A bot's data, in memory.
#[derive(Default)]
pub(crate) struct Data {
    pub(crate) kv: BTreeMap<String, Vec<u8>>,
    pub(crate) commands: Vec<CommandFact>,
    pub(crate) shown: Mutex<Vec<Progress>>,
    /// Settings by name and whether they are the group's.
    pub(crate) settings: BTreeMap<(String, bool), SettingValue>,
    /// What is scheduled, by name.
    pub(crate) scheduled: BTreeMap<String, Millis>,
    /// What a server answers.
    pub(crate) answer: Option<Result<HttpResponse, FetchError>>,
    /// Files by their handles.
    pub(crate) files: BTreeMap<Vec<u8>, Vec<u8>>,
    /// Profile pictures.
    pub(crate) pictures: BTreeMap<Jid, Vec<u8>>,
    /// The group's invitation.
    pub(crate) invite_code: Option<String>,
    /// Whom the bot knows.
    pub(crate) users: Vec<KnownUser>,
    /// The event's chat.
    pub(crate) known_chat: Option<KnownChat>,
    /// What the group has set.
    pub(crate) group_settings: Vec<GroupSettingFact>,
    /// What is installed.
    pub(crate) plugins: Vec<PluginFact>,
    /// What is known of the host's bots, by the question as it shows itself. Each is told once.
    pub(crate) hosting: Mutex<BTreeMap<String, HostingAnswer>>,
    /// Whether storage fails.
    pub(crate) broken: bool,
    /// Whether storage never answers.
    pub(crate) stuck: bool,
}

impl Data {
    async fn ready(&self) -> Result<(), ReadError> {
        if self.stuck {
            std::future::pending::<()>().await;
        }
        if self.broken {
            return Err(ReadError("the disk is gone".into()));
        }
        Ok(())
    }
}

#[async_trait]
impl Reads for Data {
    async fn kv_get(&self, key: &str) -> Result<Option<Vec<u8>>, ReadError> {
        self.ready().await?;
        Ok(self.kv.get(key).cloned())
    }

    async fn kv_keys(
        &self,
        prefix: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<String>, ReadError> {
        self.ready().await?;
        let keys = self.kv.keys().filter(|key| {
            key.starts_with(prefix) && after.is_none_or(|after| key.as_str() > after)
        });
        Ok(keys.take(limit as usize).cloned().collect())
    }

    async fn kv_bytes(&self) -> Result<u64, ReadError> {
        self.ready().await?;
        let bytes = self.kv.iter().map(|(key, value)| key.len() + value.len());
        Ok(bytes.sum::<usize>() as u64)
    }

    async fn commands(&self) -> Result<Vec<CommandFact>, ReadError> {
        self.ready().await?;
        Ok(self.commands.clone())
    }

    async fn setting(&self, name: &str, here: bool) -> Result<Option<SettingValue>, ReadError> {
        self.ready().await?;
        Ok(self.settings.get(&(name.to_owned(), here)).cloned())
    }

    async fn scheduled(&self) -> Result<BTreeMap<String, Millis>, ReadError> {
        self.ready().await?;
        Ok(self.scheduled.clone())
    }

    async fn media(&self, handle: &[u8], limit: u64) -> Result<Vec<u8>, MediaError> {
        self.ready().await?;
        let file = self.files.get(handle).ok_or(MediaError::Gone)?;
        if file.len() as u64 > limit {
            return Err(MediaError::TooLarge);
        }
        Ok(file.clone())
    }

    async fn picture(&self, of: &Jid, limit: u64) -> Result<Option<Vec<u8>>, MediaError> {
        self.ready().await?;
        match self.pictures.get(of) {
            Some(file) if file.len() as u64 > limit => Err(MediaError::TooLarge),
            file => Ok(file.cloned()),
        }
    }

    async fn invite_code(&self) -> Result<Option<String>, ReadError> {
        self.ready().await?;
        Ok(self.invite_code.clone())
    }

    async fn fetch(&self, _request: HttpRequest) -> Result<HttpResponse, FetchError> {
        self.answer.clone().unwrap_or(Err(FetchError::Unavailable))
    }

    async fn group_settings(&self) -> Result<Vec<GroupSettingFact>, ReadError> {
        self.ready().await?;
        Ok(self.group_settings.clone())
    }

    async fn user(&self, person: &Jid) -> Result<Option<KnownUser>, ReadError> {
        self.ready().await?;
        Ok(self.users.iter().find(|user| user.jid == *person).cloned())
    }

    async fn chat(&self) -> Result<Option<KnownChat>, ReadError> {
        self.ready().await?;
        Ok(self.known_chat.clone())
    }

    async fn counts(&self) -> Result<KnownCounts, ReadError> {
        self.ready().await?;
        Ok(KnownCounts {
            users: self.users.len() as u64,
            groups: 2,
            private_chats: 3,
        })
    }

    async fn bans(&self) -> Result<Vec<Ban>, ReadError> {
        self.ready().await?;
        let banned = self.users.iter().filter_map(|user| {
            Some(Ban {
                person: user.jid.clone(),
                since: user.banned_since?,
            })
        });
        Ok(banned.collect())
    }

    async fn plugins(&self) -> Result<Vec<PluginFact>, ReadError> {
        self.ready().await?;
        Ok(self.plugins.clone())
    }

    async fn hosting(&self, ask: HostingAsk) -> Result<HostingAnswer, ReadError> {
        self.ready().await?;
        let mut answers = self.hosting.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = answers.remove(&format!("{ask:?}"));
        answer.ok_or_else(|| ReadError("the test has no answer".into()))
    }

    async fn progress(&self, progress: Progress) -> Result<(), ReadError> {
        self.ready().await?;
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        shown.push(progress);
        Ok(())
    }
}
