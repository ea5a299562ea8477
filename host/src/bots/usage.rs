//! What a bot has and uses, for who asks how it does.

use super::fleet::Fleet;
use crate::clock::Millis;
use crate::dispatch::{self, Measure};
use crate::model::{BotId, StateName};
use crate::plugins::{BotUsage, PluginLoad};
use crate::store::StoreError;

/// How far back a bot's plugins are looked at.
const LOOKED_AT: Millis = 3_600_000;
/// The most runs of plugins that are looked at.
const RUNS: u32 = 1_000;

/// A bot, running or not, as it is now.
pub(super) async fn of(fleet: &Fleet, bot: BotId) -> Result<BotUsage, StoreError> {
    let store = &fleet.parts.store;
    let data = store.bot(bot).await?;
    let runs = fleet.instances().get(bot).is_some_and(|instance| {
        let state = instance.status().state.kept();
        !matches!(
            state,
            StateName::Stopped | StateName::LoggedOut | StateName::Failed
        )
    });
    let dispatch = fleet.dispatch(bot);
    let used = dispatch.as_ref().map(|dispatch| dispatch.load());
    let quota = used.map(|used| used.quota);
    let (dispatch, used) = (dispatch.filter(|_| runs), used.filter(|_| runs));
    let budgets = fleet.parts.budgets;
    let totals = data.totals().await?;
    let count = |rows: usize| u64::try_from(rows).unwrap_or(u64::MAX);
    Ok(BotUsage {
        up_since: dispatch.map(|dispatch| dispatch.started_at()),
        known: data.counts().await?,
        received: totals.received,
        sent: totals.sent,
        quota: quota.map(|quota| (quota.sent, quota.allowed)),
        load: load(&data, fleet.parts.clock.now()).await?,
        waiting: count(data.waiting().await?.len()),
        waiting_most: store.inbox_bound(),
        unsent: count(data.leaving().await?.len()),
        stored: store.bytes(bot).await?,
        stored_most: budgets.storage_bytes,
        cpu: used.map(|used| used.cpu),
        cpu_percent: budgets.cpu_percent,
        memory: used.map(|used| (used.memory, budgets.memory_bytes)),
        slowed: used.is_some_and(|used| used.slow),
    })
}

/// What its plugins did lately.
async fn load(data: &crate::store::BotData, now: Millis) -> Result<PluginLoad, StoreError> {
    let since = now.saturating_sub(LOOKED_AT);
    let mut load = PluginLoad::default();
    let mut by_plugin = std::collections::BTreeMap::<String, u64>::new();
    for run in dispatch::logs(data, None, RUNS).await? {
        if run.at < since {
            continue;
        }
        let mut shares = run.receipt.shares();
        let cpu = shares.find(|share| share.of == Measure::Cpu);
        let cpu = cpu.map_or(0, |share| share.used);
        load.runs = load.runs.saturating_add(1);
        load.failed = load
            .failed
            .saturating_add(u32::from(run.receipt.failure.is_some()));
        load.cpu_us = load.cpu_us.saturating_add(cpu);
        let total = by_plugin.entry(run.plugin).or_default();
        *total = total.saturating_add(cpu);
    }
    let busiest = by_plugin.into_iter().max_by_key(|(_, cpu)| *cpu);
    load.busiest = busiest.map(|(plugin, _)| plugin);
    Ok(load)
}
