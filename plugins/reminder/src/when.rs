//! When somebody wants to be reminded, as they type it.

use std::time::Duration;

use jadi_plugin_sdk::arguments::Argument;

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;

/// What a chat's clock is ahead of UTC, minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Zone(pub i64);

impl Zone {
    /// `+7`, `-3`, `+5:30`.
    pub fn read(text: &str) -> Option<Self> {
        let text = text
            .trim()
            .trim_start_matches("UTC")
            .trim_start_matches("utc");
        let (sign, rest) = match text.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text.strip_prefix('+').unwrap_or(text)),
        };
        let (hours, minutes) = rest.split_once(':').unwrap_or((rest, "0"));
        let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok()?);
        let good = (0..=14).contains(&hours) && (0..60).contains(&minutes);
        good.then_some(Self(sign * (hours * 60 + minutes)))
    }

    /// `UTC+7`, `UTC+5:30`.
    pub fn name(self) -> String {
        let (sign, minutes) = if self.0 < 0 {
            ('-', -self.0)
        } else {
            ('+', self.0)
        };
        match minutes % 60 {
            0 => format!("UTC{sign}{}", minutes / 60),
            rest => format!("UTC{sign}{}:{rest:02}", minutes / 60),
        }
    }

    /// `24 Nov 18:05` as `11-24 18:05`, a time of this zone.
    pub fn shown(self, millis: i64) -> String {
        let local = millis + self.0 * MINUTE;
        let (month, day) = date(local.div_euclid(DAY));
        let minutes = local.rem_euclid(DAY) / MINUTE;
        format!(
            "{month:02}-{day:02} {:02}:{:02}",
            minutes / 60,
            minutes % 60
        )
    }
}

/// Month and day of a day since 1970, after Howard Hinnant's `civil_from_days`.
fn date(days: i64) -> (i64, i64) {
    let shifted = days + 719_468;
    let of_era = shifted.rem_euclid(146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    (if month < 10 { month + 3 } else { month - 9 }, day)
}

/// A time, and what stands after it.
#[derive(Debug, PartialEq, Eq)]
pub struct When<'t> {
    /// Milliseconds since 1970.
    pub at: i64,
    /// The rest of the text.
    pub text: &'t str,
}

/// Reads `in 10m tea`, `10m tea`, `18:30 tea`, `tomorrow 9:00 tea`, with the words of the three languages.
pub fn read(typed: &str, now: i64, zone: Zone) -> Option<When<'_>> {
    let (first, rest) = split(typed);
    let word = first.to_lowercase();
    match word.as_str() {
        "in" | "dalam" | "en" => {
            let (span, text) = split(rest);
            after(span, text, now).or_else(|| in_words(span, text, now))
        }
        "tomorrow" | "besok" | "mañana" | "manana" => {
            let (first, text) = split(rest);
            // `tomorrow at 9:00`
            let (time, text) = match first {
                "at" | "jam" | "pukul" | "a" => split(text),
                _ => (first, text),
            };
            let today = midnight(now, zone);
            Some(When {
                at: today + DAY + time_of_day(time)?,
                text,
            })
        }
        _ => after(first, rest, now)
            .or_else(|| in_words(first, rest, now))
            .or_else(|| {
                let at = midnight(now, zone) + time_of_day(first)?;
                let at = if at > now { at } else { at + DAY };
                Some(When { at, text: rest })
            }),
    }
}

fn after<'t>(span: &str, text: &'t str, now: i64) -> Option<When<'t>> {
    let span = Duration::from_word(span)?;
    let at = now.checked_add(i64::try_from(span.as_millis()).ok()?)?;
    Some(When { at, text })
}

/// The units that people write out, in the three languages, and their lengths.
const UNITS: [(&[&str], i64); 4] = [
    (
        &[
            "minute", "minutes", "min", "mins", "menit", "minuto", "minutos",
        ],
        MINUTE,
    ),
    (&["hour", "hours", "jam", "hora", "horas"], 60 * MINUTE),
    (&["day", "days", "hari", "día", "dia", "días", "dias"], DAY),
    (&["week", "weeks", "minggu", "semana", "semanas"], 7 * DAY),
];

/// `10 minutes tea`.
fn in_words<'t>(number: &str, rest: &'t str, now: i64) -> Option<When<'t>> {
    let number: i64 = number.parse().ok().filter(|number| *number >= 0)?;
    let (unit, text) = split(rest);
    let unit = unit.to_lowercase();
    let (_, length) = UNITS
        .iter()
        .find(|(words, _)| words.contains(&unit.as_str()))?;
    let at = number
        .checked_mul(*length)
        .and_then(|span| now.checked_add(span))?;
    Some(When { at, text })
}

/// When the day began in this zone.
fn midnight(now: i64, zone: Zone) -> i64 {
    let ahead = zone.0 * MINUTE;
    (now + ahead).div_euclid(DAY) * DAY - ahead
}

/// `9:00` in milliseconds.
fn time_of_day(text: &str) -> Option<i64> {
    let (hours, minutes) = text.split_once([':', '.'])?;
    let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok()?);
    let good = (0..24).contains(&hours) && (0..60).contains(&minutes);
    good.then_some((hours * 60 + minutes) * MINUTE)
}

/// The first word and the rest.
pub fn split(text: &str) -> (&str, &str) {
    let text = text.trim();
    match text.split_once(char::is_whitespace) {
        Some((first, rest)) => (first, rest.trim()),
        None => (text, ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2023-11-14 22:13:20 UTC.
    const NOW: i64 = 1_700_000_000_000;

    #[test]
    fn times_are_read_as_people_type_them() {
        let parsed = |typed: &str, zone: i64| {
            let when = read(typed, NOW, Zone(zone))?;
            Some((when.at - NOW, when.text.to_owned()))
        };
        let some = |minutes: i64, text: &str| Some((minutes * MINUTE, text.to_owned()));
        assert_eq!(parsed("in 10m the tea", 0), some(10, "the tea"));
        assert_eq!(parsed("2h30m tea", 0), some(150, "tea"));
        assert_eq!(parsed("in 10 minutes tea", 0), some(10, "tea"));
        assert_eq!(parsed("dalam 2 jam teh", 0), some(120, "teh"));
        assert_eq!(parsed("en 1 día té", 0), some(24 * 60, "té"));
        // 22:13:20 there: 18:30 is tomorrow, 23:00 today.
        let seconds = -20_000;
        let shift = |minutes: i64, text: &str| Some((minutes * MINUTE + seconds, text.to_owned()));
        assert_eq!(parsed("23:00 tea", 0), shift(47, "tea"));
        assert_eq!(parsed("18:30 tea", 0), shift(20 * 60 + 17, "tea"));
        assert_eq!(parsed("tomorrow 9:00 tea", 0), shift(10 * 60 + 47, "tea"));
        // 05:13:20 on the next day there.
        assert_eq!(
            parsed("besok jam 9.00 teh", 7 * 60),
            shift(27 * 60 + 47, "teh")
        );
        for wrong in [
            "",
            "soon tea",
            "25:00 tea",
            "tomorrow tea",
            "in a while",
            "10 apples",
        ] {
            assert_eq!(parsed(wrong, 0), None, "{wrong}");
        }
    }

    #[test]
    fn zones_are_read_and_shown() {
        for (typed, minutes, name) in [
            ("+7", 420, "UTC+7"),
            ("UTC-3", -180, "UTC-3"),
            ("5:30", 330, "UTC+5:30"),
            ("0", 0, "UTC+0"),
        ] {
            assert_eq!(Zone::read(typed), Some(Zone(minutes)), "{typed}");
            assert_eq!(Zone(minutes).name(), name);
        }
        for wrong in ["", "Jakarta", "+15", "+7:75", "--3"] {
            assert_eq!(Zone::read(wrong), None, "{wrong}");
        }
        assert_eq!(Zone(0).shown(NOW), "11-14 22:13");
        assert_eq!(Zone(420).shown(NOW), "11-15 05:13");
        assert_eq!(Zone(0).shown(1_709_164_800_000), "02-29 00:00");
    }
}
