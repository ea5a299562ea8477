//! A pool: an engine with its places for events, what is linked on it, and the pace that stops endless loops.
//!
//! There are two. All compiled plugins share one. Plugins that bring an interpreter along have another, with places large enough
//! for them; it is made when the first of them is loaded, so that a host without them pays nothing.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jadi_plugin_manifest::{LimitsClass, Manifest};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use wasmtime::Engine;
use wasmtime::component::{InstancePre, Linker};

use super::capabilities;
use super::compile::{CompileCache, Compilers, Origin, compile};
use super::engine::{Shape, engine, size};
use super::limits::PoolLimits;
use super::load_error::LoadError;
use super::runtime::RuntimeError;
use super::slow::{Cores, Row, SecondRow};
use super::state::EventState;
use super::ticker::{Running, Ticker};
use jadi_model::Digest;

/// What a pool holds at one moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PoolUse {
    /// Components that run now.
    pub instances: u64,
    /// Their linear memories.
    pub memories: u64,
    /// Their tables.
    pub tables: u64,
    /// Memory that free places keep for the next event instead of giving it back, bytes. All of it is zeros.
    pub kept_bytes: u64,
}

/// An engine and its places.
pub(super) struct Pool {
    pub(super) engine: Engine,
    pub(super) limits: PoolLimits,
    linker: Linker<EventState>,
    cache: Option<CompileCache>,
    compilers: Arc<Compilers>,
    slots: Arc<Semaphore>,
    /// How many of them may be held by events that begin in the second row: the others are for who does not give way.
    back_slots: Arc<Semaphore>,
    /// How many of them may be held by events of plugins that wait for servers, seconds each.
    far_slots: Arc<Semaphore>,
    /// Where its events go on that take long.
    pub(super) second_row: SecondRow,
    ticker: Ticker,
}

impl Pool {
    /// Starts a pool for plugins of this class.
    ///
    /// # Errors
    ///
    /// When its address space can't be reserved, the cache directory can't be used, or no thread can be made.
    pub(super) fn start(
        class: LimitsClass,
        limits: PoolLimits,
        cache_dir: Option<&Path>,
        cores: Cores,
        compilers: Arc<Compilers>,
    ) -> Result<Self, RuntimeError> {
        let shape = Shape::of(class);
        let engine_error = |error: wasmtime::Error| RuntimeError::Engine(error.into());
        let engine = engine(&limits, &shape).map_err(engine_error)?;
        let linker = capabilities::linker(&engine, class).map_err(engine_error)?;
        let cache = cache_dir
            .map(|dir| {
                CompileCache::open(dir, &engine).map_err(|source| RuntimeError::Cache {
                    dir: dir.to_owned(),
                    source,
                })
            })
            .transpose()?;
        let ticker = Ticker::start(Duration::from_millis(limits.tick_ms), {
            let engine = engine.clone();
            move || engine.increment_epoch()
        })
        .map_err(RuntimeError::Threads)?;
        let in_flight = size(u64::from(limits.in_flight));
        Ok(Self {
            slots: Arc::new(Semaphore::new(in_flight)),
            back_slots: Arc::new(Semaphore::new((in_flight / 2).max(1))),
            far_slots: Arc::new(Semaphore::new((in_flight / 2).max(1))),
            second_row: SecondRow::new(in_flight, cores).map_err(RuntimeError::Threads)?,
            engine,
            limits,
            linker,
            cache,
            compilers,
            ticker,
        })
    }

    /// Compiles a component, or takes it from the cache, and links it.
    ///
    /// # Errors
    ///
    /// When it is not valid, needs more than a place of this pool has, or does not fit the contract.
    pub(super) fn prepare(&self, digest: &Digest, bytes: &[u8]) -> Result<Prepared, LoadError> {
        let begun = Instant::now();
        let cache = self.cache.as_ref();
        let (component, origin) = compile(&self.engine, &self.compilers, cache, digest, bytes)
            .map_err(LoadError::damaged)?;
        let instance = self
            .linker
            .instantiate_pre(&component)
            .map_err(|error| LoadError::Mismatch(error.into()))?;
        Ok(Prepared {
            instance,
            origin,
            took: begun.elapsed(),
        })
    }

    /// Deletes the machine code of all components but these.
    ///
    /// # Errors
    ///
    /// When the cache can't be read, or a file can't be deleted.
    pub(super) fn retain(&self, needed: &[Digest]) -> io::Result<()> {
        match &self.cache {
            Some(cache) => cache.retain(needed),
            None => Ok(()),
        }
    }

    /// Events that could start now without waiting.
    pub(super) fn free_slots(&self) -> usize {
        self.slots.available_permits()
    }

    /// What it holds now.
    pub(super) fn usage(&self) -> PoolUse {
        let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        let metrics = self.engine.pooling_allocator_metrics();
        metrics.map_or_else(PoolUse::default, |metrics| PoolUse {
            instances: metrics.component_instances(),
            memories: count(metrics.memories()),
            tables: count(metrics.tables()),
            kept_bytes: count(metrics.unused_memory_bytes_resident())
                .saturating_add(count(metrics.unused_table_bytes_resident())),
        })
    }

    /// A place for an event of a plugin with this manifest; waits until one is free. None when the pool has ended.
    pub(super) async fn slot(&self, row: Row, manifest: &Manifest) -> Option<Slot> {
        let mut permits = Vec::new();
        let shares = [
            (!manifest.http_hosts.is_empty(), &self.far_slots),
            (row == Row::Second, &self.back_slots),
            (true, &self.slots),
        ];
        for (_, share) in shares.into_iter().filter(|(counts, _)| *counts) {
            permits.push(Arc::clone(share).acquire_owned().await.ok()?);
        }
        Some(Slot {
            _permits: permits,
            _ticks: self.ticker.run(),
        })
    }
}

/// A compiled component, ready to be started.
pub(super) struct Prepared {
    /// With its imports linked.
    pub(super) instance: InstancePre<EventState>,
    /// Whether it was compiled now.
    pub(super) origin: Origin,
    /// How long that took.
    pub(super) took: Duration,
}

/// A place in a pool, while which its epoch moves on.
pub(super) struct Slot {
    _permits: Vec<OwnedSemaphorePermit>,
    _ticks: Running,
}
