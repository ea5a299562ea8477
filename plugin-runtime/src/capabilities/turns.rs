//! `turns`: ending an event's round.

use jadi_plugin_manifest::Capability;
use wasmtime::component::Resource;

use super::super::bindings::jadi::plugin::turns::Host;
use super::super::bindings::jadi::plugin::types::Refused;
use super::super::state::EventState;
use super::event::HeldAction;

impl Host for EventState {
    fn end(&mut self) -> wasmtime::Result<Result<Resource<HeldAction>, Refused>> {
        self.calls.count(0)?;
        match self.permitted(Capability::Turns) {
            Ok(()) => self.act_of_end(),
            Err(denied) => Ok(Err(denied)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::Grants;
    use super::super::super::limits::EventLimits;
    use super::super::super::tests::support::{Data, input, state_of};
    use super::*;

    #[test]
    fn an_end_counts_as_an_action_and_can_be_denied() {
        let limits = EventLimits {
            actions: 1,
            ..EventLimits::default()
        };
        let mut state = state_of(input(), Data::default(), limits);
        let end = state.end().expect("no trap").expect("permitted");
        let more = state.end().expect("no trap").err();
        assert!(matches!(more, Some(Refused::Limit(_))), "{more:?}");
        state.discard(end).expect("held");
        state.end().expect("no trap").expect("there is room again");

        let mut input = input();
        input.grants = Grants::without([Capability::Turns]);
        let mut state = state_of(input, Data::default(), EventLimits::default());
        let denied = state.end().expect("no trap").err();
        assert!(matches!(denied, Some(Refused::Denied)), "{denied:?}");
    }
}
