//! Times such as `90s`, `10m` and `2h30m`.

use std::time::Duration;

use super::{Argument, Texts};
use crate::words;

const SPAN: Texts = words! {
    en: "a time such as 90s, 10m, 2h30m or 7d",
    id: "waktu seperti 90s, 10m, 2h30m, atau 7d",
    es: "un tiempo como 90s, 10m, 2h30m o 7d",
};

/// The units, largest first: so they stand in a time, each at most once.
const UNITS: [(char, u64); 5] = [
    ('w', 604_800),
    ('d', 86_400),
    ('h', 3_600),
    ('m', 60),
    ('s', 1),
];

impl Argument for Duration {
    fn what_in(language: &str) -> String {
        SPAN.in_language(language).to_owned()
    }

    fn from_word(word: &str) -> Option<Self> {
        let mut rest = word;
        let mut seconds = 0_u64;
        let mut units = UNITS.iter();
        while !rest.is_empty() {
            let end = rest.find(|c: char| !c.is_ascii_digit())?;
            let (number, unit) = rest.split_at(end);
            let letter = unit.chars().next()?.to_ascii_lowercase();
            let (_, length) = units.find(|(unit, _)| *unit == letter)?;
            let part = number.parse::<u64>().ok()?.checked_mul(*length)?;
            seconds = seconds.checked_add(part)?;
            rest = unit.get(1..)?;
        }
        (!word.is_empty()).then(|| Self::from_secs(seconds))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        let cases = [
            ("90s", 90),
            ("10M", 600),
            ("2h30m", 9_000),
            ("1d12h", 129_600),
            ("1w", 604_800),
            ("0s", 0),
        ];
        for (word, seconds) in cases {
            assert_eq!(
                Duration::from_word(word),
                Some(Duration::from_secs(seconds)),
                "{word}"
            );
        }
    }

    #[test]
    fn what_is_no_time_is_none() {
        for word in [
            "",
            "10",
            "m",
            "10x",
            "30m2h",
            "1h1h",
            "-5m",
            "1.5h",
            "10mé",
            "99999999999999999w",
        ] {
            assert_eq!(Duration::from_word(word), None, "{word}");
        }
    }
}
