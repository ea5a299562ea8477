//! What an event has used of its limits, and the error that ends it when one is reached.

use super::engine::size;
use super::failure::Limit;
use super::limits::EventLimits;

/// A limit was reached; it ends the component as a trap does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("limit reached: {allowed} {limit}")]
pub(super) struct Reached {
    /// Which limit.
    pub(super) limit: Limit,
    /// Its value.
    pub(super) allowed: u64,
}

/// Calls into the host, counted.
#[derive(Debug)]
pub(super) struct Calls {
    allowed: u64,
    made: u64,
    bytes: u64,
    largest: u64,
}

impl Calls {
    pub(super) fn new(limits: &EventLimits) -> Self {
        Self {
            allowed: limits.host_calls,
            made: 0,
            bytes: 0,
            largest: 0,
        }
    }

    /// Counts a call that carries `bytes` into the host.
    ///
    /// # Errors
    ///
    /// When it is one too many.
    pub(super) fn count(&mut self, bytes: usize) -> Result<(), Reached> {
        if self.made >= self.allowed {
            return Err(Reached {
                limit: Limit::HostCalls,
                allowed: self.allowed,
            });
        }
        self.made = self.made.saturating_add(1);
        self.bytes = self.bytes.saturating_add(bytes as u64);
        self.largest = self.largest.max(bytes as u64);
        Ok(())
    }

    /// How many there were.
    pub(super) fn made(&self) -> u32 {
        u32::try_from(self.made).unwrap_or(u32::MAX)
    }

    /// How many bytes they carried into the host.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// How many bytes the largest of them carried.
    pub(super) fn largest(&self) -> u64 {
        self.largest
    }
}

/// The memory of one instance: its largest size, and the end of a component that wants more than its limit.
#[derive(Debug)]
pub(super) struct MemoryGauge {
    memory_bytes: u64,
    table_elements: u64,
    peak: u64,
}

impl MemoryGauge {
    pub(super) fn new(limits: &EventLimits, table_elements: u32) -> Self {
        Self {
            memory_bytes: limits.memory_bytes,
            table_elements: u64::from(table_elements),
            peak: 0,
        }
    }

    /// The largest size of its linear memory, bytes.
    pub(super) fn peak(&self) -> u64 {
        self.peak
    }
}

impl wasmtime::ResourceLimiter for MemoryGauge {
    /// Ends the component that wants too much, instead of letting its allocator fail with a cause that nobody could read.
    fn memory_growing(
        &mut self,
        _current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let allowed = self.memory_bytes;
        if desired > size(allowed) {
            return Err(Reached {
                limit: Limit::Memory,
                allowed,
            }
            .into());
        }
        self.peak = self.peak.max(desired as u64);
        Ok(true)
    }

    fn table_growing(
        &mut self,
        _current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let allowed = self.table_elements;
        if desired > size(allowed) {
            return Err(Reached {
                limit: Limit::Table,
                allowed,
            }
            .into());
        }
        Ok(true)
    }
}
