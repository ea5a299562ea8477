//! The runtime: one engine and its pool for all plugins of the host.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use wasmtime::component::Linker;
use wasmtime::{Engine, Store, UpdateDeadline};

use super::budget::Reached;
use super::capabilities;
use super::compile::{CompileCache, Origin, compile};
use super::context::{EventInput, Reads};
use super::contract::Handlers;
use super::engine::{engine, size};
use super::failure::Limit;
use super::inspect::inspect;
use super::limits::{EventLimits, Limits, LimitsError};
use super::load_error::LoadError;
use super::plugin::Plugin;
use super::slow::SecondRow;
use super::state::{EventState, HANDLES};
use super::ticker::{Running, Ticker};
use jadi_model::Digest;
use jadi_model::clock::SharedClock;
use jadi_model::random::SharedRandom;

/// Handles that a component may hold in its own tables: above the host's own limit, which has a name.
const COMPONENT_HANDLES: usize = 2 * HANDLES;

/// What a runtime is made of.
pub struct RuntimeOptions {
    /// Limits of the pool and of each event.
    pub limits: Limits,
    /// The time that handlers see.
    pub clock: SharedClock,
    /// Where their random numbers come from.
    pub random: SharedRandom,
    /// Where compiled components are kept; a directory of the host's own. Without it each start compiles again.
    pub cache_dir: Option<PathBuf>,
}

/// The runtime can't start.
#[derive(Debug, thiserror::Error)]
pub enum RuntimeError {
    /// A limit is out of its range.
    #[error("the limit {0}")]
    Limits(#[from] LimitsError),
    /// The engine refused its configuration, or memory for the pool can't be reserved.
    #[error(
        "the plugin engine can't start: {0}; a smaller `pool.in_flight` reserves less address space"
    )]
    Engine(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The cache directory can't be used.
    #[error("compiled plugins can't be kept in {}: {source}", dir.display())]
    Cache {
        /// The directory.
        dir: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// No thread for the epoch, or none to run slow events on.
    #[error("the threads that plugins need can't start: {0}")]
    Threads(#[source] std::io::Error),
}

/// What a runtime's pool holds at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolUse {
    /// Components that run now.
    pub instances: u64,
    /// Their linear memories.
    pub memories: u64,
    /// Their tables.
    pub tables: u64,
    /// Memory that free slots keep for the next event instead of giving it back, bytes. All of it is zeros.
    pub kept_bytes: u64,
}

/// Loads plugins and runs events in them. Shared as an `Arc`; the last one that goes ends its thread.
pub struct Runtime {
    engine: Engine,
    linker: Linker<EventState>,
    limits: Limits,
    clock: SharedClock,
    random: SharedRandom,
    cache: Option<CompileCache>,
    slots: Arc<Semaphore>,
    second_row: SecondRow,
    ticker: Ticker,
}

impl Runtime {
    /// Starts a runtime.
    ///
    /// # Errors
    ///
    /// When a limit is out of range, the pool's address space can't be reserved, the cache directory can't be used, or no
    /// thread can be made.
    pub fn start(options: RuntimeOptions) -> Result<Self, RuntimeError> {
        let limits = options.limits;
        limits.check()?;
        let engine = engine(&limits.pool).map_err(|error| RuntimeError::Engine(error.into()))?;
        let linker =
            capabilities::linker(&engine).map_err(|error| RuntimeError::Engine(error.into()))?;
        let cache = options
            .cache_dir
            .map(|dir| {
                CompileCache::open(&dir, &engine)
                    .map_err(|source| RuntimeError::Cache { dir, source })
            })
            .transpose()?;
        let ticker = Ticker::start(Duration::from_millis(limits.pool.tick_ms), {
            let engine = engine.clone();
            move || engine.increment_epoch()
        })
        .map_err(RuntimeError::Threads)?;
        let in_flight = size(u64::from(limits.pool.in_flight));
        Ok(Self {
            slots: Arc::new(Semaphore::new(in_flight)),
            second_row: SecondRow::new(in_flight).map_err(RuntimeError::Threads)?,
            engine,
            linker,
            limits,
            clock: options.clock,
            random: options.random,
            cache,
            ticker,
        })
    }

    /// The limits that it was started with.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Events that could start now without waiting.
    pub fn free_slots(&self) -> usize {
        self.slots.available_permits()
    }

    /// What the pool holds now.
    pub fn pool_use(&self) -> PoolUse {
        let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        let metrics = self.engine.pooling_allocator_metrics();
        metrics.map_or(
            PoolUse {
                instances: 0,
                memories: 0,
                tables: 0,
                kept_bytes: 0,
            },
            |metrics| PoolUse {
                instances: metrics.component_instances(),
                memories: count(metrics.memories()),
                tables: count(metrics.tables()),
                kept_bytes: count(metrics.unused_memory_bytes_resident())
                    .saturating_add(count(metrics.unused_table_bytes_resident())),
            },
        )
    }

    /// Loads a component file. Compiles it unless the cache has it, which takes seconds for a large one: call it where
    /// blocking is allowed.
    ///
    /// # Errors
    ///
    /// When the file is not a plugin that this host can run; the error says what to do about it.
    pub fn load(&self, bytes: &[u8]) -> Result<Arc<Plugin>, LoadError> {
        let inspected = inspect(bytes, &self.limits)?;
        let digest = Digest::of(bytes);
        let begun = Instant::now();
        let (component, origin) = compile(&self.engine, self.cache.as_ref(), &digest, bytes)
            .map_err(LoadError::damaged)?;
        let instance = self
            .linker
            .instantiate_pre(&component)
            .map_err(|error| LoadError::Mismatch(error.into()))?;
        let handlers =
            Handlers::find(&instance).map_err(|error| LoadError::Mismatch(error.into()))?;
        tracing::info!(
            plugin = inspected.manifest.name,
            version = inspected.manifest.version,
            %digest,
            from_cache = origin == Origin::Cache,
            millis = begun.elapsed().as_millis(),
            "plugin loaded"
        );
        Ok(Arc::new(Plugin {
            limits: self.limits.of(&inspected.manifest),
            manifest: Arc::new(inspected.manifest),
            digest,
            permissions: inspected.permissions,
            instance,
            handlers,
        }))
    }

    /// Deletes the machine code of all components but these from the cache.
    ///
    /// # Errors
    ///
    /// When the cache can't be read, or a file can't be deleted.
    pub fn forget_compiled(&self, needed: &[Digest]) -> std::io::Result<()> {
        match &self.cache {
            Some(cache) => cache.retain(needed),
            None => Ok(()),
        }
    }

    /// A store for one event, with every limit of the engine set.
    pub(super) fn store(
        &self,
        plugin: &Plugin,
        limits: EventLimits,
        input: EventInput,
        reads: Arc<dyn Reads>,
        clock: SharedClock,
        seed: [u8; 32],
    ) -> wasmtime::Result<Store<EventState>> {
        let state = EventState::new(
            input,
            Arc::clone(&plugin.manifest),
            reads,
            limits,
            &self.limits.pool,
            clock,
            seed,
        );
        let mut store = Store::try_new(&self.engine, state)?;
        store.limiter(|state| &mut state.memory);
        store.set_hostcall_fuel(size(limits.call_bytes));
        store.set_max_component_handles(COMPONENT_HANDLES);
        store.set_epoch_deadline(1);
        let allowed = limits.cpu_ms;
        store.epoch_deadline_callback(move |store| {
            if store.data().meter.nanos() / 1_000_000 >= allowed {
                return Err(Reached {
                    limit: Limit::Cpu,
                    allowed,
                }
                .into());
            }
            // Others get their turn on this thread, and this event goes on in the second row.
            store.data().meter.set_slow();
            Ok(UpdateDeadline::Yield(1))
        });
        Ok(store)
    }

    /// The time that handlers see.
    pub(super) fn clock(&self) -> SharedClock {
        Arc::clone(&self.clock)
    }

    /// Where their random numbers come from.
    pub(super) fn random(&self) -> &SharedRandom {
        &self.random
    }

    /// Where events go on that take long.
    pub(super) fn second_row(&self) -> &SecondRow {
        &self.second_row
    }

    /// A place in the pool; waits until one is free. None when the runtime has ended.
    pub(super) async fn slot(&self) -> Option<Slot> {
        let permit = Arc::clone(&self.slots).acquire_owned().await.ok()?;
        Some(Slot {
            _permit: permit,
            _ticks: self.ticker.run(),
        })
    }
}

/// A place in the pool, while which the epoch moves on.
pub(super) struct Slot {
    _permit: OwnedSemaphorePermit,
    _ticks: Running,
}
