//! The library of plugins: what runs them, and those that come with the host.

use std::sync::Arc;

use anyhow::Context as _;
use tokio::sync::mpsc;

use crate::clock::SharedClock;
use crate::config::Config;
use crate::dispatch::RollBack;
use crate::library::{Library, LibraryParts};
use crate::plugins::{Runtime, RuntimeOptions};
use crate::random::SharedRandom;
use crate::store::Store;

/// Opens the library and takes in the plugins of the configured directory. Those that can't be loaded are told and left out:
/// the others still serve.
pub(super) async fn open(
    config: &Config,
    store: &Store,
    clock: &SharedClock,
    random: &SharedRandom,
) -> anyhow::Result<Arc<Library>> {
    let options = RuntimeOptions {
        limits: config.limits,
        clock: clock.clone(),
        random: random.clone(),
        cache_dir: Some(config.data_dir.join("cache")),
    };
    let started = tokio::task::spawn_blocking(move || Runtime::start(options));
    let runtime = started.await.context("plugins can't run")??;
    let library = Library::open(LibraryParts {
        runtime: Arc::new(runtime),
        shelf: store.shelf(),
        registry: store.registry(),
        clock: clock.clone(),
    })
    .await?;
    library.take_in(&config.plugins_dir).await?;
    Ok(library)
}

/// Goes back to the version before one that fails in several bots, and tells the operator, until the host ends.
pub(super) async fn roll_back(mut failing: mpsc::Receiver<RollBack>, library: Arc<Library>) {
    while let Some(RollBack {
        plugin,
        version,
        digest,
        bots,
    }) = failing.recv().await
    {
        let bots = bots.len();
        match library.roll_back_from(&plugin, &digest).await {
            Ok(Some(view)) => {
                let now = view.version;
                tracing::error!(
                    plugin,
                    version,
                    bots,
                    now,
                    "this version fails in several bots; the one before it serves again"
                );
            }
            // Somebody has put another one in its place meanwhile.
            Ok(None) => {}
            Err(error) => {
                tracing::error!(plugin, version, bots, %error, "this version fails in several bots, and there is no going back");
            }
        }
    }
}
