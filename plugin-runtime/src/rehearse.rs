//! Rehearsals: what an instance costs, apart from all that an event needs around it. For measuring; no event is handled this
//! way, since a second call would find what the first left in memory.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::capabilities::event::{HeldEvent, HeldMessage};
use super::context::{EventInput, Reads};
use super::failure::Failure;
use super::plugin::Plugin;
use super::runtime::Runtime;
use super::slow::Row;
use super::trap;

/// How long the parts of a rehearsal took.
#[derive(Debug, Clone)]
pub struct Rehearsal {
    /// Making the instance.
    pub start: Duration,
    /// Each call of its handler of messages.
    pub calls: Vec<Duration>,
    /// Ending the instance: what it wrote to is given back or made zero.
    pub end: Duration,
}

impl Runtime {
    /// Makes an instance for an event with a message, calls its handler `calls` times, and ends it. What the handler returns is
    /// thrown away.
    ///
    /// # Errors
    ///
    /// When a call fails, or the plugin handles no messages.
    pub async fn rehearse(
        &self,
        plugin: &Plugin,
        input: EventInput,
        reads: Arc<dyn Reads>,
        calls: usize,
    ) -> Result<Rehearsal, Failure> {
        let told =
            |error: wasmtime::Error| trap::failure(&error, &plugin.limits, &plugin.pool.limits);
        let missing = |message: &str| Failure::Host {
            message: message.to_owned(),
        };
        let Some(_slot) = plugin.pool.slot(Row::First, &plugin.manifest).await else {
            return Err(missing("the plugin runtime has ended"));
        };
        let Some(handler) = &plugin.handlers.message else {
            return Err(missing("the plugin handles no messages"));
        };
        let begun = Instant::now();
        let mut seed = [0; 32];
        self.random().fill(&mut seed);
        let mut store = self
            .store(plugin, plugin.limits, input, reads, self.clock(), seed)
            .map_err(told)?;
        let instance = plugin.instance.instantiate_async(&mut store).await;
        let instance = instance.map_err(told)?;
        let start = begun.elapsed();
        let guest = handler.load(&mut store, &instance).map_err(told)?;
        let mut took = Vec::with_capacity(calls);
        for _ in 0..calls {
            let state = store.data_mut();
            let event = state
                .hand_over(HeldEvent)
                .map_err(|error| told(error.into()))?;
            let message = state
                .hand_over(HeldMessage::EVENT)
                .map_err(|error| told(error.into()))?;
            let begun = Instant::now();
            let returned = guest.call_handle(&mut store, event, message).await;
            took.push(begun.elapsed());
            for action in returned.map_err(told)?.unwrap_or_default() {
                store.data_mut().discard(action).map_err(told)?;
            }
        }
        let begun = Instant::now();
        drop(store);
        Ok(Rehearsal {
            start,
            calls: took,
            end: begun.elapsed(),
        })
    }
}
