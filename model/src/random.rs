//! Randomness, passed in.
//!
//! Whoever needs chance (ids, jitter, what a plugin sees as random) takes a [`Random`], so that a test can say what falls.

use std::sync::Arc;

/// A source of random bytes, fit for secrets.
pub trait Random: Send + Sync + 'static {
    /// Fills all of `bytes`.
    fn fill(&self, bytes: &mut [u8]);

    /// A number from 0 up to but not including 1, for jitter.
    fn fraction(&self) -> f64 {
        let mut bytes = [0; 4];
        self.fill(&mut bytes);
        f64::from(u32::from_le_bytes(bytes)) / (f64::from(u32::MAX) + 1.0)
    }
}

/// A source as it is shared.
pub type SharedRandom = Arc<dyn Random>;

/// The operating system's source.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemRandom;

impl Random for SystemRandom {
    /// Waits when the system has no randomness yet, which happens only while a machine boots.
    fn fill(&self, bytes: &mut [u8]) {
        while getrandom::fill(bytes).is_err() {
            std::thread::yield_now();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct All(u8);

    impl Random for All {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0);
        }
    }

    #[test]
    fn a_fraction_is_within_its_bounds() {
        assert!(All(0).fraction().abs() < f64::EPSILON);
        let most = All(255).fraction();
        assert!(most > 0.999 && most < 1.0);
    }

    #[test]
    fn the_system_gives_different_bytes_each_time() {
        let (mut one, mut two) = ([0; 32], [0; 32]);
        SystemRandom.fill(&mut one);
        SystemRandom.fill(&mut two);
        assert_ne!(one, two);
    }
}
