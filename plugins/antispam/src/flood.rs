//! How much of what somebody writes is too much: many messages within seconds, or the same text again and again.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// So many messages …
const MANY: usize = 7;
/// … within so many milliseconds are too many.
const WITHIN: i64 = 8_000;
/// The same text so often …
const REPEATS: u32 = 4;
/// … within so many milliseconds, too.
const REPEATED_WITHIN: i64 = 60_000;
/// After so long, milliseconds, what was told is forgotten.
const FORGIVEN: i64 = 10 * 60_000;

/// What somebody wrote lately in one group. It is written with each message, so it is short.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Writer {
    /// When, milliseconds since 1970, the last few.
    #[serde(rename = "t")]
    times: Vec<i64>,
    /// What their last text was, as a number.
    #[serde(rename = "x")]
    text: u64,
    /// How often they wrote it in a row, and since when.
    #[serde(rename = "r")]
    repeats: u32,
    #[serde(rename = "s")]
    repeats_since: i64,
    /// When they were told last, and how often.
    #[serde(rename = "d")]
    told: i64,
    #[serde(rename = "k")]
    strikes: u32,
}

/// Who wrote lately in one part of a group, by address. A group is kept in parts, so that a message changes little of it.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Writers(BTreeMap<String, Writer>);

/// The parts of a group.
const PARTS: u64 = 32;
/// The most writers that are remembered in one part; who wrote longest ago is forgotten first.
const WRITERS: usize = 8;

impl Writers {
    /// Which part of a group somebody is kept in.
    pub fn part(person: &str) -> u64 {
        number(person) % PARTS
    }

    /// Counts a message of somebody's.
    pub fn writes(&mut self, person: &str, text: &str, now: i64) -> Verdict {
        self.0.retain(|_, writer| !writer.is_past(now));
        if self.0.len() >= WRITERS && !self.0.contains_key(person) {
            let oldest = self.0.iter().min_by_key(|(_, writer)| writer.last());
            let oldest = oldest.map(|(person, _)| person.clone());
            oldest.map(|person| self.0.remove(&person));
        }
        self.0
            .entry(person.to_owned())
            .or_default()
            .writes(text, now)
    }
}

/// What is to be done about a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing.
    Fine,
    /// It is too much, for the first time.
    First,
    /// It is too much again: how often so far.
    Again(u32),
}

impl Writer {
    /// Counts a message.
    fn writes(&mut self, text: &str, now: i64) -> Verdict {
        self.times.retain(|at| now.saturating_sub(*at) < WITHIN);
        self.times.push(now);
        let text = number(text.trim());
        let again = text != 0
            && text == self.text
            && now.saturating_sub(self.repeats_since) < REPEATED_WITHIN;
        if again {
            self.repeats = self.repeats.saturating_add(1);
        } else {
            (self.text, self.repeats, self.repeats_since) = (text, 1, now);
        }
        if self.times.len() < MANY && self.repeats < REPEATS {
            return Verdict::Fine;
        }
        if now.saturating_sub(self.told) > FORGIVEN {
            self.strikes = 0;
        }
        self.told = now;
        self.strikes = self.strikes.saturating_add(1);
        match self.strikes {
            1 => Verdict::First,
            more => Verdict::Again(more),
        }
    }

    /// Whether nothing of it matters any more.
    fn is_past(&self, now: i64) -> bool {
        now.saturating_sub(self.last()) > FORGIVEN
    }

    /// When they wrote, or were told, last.
    fn last(&self) -> i64 {
        self.times
            .last()
            .copied()
            .unwrap_or_default()
            .max(self.told)
    }
}

/// A number that differs for different texts, but for rare chance (FNV-1a). Files without words have none in common.
fn number(text: &str) -> u64 {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte.to_ascii_lowercase())).wrapping_mul(0x0100_0000_01b3)
    });
    if text.is_empty() { 0 } else { hash }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn talk_is_fine_and_a_flood_is_not() {
        let mut writer = Writer::default();
        for n in 0..20 {
            let verdict = writer.writes(&format!("{n}"), 1_000_000 + n * 3_000);
            assert_eq!(verdict, Verdict::Fine, "{n}");
        }
        let mut writer = Writer::default();
        let verdicts: Vec<Verdict> = (0..9)
            .map(|n| writer.writes(&format!("{n}"), 1_000_000 + n * 100))
            .collect();
        assert_eq!(verdicts[5], Verdict::Fine);
        assert_eq!(
            verdicts[6..],
            [Verdict::First, Verdict::Again(2), Verdict::Again(3)]
        );
    }

    #[test]
    fn pictures_without_words_are_not_the_same_text() {
        let mut writer = Writer::default();
        for n in 0..6 {
            let verdict = writer.writes("", 1_000_000 + n * 9_000);
            assert_eq!(verdict, Verdict::Fine, "{n}");
        }
    }

    #[test]
    fn a_part_of_a_group_stays_small_and_forgets_the_oldest() {
        let mut writers = Writers::default();
        for n in 0..20 {
            writers.writes(&format!("p{n}"), &format!("{n}"), 1_000_000 + n);
        }
        assert_eq!(writers.0.len(), WRITERS);
        assert!(writers.0.contains_key("p19") && !writers.0.contains_key("p0"));
        writers.writes("late", "x", 2_000_000 + FORGIVEN);
        assert_eq!(writers.0.len(), 1, "the others are past");
        let bytes = serde_json::to_vec(&writers).expect("JSON").len();
        assert!(bytes < 120, "{bytes}");
    }

    #[test]
    fn the_same_again_and_again_is_a_flood_too() {
        let mut writer = Writer::default();
        let at = |n: i64| 1_000_000 + n * 12_000;
        let verdicts: Vec<Verdict> = (0..4).map(|n| writer.writes("Buy!", at(n))).collect();
        assert_eq!(verdicts[3], Verdict::First);
        assert_eq!(writer.writes("something else", at(4)), Verdict::Fine);
        assert!(!writer.is_past(at(5)) && writer.is_past(at(5) + FORGIVEN));
    }
}
