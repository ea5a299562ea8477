//! The table `limits`: what plugins may use on this host.

use figment::value::Value;

use super::keys;
use super::sources::Layers;
use super::values;
use crate::plugins::{LimitKey, Limits};

/// Events of one bot at a time, where nothing else is said.
const IN_FLIGHT: u32 = 4;

/// All limits, and how many events of one bot are handled at a time.
pub(super) fn take(layers: &mut Layers) -> (Limits, u32) {
    let mut limits = Limits::default();
    for key in Limits::KEYS {
        let default = key.read(&limits);
        let value = layers.take(&keys::limit(key.name), form(key), || default);
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
    let in_flight = layers.take(keys::IN_FLIGHT, values::in_flight, || IN_FLIGHT);
    (limits, in_flight)
}

/// How a limit's value is written, by the unit that its name ends with.
fn form(key: &LimitKey) -> fn(&Value) -> Result<u64, String> {
    if key.name.ends_with("_ms") {
        values::milliseconds
    } else if key.name.ends_with("_bytes") {
        values::bytes
    } else {
        values::count
    }
}
