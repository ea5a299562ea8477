//! The answers: of a running host, or of this program on a data directory that no host has open.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::bail;
use async_trait::async_trait;
use futures::future::select_all;

use super::{limits, shown};
use crate::bots::Fleet;
use crate::config::Config;
use crate::control::{EvidenceAnswer, EvidenceAsk};
use crate::dispatch::{Dispatch, failures, logs, logs_after};
use crate::library::Library;
use crate::model::BotId;
use crate::plugins::{FailedEvent, Limits};
use crate::store::{BotData, BreakerChange, Row, Store};
use crate::web::Evidence;

/// Failures that a list shows of each bot.
const LISTED: u32 = 100;
/// Bots that are read from the registry at a time.
const PAGE: u32 = 100;
/// How long an answer waits for something new.
const WAIT: Duration = Duration::from_secs(30);

/// The host around the data.
pub(in crate::run) struct Running {
    /// Its plugins.
    pub(in crate::run) library: Arc<Library>,
    /// Its bots.
    pub(in crate::run) fleet: Arc<Fleet>,
}

impl Running {
    fn bot(&self, id: BotId) -> Option<Arc<Dispatch>> {
        self.fleet.dispatch(id)
    }
}

/// Where the data is, and the host around it, if one runs.
pub(in crate::run) struct Desk {
    store: Arc<Store>,
    limits: Limits,
    cache_dir: PathBuf,
    running: Option<Running>,
}

#[async_trait(?Send)]
impl Evidence for Desk {
    async fn answer(&self, ask: EvidenceAsk) -> Result<EvidenceAnswer, String> {
        let answer = Desk::answer(self, ask).await;
        answer.map_err(|error| format!("{error:#}"))
    }
}

impl Desk {
    pub(in crate::run) fn new(
        store: Arc<Store>,
        config: &Config,
        running: Option<Running>,
    ) -> Self {
        Self {
            store,
            limits: config.limits,
            cache_dir: config.data_dir.join("cache"),
            running,
        }
    }

    /// Answers.
    pub(super) async fn answer(&self, ask: EvidenceAsk) -> anyhow::Result<EvidenceAnswer> {
        match ask {
            EvidenceAsk::Logs {
                name,
                bot,
                last,
                after,
            } => self.logs(&name, bot.as_deref(), last, after).await,
            EvidenceAsk::Failures { name, bot } => {
                self.failures(name.as_deref(), bot.as_deref()).await
            }
            EvidenceAsk::Failure { name, bot, number } => {
                self.failure(name.as_deref(), bot.as_deref(), number).await
            }
            EvidenceAsk::Limits { name, changes, bot } => {
                self.limits(&name, bot.as_deref(), changes).await
            }
            EvidenceAsk::Release { name, bot } => self.release(&name, bot.as_deref()).await,
        }
    }

    /// The bots that `wanted` means: the one whose id begins so, or all.
    async fn bots(&self, wanted: Option<&str>) -> anyhow::Result<Vec<BotId>> {
        let registry = self.store.registry();
        let mut found = Vec::new();
        let mut after = None;
        loop {
            let page = registry.list(after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.id);
            found.extend(page.iter().map(|bot| bot.id));
        }
        let Some(wanted) = wanted else {
            return Ok(found);
        };
        found.retain(|id| id.to_string().starts_with(wanted));
        match found.as_slice() {
            [_] => Ok(found),
            [] => bail!("there is no bot {wanted}; without --bot all of them are shown"),
            several => bail!(
                "{} bots begin with {wanted}; write more of the id",
                several.len()
            ),
        }
    }

    /// Each of these bots with its data.
    async fn each(&self, wanted: Option<&str>) -> anyhow::Result<Vec<(BotId, BotData)>> {
        let mut all = Vec::new();
        for id in self.bots(wanted).await? {
            all.push((id, self.store.bot(id).await?));
        }
        Ok(all)
    }

    async fn logs(
        &self,
        plugin: &str,
        bot: Option<&str>,
        last: u32,
        mut after: BTreeMap<BotId, Row>,
    ) -> anyhow::Result<EvidenceAnswer> {
        let running = self.running.iter();
        let mut kept: Vec<_> = running
            .flat_map(|running| running.fleet.dispatches())
            .map(|(_, bot)| bot.receipts())
            .collect();
        for kept in &mut kept {
            kept.mark_unchanged();
        }
        let wait = !after.is_empty() && !kept.is_empty();
        let mut text = self.new_logs(plugin, bot, last, &mut after).await?;
        if text.is_empty() && wait {
            let changed = kept.iter_mut().map(|kept| Box::pin(kept.changed()));
            if tokio::time::timeout(WAIT, select_all(changed))
                .await
                .is_ok()
            {
                text = self.new_logs(plugin, bot, last, &mut after).await?;
            }
        }
        Ok(EvidenceAnswer::Logs {
            text,
            after,
            more_may_come: self.running.is_some(),
        })
    }

    /// What came after these rows, which move on; of a bot that is not among them its last.
    async fn new_logs(
        &self,
        plugin: &str,
        bot: Option<&str>,
        last: u32,
        after: &mut BTreeMap<BotId, Row>,
    ) -> anyhow::Result<String> {
        let mut text = String::new();
        for (bot, data) in self.each(bot).await? {
            let known = after.get(&bot).copied();
            let entries = match known {
                Some(row) => logs_after(&data, plugin, row).await?,
                None => logs(&data, Some(plugin), last).await?,
            };
            let newest = entries.last().map(|entry| entry.row);
            // A bot without any is known too: what comes next is new.
            after.insert(bot, newest.or(known).unwrap_or(0));
            if !entries.is_empty() {
                writeln!(text, "bot {bot}")?;
            }
            text.extend(entries.iter().map(shown::entry));
        }
        Ok(text)
    }

    async fn failures(
        &self,
        plugin: Option<&str>,
        bot: Option<&str>,
    ) -> anyhow::Result<EvidenceAnswer> {
        let mut text = String::new();
        for (bot, data) in self.each(bot).await? {
            let entries = failures(&data, plugin, LISTED).await?;
            if !entries.is_empty() {
                writeln!(text, "bot {bot}")?;
            }
            for entry in entries {
                writeln!(text, "{}", shown::failure(&entry))?;
            }
        }
        Ok(EvidenceAnswer::Text(text))
    }

    async fn failure(
        &self,
        plugin: Option<&str>,
        bot: Option<&str>,
        number: Row,
    ) -> anyhow::Result<EvidenceAnswer> {
        let mut found = Vec::new();
        for (_, data) in self.each(bot).await? {
            if let Some(content) = data.failure(number, plugin).await? {
                found.push(FailedEvent::parse(&content)?);
            }
        }
        let failed = match found.len() {
            0 => bail!("there is no such failure {number}; `jadi plugin failures` lists them"),
            1 => found.remove(0),
            several => bail!("{several} bots have a failure {number}; say which with --bot"),
        };
        Ok(EvidenceAnswer::Failure {
            file: failed.file()?,
            plugin: failed.plugin.name,
            about: failed.about,
        })
    }

    async fn limits(
        &self,
        name: &str,
        bot: Option<&str>,
        changes: Vec<(String, Option<u64>)>,
    ) -> anyhow::Result<EvidenceAnswer> {
        let mut text = String::new();
        let plugin = limits::plugin(&self.store, self.limits, &self.cache_dir, name).await?;
        let desk = limits::Ceiling {
            limits: &self.limits,
            plugin: &plugin,
        };
        let registry = self.store.registry();
        let of_host = registry.plugin_limits().await?.remove(name);
        let of_host = of_host.unwrap_or_default();
        let Some(wanted) = bot else {
            let changed = desk.changed(of_host.clone(), changes)?;
            if changed != of_host {
                registry.set_plugin_limits(name, changed.clone()).await?;
                if let Some(running) = &self.running {
                    running.library.reload_limits(name).await?;
                }
            }
            desk.show(&changed, &BTreeMap::new(), &mut text)?;
            return Ok(EvidenceAnswer::Text(text));
        };
        for (id, data) in self.each(Some(wanted)).await? {
            let of_bot = data.plugin_limits().await?.remove(name).unwrap_or_default();
            let changed = desk.changed(of_bot.clone(), changes.clone())?;
            if changed != of_bot {
                data.set_plugin_limits(name, changed.clone()).await?;
                if let Some(bot) = self.running.as_ref().and_then(|running| running.bot(id)) {
                    bot.reload_limits().await?;
                }
            }
            writeln!(text, "bot {id}")?;
            desk.show(&of_host, &changed, &mut text)?;
        }
        Ok(EvidenceAnswer::Text(text))
    }

    async fn release(&self, plugin: &str, bot: Option<&str>) -> anyhow::Result<EvidenceAnswer> {
        let mut text = String::new();
        for (id, data) in self.each(bot).await? {
            let was_left_alone = match self.running.as_ref().and_then(|running| running.bot(id)) {
                Some(bot) => bot.release(plugin).await?,
                None => {
                    let left_alone = data.breakers().await?.contains_key(plugin);
                    if left_alone {
                        data.change_breaker(plugin, BreakerChange::Forget).await?;
                    }
                    left_alone
                }
            };
            if was_left_alone {
                writeln!(text, "bot {id}: {plugin} may try again")?;
            }
        }
        if text.is_empty() {
            writeln!(text, "{plugin} is left alone in no bot")?;
        }
        Ok(EvidenceAnswer::Text(text))
    }
}
