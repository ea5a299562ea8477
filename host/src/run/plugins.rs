//! The library of plugins: what runs them, and those that come with the host.

use std::sync::Arc;

use anyhow::Context as _;

use crate::clock::SharedClock;
use crate::config::Config;
use crate::library::{Library, LibraryParts};
use crate::plugins::{Limits, Runtime, RuntimeOptions};
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
        limits: Limits::default(),
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
