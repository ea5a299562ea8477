//! The table `limits`: what plugins and bots may use on this host, and how much is kept of what they do.

use figment::value::Value;

use super::keys;
use super::sources::Layers;
use super::values;
use crate::plugins::Limits;
use crate::store::KeptBounds;

/// What one bot may use of the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BotLimits {
    /// How many of its events are handled at a time.
    pub in_flight: u64,
    /// How many messages it may send on one day of UTC. What is more waits for the next.
    pub messages_per_day: u64,
    /// How many messages it may send in a minute, after a first burst.
    pub sends_per_minute: u64,
    /// How much of one processor's time it may use, percent, over minutes. Who uses more is slowed down, then paused.
    pub cpu_percent: u64,
    /// How much of the host's heap its client, its events and its data may hold, bytes.
    pub memory_bytes: u64,
    /// How much room its data and session may take on the disk, bytes.
    pub storage_bytes: u64,
    /// How many servers its plugins ask at a time. More requests wait, within twice the time that one may take.
    pub http_at_once: u64,
    /// How long one such request may take, from the look-up of the name to the last byte, milliseconds.
    pub http_request_ms: u64,
}

/// Enough for a bot of many busy groups, and little enough for its neighbours.
impl Default for BotLimits {
    fn default() -> Self {
        Self {
            in_flight: 4,
            messages_per_day: 20_000,
            sends_per_minute: 240,
            cpu_percent: 25,
            memory_bytes: 64 << 20,
            storage_bytes: 256 << 20,
            http_at_once: 2,
            http_request_ms: 3_000,
        }
    }
}

/// All limits: those of plugins, those of a bot as a whole, and those of what is kept.
pub(super) fn take(layers: &mut Layers) -> (Limits, BotLimits, KeptBounds) {
    let mut limits = Limits::default();
    for key in Limits::KEYS {
        let default = key.read(&limits);
        let value = layers.take(&keys::limit(key.name), form(key.name), || default);
        key.write(&mut limits, value);
    }
    let problems: Vec<_> = limits.problems().collect();
    for problem in problems {
        let bound = problem.because.map(|key| {
            let key = keys::limit(key);
            format!(", which {key} sets")
        });
        let what = format!(
            "write a value from {} to {}{}, not {}",
            problem.least,
            problem.most,
            bound.unwrap_or_default(),
            problem.value
        );
        layers.refuse(&keys::limit(problem.key), what);
    }
    let usual = BotLimits::default();
    let bot = BotLimits {
        in_flight: layers.take(keys::IN_FLIGHT, values::from_to::<1, 256>, || {
            usual.in_flight
        }),
        messages_per_day: layers.take(
            keys::MESSAGES_PER_DAY,
            values::from_to::<1, 10_000_000>,
            || usual.messages_per_day,
        ),
        sends_per_minute: layers.take(keys::SENDS_PER_MINUTE, values::from_to::<1, 6_000>, || {
            usual.sends_per_minute
        }),
        cpu_percent: layers.take(keys::CPU_PERCENT, values::from_to::<1, 10_000>, || {
            usual.cpu_percent
        }),
        memory_bytes: layers.take(keys::MEMORY_BYTES, values::room, || usual.memory_bytes),
        storage_bytes: layers.take(keys::STORAGE_BYTES, values::room, || usual.storage_bytes),
        http_at_once: layers.take(keys::HTTP_AT_ONCE, values::from_to::<1, 32>, || {
            usual.http_at_once
        }),
        http_request_ms: layers.take(keys::HTTP_REQUEST_MS, values::request_time, || {
            usual.http_request_ms
        }),
    };
    (limits, bot, kept(layers))
}

fn kept(layers: &mut Layers) -> KeptBounds {
    let mut kept = KeptBounds::default();
    for bound in KeptBounds::KEYS {
        let (key, usual) = (keys::kept(bound.name), bound.read(kept));
        let value = layers.take(&key, form(bound.name), || usual);
        if !(bound.least..=bound.most).contains(&value) {
            let what = format!(
                "write a value from {} to {}, not {value}",
                bound.least, bound.most
            );
            layers.refuse(&key, what);
        }
        bound.write(&mut kept, value);
    }
    kept
}

/// How a limit's value is written, by the unit that its name ends with.
fn form(name: &str) -> fn(&Value) -> Result<u64, String> {
    if name.ends_with("_ms") {
        values::milliseconds
    } else if name.ends_with("_bytes") {
        values::bytes
    } else {
        values::count
    }
}
