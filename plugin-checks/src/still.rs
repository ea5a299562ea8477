//! A runtime in which time stands still and chance always falls the same way: two runs of an event differ only by what was handed
//! to the plugin, and by what should not have reached it.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Result;
use futures::future::BoxFuture;
use jadi_model::clock::{Clock, Millis, SystemClock};
use jadi_model::random::Random;
use jadi_plugin_runtime::{Limits, Runtime, RuntimeOptions};

/// A clock that stands still.
#[derive(Debug, Clone, Copy)]
pub struct Still;

impl Clock for Still {
    fn now(&self) -> Millis {
        1_700_000_000_000
    }

    fn sleep_until(&self, at: Millis) -> BoxFuture<'static, ()> {
        SystemClock.sleep_until(at)
    }
}

/// Chance that always falls the same way.
#[derive(Debug, Clone, Copy)]
pub struct Same;

impl Random for Same {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

/// A runtime with so many places for compiled plugins, and as many for those with an interpreter: with few of them, instances
/// of different bots follow each other in the same memory. What it compiles is kept in `cache_dir`, if there is one.
///
/// # Errors
///
/// When it can't start.
pub fn runtime(in_flight: u32, cache_dir: Option<PathBuf>) -> Result<Runtime> {
    let mut limits = Limits::default();
    limits.pool.in_flight = in_flight;
    limits.script.in_flight = in_flight;
    // The machine that runs the tests may be busy, and an interpreter's first steps are long.
    for limits in [&mut limits.event, &mut limits.most] {
        limits.wall_ms = 60_000;
        limits.cpu_ms = 60_000;
    }
    Ok(Runtime::start(RuntimeOptions {
        limits,
        clock: Arc::new(Still),
        random: Arc::new(Same),
        cache_dir,
    })?)
}
