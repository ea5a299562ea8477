//! `jadi plugin limits`: what a plugin's events may use, on the host or in one bot.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;

use crate::clock::SystemClock;
use crate::plugins::{
    Allowance, LimitKey, LimitOverrides, Limits, LoadOptions, Plugin, Runtime, RuntimeOptions,
};
use crate::random::SystemRandom;
use crate::store::{LimitValues, Store};

/// The installed plugin by name: what its events may use depends on its manifest.
pub(super) async fn plugin(
    store: &Store,
    mut limits: Limits,
    cache_dir: &Path,
    name: &str,
) -> anyhow::Result<Arc<Plugin>> {
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
    // It is only looked at.
    limits.pool.in_flight = 1;
    let options = RuntimeOptions {
        limits,
        clock: Arc::new(SystemClock),
        random: Arc::new(SystemRandom),
        cache_dir: Some(cache_dir.to_owned()),
    };
    let load =
        move || anyhow::Ok(Runtime::start(options)?.load_with(&component, LoadOptions::ALL)?);
    tokio::task::spawn_blocking(load).await?
}

/// What the host allows, and which plugin it is about.
pub(super) struct Ceiling<'a> {
    pub(super) limits: &'a Limits,
    pub(super) plugin: &'a Plugin,
}

impl Ceiling<'_> {
    /// The overrides after changes; each is checked against the host's ceiling.
    pub(super) fn changed(
        &self,
        mut values: LimitValues,
        changes: Vec<(String, Option<u64>)>,
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
        LimitOverrides::asked(asked, self.limits, self.plugin.manifest())?;
        Ok(values)
    }

    /// What counts, with where each value comes from.
    pub(super) fn show(
        &self,
        of_host: &LimitValues,
        of_bot: &LimitValues,
        text: &mut String,
    ) -> anyhow::Result<()> {
        let [host, bot] = [of_host, of_bot].map(|values| LimitOverrides::kept(values.clone()));
        let manifest = self.plugin.manifest();
        let effective = self.limits.effective(manifest, &[&host, &bot]);
        for (name, value) in named(effective) {
            let origin = if of_bot.contains_key(name) {
                "this bot"
            } else if of_host.contains_key(name) {
                "this plugin"
            } else {
                "configuration"
            };
            writeln!(text, "{:<40} # {origin}", format!("{name} = {value}"))?;
        }
        Ok(())
    }
}

/// The limits that a plugin or a bot has a say in, by name.
fn named(allowance: Allowance) -> impl Iterator<Item = (&'static str, u64)> {
    let limits = Limits {
        event: allowance.event,
        breaker: allowance.breaker,
        records: allowance.records,
        ..Limits::default()
    };
    let value = move |key: &'static LimitKey| Some((key.override_name()?, key.read(&limits)));
    Limits::KEYS.iter().filter_map(value)
}
