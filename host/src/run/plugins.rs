//! The plugins of a directory, loaded and ready for dispatch.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Context as _;
use async_trait::async_trait;
use jadi_plugin_manifest::Manifest;
use tokio::sync::mpsc;

use crate::clock::SharedClock;
use crate::config::Config;
use crate::dispatch::{Enabled, Handler, RollBack};
use crate::plugins::{
    Catalog, EventInput, EventLimits, LimitOverrides, Outcome, Plugin, Reads, Runtime,
    RuntimeOptions,
};
use crate::random::SharedRandom;
use crate::store::LimitValues;

/// Loads all plugins of the configured directory, with what was said of their limits on this host. Those that can't be loaded
/// are told and left out: the others still serve.
pub(super) async fn load(
    config: &Config,
    mut limits: BTreeMap<String, LimitValues>,
    clock: &SharedClock,
    random: &SharedRandom,
) -> anyhow::Result<Enabled> {
    let options = RuntimeOptions {
        limits: config.limits,
        clock: clock.clone(),
        random: random.clone(),
        cache_dir: Some(config.data_dir.join("cache")),
    };
    let dir = config.plugins_dir.clone();
    let loaded = tokio::task::spawn_blocking(move || {
        let runtime = Runtime::start(options)?;
        let catalog = Catalog::open(&dir, &runtime)?;
        anyhow::Ok((Arc::new(runtime), catalog))
    });
    let (runtime, catalog) = loaded.await.context("plugins could not be loaded")??;
    for refused in catalog.refused() {
        tracing::error!("{refused}");
    }
    tracing::info!(plugins = catalog.plugins().len(), "plugins are loaded");
    let handlers = catalog.plugins().map(|plugin| {
        let handler: Arc<dyn Handler> = Arc::new(Component {
            runtime: runtime.clone(),
            plugin: plugin.clone(),
            digest: plugin.digest().to_string(),
            of_host: LimitOverrides::kept(
                limits.remove(&plugin.manifest().name).unwrap_or_default(),
            ),
        });
        handler
    });
    Ok(Enabled::new(handlers.collect()))
}

/// Tells the operator of versions that fail in several bots, until the host ends.
pub(super) async fn tell_roll_backs(mut told: mpsc::Receiver<RollBack>) {
    while let Some(RollBack {
        plugin,
        version,
        bots,
        ..
    }) = told.recv().await
    {
        let bots = bots.len();
        tracing::error!(
            plugin,
            version,
            bots,
            "this version fails in several bots; put the component of the last good version in its place and start again"
        );
    }
}

/// A plugin and what runs it.
struct Component {
    runtime: Arc<Runtime>,
    plugin: Arc<Plugin>,
    digest: String,
    /// What was said of its limits on this host.
    of_host: LimitOverrides,
}

#[async_trait]
impl Handler for Component {
    fn manifest(&self) -> &Manifest {
        self.plugin.manifest()
    }

    fn digest(&self) -> &str {
        &self.digest
    }

    fn limits(&self, of_bot: &LimitOverrides) -> EventLimits {
        let limits = self.runtime.limits();
        limits.effective(self.plugin.manifest(), &[&self.of_host, of_bot])
    }

    async fn handle(
        &self,
        input: EventInput,
        limits: EventLimits,
        reads: Arc<dyn Reads>,
    ) -> Outcome {
        let run = self
            .runtime
            .handle_within(&self.plugin, limits, input, reads);
        run.await
    }
}
