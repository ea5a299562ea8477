//! Randomness that falls the same way each time, until the test asks for another seed.

use std::sync::{Mutex, PoisonError};

use jadi_model::random::Random;

/// Splitmix64: small, and good enough to seed each event's own generator.
#[derive(Debug, Default)]
pub(crate) struct Chance(Mutex<u64>);

impl Chance {
    pub(crate) fn seed(&self, seed: u64) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = seed;
    }

    fn next(&self) -> u64 {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = *state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

impl Random for Chance {
    fn fill(&self, bytes: &mut [u8]) {
        for part in bytes.chunks_mut(8) {
            for (byte, random) in part.iter_mut().zip(self.next().to_le_bytes()) {
                *byte = random;
            }
        }
    }
}
