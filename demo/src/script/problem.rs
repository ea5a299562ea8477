//! What is wrong with a transcript, in words.

use std::fmt;
use std::path::PathBuf;

/// A transcript that cannot be run as it is written.
#[derive(Debug, thiserror::Error)]
pub enum ScriptError {
    /// The file is not there, or not text.
    #[error("cannot read the transcript {file}: {source}")]
    Read {
        /// Which file.
        file: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Some of its lines are wrong.
    #[error("{}", .0.iter().map(Problem::to_string).collect::<Vec<_>>().join("\n"))]
    Lines(Vec<Problem>),
}

/// What is wrong with one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// In which file.
    pub file: PathBuf,
    /// On which line, from 1.
    pub line: usize,
    /// What is wrong.
    pub mistake: Mistake,
}

/// A line that means nothing, or does not fit the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// What should stand there, or what does not fit.
    pub what: String,
    /// What stands there; `None` when the line is well formed.
    pub found: Option<String>,
    /// A line of the right form.
    pub example: &'static str,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: ", self.file.display(), self.line)?;
        match &self.mistake.found {
            Some(found) if found.is_empty() => {
                write!(f, "expected {}, but the line ends there", self.mistake.what)?;
            }
            Some(found) => write!(f, "expected {}, found `{found}`", self.mistake.what)?,
            None => f.write_str(&self.mistake.what)?,
        }
        write!(f, "\n    the right form: {}", self.mistake.example)
    }
}
