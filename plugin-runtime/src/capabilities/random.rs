//! `random`: a generator per event, from a seed that was passed in, so that a recorded event replays exactly.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::super::bindings::jadi::plugin::random::Host;
use super::super::state::EventState;

/// The most bytes of one call, as the contract says.
const MOST: u32 = 1024;

/// One event's random numbers.
pub(in super::super) struct Source(StdRng);

impl Source {
    pub(in super::super) fn new(seed: [u8; 32]) -> Self {
        Self(StdRng::from_seed(seed))
    }

    /// Another generator, whose numbers follow from this one's and can't be told from them.
    pub(in super::super) fn fork(&mut self) -> StdRng {
        StdRng::from_rng(&mut self.0)
    }

    /// A number to sow something with.
    pub(in super::super) fn seed(&mut self) -> u128 {
        u128::from(self.0.next_u64()) << 64 | u128::from(self.0.next_u64())
    }

    fn bytes(&mut self, count: u32) -> Vec<u8> {
        let mut bytes = vec![0; count.min(MOST) as usize];
        self.0.fill_bytes(&mut bytes);
        bytes
    }
}

impl Host for EventState {
    fn bytes(&mut self, count: u32) -> wasmtime::Result<Vec<u8>> {
        Ok(self.random.bytes(count))
    }

    fn number(&mut self) -> wasmtime::Result<u64> {
        Ok(self.random.0.next_u64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_numbers_and_another_seed_others() {
        let bytes = |seed| Source::new([seed; 32]).bytes(32);
        assert_eq!(bytes(1), bytes(1));
        assert_ne!(bytes(1), bytes(2));
    }

    #[test]
    fn one_call_gives_at_most_a_kibibyte() {
        assert_eq!(Source::new([0; 32]).bytes(u32::MAX).len(), 1024);
        assert_eq!(Source::new([0; 32]).bytes(7).len(), 7);
    }
}
