//! What is done with one bot for whoever manages it, from chat and from its page: started, stopped, ended, named and set.

use std::collections::BTreeMap;
use std::sync::Arc;

use jadi_plugin_manifest::SettingValue;
use tokio::sync::{broadcast, watch};

use super::ending::Endings;
use super::fleet::Fleet;
use super::status::{BotState, BotStatus};
use super::takeout::{self, TakeoutError, file_name, pack};
use crate::clock::Millis;
use crate::dispatch::{
    Answered, AskError, FailureEntry, Installed, Load, LogEntry, PluginDesk, SwitchError, failures,
    logs, value_of,
};
use crate::model::{BotId, BotRecord, Ending, Event, KnownCounts, MessageId};
use crate::store::{
    Day, DayLatency, DayUsage, DeadLetter, NewWebhook, RecordChange, Row, SettingChange, Settings,
    SettingsChange, StoreError, Totals, Webhook, WebhookSecret,
};
use crate::webhooks::new_secret;
use crate::whatsapp::Traffic;

/// The most characters of a bot's name.
const NAME: usize = 40;

/// Whether a bot may be called this, or nothing: up to 40 characters on one line.
pub fn is_name(name: &str) -> bool {
    name.chars().count() <= NAME && !name.chars().any(char::is_control)
}

/// What a bot's own data tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Particulars {
    /// What is set.
    pub settings: Settings,
    /// Whom it has met.
    pub counts: KnownCounts,
    /// What it has received and sent.
    pub totals: Totals,
}

/// How much a bot is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Usage {
    /// Whom it has met.
    pub counts: KnownCounts,
    /// What it has received and sent.
    pub totals: Totals,
    /// When something came in last.
    pub last_seen: Option<Millis>,
    /// Since when it is connected; none when it is not.
    pub open_since: Option<Millis>,
    /// What has gone over its connections since it came up here.
    pub traffic: Traffic,
}

/// A bot, as it goes on. Both end when it is taken down.
pub struct Following {
    /// How it is.
    pub status: watch::Receiver<BotStatus>,
    /// Messages from others.
    pub heard: broadcast::Receiver<Arc<Event>>,
}

/// Manages bots. Who may have what done with which bot, whoever asks has looked at.
pub struct Manager {
    fleet: Arc<Fleet>,
    endings: Arc<Endings>,
    plugins: Arc<dyn PluginDesk>,
}

impl Manager {
    /// For the bots of this fleet, and these plugins.
    pub fn new(
        fleet: Arc<Fleet>,
        endings: Arc<Endings>,
        plugins: Arc<dyn PluginDesk>,
    ) -> Arc<Self> {
        Arc::new(Self {
            fleet,
            endings,
            plugins,
        })
    }

    /// Brings a bot up that does not run.
    ///
    /// # Errors
    ///
    /// [`StoreError::NoSuchBot`], and when its data can't be read.
    pub async fn start(&self, bot: BotId) -> Result<(), StoreError> {
        self.fleet.start(bot).await
    }

    /// Stops a bot and keeps its session.
    ///
    /// # Errors
    ///
    /// [`StoreError::NoSuchBot`], and when it can't be noted.
    pub async fn stop(&self, bot: BotId) -> Result<(), StoreError> {
        self.fleet.stop(bot).await
    }

    /// Logs a bot out and deletes everything of it.
    ///
    /// # Errors
    ///
    /// As for [`Endings::begin`].
    pub async fn end(&self, bot: BotId, ending: Ending) -> Result<(), StoreError> {
        self.endings.begin(bot, ending).await
    }

    /// Names a bot.
    ///
    /// # Errors
    ///
    /// [`StoreError::NoSuchBot`], and when it can't be kept.
    pub async fn rename(&self, bot: BotId, name: String) -> Result<(), StoreError> {
        let rename = Box::new(|record: &mut BotRecord| record.name = name);
        self.change(bot, rename).await.map(drop)
    }

    /// What a bot's data tells of it.
    ///
    /// # Errors
    ///
    /// When it can't be read.
    pub async fn particulars(&self, bot: BotId) -> Result<Particulars, StoreError> {
        let data = self.fleet.parts.store.bot(bot).await?;
        Ok(Particulars {
            settings: data.settings().await?,
            counts: data.counts().await?,
            totals: data.totals().await?,
        })
    }

    /// How much a bot is used.
    ///
    /// # Errors
    ///
    /// When its data can't be read.
    pub async fn usage(&self, bot: BotId) -> Result<Usage, StoreError> {
        let data = self.fleet.parts.store.bot(bot).await?;
        let instance = self.fleet.instances().get(bot);
        let status = instance.as_ref().map(|instance| instance.status());
        let session = instance.and_then(|instance| instance.session().borrow().clone());
        Ok(Usage {
            counts: data.counts().await?,
            totals: data.totals().await?,
            last_seen: data.last_seen().await?,
            open_since: status
                .filter(|status| status.state == BotState::Open)
                .map(|status| status.since),
            traffic: session.map(|session| session.traffic()).unwrap_or_default(),
        })
    }

    /// What a bot's data and session take on the disk, bytes.
    ///
    /// # Errors
    ///
    /// When that can't be measured.
    pub async fn storage(&self, bot: BotId) -> Result<u64, StoreError> {
        self.fleet.parts.store.bytes(bot).await
    }

    /// What a bot uses at this moment; none while it does not run.
    pub fn load(&self, bot: BotId) -> Option<Load> {
        let dispatch = self.fleet.dispatch(bot)?;
        Some(dispatch.load())
    }

    /// Changes a bot's settings; they count from its next event on.
    ///
    /// # Errors
    ///
    /// When they can't be kept.
    pub async fn set(&self, bot: BotId, change: SettingsChange) -> Result<(), StoreError> {
        let data = self.fleet.parts.store.bot(bot).await?;
        data.change_settings(change).await?;
        match self.fleet.dispatch(bot) {
            Some(dispatch) => dispatch.reload_settings().await,
            None => Ok(()),
        }
    }

    /// All plugins, as a bot has them.
    pub async fn plugins(&self, bot: BotId) -> Vec<Installed> {
        self.plugins.installed(bot).await
    }

    /// One plugin as a bot has it, with what counts of its settings by name; none when none of this name is installed.
    ///
    /// # Errors
    ///
    /// When the bot's data can't be read.
    pub async fn plugin(
        &self,
        bot: BotId,
        name: &str,
    ) -> Result<Option<(Installed, BTreeMap<String, SettingValue>)>, StoreError> {
        let mut installed = self.plugins(bot).await.into_iter();
        let Some(plugin) = installed.find(|plugin| plugin.manifest.name == name) else {
            return Ok(None);
        };
        let settings = &plugin.manifest.settings;
        let mut values = BTreeMap::new();
        if !settings.is_empty() {
            let data = self.fleet.parts.store.bot(bot).await?;
            let set = data.plugin_settings(name, None).await?;
            let counting = settings
                .iter()
                .map(|setting| (setting.name.clone(), value_of(setting, &set)));
            values.extend(counting);
        }
        Ok(Some((plugin, values)))
    }

    /// Has a command run as if the bot's owner had typed it to the bot: `text` is what stands after the prefix.
    ///
    /// # Errors
    ///
    /// When nothing comes of it.
    pub async fn ask(&self, bot: BotId, text: &str) -> Result<Answered, AskError> {
        let dispatch = self.fleet.dispatch(bot).ok_or(AskError::NotOpen)?;
        dispatch.ask(text).await
    }

    /// How a bot is and what it hears, as that goes on; none when it does not run here.
    pub fn follow(&self, bot: BotId) -> Option<Following> {
        Some(Following {
            status: self.fleet.instances().get(bot)?.watch(),
            heard: self.fleet.dispatch(bot)?.heard(),
        })
    }

    /// Enables or disables a plugin for a bot.
    ///
    /// # Errors
    ///
    /// As for [`PluginDesk::switch`].
    pub async fn switch(&self, bot: BotId, plugin: &str, enabled: bool) -> Result<(), SwitchError> {
        self.plugins.switch(bot, plugin, enabled).await
    }

    /// Changes what is set of a plugin for a bot. Whether its manifest allows the values, whoever asks has looked at.
    ///
    /// # Errors
    ///
    /// When it can't be kept; those before may be.
    pub async fn set_plugin(
        &self,
        bot: BotId,
        plugin: &str,
        changes: Vec<SettingChange>,
    ) -> Result<(), StoreError> {
        let data = self.fleet.parts.store.bot(bot).await?;
        for change in changes {
            data.set_plugin_setting(plugin, change).await?;
        }
        Ok(())
    }

    /// Makes a webhook for a bot: what is posted there is signed with the secret that is returned, and never shown again. None when
    /// the bot has as many as it may have.
    ///
    /// # Errors
    ///
    /// When it can't be kept.
    pub async fn add_webhook(
        &self,
        bot: &BotRecord,
        url: String,
    ) -> Result<Option<WebhookSecret>, StoreError> {
        let secret = new_secret(&*self.fleet.parts.random);
        let webhook = NewWebhook {
            url,
            secret: secret.clone(),
            owner: bot.owner.clone(),
            made: self.fleet.parts.clock.now(),
        };
        let data = self.fleet.parts.store.bot(bot.id).await?;
        let added = data.add_webhook(webhook).await?;
        self.webhooks_changed(bot.id).await?;
        Ok(added.then_some(secret))
    }

    /// A bot's webhooks, and what they did not take.
    ///
    /// # Errors
    ///
    /// When they can't be read.
    pub async fn webhooks(
        &self,
        bot: BotId,
    ) -> Result<(Vec<Webhook>, Vec<DeadLetter>), StoreError> {
        let data = self.fleet.parts.store.bot(bot).await?;
        Ok((data.webhooks().await?, data.dead_letters().await?))
    }

    /// Removes a webhook with all that is on its way to it.
    ///
    /// # Errors
    ///
    /// When that can't be kept.
    pub async fn remove_webhook(&self, bot: BotId, webhook: Row) -> Result<(), StoreError> {
        let data = self.fleet.parts.store.bot(bot).await?;
        data.remove_webhook(webhook).await?;
        self.webhooks_changed(bot).await
    }

    /// Posts a dead letter again. Returns whether it will: not when there is none in this row, or too much waits already.
    ///
    /// # Errors
    ///
    /// When that can't be kept.
    pub async fn replay(&self, bot: BotId, dead_letter: Row) -> Result<bool, StoreError> {
        let data = self.fleet.parts.store.bot(bot).await?;
        let replayed = data
            .replay(dead_letter, self.fleet.parts.clock.now())
            .await?;
        self.webhooks_changed(bot).await?;
        Ok(replayed)
    }

    /// A bot's days from this one on: what it did, and how long people waited for its answers.
    ///
    /// # Errors
    ///
    /// When its data can't be read.
    pub async fn history(
        &self,
        bot: BotId,
        from: Day,
    ) -> Result<(Vec<DayUsage>, Vec<DayLatency>), StoreError> {
        let data = self.fleet.parts.store.bot(bot).await?;
        Ok((data.days(from).await?, data.latencies(from).await?))
    }

    /// The latest runs of a plugin in a bot, oldest first: what they cost, how they ended, what they logged.
    ///
    /// # Errors
    ///
    /// When its data can't be read.
    pub async fn plugin_runs(
        &self,
        bot: BotId,
        plugin: &str,
        most: u32,
    ) -> Result<Vec<LogEntry>, StoreError> {
        let data = self.fleet.parts.store.bot(bot).await?;
        logs(&data, Some(plugin), most).await
    }

    /// The latest events that a plugin failed on in a bot, oldest first.
    ///
    /// # Errors
    ///
    /// When its data can't be read.
    pub async fn plugin_failures(
        &self,
        bot: BotId,
        plugin: &str,
        most: u32,
    ) -> Result<Vec<FailureEntry>, StoreError> {
        let data = self.fleet.parts.store.bot(bot).await?;
        failures(&data, Some(plugin), most).await
    }

    /// One event that this plugin failed on in a bot, as the file that `jadi plugin replay` takes; none when there is no such.
    ///
    /// # Errors
    ///
    /// When its data can't be read.
    pub async fn plugin_failure(
        &self,
        bot: BotId,
        plugin: &str,
        row: Row,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let data = self.fleet.parts.store.bot(bot).await?;
        data.failure(row, Some(plugin)).await
    }

    /// A bot's archive, and what the file is called.
    ///
    /// # Errors
    ///
    /// As for [`pack`].
    pub async fn export(&self, bot: &BotRecord) -> Result<(String, Vec<u8>), TakeoutError> {
        let now = self.fleet.parts.clock.now();
        let archive = pack(&self.fleet.parts.store, bot, now).await?;
        Ok((file_name(bot, now), archive))
    }

    /// Erases a bot's data, and tells its owner in chat that it was. The bot goes on as if it were new.
    ///
    /// # Errors
    ///
    /// When it can't be erased.
    pub async fn erase(&self, bot: BotId) -> Result<(), StoreError> {
        let mut id = [0; 9];
        self.fleet.parts.random.fill(&mut id);
        takeout::erase(&self.fleet, MessageId::from_random(id), bot, None).await
    }

    async fn webhooks_changed(&self, bot: BotId) -> Result<(), StoreError> {
        match self.fleet.dispatch(bot) {
            Some(dispatch) => dispatch.reload_webhooks().await,
            None => Ok(()),
        }
    }

    async fn change(&self, bot: BotId, change: RecordChange) -> Result<BotRecord, StoreError> {
        let registry = self.fleet.parts.store.registry();
        registry.update(bot, change).await
    }
}
