//! Codes with which a bot's owner confirms in chat what a program wants: whoever has got at the program's token has not got their
//! chat. They are in memory: after a restart the program asks again.

use std::collections::HashMap;
use std::time::Duration;

use super::hourly::Hourly;
use crate::clock::{Millis, millis};
use crate::model::{BotId, PhoneNumber};
use crate::random::Random;

/// How long a code is good.
const GOOD_FOR: Duration = Duration::from_secs(10 * 60);
/// How many codes there are: six digits.
const SPACE: u32 = 1_000_000;

/// A code that was told.
struct Told {
    code: String,
    to: PhoneNumber,
    until: Millis,
}

/// The codes of all bots, one each.
pub(super) struct Codes {
    told: HashMap<BotId, Told>,
    given: Hourly<BotId>,
}

impl Codes {
    /// None was given; each bot may have so many within an hour.
    pub(super) fn new(most: usize) -> Self {
        Self {
            told: HashMap::new(),
            given: Hourly::new(most),
        }
    }

    /// A code for giving a bot to somebody, in place of an earlier one, and until when it is good; or when there may be another.
    pub(super) fn give(
        &mut self,
        bot: BotId,
        to: &PhoneNumber,
        now: Millis,
        random: &dyn Random,
    ) -> Result<(String, Millis), Millis> {
        if let Some(again) = self.given.too_often(&bot, now) {
            return Err(again);
        }
        self.given.note(bot, now);
        self.told.retain(|_, told| told.until > now);
        let mut bytes = [0; 8];
        random.fill(&mut bytes);
        let code = format!("{:06}", u64::from_le_bytes(bytes) % u64::from(SPACE));
        let until = now.saturating_add(millis(GOOD_FOR));
        let told = Told {
            code: code.clone(),
            to: to.clone(),
            until,
        };
        self.told.insert(bot, told);
        Ok((code, until))
    }

    /// Whether this is the code for giving the bot to this person. Right or wrong, it is used up.
    pub(super) fn take(&mut self, bot: BotId, to: &PhoneNumber, code: &str, now: Millis) -> bool {
        let told = self.told.remove(&bot);
        told.is_some_and(|told| told.code == code && told.to == *to && told.until > now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Zeros.
    struct Same;

    impl Random for Same {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(0);
        }
    }

    #[test]
    fn a_code_is_for_one_bot_one_person_one_try_and_ten_minutes() {
        let [bob, carol] =
            ["6280000000102", "6280000000103"].map(|number| number.parse().expect("a number"));
        let (shop, farm) = (BotId::from_random([1; 16]), BotId::from_random([2; 16]));
        let ten_minutes = millis(GOOD_FOR);
        for (bot, to, code, now, good) in [
            (shop, &bob, "000000", 0, true),
            (shop, &bob, "000000", ten_minutes - 1, true),
            (shop, &bob, "000000", ten_minutes, false),
            (shop, &carol, "000000", 0, false),
            (farm, &bob, "000000", 0, false),
            (shop, &bob, "000001", 0, false),
            (shop, &bob, "", 0, false),
        ] {
            let mut codes = Codes::new(5);
            assert!(!codes.take(shop, &bob, "000000", 0), "none was told");
            let given = codes.give(shop, &bob, 0, &Same);
            assert_eq!(given, Ok(("000000".to_owned(), ten_minutes)));
            assert_eq!(codes.take(bot, to, code, now), good, "{code} {now}");
            if bot == shop {
                assert!(!codes.take(shop, &bob, "000000", 0), "it is used up");
            }
        }
    }

    #[test]
    fn nobody_guesses_through_many_codes() {
        let bob = "6280000000102".parse().expect("a number");
        let (shop, farm) = (BotId::from_random([1; 16]), BotId::from_random([2; 16]));
        let mut codes = Codes::new(5);
        for now in 0..5 {
            assert!(codes.give(shop, &bob, now, &Same).is_ok());
        }
        assert_eq!(codes.give(shop, &bob, 5, &Same), Err(3_600_000));
        assert!(codes.take(shop, &bob, "000000", 5), "the last one is good");
        assert!(codes.give(farm, &bob, 5, &Same).is_ok(), "another bot's");
        assert!(codes.give(shop, &bob, 3_600_000, &Same).is_ok());
    }
}
