//! `jadi plugin limits`: what a plugin's events may use, on the host or in one bot.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;

use anyhow::Context as _;

use super::bots;
use crate::clock::SystemClock;
use crate::config::Config;
use crate::plugins::{
    EventLimits, LimitKey, LimitOverrides, Limits, Plugin, Runtime, RuntimeOptions,
};
use crate::random::SystemRandom;
use crate::store::{LimitValues, Store};

/// Changes limits, if any changes are asked for, and shows what counts then.
pub(super) async fn limits(
    store: &Store,
    config: &Config,
    name: &str,
    bot: Option<&str>,
    changes: Vec<(String, Option<u64>)>,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let plugin = plugin(store, config, name).await?;
    let registry = store.registry();
    let of_host = registry.plugin_limits().await?.remove(name);
    let of_host = of_host.unwrap_or_default();
    let Some(wanted) = bot else {
        let changed = changed(of_host.clone(), changes, config, &plugin)?;
        if changed != of_host {
            registry.set_plugin_limits(name, changed.clone()).await?;
        }
        return show(config, &plugin, &changed, &LimitValues::new(), out);
    };
    for id in bots(store, Some(wanted)).await? {
        let data = store.bot(id).await?;
        let of_bot = data.plugin_limits().await?.remove(name).unwrap_or_default();
        let changed = changed(of_bot.clone(), changes.clone(), config, &plugin)?;
        if changed != of_bot {
            data.set_plugin_limits(name, changed.clone()).await?;
        }
        writeln!(out, "bot {id}")?;
        show(config, &plugin, &of_host, &changed, out)?;
    }
    Ok(())
}

/// The installed plugin by name: what its events may use depends on its manifest.
async fn plugin(store: &Store, config: &Config, name: &str) -> anyhow::Result<Arc<Plugin>> {
    let shelf = store.shelf();
    let records = shelf.list().await?;
    let record = records.iter().find(|record| record.name == name);
    let record = record.with_context(|| {
        let there: Vec<_> = records.iter().map(|record| record.name.as_str()).collect();
        format!(
            "there is no plugin {name}; installed are: {}",
            there.join(", ")
        )
    })?;
    let component = shelf.component(record.current).await?;
    let options = RuntimeOptions {
        limits: config.limits,
        clock: Arc::new(SystemClock),
        random: Arc::new(SystemRandom),
        cache_dir: Some(config.data_dir.join("cache")),
    };
    let load = move || anyhow::Ok(Runtime::start(options)?.load(&component)?);
    tokio::task::spawn_blocking(load).await?
}

/// The overrides after changes; each is checked against the host's ceiling.
fn changed(
    mut values: LimitValues,
    changes: Vec<(String, Option<u64>)>,
    config: &Config,
    plugin: &Plugin,
) -> anyhow::Result<LimitValues> {
    let mut asked = BTreeMap::new();
    for (name, value) in changes {
        match value {
            Some(value) => {
                asked.insert(name.clone(), value);
                values.insert(name, value);
            }
            None => {
                values.remove(&name);
            }
        }
    }
    LimitOverrides::asked(asked, &config.limits, plugin.manifest())?;
    Ok(values)
}

fn show(
    config: &Config,
    plugin: &Plugin,
    of_host: &LimitValues,
    of_bot: &LimitValues,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let [host, bot] = [of_host, of_bot].map(|values| LimitOverrides::kept(values.clone()));
    let manifest = plugin.manifest();
    let effective = config.limits.effective(manifest, &[&host, &bot]);
    for (name, value) in named(effective) {
        let origin = if of_bot.contains_key(name) {
            "this bot"
        } else if of_host.contains_key(name) {
            "this plugin"
        } else {
            "configuration"
        };
        writeln!(out, "{:<40} # {origin}", format!("{name} = {value}"))?;
    }
    Ok(())
}

/// The limits of an event by name.
fn named(event: EventLimits) -> impl Iterator<Item = (&'static str, u64)> {
    let limits = Limits {
        event,
        ..Limits::default()
    };
    let value = move |key: &'static LimitKey| {
        let name = key.name.strip_prefix("event.")?;
        Some((name, key.read(&limits)))
    };
    Limits::KEYS.iter().filter_map(value)
}
