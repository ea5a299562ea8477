//! `clock`: the time, from the clock that was passed in.

use super::super::bindings::jadi::plugin::clock::Host;
use super::super::state::EventState;

impl Host for EventState {
    fn now(&mut self) -> wasmtime::Result<i64> {
        Ok(self.clock.now())
    }
}
