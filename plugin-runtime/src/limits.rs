//! How much one event of one plugin may use, and how much the host keeps ready for all of them.
//!
//! [`EventLimits`] can be narrowed and widened per plugin and per bot, up to [`Limits::most`]; [`PoolLimits`] shape the engine
//! and hold for its whole life. [`Limits::KEYS`] names every one of them with its range, so that a configuration can be read,
//! checked and shown without a second list.

use jadi_plugin_manifest::{LimitsClass, Manifest};
use serde::{Deserialize, Serialize};

use super::overrides::LimitOverrides;

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;

/// All limits of the plugin runtime.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// What one event may use, where nothing else is said of its plugin or bot.
    pub event: EventLimits,
    /// The most that may be said of a plugin or a bot.
    pub most: EventLimits,
    /// What is different for plugins that talk to other servers.
    pub http: HttpLimits,
    /// What is different for plugins that compute.
    pub heavy: HeavyLimits,
    /// What is different for plugins that bring an interpreter along.
    pub script: ScriptLimits,
    /// How much failing is too much.
    pub breaker: BreakerLimits,
    /// How much is kept of what its runs leave.
    pub records: RecordLimits,
    /// What is kept ready for all events together.
    pub pool: PoolLimits,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            event: EventLimits::default(),
            most: EventLimits {
                cpu_ms: 5_000,
                slice_ms: 50,
                wall_ms: 60_000,
                memory_bytes: 64 * MIB,
                host_calls: 4_096,
                handles: 65_536,
                call_bytes: 8 * MIB,
                actions: 64,
                text_bytes: MIB,
                http_bytes: 16 * MIB,
                media_bytes: 64 * MIB,
                log_bytes: 64 * KIB,
                kv_value_bytes: MIB,
                kv_total_bytes: 64 * MIB,
            },
            http: HttpLimits::default(),
            heavy: HeavyLimits::default(),
            script: ScriptLimits::default(),
            breaker: BreakerLimits::default(),
            records: RecordLimits::default(),
            pool: PoolLimits::default(),
        }
    }
}

/// What one event may use in one plugin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EventLimits {
    /// CPU time inside the component, milliseconds. Waiting for the host is not CPU time. Default 50.
    pub cpu_ms: u64,
    /// CPU time, the host's for the component included, after which it gives way to all others, milliseconds. It is looked at every
    /// `pool.tick_ms`. Default 1.
    pub slice_ms: u64,
    /// Time from the instance's start to its answer, milliseconds. Default 5,000.
    pub wall_ms: u64,
    /// Linear memory, bytes. At most the pool's `memory_bytes`. Default 16 MiB.
    pub memory_bytes: u64,
    /// Calls into the host. Default 128.
    pub host_calls: u64,
    /// Things of the host's that the handler holds at a time, such as messages and people. Default 2,048.
    pub handles: u64,
    /// Bytes that one call may carry into the host, and that the handler's answer may have. Default 1 MiB.
    pub call_bytes: u64,
    /// Actions that a handler may ask for. Default 8.
    pub actions: u64,
    /// Text of all actions together, bytes. Default 64 KiB.
    pub text_bytes: u64,
    /// The largest body of an answer from a server, bytes. Requests and answers that a handler holds at a time have room
    /// for three of these, and for one more or what one call may carry. Default 1 MiB.
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
            slice_ms: 1,
            wall_ms: 5_000,
            memory_bytes: 16 * MIB,
            host_calls: 128,
            handles: 2_048,
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

/// What is different for plugins that talk to other servers: waiting for one is not the plugin's doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HttpLimits {
    /// Time from the instance's start to its answer, milliseconds. Default 30,000.
    pub wall_ms: u64,
}

impl Default for HttpLimits {
    fn default() -> Self {
        Self { wall_ms: 30_000 }
    }
}

/// What is different for compiled plugins that compute, such as on pictures. Whatever they use beyond one slice they use in the
/// second row, where nobody waits for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeavyLimits {
    /// CPU time inside the component, milliseconds. Default 2,000.
    pub cpu_ms: u64,
    /// Time from the instance's start to its answer, milliseconds. Default 30,000.
    pub wall_ms: u64,
}

impl Default for HeavyLimits {
    fn default() -> Self {
        Self {
            cpu_ms: 2_000,
            wall_ms: 30_000,
        }
    }
}

/// What is different for plugins that bring an interpreter along, such as JavaScript's or Python's. They have a pool of their
/// own, which is made when the first of them is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScriptLimits {
    /// Linear memory, bytes. Default 64 MiB.
    pub memory_bytes: u64,
    /// Events in flight at once in their pool; more wait for their turn. Default 8.
    pub in_flight: u32,
    /// Elements of a component's largest table. Default 50,000.
    pub table_elements: u32,
    /// Stack of a component, bytes. Default 1 MiB.
    pub stack_bytes: u64,
}

impl Default for ScriptLimits {
    fn default() -> Self {
        Self {
            memory_bytes: 64 * MIB,
            in_flight: 8,
            table_elements: 50_000,
            stack_bytes: MIB,
        }
    }
}

/// How much failing is too much: of a plugin in one bot, and of a version in several. Whether a version gives way is asked whenever it
/// begins to rest in a bot, and decided by what counts there: in a bot to try versions in, 1 and 1 are enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BreakerLimits {
    /// So many failures … Default 5.
    pub failures: u64,
    /// … caused by at least so many different people … Default 2.
    pub people: u64,
    /// … within this time let the plugin rest in that bot, milliseconds. Default 60,000.
    pub within_ms: u64,
    /// How long it rests the first time; doubled each time that it fails again right after, milliseconds. Default 60,000.
    pub rest_ms: u64,
    /// The longest that it rests, milliseconds. Default 3,600,000.
    pub longest_rest_ms: u64,
    /// So many rests … Default 3.
    pub rests: u64,
    /// … within this time switch it off in that bot until its owner acts, milliseconds. Default 86,400,000: a day.
    pub rests_within_ms: u64,
    /// A version that rests in so many bots … Default 3.
    pub bots: u64,
    /// … of so many owners gives way to the one before it. Default 2.
    pub owners: u64,
}

impl Default for BreakerLimits {
    fn default() -> Self {
        Self {
            failures: 5,
            people: 2,
            within_ms: 60_000,
            rest_ms: 60_000,
            longest_rest_ms: 3_600_000,
            rests: 3,
            rests_within_ms: 24 * 3_600_000,
            bots: 3,
            owners: 2,
        }
    }
}

/// How much is kept of a plugin's runs in one bot, oldest out first. The bot's own bounds, of all plugins together, hold besides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordLimits {
    /// What so many runs cost. Default 2,000.
    pub receipts: u64,
    /// So many failed events, to be run again. Default 50.
    pub failures: u64,
}

impl Default for RecordLimits {
    fn default() -> Self {
        Self {
            receipts: 2_000,
            failures: 50,
        }
    }
}

/// What counts for a plugin in one bot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// What one event may use.
    pub event: EventLimits,
    /// How much it may fail.
    pub breaker: BreakerLimits,
    /// How much is kept of its runs.
    pub records: RecordLimits,
}

/// What the host keeps ready for all events together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolLimits {
    /// Events in flight at once; more wait for their turn. Default 64.
    pub in_flight: u32,
    /// The largest linear memory that a slot of the pool can hold, bytes. Default 16 MiB.
    pub memory_bytes: u64,
    /// Elements of a component's largest table. Default 10,000.
    pub table_elements: u32,
    /// Stack of a component, bytes. Default 512 KiB.
    pub stack_bytes: u64,
    /// How often a running component is looked at, milliseconds: CPU limits and slices are exact to this, and an event in the second
    /// row gives its core up so often. It is one clock for all, so that no plugin or bot has another. Default 1.
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
            tick_ms: 1,
            component_bytes: 32 * MIB,
        }
    }
}

/// One limit by its name.
#[derive(Debug, Clone, Copy)]
pub struct LimitKey {
    /// Its name, such as `event.cpu_ms`; the unit is its last part.
    pub name: &'static str,
    /// The least value that works.
    pub least: u64,
    /// The most that works, whatever the other limits are.
    pub most: u64,
    read: fn(&Limits) -> u64,
    write: fn(&mut Limits, u64),
}

impl LimitKey {
    /// Its value.
    pub fn read(&self, limits: &Limits) -> u64 {
        (self.read)(limits)
    }

    /// Sets it. Whether the value makes sense, [`Limits::check`] says.
    pub fn write(&self, limits: &mut Limits, value: u64) {
        (self.write)(limits, value);
    }

    /// The limit that an override may change, by the name that overrides have for it: `cpu_ms`, `breaker.failures`.
    pub(super) fn overridden(name: &str) -> Option<&'static Self> {
        Limits::KEYS
            .iter()
            .find(|key| key.override_name() == Some(name))
    }

    /// The name that overrides have for it: that of an event's limit is without `event.`. None where a plugin or a bot has no
    /// say.
    pub fn override_name(&self) -> Option<&'static str> {
        let whole = || {
            ["breaker.", "records."]
                .iter()
                .any(|group| self.name.starts_with(group))
        };
        let event = self.name.strip_prefix("event.");
        event.or_else(|| whole().then_some(self.name))
    }
}

/// Reads a field of whichever width.
fn wide(value: impl Into<u64>) -> u64 {
    value.into()
}

/// Writes a field of whichever width; what does not fit is as much as it holds, and out of every range.
fn narrow<T: TryFrom<u64> + From<u32>>(value: u64) -> T {
    T::try_from(value).unwrap_or_else(|_| T::from(u32::MAX))
}

/// The rows of [`Limits::KEYS`]: group, field, least, most.
macro_rules! keys {
    ($($group:ident.$field:ident: $least:expr, $most:expr;)*) => {
        &[$(LimitKey {
            name: concat!(stringify!($group), ".", stringify!($field)),
            least: $least,
            most: $most,
            read: |limits| wide(limits.$group.$field),
            write: |limits, value| limits.$group.$field = narrow(value),
        }),*]
    };
}

/// A count or size that 32-bit code can still hold.
const SIZE: u64 = u32::MAX as u64;

impl Limits {
    /// Every limit, by its name. Those under `event` and `most` are the same ones.
    pub const KEYS: &'static [LimitKey] = keys! {
        event.cpu_ms: 1, 600_000;
        event.slice_ms: 1, 600_000;
        event.wall_ms: 1, 600_000;
        event.memory_bytes: 64 * KIB, 256 * MIB;
        event.host_calls: 0, SIZE;
        event.handles: 16, 1_000_000;
        event.call_bytes: KIB, 64 * MIB;
        event.actions: 0, SIZE;
        event.text_bytes: 0, SIZE;
        event.http_bytes: 0, 64 * MIB;
        event.media_bytes: 0, 64 * MIB;
        event.log_bytes: 0, SIZE;
        event.kv_value_bytes: 0, SIZE;
        event.kv_total_bytes: 0, SIZE;
        most.cpu_ms: 1, 600_000;
        most.slice_ms: 1, 600_000;
        most.wall_ms: 1, 600_000;
        most.memory_bytes: 64 * KIB, 256 * MIB;
        most.host_calls: 0, SIZE;
        most.handles: 16, 1_000_000;
        most.call_bytes: KIB, 64 * MIB;
        most.actions: 0, SIZE;
        most.text_bytes: 0, SIZE;
        most.http_bytes: 0, 64 * MIB;
        most.media_bytes: 0, 64 * MIB;
        most.log_bytes: 0, SIZE;
        most.kv_value_bytes: 0, SIZE;
        most.kv_total_bytes: 0, SIZE;
        http.wall_ms: 1, 600_000;
        heavy.cpu_ms: 1, 600_000;
        heavy.wall_ms: 1, 600_000;
        script.memory_bytes: 64 * KIB, 256 * MIB;
        script.in_flight: 1, 1024;
        script.table_elements: 1, 1_000_000;
        script.stack_bytes: 64 * KIB, 8 * MIB;
        breaker.failures: 1, 1_000;
        breaker.people: 1, 100;
        breaker.within_ms: 1_000, 24 * 3_600_000;
        breaker.rest_ms: 1_000, 7 * 24 * 3_600_000;
        breaker.longest_rest_ms: 1_000, 7 * 24 * 3_600_000;
        breaker.rests: 1, 1_000;
        breaker.rests_within_ms: 1_000, 30 * 24 * 3_600_000;
        breaker.bots: 1, 100_000;
        breaker.owners: 1, 100_000;
        records.receipts: 1, 1_000_000;
        records.failures: 1, 10_000;
        pool.in_flight: 1, 4096;
        pool.memory_bytes: 64 * KIB, 256 * MIB;
        pool.table_elements: 1, 1_000_000;
        pool.stack_bytes: 64 * KIB, 8 * MIB;
        pool.tick_ms: 1, 1_000;
        pool.component_bytes: KIB, 256 * MIB;
    };

    /// Checks that the limits can be kept together.
    ///
    /// # Errors
    ///
    /// Names the first key whose value is out of its range.
    pub fn check(&self) -> Result<(), LimitsError> {
        self.problems().next().map_or(Ok(()), Err)
    }

    /// Every key whose value is out of its range.
    pub fn problems(&self) -> impl Iterator<Item = LimitsError> {
        Self::KEYS.iter().filter_map(|key| {
            let value = key.read(self);
            let (most, because) = self.most_of(key);
            (!(key.least..=most).contains(&value)).then_some(LimitsError {
                key: key.name,
                value,
                least: key.least,
                most,
                because,
            })
        })
    }

    /// The most that a key's value may be beside the others, and which other one sets it.
    fn most_of(&self, key: &LimitKey) -> (u64, Option<&'static str>) {
        let others: &[(&'static str, u64)] = match key.name {
            "event.memory_bytes" => &[
                ("pool.memory_bytes", self.pool.memory_bytes),
                ("most.memory_bytes", self.most.memory_bytes),
            ],
            "http.wall_ms" | "heavy.wall_ms" => &[("most.wall_ms", self.most.wall_ms)],
            "heavy.cpu_ms" => &[("most.cpu_ms", self.most.cpu_ms)],
            "script.memory_bytes" => &[("most.memory_bytes", self.most.memory_bytes)],
            name => {
                let ceiling = name.strip_prefix("event.").and_then(|name| {
                    let named = |key: &&LimitKey| key.name.strip_prefix("most.") == Some(name);
                    Self::KEYS.iter().find(named)
                });
                return match ceiling.map(|ceiling| (ceiling.name, ceiling.read(self))) {
                    Some((name, most)) if most < key.most => (most, Some(name)),
                    _ => (key.most, None),
                };
            }
        };
        let own = (key.most, None);
        let set = others.iter().map(|(name, most)| (*most, Some(*name)));
        set.chain([own])
            .min_by_key(|(most, _)| *most)
            .unwrap_or(own)
    }

    /// What an event may use in a plugin with this manifest, where nothing else is said of plugin or bot.
    pub fn of(&self, manifest: &Manifest) -> EventLimits {
        let mut limits = self.event;
        if !manifest.http_hosts.is_empty() {
            limits.wall_ms = limits.wall_ms.max(self.http.wall_ms);
        }
        match manifest.limits {
            LimitsClass::Small => {}
            LimitsClass::Heavy => {
                limits.cpu_ms = limits.cpu_ms.max(self.heavy.cpu_ms);
                limits.wall_ms = limits.wall_ms.max(self.heavy.wall_ms);
            }
            LimitsClass::Script => limits.memory_bytes = self.script.memory_bytes,
        }
        limits
    }

    /// The pool for plugins of this class.
    pub(super) fn pool_of(&self, class: LimitsClass) -> PoolLimits {
        match class {
            LimitsClass::Small | LimitsClass::Heavy => self.pool,
            LimitsClass::Script => PoolLimits {
                in_flight: self.script.in_flight,
                memory_bytes: self.script.memory_bytes,
                table_elements: self.script.table_elements,
                stack_bytes: self.script.stack_bytes,
                ..self.pool
            },
        }
    }

    /// What counts for a plugin with this manifest after `overrides`, of which later ones go over earlier ones. None
    /// reaches past [`Limits::most`], also when that was lowered after the override was made.
    pub fn effective(&self, manifest: &Manifest, overrides: &[&LimitOverrides]) -> Allowance {
        let mut limits = Self {
            event: self.of(manifest),
            ..*self
        };
        for (name, value) in overrides.iter().flat_map(|overrides| overrides.values()) {
            let Some(key) = LimitKey::overridden(name) else {
                continue;
            };
            let (most, _) = self.most_for(manifest, key);
            key.write(&mut limits, value.clamp(key.least, most.max(key.least)));
        }
        Allowance {
            event: limits.event,
            breaker: limits.breaker,
            records: limits.records,
        }
    }

    /// The most that an override may say of a limit of a plugin with this manifest, and which key sets it.
    pub(super) fn most_for(
        &self,
        manifest: &Manifest,
        key: &LimitKey,
    ) -> (u64, Option<&'static str>) {
        if key.name == "event.memory_bytes" && manifest.limits == LimitsClass::Script {
            // Its pool's slots are as large as the class allows.
            return (self.script.memory_bytes, Some("script.memory_bytes"));
        }
        self.most_of(key)
    }
}

/// A limit that makes no sense.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{key} is {value}; it must be from {least} to {most}{}", told(*.because))]
pub struct LimitsError {
    /// The key, such as `event.cpu_ms`.
    pub key: &'static str,
    /// What it was set to.
    pub value: u64,
    /// The least that works.
    pub least: u64,
    /// The most that works.
    pub most: u64,
    /// The other key that sets the most, when one does.
    pub because: Option<&'static str>,
}

/// Says which other key to change.
pub(super) fn told(because: Option<&str>) -> String {
    because.map_or_else(String::new, |key| format!(", which {key} sets"))
}

#[cfg(test)]
mod tests;
