//! What each bot has used of the CPU lately, so that a bot that takes much runs in the second row from the start.
//!
//! A level rises by what each of a bot's events was on the CPU, the host's work for it included, and sinks at a steady pace: a
//! bot that uses less than [`PART`] of a core never reaches [`BURST`]. Above it nothing is refused; its events only give way.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use jadi_model::Jid;

/// What a bot may use at once, before its events give way.
const BURST: Duration = Duration::from_millis(5);
/// A level sinks by a core's time divided by this.
const PART: u32 = 10;
/// The highest level: what a bot did is forgotten after this times [`PART`].
const MOST: Duration = Duration::from_millis(250);
/// Bots beyond which those are looked for whose level has sunk to nothing.
const MANY: usize = 1024;

/// A level as it was at one moment.
#[derive(Debug, Clone, Copy)]
struct Level {
    used: Duration,
    at: Instant,
}

impl Level {
    fn sunk(self, now: Instant) -> Duration {
        let since = now.saturating_duration_since(self.at);
        self.used.saturating_sub(since / PART)
    }
}

/// The levels of all bots that used any CPU lately, by their own addresses.
#[derive(Debug, Default)]
pub(super) struct Shares {
    levels: Mutex<HashMap<Jid, Level>>,
}

impl Shares {
    fn levels(&self) -> MutexGuard<'_, HashMap<Jid, Level>> {
        // Each change is one insertion, so poison carries no meaning here.
        self.levels.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the bot has used so much that its events give way.
    pub(super) fn is_over(&self, bot: &Jid, now: Instant) -> bool {
        let levels = self.levels();
        levels.get(bot).is_some_and(|level| level.sunk(now) > BURST)
    }

    /// Notes what an event of the bot used.
    pub(super) fn charge(&self, bot: &Jid, used: Duration, now: Instant) {
        let mut levels = self.levels();
        if let Some(level) = levels.get_mut(bot) {
            let used = level.sunk(now).saturating_add(used).min(MOST);
            *level = Level { used, at: now };
            return;
        }
        if levels.len() >= MANY {
            levels.retain(|_, level| !level.sunk(now).is_zero());
        }
        let used = used.min(MOST);
        levels.insert(bot.clone(), Level { used, at: now });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bot(number: u32) -> Jid {
        let jid = format!("62800{number:08}@s.whatsapp.net");
        jid.parse().expect("an address")
    }

    const EVENT: Duration = Duration::from_micros(50);

    #[test]
    fn a_bot_that_takes_little_never_gives_way() {
        let (shares, mut now) = (Shares::default(), Instant::now());
        for _ in 0..10_000 {
            // 50 µs each 500 µs are a tenth of a core.
            now += EVENT * PART;
            shares.charge(&bot(1), EVENT, now);
            assert!(!shares.is_over(&bot(1), now));
        }
    }

    #[test]
    fn a_bot_that_takes_much_gives_way_until_it_has_rested_and_its_neighbours_do_not() {
        let (shares, now) = (Shares::default(), Instant::now());
        for _ in 0..1_000 {
            shares.charge(&bot(1), BURST, now);
        }
        assert!(shares.is_over(&bot(1), now));
        assert!(!shares.is_over(&bot(2), now));
        let rested = now + (MOST - BURST) * PART;
        assert!(shares.is_over(&bot(1), rested - EVENT * PART));
        assert!(!shares.is_over(&bot(1), rested));
    }

    #[test]
    fn bots_that_have_rested_are_forgotten() {
        let (shares, mut now) = (Shares::default(), Instant::now());
        for number in 0..10 * u32::try_from(MANY).expect("few") {
            now += EVENT * PART;
            shares.charge(&bot(number), EVENT, now);
        }
        let kept = shares.levels().len();
        assert!(kept <= MANY, "{kept} levels");
    }
}
