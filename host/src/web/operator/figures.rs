//! How the host does at a moment: what the page shows, and what programs are told.

use std::sync::{Mutex, PoisonError};

use super::machine;
use crate::bots::Progress;
use crate::clock::Millis;
use crate::library::LibraryError;
use crate::model::StateName;
use crate::web::shared::{OperatorParts, Shared};

/// Events per second are not told of a shorter time than this, milliseconds.
const SHORTEST: Millis = 3_000;

/// What changes from moment to moment.
pub(in crate::web) struct Figures {
    /// What the process holds in memory, bytes; none where the machine does not tell.
    pub(in crate::web) memory: Option<u64>,
    /// How many tasks want a processor, on the average of the last minute; none where the machine does not tell.
    pub(in crate::web) load: Option<f64>,
    /// Bots that are connected.
    pub(in crate::web) open: usize,
    /// Bots that run.
    pub(in crate::web) running: usize,
    /// Events since the start.
    pub(in crate::web) events: u64,
    /// Messages sent since the start.
    pub(in crate::web) sent: u64,
    /// Events per second, as [`Pace`] measures them.
    pub(in crate::web) rate: f64,
    /// How far the start has come.
    pub(in crate::web) restore: Progress,
}

impl Figures {
    /// As they are now.
    pub(in crate::web) fn now(shared: &Shared, parts: &OperatorParts) -> Self {
        let (mut events, mut sent) = (0_u64, 0_u64);
        for (_, dispatch) in parts.fleet.dispatches() {
            let counters = dispatch.counters();
            events = events.saturating_add(counters.received.get());
            sent = sent.saturating_add(counters.sent.get());
        }
        let bots = shared.parts.instances.all();
        let open = bots
            .iter()
            .filter(|bot| bot.status().state.kept() == StateName::Open);
        let at = shared.parts.clock.now();
        Self {
            memory: machine::memory(),
            load: machine::load(),
            open: open.count(),
            running: bots.len(),
            events,
            sent,
            rate: shared.pace.until(Through { at, events }),
            restore: *parts.restoring.watch().borrow(),
        }
    }
}

/// What has gone through until a moment.
#[derive(Debug, Clone, Copy)]
struct Through {
    at: Millis,
    events: u64,
}

/// How many events go through in a second: measured since somebody looked before, if that was three seconds ago or more, and
/// since the look before that otherwise. The first time that is since the start.
pub(in crate::web) struct Pace(Mutex<[Through; 2]>);

impl Pace {
    /// Nothing has gone through yet.
    pub(in crate::web) fn since(at: Millis) -> Self {
        Self(Mutex::new([Through { at, events: 0 }; 2]))
    }

    /// Somebody looks.
    fn until(&self, now: Through) -> f64 {
        let mut marks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let [_, latest] = *marks;
        // Also when the clock was set back.
        if !(0..SHORTEST).contains(&now.at.saturating_sub(latest.at)) {
            *marks = [latest, now];
        }
        let [before, _] = *marks;
        let millis = now.at.saturating_sub(before.at);
        // A bot that has stopped takes its events with it.
        let events = now.events.saturating_sub(before.events);
        match millis {
            1.. => events as f64 * 1000.0 / millis as f64,
            _ => 0.0,
        }
    }
}

/// A plugin that fails, or can't be loaded.
pub(in crate::web) struct Failing {
    /// Its name.
    pub(in crate::web) name: String,
    /// The version in use.
    pub(in crate::web) version: String,
    /// In how many bots that version is paused.
    pub(in crate::web) bots: usize,
    /// Why it can't be loaded, if that is so.
    pub(in crate::web) problem: Option<String>,
}

/// All of them.
pub(in crate::web) async fn failing(parts: &OperatorParts) -> Result<Vec<Failing>, LibraryError> {
    let builds = parts.failing.count();
    let plugins = parts.library.list().await?.into_iter();
    let failing = plugins.filter_map(|plugin| {
        let digest = plugin.digest.to_string();
        let found = builds.iter().find(|(build, _)| *build == digest);
        let bots = found.map(|(_, bots)| *bots).unwrap_or_default();
        (plugin.problem.is_some() || bots > 0).then_some(Failing {
            name: plugin.name,
            version: plugin.version,
            bots,
            problem: plugin.problem,
        })
    });
    Ok(failing.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_per_second_are_those_since_the_last_look() {
        let pace = Pace::since(1_000);
        let mut looks = Vec::new();
        for (at, events) in [
            (1_000, 0),
            // Ten seconds after the start.
            (11_000, 20),
            // Since then, and once more at once: since the look before, not since a moment ago.
            (14_000, 50),
            (14_500, 55),
            (14_500, 55),
            (17_500, 55),
            // Fewer, since a bot has stopped.
            (20_500, 10),
            // The clock was set back.
            (20_000, 11),
        ] {
            looks.push(pace.until(Through { at, events }));
        }
        assert_eq!(looks, [0.0, 2.0, 10.0, 10.0, 10.0, 5.0 / 3.5, 0.0, 0.0]);
    }
}
