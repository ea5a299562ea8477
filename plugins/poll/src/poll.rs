//! A poll, and how its result looks.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// The fewest answers.
pub const LEAST: usize = 2;
/// The most answers.
pub const MOST: usize = 12;
/// The most characters of a question, and of an answer, that WhatsApp takes.
const QUESTION: usize = 255;
const ANSWER: usize = 100;
/// Before the question of a poll in which one may choose several answers.
const SEVERAL: &str = "--several";

/// A poll.
#[derive(Debug, Serialize, Deserialize)]
pub struct Poll {
    /// What WhatsApp's votes call it.
    pub name: String,
    /// Who began it.
    pub by: String,
    /// What is asked.
    pub question: String,
    /// What may be chosen.
    pub answers: Vec<String>,
    /// Whether one may choose several.
    pub several: bool,
    /// What each has chosen, counted from 0.
    votes: BTreeMap<String, Vec<u8>>,
}

impl Poll {
    /// Reads `question | answer | answer`, when WhatsApp can have such a poll.
    pub fn read(typed: &str, name: &str, by: String) -> Option<Self> {
        let (several, typed) = match typed.strip_prefix(SEVERAL) {
            Some(rest) => (true, rest),
            None => (false, typed),
        };
        let mut parts = typed.split('|').map(in_one_line);
        let question = parts.next()?;
        let answers: Vec<String> = parts.filter(|answer| !answer.is_empty()).collect();
        let different: BTreeSet<&String> = answers.iter().collect();
        let good = !question.is_empty()
            && question.chars().count() <= QUESTION
            && (LEAST..=MOST).contains(&answers.len())
            && different.len() == answers.len()
            && answers.iter().all(|one| one.chars().count() <= ANSWER);
        good.then(|| Self {
            name: name.to_owned(),
            by,
            question,
            answers,
            several,
            votes: BTreeMap::new(),
        })
    }

    /// Counts what somebody has chosen, in place of what they chose before.
    pub fn vote(&mut self, person: String, chosen: &[String]) {
        let chosen: Vec<u8> = (0u8..)
            .zip(&self.answers)
            .filter(|(_, answer)| chosen.contains(answer))
            .map(|(number, _)| number)
            .collect();
        match chosen.is_empty() {
            true => self.votes.remove(&person),
            false => self.votes.insert(person, chosen),
        };
    }

    /// Whether nobody has voted.
    pub fn is_empty(&self) -> bool {
        self.votes.is_empty()
    }

    /// Question and answers with their votes.
    pub fn result(&self) -> String {
        let mut text = format!("📊 *{}*", self.question);
        for (number, answer) in (0u8..).zip(&self.answers) {
            let votes = self.votes.values().filter(|vote| vote.contains(&number));
            text.push_str(&format!("\n{answer} – {}", votes.count()));
        }
        text
    }
}

fn in_one_line(part: &str) -> String {
    part.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(typed: &str) -> Option<Poll> {
        Poll::read(typed, "1", "a".to_owned())
    }

    fn chosen(answers: &[&str]) -> Vec<String> {
        answers.iter().map(|answer| (*answer).to_owned()).collect()
    }

    #[test]
    fn votes_are_counted_once_and_can_be_taken_back() {
        let mut poll = read("Tea? | yes | no |").expect("a poll");
        assert!(!poll.several && poll.is_empty());
        poll.vote("b".to_owned(), &chosen(&["yes"]));
        poll.vote("c".to_owned(), &chosen(&["no"]));
        poll.vote("b".to_owned(), &chosen(&["no"]));
        assert_eq!(poll.result(), "📊 *Tea?*\nyes – 0\nno – 2");
        poll.vote("c".to_owned(), &[]);
        assert_eq!(poll.result(), "📊 *Tea?*\nyes – 0\nno – 1");
        poll.vote("b".to_owned(), &chosen(&["perhaps"]));
        assert!(poll.is_empty());
    }

    #[test]
    fn several_answers_are_for_polls_that_want_them() {
        let mut poll = read("--several Which?|a|b|c").expect("a poll");
        assert_eq!((poll.question.as_str(), poll.several), ("Which?", true));
        poll.vote("b".to_owned(), &chosen(&["a", "c"]));
        assert_eq!(poll.result(), "📊 *Which?*\na – 1\nb – 0\nc – 1");
    }

    #[test]
    fn what_whatsapp_does_not_take_is_none() {
        let long = "x".repeat(101);
        let question = format!("{} | a | b", "x".repeat(256));
        let answer = format!("Tea? | yes | {long}");
        let many = format!("Tea?{}", " | x".repeat(13));
        for wrong in [
            "",
            "Tea?",
            "Tea? | yes",
            "| a | b",
            "Tea? | yes | yes",
            &question,
            &answer,
            &many,
        ] {
            assert!(read(wrong).is_none(), "{wrong}");
        }
        let lines = read("Tea\nor coffee? | tea\nplease | coffee").expect("a poll");
        assert_eq!(lines.question, "Tea or coffee?");
        assert_eq!(lines.answers, ["tea please", "coffee"]);
    }
}
