//! Deletions that come close upon each other: the first few are posted one by one, the rest gathers and comes in one message.
//! What has gathered is kept, so that a restart loses none of it.

use jadi_plugin_sdk::short;
use serde::{Deserialize, Serialize};

/// How many of a burst are posted one by one.
const SINGLY: u32 = 3;
/// A burst ends when nothing was deleted for so long, milliseconds.
const PAUSE: i64 = 10_000;
/// The most characters of one message in a summary.
const EACH: usize = 300;
/// The most bytes of what gathers: then it is posted, and gathering begins anew.
const GATHERED: usize = 20_000;

/// The burst that a group is in.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Burst {
    /// When something was deleted last, milliseconds since 1970.
    last: i64,
    /// How many were deleted since the burst began.
    count: u32,
    /// What has gathered: one line each, and who is mentioned in it.
    lines: Vec<Line>,
}

/// One message in a summary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Its author's address.
    pub author: String,
    /// What it said.
    pub text: String,
}

impl Burst {
    /// Counts one more deletion. Whether it is posted by itself.
    pub fn one_more(&mut self, now: i64) -> bool {
        if now.saturating_sub(self.last) > PAUSE && self.lines.is_empty() {
            self.count = 0;
        }
        self.last = now;
        self.count = self.count.saturating_add(1);
        self.count <= SINGLY
    }

    /// Gathers a message. Whether there is room for more.
    pub fn gather(&mut self, author: String, text: &str) -> bool {
        // Nobody sees them, and each takes six bytes where it is kept.
        let seen = |c: &char| !c.is_control() || *c == '\n';
        let text: String = text.trim().chars().filter(seen).collect();
        let text = short(&text, EACH);
        self.lines.push(Line { author, text });
        let bytes: usize = self
            .lines
            .iter()
            .map(|line| line.author.len().saturating_add(line.text.len()))
            .sum();
        bytes < GATHERED
    }

    /// What has gathered.
    pub fn take(&mut self) -> Vec<Line> {
        std::mem::take(&mut self.lines)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_few_of_a_burst_stand_alone() {
        let mut burst = Burst::default();
        let alone = [0, 100, 200, 300, 400].map(|at| burst.one_more(100_000 + at));
        assert_eq!(alone, [true, true, true, false, false]);
        assert!(burst.one_more(120_000), "another burst");
    }

    #[test]
    fn what_gathered_is_not_forgotten_by_the_next_burst() {
        let mut burst = Burst::default();
        for at in 0..4 {
            burst.one_more(at);
        }
        assert!(burst.gather("bob".to_owned(), " cake "));
        assert!(!burst.one_more(900_000), "the summary is still to come");
        let lines = burst.take();
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0].text, "cake");
        assert!(burst.one_more(1_900_000));
    }

    #[test]
    fn long_texts_are_cut_and_a_full_burst_says_so() {
        let mut burst = Burst::default();
        let long = "é".repeat(EACH + 1);
        assert!(burst.gather("bob".to_owned(), &long));
        assert_eq!(burst.lines[0].text.chars().count(), EACH);
        assert!(burst.lines[0].text.ends_with('…'));
        let full = (0..200).any(|_| !burst.gather("bob".to_owned(), &long));
        assert!(full);
    }
}
