//! A poll, and how it looks.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::texts::VOTE;

/// The fewest answers.
pub const LEAST: usize = 2;
/// The most answers.
pub const MOST: usize = 12;
/// The most characters of a question or an answer.
const LENGTH: usize = 200;

/// A poll.
#[derive(Debug, Serialize, Deserialize)]
pub struct Poll {
    /// Who began it.
    pub by: String,
    /// What is asked.
    pub question: String,
    /// What may be chosen.
    pub answers: Vec<String>,
    /// Who chose which, counted from 1.
    votes: BTreeMap<String, u8>,
}

impl Poll {
    /// Reads `question | answer | answer`.
    pub fn read(typed: &str, by: String) -> Option<Self> {
        let mut parts = typed
            .split('|')
            .map(|part| part.trim().chars().take(LENGTH).collect::<String>());
        let question = parts.next()?;
        let answers: Vec<String> = parts.filter(|answer| !answer.is_empty()).collect();
        let good = !question.is_empty() && (LEAST..=MOST).contains(&answers.len());
        good.then(|| Self {
            by,
            question,
            answers,
            votes: BTreeMap::new(),
        })
    }

    /// Counts a vote; a former one of the same person counts no more. Whether there is such an answer.
    pub fn vote(&mut self, person: String, number: u8) -> bool {
        let there = number >= 1 && usize::from(number) <= self.answers.len();
        if there {
            self.votes.insert(person, number);
        }
        there
    }

    /// Question and answers with their votes.
    pub fn result(&self) -> String {
        let mut text = format!("📊 *{}*", self.question);
        for (number, answer) in (1u8..).zip(&self.answers) {
            let votes = self.votes.values().filter(|vote| **vote == number).count();
            text.push_str(&format!("\n{number}. {answer} – {votes}"));
        }
        text
    }

    /// The same, and how to vote.
    pub fn text(&self, command: &str, language: &str) -> String {
        let how = VOTE.fill(language, &[("command", command)]);
        format!("{}\n\n{how}", self.result())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_poll_is_read_and_votes_are_counted_once() {
        let mut poll = Poll::read("Tea? | yes | no |", "a".to_owned()).expect("a poll");
        assert!(poll.vote("b".to_owned(), 1) && poll.vote("c".to_owned(), 2));
        assert!(poll.vote("b".to_owned(), 2), "changed their mind");
        assert!(!poll.vote("b".to_owned(), 3) && !poll.vote("b".to_owned(), 0));
        assert_eq!(poll.result(), "📊 *Tea?*\n1. yes – 0\n2. no – 2");
        for wrong in ["", "Tea?", "Tea? | yes", "| a | b"] {
            assert!(Poll::read(wrong, String::new()).is_none(), "{wrong}");
        }
    }
}
