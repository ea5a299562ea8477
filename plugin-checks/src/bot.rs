//! A bot of a test's making: its people, its data, and running an event in it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Result;
use async_trait::async_trait;
use jadi_model::clock::Millis;
use jadi_model::{
    Action, Ban, BotId, BotRecord, BotRole, EventKind, Jid, KnownChat, KnownCounts, KnownUser,
    LinkMethod, MediaContent, Person, Progress, Role, StateName,
};
use jadi_plugin_manifest::{Manifest, Scope, Setting, SettingKind, SettingValue, Text};
use jadi_plugin_runtime::{
    CommandFact, EventInput, FetchError, GroupSettingFact, HostOverview, HostingAnswer, HostingAsk,
    HttpRequest, HttpResponse, KvWrite, MediaError, Outcome, Plugin, PluginFact, PluginSettingFact,
    ReadError, Reads, RecordedInput, RefusalReason, Runtime, ScheduleWrite,
};

use crate::Record;

/// What a plugin keeps in one bot.
#[derive(Debug, Default)]
struct Data {
    kv: BTreeMap<String, Vec<u8>>,
    settings: BTreeMap<(String, bool), SettingValue>,
    scheduled: BTreeMap<String, (Millis, Vec<u8>)>,
}

/// A bot with data for one plugin.
pub struct Bot {
    canary: String,
    digits: String,
    person: Jid,
    own: Jid,
    group: Jid,
    data: Arc<Mutex<Data>>,
    mixed_up: bool,
    servers_hang: bool,
    turns: Mutex<u32>,
    record: Record,
}

impl Bot {
    /// A bot whose canaries come from `letter`, and whose numbers from `digit`.
    ///
    /// # Errors
    ///
    /// When `digit` is not one.
    pub fn new(letter: char, digit: u8) -> Result<Arc<Self>> {
        // The digit stands seven times in all of its addresses, and in none of another bot's.
        let digits = digit.to_string().repeat(7);
        Ok(Arc::new(Self {
            canary: format!("canary-of-{letter}"),
            person: format!("6280{digits}@s.whatsapp.net").parse()?,
            own: format!("6281{digits}@s.whatsapp.net").parse()?,
            group: format!("12036300{digits}@g.us").parse()?,
            digits,
            data: Arc::default(),
            mixed_up: false,
            servers_hang: false,
            turns: Mutex::default(),
            record: Record::default(),
        }))
    }

    /// A bot whose store is that of this one and mixes up keys: what must never be, to see that it would be noticed.
    ///
    /// # Errors
    ///
    /// As of [`Bot::new`].
    pub fn leaking(&self, letter: char, digit: u8) -> Result<Arc<Self>> {
        Self::changed(letter, digit, |other| {
            other.data = Arc::clone(&self.data);
            other.mixed_up = true;
        })
    }

    /// A bot whose plugins ask servers that never answer.
    ///
    /// # Errors
    ///
    /// As of [`Bot::new`].
    pub fn hanging(letter: char, digit: u8) -> Result<Arc<Self>> {
        Self::changed(letter, digit, |bot| bot.servers_hang = true)
    }

    fn changed(letter: char, digit: u8, change: impl FnOnce(&mut Self)) -> Result<Arc<Self>> {
        let mut bot = Self::new(letter, digit)?;
        let own = Arc::get_mut(&mut bot);
        change(own.ok_or_else(|| anyhow::anyhow!("a new bot belongs to one"))?);
        Ok(bot)
    }

    /// What nobody but this bot may ever see.
    pub fn canaries(&self) -> [&str; 2] {
        [&self.canary, &self.digits]
    }

    pub(crate) fn canary(&self) -> &str {
        &self.canary
    }

    pub(crate) fn digits(&self) -> &str {
        &self.digits
    }

    pub(crate) fn group(&self) -> &Jid {
        &self.group
    }

    /// Somebody in its group, whose every word is a canary.
    pub(crate) fn person(&self) -> Person {
        Person {
            jid: self.person.clone(),
            lid: None,
            name: format!("{} by name", self.canary),
        }
    }

    pub(crate) fn own(&self) -> Person {
        Person {
            jid: self.own.clone(),
            lid: None,
            name: String::new(),
        }
    }

    /// Counts events.
    pub(crate) fn turn(&self) -> u32 {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        *turns += 1;
        *turns
    }

    /// What crossed the border.
    pub fn record(&self) -> &Record {
        &self.record
    }

    fn data(&self) -> MutexGuard<'_, Data> {
        self.data.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets all texts that can be set to canaries, for the bot and for its group.
    pub fn set_all(&self, manifest: &Manifest) {
        for setting in &manifest.settings {
            for (here, what) in [(false, "setting"), (true, "setting-here")] {
                let value = SettingValue::Text(format!("{} {what}", self.canary));
                if setting.value.allows(&value).is_ok() {
                    self.data()
                        .settings
                        .insert((setting.name.clone(), here), value);
                }
            }
        }
    }

    /// Puts this in the place of every value that the plugin keeps.
    pub fn spoil(&self, value: &[u8]) {
        for kept in self.data().kv.values_mut() {
            *kept = value.to_vec();
        }
    }

    /// A setting of another plugin in this bot, set to a canary.
    fn setting_of_another(&self) -> Setting {
        Setting {
            name: "other".to_owned(),
            summary: Text::default(),
            scope: Scope::Group,
            value: SettingKind::Text {
                default: format!("{} set", self.canary),
                most: 100,
            },
        }
    }

    /// Takes what the plugin has scheduled, as the events that come of it.
    pub fn due(&self, plugin: &Plugin) -> Vec<EventKind> {
        let scheduled = std::mem::take(&mut self.data().scheduled).into_iter();
        let due = scheduled.map(|(name, (at, payload))| EventKind::Due {
            plugin: plugin.manifest().name.clone(),
            name,
            at,
            payload,
        });
        due.collect()
    }

    /// Runs an event and, as dispatch does, keeps what the handler wrote when it ended well.
    pub async fn run(
        self: &Arc<Self>,
        runtime: &Runtime,
        plugin: &Arc<Plugin>,
        input: EventInput,
    ) -> Outcome {
        self.record.value(&RecordedInput::from(input.clone()));
        if let EventKind::Due { payload, .. } = &input.event.kind {
            self.record.raw(payload);
        }
        let reads: Arc<dyn Reads> = Arc::clone(self) as _;
        let outcome = runtime.handle(plugin, input, reads).await;
        self.note(&outcome);
        self.keep(&outcome);
        outcome
    }

    /// All that came out, but what it cost.
    fn note(&self, outcome: &Outcome) {
        let record = &self.record;
        record.value(&(&outcome.actions, &outcome.log));
        for action in &outcome.actions {
            if let Action::Send(message) = action
                && let Some(media) = &message.media
            {
                let (MediaContent::Bytes(bytes) | MediaContent::Kept(bytes)) = &media.content;
                record.raw(bytes);
            }
        }
        for write in &outcome.kv_writes {
            match write {
                KvWrite::Set { key, value } => {
                    record.raw(key.as_bytes());
                    record.raw(value);
                }
                KvWrite::Delete { key } => record.raw(key.as_bytes()),
            }
        }
        let writes = (
            &outcome.setting_writes,
            &outcome.schedule_writes,
            &outcome.bot_writes,
        );
        record.raw(format!("{writes:?} {} {:?}", outcome.consumed, outcome.failure).as_bytes());
        for write in &outcome.schedule_writes {
            if let ScheduleWrite::At { payload, .. } = write {
                record.raw(payload);
            }
        }
    }

    fn keep(&self, outcome: &Outcome) {
        let mut data = self.data();
        for write in &outcome.kv_writes {
            match write {
                KvWrite::Set { key, value } => data.kv.insert(key.clone(), value.clone()),
                KvWrite::Delete { key } => data.kv.remove(key),
            };
        }
        for write in &outcome.setting_writes {
            let key = (write.name.clone(), write.here);
            match &write.value {
                Some(value) => data.settings.insert(key, value.clone()),
                None => data.settings.remove(&key),
            };
        }
        for write in &outcome.schedule_writes {
            match write {
                ScheduleWrite::At { name, at, payload } => {
                    data.scheduled.insert(name.clone(), (*at, payload.clone()))
                }
                ScheduleWrite::Cancel { name } => data.scheduled.remove(name),
            };
        }
    }
}

/// What a plugin reads; what it asks for is noted, and what it gets.
#[async_trait]
impl Reads for Bot {
    async fn kv_get(&self, key: &str) -> Result<Option<Vec<u8>>, ReadError> {
        let data = self.data();
        let mut value = data.kv.get(key).cloned();
        if value.is_none() && self.mixed_up {
            value = data.kv.values().next().cloned();
        }
        self.record.raw(key.as_bytes());
        self.record.raw(value.as_deref().unwrap_or_default());
        Ok(value)
    }

    async fn kv_keys(
        &self,
        prefix: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<String>, ReadError> {
        let data = self.data();
        let keys = data.kv.keys().filter(|key| {
            key.starts_with(prefix) && after.is_none_or(|after| key.as_str() > after)
        });
        let keys: Vec<String> = keys.take(limit as usize).cloned().collect();
        self.record.value(&(prefix, after, &keys));
        Ok(keys)
    }

    async fn kv_bytes(&self) -> Result<u64, ReadError> {
        let data = self.data();
        let sizes = data.kv.iter().map(|(key, value)| key.len() + value.len());
        let bytes = sizes.sum::<usize>() as u64;
        self.record.value(&bytes);
        Ok(bytes)
    }

    async fn setting(&self, name: &str, here: bool) -> Result<Option<SettingValue>, ReadError> {
        let value = self.data().settings.get(&(name.to_owned(), here)).cloned();
        self.record.value(&(name, here, &value));
        Ok(value)
    }

    async fn scheduled(&self) -> Result<BTreeMap<String, Millis>, ReadError> {
        let data = self.data();
        let open = data
            .scheduled
            .iter()
            .map(|(name, (at, _))| (name.clone(), *at));
        let open: BTreeMap<_, _> = open.collect();
        self.record.value(&open);
        Ok(open)
    }

    async fn picture(&self, of: &Jid, _: u64) -> Result<Option<Vec<u8>>, MediaError> {
        let picture = format!("{} smiles", self.canary).into_bytes();
        self.record.value(&(of, &picture));
        Ok(Some(picture))
    }

    async fn invite_code(&self) -> Result<Option<String>, ReadError> {
        let code = format!("{}code", self.canary);
        self.record.value(&code);
        Ok(Some(code))
    }

    async fn commands(&self) -> Result<Vec<CommandFact>, ReadError> {
        let canary = &self.canary;
        let facts = vec![CommandFact {
            plugin: "other".to_owned(),
            name: "other".to_owned(),
            aliases: vec![format!("{canary}-alias")],
            category: "tools".to_owned(),
            category_title: format!("{canary} tools"),
            usage: format!("<{canary}>"),
            summary: format!("{canary} summary"),
            role: Role::User,
        }];
        self.record.value(&facts);
        Ok(facts)
    }

    async fn group_settings(&self) -> Result<Vec<GroupSettingFact>, ReadError> {
        let setting = self.setting_of_another();
        let facts = vec![GroupSettingFact {
            plugin: "other".to_owned(),
            summary: format!("{} summary", self.canary),
            value: setting.value.default_value(),
            setting,
        }];
        self.record.value(&facts);
        Ok(facts)
    }

    async fn user(&self, person: &Jid) -> Result<Option<KnownUser>, ReadError> {
        let known = Some(KnownUser {
            jid: self.person.clone(),
            name: format!("{} by name", self.canary),
            first_seen: 1,
            last_seen: 2,
            messages: 3,
            banned_since: None,
        });
        self.record.value(&(person, &known));
        Ok(known)
    }

    async fn chat(&self) -> Result<Option<KnownChat>, ReadError> {
        let known = Some(KnownChat {
            first_seen: 1,
            last_seen: 2,
            messages: 3,
            off_since: None,
            language: Some("en".to_owned()),
        });
        self.record.value(&known);
        Ok(known)
    }

    async fn counts(&self) -> Result<KnownCounts, ReadError> {
        let counts = KnownCounts::default();
        self.record.value(&counts);
        Ok(counts)
    }

    async fn bans(&self) -> Result<Vec<Ban>, ReadError> {
        let bans = vec![Ban {
            person: self.person.clone(),
            since: 1,
        }];
        self.record.value(&bans);
        Ok(bans)
    }

    async fn plugins(&self) -> Result<Vec<PluginFact>, ReadError> {
        let setting = self.setting_of_another();
        let facts = vec![PluginFact {
            name: "other".to_owned(),
            version: "1.0.0".to_owned(),
            summary: format!("{} summary", self.canary),
            enabled: true,
            clashes_with: None,
            settings: vec![PluginSettingFact {
                summary: format!("{} summary", self.canary),
                value: setting.value.default_value(),
                setting,
            }],
        }];
        self.record.value(&facts);
        Ok(facts)
    }

    async fn media(&self, handle: &[u8], limit: u64) -> Result<Vec<u8>, MediaError> {
        let file = format!("{} in a file", self.canary).into_bytes();
        self.record.raw(handle);
        self.record.raw(&file);
        match file.len() as u64 > limit {
            true => Err(MediaError::TooLarge),
            false => Ok(file),
        }
    }

    async fn fetch(&self, request: HttpRequest) -> Result<HttpResponse, FetchError> {
        self.record.raw(format!("{request:?}").as_bytes());
        self.record.raw(request.body.as_deref().unwrap_or_default());
        if self.servers_hang {
            return futures::future::pending().await;
        }
        let body = format!("{{\"{0}\":\"{0} answers\"}}", self.canary);
        self.record.raw(body.as_bytes());
        Ok(HttpResponse {
            status: 200,
            headers: vec![("x-canary".to_owned(), self.canary.clone())],
            body: body.into_bytes(),
        })
    }

    async fn hosting(&self, ask: HostingAsk) -> Result<HostingAnswer, ReadError> {
        let mut bot =
            BotRecord::requested(BotId::from_random([1; 16]), BotRole::Sub, LinkMethod::Qr, 0);
        bot.name.clone_from(&self.canary);
        bot.jid = Some(self.own.clone());
        bot.owner = Some(self.person.clone());
        let answer = match &ask {
            HostingAsk::Request { .. }
            | HostingAsk::Broadcast { .. }
            | HostingAsk::Offer { .. }
            | HostingAsk::NameSystemOwner { .. }
            | HostingAsk::DropSystemOwner { .. } => {
                HostingAnswer::Refused(RefusalReason::Full.into())
            }
            HostingAsk::Usage { .. } => HostingAnswer::Usage(Box::default()),
            HostingAsk::Features => HostingAnswer::Features(Vec::new()),
            HostingAsk::SystemOwners => HostingAnswer::SystemOwners(Vec::new()),
            HostingAsk::Take { .. }
            | HostingAsk::List { .. }
            | HostingAsk::Find { .. }
            | HostingAsk::OwnedBy { .. } => HostingAnswer::Bots(vec![bot]),
            HostingAsk::Overview => HostingAnswer::Overview(HostOverview {
                slots: 1,
                taken: 1,
                states: vec![(StateName::Requested, 1)],
                started_at: 0,
                restoring: 0,
                delay_ms: 250,
                pages: None,
            }),
        };
        self.record.value(&(&ask, &answer));
        Ok(answer)
    }

    async fn progress(&self, progress: Progress) -> Result<(), ReadError> {
        self.record.value(&progress);
        Ok(())
    }
}
