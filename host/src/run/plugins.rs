//! The plugins of a directory, loaded and ready for dispatch.

use std::sync::Arc;

use anyhow::Context as _;
use async_trait::async_trait;
use jadi_plugin_manifest::Manifest;

use crate::clock::SharedClock;
use crate::config::Config;
use crate::dispatch::{Enabled, Handler};
use crate::plugins::{Catalog, EventInput, Outcome, Plugin, Reads, Runtime, RuntimeOptions};
use crate::random::SharedRandom;

/// Loads all plugins of the configured directory. Those that can't be loaded are told and left out: the others still serve.
pub(super) async fn load(
    config: &Config,
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
        });
        handler
    });
    Ok(Enabled::new(handlers.collect()))
}

/// A plugin and what runs it.
struct Component {
    runtime: Arc<Runtime>,
    plugin: Arc<Plugin>,
}

#[async_trait]
impl Handler for Component {
    fn manifest(&self) -> &Manifest {
        self.plugin.manifest()
    }

    async fn handle(&self, input: EventInput, reads: Arc<dyn Reads>) -> Outcome {
        self.runtime.handle(&self.plugin, input, reads).await
    }
}
