//! Why a transcript failed, as a person wants to read it.

use std::fmt;
use std::path::PathBuf;

/// The step that failed, and all that helps to see why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Failure {
    /// The transcript.
    pub file: PathBuf,
    /// The line, from 1; `None` when the world could not be made or kept up.
    pub line: Option<usize>,
    /// The line as the parser understood it.
    pub step: Option<String>,
    /// What should have happened.
    pub expected: String,
    /// What happened instead.
    pub came: String,
    /// The end of the host's log; empty when there is none.
    pub host_log: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        self.line.iter().try_for_each(|line| write!(f, ":{line}"))?;
        if let Some(step) = &self.step {
            write!(f, ": {step}")?;
        }
        write!(f, "\n    expected: {}", indented(&self.expected))?;
        write!(f, "\n    came:     {}", indented(&self.came))?;
        if !self.host_log.is_empty() {
            write!(f, "\n    the end of the host's log:\n        ")?;
            f.write_str(&self.host_log.replace('\n', "\n        "))?;
        }
        Ok(())
    }
}

fn indented(text: &str) -> String {
    text.replace('\n', "\n              ")
}

/// What a step expected and what came instead; the player adds the place.
#[derive(Debug)]
pub(super) struct Mismatch {
    pub(super) expected: String,
    pub(super) came: String,
}

impl Mismatch {
    pub(super) fn new(expected: impl Into<String>, came: impl fmt::Display) -> Self {
        Self {
            expected: expected.into(),
            came: came.to_string(),
        }
    }

    /// For a step that should simply work.
    pub(super) fn refused(error: impl fmt::Display) -> Self {
        Self::new("that this can be done", error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_names_the_place_and_both_sides() {
        let failure = Failure {
            file: "tests/chats/ping.chat".into(),
            line: Some(4),
            step: Some("alice <- main: Pong".into()),
            expected: "a message `Pong` within 20s".into(),
            came: "nothing".into(),
            host_log: "INFO a\nWARN b".into(),
        };
        assert_eq!(
            failure.to_string(),
            "tests/chats/ping.chat:4: alice <- main: Pong\n    expected: a message `Pong` within 20s\n    came:     nothing\n    the end of the host's log:\n        INFO a\n        WARN b"
        );
    }
}
