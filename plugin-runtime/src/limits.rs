//! How much one event of one plugin may use, and how much the host keeps ready for all of them.
//!
//! [`EventLimits`] can be narrowed per plugin and per bot; [`PoolLimits`] shape the engine and hold for its whole life.
//! Both are read from the host's configuration, where a missing key keeps its default.

use serde::{Deserialize, Serialize};

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;

/// All limits of the plugin runtime.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// What one event may use.
    pub event: EventLimits,
    /// What is kept ready for all events together.
    pub pool: PoolLimits,
}

/// What one event may use in one plugin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EventLimits {
    /// CPU time inside the component, milliseconds. Waiting for the host is not CPU time. Default 50.
    pub cpu_ms: u64,
    /// Time from the instance's start to its answer, milliseconds. Default 5,000.
    pub wall_ms: u64,
    /// Linear memory, bytes. At most the pool's `memory_bytes`. Default 16 MiB.
    pub memory_bytes: u64,
    /// Calls into the host. Default 128.
    pub host_calls: u64,
    /// Bytes that one call may carry into the host, and that the handler's answer may have. Default 1 MiB.
    pub call_bytes: u64,
    /// Actions that a handler may ask for. Default 8.
    pub actions: u64,
    /// Text of all actions together, bytes. Default 64 KiB.
    pub text_bytes: u64,
    /// The largest body of an answer from a server, bytes. Default 1 MiB.
    pub http_bytes: u64,
    /// Files fetched and made together, bytes. They are held by the host, not by the plugin. Default 8 MiB.
    pub media_bytes: u64,
    /// Log lines together, bytes; what comes after is dropped, and the log says so. Default 4 KiB.
    pub log_bytes: u64,
    /// One key-value's value, bytes. Default 64 KiB.
    pub kv_value_bytes: u64,
    /// All keys and values that the plugin keeps in one bot, bytes. Default 5 MiB.
    pub kv_total_bytes: u64,
}

impl Default for EventLimits {
    fn default() -> Self {
        Self {
            cpu_ms: 50,
            wall_ms: 5_000,
            memory_bytes: 16 * MIB,
            host_calls: 128,
            call_bytes: MIB,
            actions: 8,
            text_bytes: 64 * KIB,
            http_bytes: MIB,
            media_bytes: 8 * MIB,
            log_bytes: 4 * KIB,
            kv_value_bytes: 64 * KIB,
            kv_total_bytes: 5 * MIB,
        }
    }
}

/// What the host keeps ready for all events together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PoolLimits {
    /// Events in flight at once; more wait for their turn. Default 64.
    pub in_flight: u32,
    /// The largest linear memory that a slot of the pool can hold, bytes. Default 16 MiB.
    pub memory_bytes: u64,
    /// Elements of a component's largest table. Default 10,000.
    pub table_elements: u32,
    /// Stack of a component, bytes. Default 512 KiB.
    pub stack_bytes: u64,
    /// How often a running component is looked at, milliseconds: CPU limits are exact to this. Default 5.
    pub tick_ms: u64,
    /// The largest component file, bytes. Default 32 MiB.
    pub component_bytes: u64,
}

impl Default for PoolLimits {
    fn default() -> Self {
        Self {
            in_flight: 64,
            memory_bytes: 16 * MIB,
            table_elements: 10_000,
            stack_bytes: 512 * KIB,
            tick_ms: 5,
            component_bytes: 32 * MIB,
        }
    }
}

/// A limit that makes no sense.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{key} is {value}; it must be from {least} to {most}")]
pub struct LimitsError {
    /// The key in the configuration, such as `event.cpu_ms`.
    pub key: &'static str,
    /// What it was set to.
    pub value: u64,
    /// The least that works.
    pub least: u64,
    /// The most that works.
    pub most: u64,
}

impl Limits {
    /// Checks that the limits can be kept together.
    ///
    /// # Errors
    ///
    /// Names the first key whose value is out of its range.
    pub fn check(&self) -> Result<(), LimitsError> {
        let (event, pool) = (&self.event, &self.pool);
        let size = u64::from(u32::MAX);
        let ranges = [
            ("pool.in_flight", u64::from(pool.in_flight), 1, 4096),
            ("pool.memory_bytes", pool.memory_bytes, 64 * KIB, 256 * MIB),
            (
                "pool.table_elements",
                u64::from(pool.table_elements),
                1,
                1_000_000,
            ),
            ("pool.stack_bytes", pool.stack_bytes, 64 * KIB, 8 * MIB),
            ("pool.tick_ms", pool.tick_ms, 1, 1_000),
            ("pool.component_bytes", pool.component_bytes, KIB, 256 * MIB),
            ("event.cpu_ms", event.cpu_ms, 1, 600_000),
            ("event.wall_ms", event.wall_ms, 1, 600_000),
            (
                "event.memory_bytes",
                event.memory_bytes,
                64 * KIB,
                pool.memory_bytes,
            ),
            ("event.host_calls", event.host_calls, 0, size),
            ("event.call_bytes", event.call_bytes, KIB, 64 * MIB),
            ("event.actions", event.actions, 0, size),
            ("event.text_bytes", event.text_bytes, 0, size),
            ("event.http_bytes", event.http_bytes, 0, 64 * MIB),
            ("event.media_bytes", event.media_bytes, 0, 64 * MIB),
            ("event.log_bytes", event.log_bytes, 0, size),
            ("event.kv_value_bytes", event.kv_value_bytes, 0, size),
            ("event.kv_total_bytes", event.kv_total_bytes, 0, size),
        ];
        for (key, value, least, most) in ranges {
            if !(least..=most).contains(&value) {
                return Err(LimitsError {
                    key,
                    value,
                    least,
                    most,
                });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_in_range() {
        assert_eq!(Limits::default().check(), Ok(()));
    }

    #[test]
    fn a_wrong_limit_is_named() {
        let mut limits = Limits::default();
        limits.event.memory_bytes = limits.pool.memory_bytes + 1;
        let error = limits.check().expect_err("more than a slot holds");
        assert_eq!(error.key, "event.memory_bytes");
        assert_eq!(
            error.to_string(),
            "event.memory_bytes is 16777217; it must be from 65536 to 16777216"
        );

        limits = Limits::default();
        limits.pool.in_flight = 0;
        assert_eq!(
            limits.check().expect_err("no event could run").key,
            "pool.in_flight"
        );
    }

    #[test]
    fn a_missing_key_keeps_its_default_and_an_unknown_one_is_refused() {
        let limits: Limits = toml::from_str("[event]\ncpu_ms = 20").expect("one key");
        assert_eq!(limits.event.cpu_ms, 20);
        assert_eq!(limits.event.actions, EventLimits::default().actions);
        assert_eq!(limits.pool, PoolLimits::default());
        toml::from_str::<Limits>("[event]\ncpu = 20").expect_err("a misspelt key");
    }
}
