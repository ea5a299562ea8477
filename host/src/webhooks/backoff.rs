//! When is tried again.

use std::time::Duration;

use crate::clock::{Millis, millis};
use crate::random::Random;

/// How often a delivery is tried at most.
pub(super) const TRIES: u32 = 8;
/// For how long it is tried at most, however rarely its receiver was asked meanwhile.
pub(super) const TRIED_FOR: Duration = Duration::from_secs(30 * 3600);
/// How long a delivery waits after its first try: four times as long each time, a day in all.
const FIRST: Duration = Duration::from_secs(15);
/// How long a receiver rests that did not take something: twice as long each time.
const FIRST_REST: Duration = Duration::from_secs(1);
/// The longest that a receiver rests.
const LONGEST_REST: Duration = Duration::from_secs(60);

/// How long a delivery waits that was tried so often; none when that was once too often.
pub(super) fn pause(tries: u32, random: &dyn Random) -> Option<Millis> {
    if tries >= TRIES {
        return None;
    }
    let grown = FIRST.saturating_mul(4_u32.saturating_pow(tries.saturating_sub(1)));
    Some(jittered(grown, random))
}

/// How long a receiver rests that took nothing the last so many times.
pub(super) fn rest(failures: u32, random: &dyn Random) -> Millis {
    let grown = FIRST_REST.saturating_mul(2_u32.saturating_pow(failures.saturating_sub(1)));
    jittered(grown.min(LONGEST_REST), random)
}

/// Between four and six fifths of it, so that what failed together does not come again together.
fn jittered(pause: Duration, random: &dyn Random) -> Millis {
    millis(pause.mul_f64(random.fraction().mul_add(0.4, 0.8)))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Always(u8);

    impl Random for Always {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0);
        }
    }

    #[test]
    fn eight_tries_take_about_a_day() {
        let all = |random: &dyn Random| {
            let pauses = (1..TRIES).map_while(|tries| pause(tries, random));
            pauses.collect::<Vec<_>>()
        };
        let (soonest, latest) = (all(&Always(0)), all(&Always(255)));
        assert_eq!(soonest.len(), 7);
        assert_eq!(soonest[..3], [12_000, 48_000, 192_000]);
        assert_eq!(pause(TRIES, &Always(0)), None);
        let hours = |pauses: &[Millis]| pauses.iter().sum::<Millis>() / 3_600_000;
        assert_eq!((hours(&soonest), hours(&latest)), (18, 27));
        assert!(latest.iter().sum::<Millis>() < millis(TRIED_FOR));
    }

    #[test]
    fn a_receiver_rests_for_a_minute_at_most() {
        let rests = [1, 2, 3, 6, 7, 100].map(|failures| rest(failures, &Always(0)));
        assert_eq!(rests, [800, 1_600, 3_200, 25_600, 48_000, 48_000]);
    }
}
