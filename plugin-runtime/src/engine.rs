//! The wasmtime engine: what WebAssembly it accepts and what it keeps ready.
//!
//! All plugins share one engine and its pool. A slot of the pool is sized for a plugin of ordinary size; languages that
//! bring an interpreter along need another pool, not a larger slot for everybody.

use std::num::NonZeroUsize;

use wasmtime::{Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};

use super::limits::PoolLimits;

/// Linear memories of one component.
const MEMORIES: u32 = 1;
/// Tables of one component: its own and the one that wit-component adds to reach the imports.
const TABLES: u32 = 4;
/// Core instances of one component: its module, wit-component's two shims and the host's interfaces.
const CORE_INSTANCES: u32 = 32;
/// The engine's own data about one component, bytes.
const METADATA_BYTES: usize = 512 * 1024;
/// What a host call may use of the stack that it shares with the component, bytes.
const HOST_STACK: usize = 512 * 1024;
/// Memory that a freed slot keeps mapped and zeroed instead of giving it back: it saves page faults at the next event.
const KEEP_RESIDENT: usize = 64 * 1024;
/// The most memory that a free slot keeps, bytes.
#[cfg(test)]
pub(super) const KEPT_BYTES: u64 = KEEP_RESIDENT as u64 * (MEMORIES + TABLES) as u64;
/// Frames of a backtrace.
const BACKTRACE_FRAMES: usize = 32;

/// Makes an engine for `limits`.
pub(super) fn engine(limits: &PoolLimits) -> wasmtime::Result<Engine> {
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
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool(limits)));
    Engine::new(&config)
}

fn pool(limits: &PoolLimits) -> PoolingAllocationConfig {
    let slots = limits.in_flight;
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(slots)
        .max_component_instance_size(METADATA_BYTES)
        .total_core_instances(slots.saturating_mul(CORE_INSTANCES))
        .max_core_instances_per_component(CORE_INSTANCES)
        .max_core_instance_size(METADATA_BYTES)
        .total_memories(slots.saturating_mul(MEMORIES))
        .max_memories_per_component(MEMORIES)
        .max_memory_size(size(limits.memory_bytes))
        .total_tables(slots.saturating_mul(TABLES))
        .max_tables_per_component(TABLES)
        .table_elements(size(u64::from(limits.table_elements)))
        .total_stacks(slots)
        .linear_memory_keep_resident(KEEP_RESIDENT)
        .table_keep_resident(KEEP_RESIDENT);
    pool
}

/// A size in bytes as this machine counts; what doesn't fit is as much as there is.
pub(super) fn size(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}
