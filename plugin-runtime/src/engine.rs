//! The wasmtime engine: what WebAssembly it accepts and what it keeps ready.
//!
//! All compiled plugins share one engine and its pool. A place of the pool is sized for a plugin of ordinary size; languages
//! that bring an interpreter along have an engine of their own, not larger places for everybody.

use std::num::NonZeroUsize;

use jadi_plugin_manifest::LimitsClass;
use wasmtime::{Config, Enabled, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};

use super::limits::PoolLimits;

/// What a place of a pool holds, by the class of the plugins that it is for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    /// Tables of one component: its own and the one that wit-component adds to reach the imports.
    tables: u32,
    /// Core instances of one component: its modules, wit-component's shims and the host's interfaces.
    core_instances: u32,
    /// The engine's own data about one component, bytes.
    metadata_bytes: usize,
    /// Memory that a freed place keeps mapped and zeroed instead of giving it back: it saves page faults at the next event.
    keep_resident: usize,
}

impl Shape {
    /// For compiled plugins: one module of ordinary size.
    const SMALL: Self = Self {
        tables: 4,
        core_instances: 32,
        metadata_bytes: 512 * 1024,
        keep_resident: 64 * 1024,
    };
    /// For plugins with an interpreter: Python's components have about 70 core instances, and 10,000 functions.
    const SCRIPT: Self = Self {
        tables: 16,
        core_instances: 256,
        metadata_bytes: 4 * 1024 * 1024,
        keep_resident: 1024 * 1024,
    };

    /// The shape for a class.
    pub(super) fn of(class: LimitsClass) -> Self {
        match class {
            LimitsClass::Small | LimitsClass::Heavy => Self::SMALL,
            LimitsClass::Script => Self::SCRIPT,
        }
    }

    /// The most memory that a free place keeps, bytes.
    #[cfg(test)]
    pub(super) fn kept_bytes(&self) -> u64 {
        self.keep_resident as u64 * u64::from(MEMORIES + self.tables)
    }
}

/// Linear memories of one component.
const MEMORIES: u32 = 1;
/// What a host call may use of the stack that it shares with the component, bytes.
const HOST_STACK: usize = 512 * 1024;
/// Frames of a backtrace.
const BACKTRACE_FRAMES: usize = 32;

/// Makes an engine for `limits`, with places of this shape.
pub(super) fn engine(limits: &PoolLimits, shape: &Shape) -> wasmtime::Result<Engine> {
    let stack = size(limits.stack_bytes);
    let mut config = Config::new();
    config
        .epoch_interruption(true)
        .max_wasm_stack(stack)
        .async_stack_size(stack.saturating_add(HOST_STACK))
        .wasm_backtrace_max_frames(NonZeroUsize::new(BACKTRACE_FRAMES))
        // Exactly the same answer on every machine, so that a failed event replays.
        .cranelift_nan_canonicalization(true)
        .relaxed_simd_deterministic(true)
        // Nothing that a plugin needs; each is code that a hostile one could reach.
        .wasm_threads(false)
        .wasm_memory64(false)
        .wasm_multi_memory(false)
        .wasm_gc(false)
        .wasm_function_references(false)
        .wasm_exceptions(false)
        .gc_support(false)
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool(limits, shape)));
    Engine::new(&config)
}

fn pool(limits: &PoolLimits, shape: &Shape) -> PoolingAllocationConfig {
    let slots = limits.in_flight;
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(slots)
        .max_component_instance_size(shape.metadata_bytes)
        .total_core_instances(slots.saturating_mul(shape.core_instances))
        .max_core_instances_per_component(shape.core_instances)
        .max_core_instance_size(shape.metadata_bytes)
        .total_memories(slots.saturating_mul(MEMORIES))
        .max_memories_per_component(MEMORIES)
        .max_memory_size(size(limits.memory_bytes))
        .total_tables(slots.saturating_mul(shape.tables))
        .max_tables_per_component(shape.tables)
        .table_elements(size(u64::from(limits.table_elements)))
        .total_stacks(slots)
        .linear_memory_keep_resident(shape.keep_resident)
        .table_keep_resident(shape.keep_resident)
        // Where the kernel tells which pages an event wrote to (Linux 6.7), those alone are put back.
        .pagemap_scan(Enabled::Auto);
    pool
}

/// A size in bytes as this machine counts; what doesn't fit is as much as there is.
pub(super) fn size(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}
