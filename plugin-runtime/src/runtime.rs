//! The runtime: loads plugins into the pool of their class, and makes what an event runs in.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::{fs, io};

use jadi_plugin_manifest::LimitsClass;
use wasmtime::{Store, UpdateDeadline};

use super::budget::Reached;
use super::compile::{Compilers, Origin};
use super::context::{EventInput, Reads};
use super::contract::Handlers;
use super::engine::size;
use super::failure::Limit;
use super::inspect::inspect;
use super::limits::{EventLimits, Limits, LimitsError};
use super::load_error::LoadError;
use super::plugin::Plugin;
use super::pool::{Pool, PoolUse};
use super::share::Shares;
use super::slow::Cores;
use super::state::EventState;
use jadi_model::Digest;
use jadi_model::clock::SharedClock;
use jadi_model::random::SharedRandom;

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
        source: io::Error,
    },
    /// No thread for the epoch, or none to run slow events on, or to compile.
    #[error("the threads that plugins need can't start: {0}")]
    Threads(#[source] io::Error),
}

/// What the operator has agreed to beside what every plugin may do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LoadOptions {
    /// Whether it may bring an interpreter along, and so have more memory and a place in that pool.
    pub script: bool,
}

impl LoadOptions {
    /// Everything that can be agreed to.
    pub const ALL: Self = Self { script: true };
}

/// Loads plugins and runs events in them. Shared as an `Arc`; a plugin keeps the pool that it runs in.
pub struct Runtime {
    limits: Limits,
    clock: SharedClock,
    random: SharedRandom,
    cache_dir: Option<PathBuf>,
    /// What each bot's events used lately.
    pub(super) shares: Shares,
    cores: Cores,
    compilers: Arc<Compilers>,
    small: Arc<Pool>,
    script: Mutex<Option<Arc<Pool>>>,
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
        let cores = Cores::all_but_one();
        let compilers =
            Compilers::start().map_err(|error| RuntimeError::Threads(io::Error::other(error)))?;
        let compilers = Arc::new(compilers);
        let small = Pool::start(
            LimitsClass::Small,
            limits.pool_of(LimitsClass::Small),
            options.cache_dir.as_deref(),
            cores.clone(),
            Arc::clone(&compilers),
        )?;
        Ok(Self {
            limits,
            clock: options.clock,
            random: options.random,
            cache_dir: options.cache_dir,
            shares: Shares::default(),
            cores,
            compilers,
            small: Arc::new(small),
            script: Mutex::new(None),
        })
    }

    /// The limits that it was started with.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Events of compiled plugins that could start now without waiting.
    pub fn free_slots(&self) -> usize {
        self.small.free_slots()
    }

    /// What the pool for plugins of this class holds now; none when no plugin has needed it yet.
    pub fn pool_use(&self, class: LimitsClass) -> Option<PoolUse> {
        match class {
            LimitsClass::Small | LimitsClass::Heavy => Some(self.small.usage()),
            LimitsClass::Script => self.script_pool().as_ref().map(|pool| pool.usage()),
        }
    }

    fn script_pool(&self) -> MutexGuard<'_, Option<Arc<Pool>>> {
        // A pool is put there whole or not at all, whatever panicked meanwhile.
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The pool for a class; that for scripts is made when it is first asked for.
    fn pool(&self, class: LimitsClass) -> Result<Arc<Pool>, RuntimeError> {
        if class != LimitsClass::Script {
            return Ok(Arc::clone(&self.small));
        }
        let mut place = self.script_pool();
        if let Some(pool) = place.as_ref() {
            return Ok(Arc::clone(pool));
        }
        let cache_dir = self.script_cache();
        let limits = self.limits.pool_of(class);
        let made = Pool::start(
            class,
            limits,
            cache_dir.as_deref(),
            self.cores.clone(),
            Arc::clone(&self.compilers),
        )?;
        let made = Arc::new(made);
        *place = Some(Arc::clone(&made));
        Ok(made)
    }

    /// Where the machine code of scripts is kept: apart, since each pool tidies its own.
    fn script_cache(&self) -> Option<PathBuf> {
        self.cache_dir.as_ref().map(|dir| dir.join("script"))
    }

    /// Loads a component file with what every plugin may do; see [`Runtime::load_with`].
    ///
    /// # Errors
    ///
    /// When the file is not a plugin that this host can run; the error says what to do about it.
    pub fn load(&self, bytes: &[u8]) -> Result<Arc<Plugin>, LoadError> {
        self.load_with(bytes, LoadOptions::default())
    }

    /// Loads a component file. Compiles it unless the cache has it, which takes seconds for a large one: call it where
    /// blocking is allowed.
    ///
    /// # Errors
    ///
    /// When the file is not a plugin that this host can run; the error says what to do about it.
    pub fn load_with(&self, bytes: &[u8], options: LoadOptions) -> Result<Arc<Plugin>, LoadError> {
        let inspected = inspect(bytes, &self.limits, options)?;
        let digest = Digest::of(bytes);
        let pool = self
            .pool(inspected.manifest.limits)
            .map_err(LoadError::NoPool)?;
        let prepared = pool.prepare(&digest, bytes)?;
        let handlers = Handlers::find(&prepared.instance)
            .map_err(|error| LoadError::Mismatch(error.into()))?;
        tracing::info!(
            plugin = inspected.manifest.name,
            version = inspected.manifest.version,
            %digest,
            from_cache = prepared.origin == Origin::Cache,
            millis = prepared.took.as_millis(),
            "plugin loaded"
        );
        Ok(Arc::new(Plugin {
            limits: self.limits.of(&inspected.manifest),
            manifest: Arc::new(inspected.manifest),
            digest,
            permissions: inspected.permissions,
            instance: prepared.instance,
            handlers,
            pool,
        }))
    }

    /// Deletes the machine code of all components but these from the cache.
    ///
    /// # Errors
    ///
    /// When the cache can't be read, or a file can't be deleted.
    pub fn forget_compiled(&self, needed: &[Digest]) -> io::Result<()> {
        self.small.retain(needed)?;
        if let Some(pool) = self.script_pool().as_ref() {
            return pool.retain(needed);
        }
        // Nobody has asked for that pool, so that nothing of it is needed.
        match self.script_cache().map(fs::remove_dir_all) {
            Some(Err(error)) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
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
            &plugin.pool.limits,
            clock,
            seed,
        );
        let mut store = Store::try_new(&plugin.pool.engine, state)?;
        store.limiter(|state| &mut state.memory);
        store.set_hostcall_fuel(size(limits.call_bytes));
        // Of the component's own tables: above the host's own limit, which has a name.
        store.set_max_component_handles(size(limits.handles.saturating_mul(2)));
        store.set_epoch_deadline(1);
        let (allowed, slice) = (limits.cpu_ms, limits.slice_ms);
        store.epoch_deadline_callback(move |store| {
            if store.data().meter.nanos() / 1_000_000 >= allowed {
                return Err(Reached {
                    limit: Limit::Cpu,
                    allowed,
                }
                .into());
            }
            if store.data().meter.nanos_in_all() / 1_000_000 < slice {
                // It is still its turn.
                return Ok(UpdateDeadline::Continue(1));
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
}
