//! The question, and who may be asked.

use std::io::{self, BufRead, IsTerminal, Write};

/// Nobody is there to be asked.
#[derive(Debug, thiserror::Error)]
#[error("there is nobody to ask, for this is not a terminal; say --yes to agree to the above")]
pub(super) struct NobodyThere;

/// Asks a person, unless they have agreed beforehand. Anything but a yes is a no.
///
/// # Errors
///
/// [`NobodyThere`] when neither was there, and when the terminal can't be read.
pub(super) fn given(question: &str, agreed: bool) -> anyhow::Result<bool> {
    if agreed {
        return Ok(true);
    }
    if !io::stdin().is_terminal() {
        return Err(NobodyThere.into());
    }
    let mut out = io::stdout().lock();
    write!(out, "{question} [y/N] ")?;
    out.flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(is_yes(&answer))
}

fn is_yes(answer: &str) -> bool {
    matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_yes_is_a_yes() {
        for yes in ["y\n", "Yes\n", " YES "] {
            assert!(is_yes(yes));
        }
        for no in ["", "\n", "n\n", "yess", "sure", "да"] {
            assert!(!is_yes(no), "{no:?}");
        }
    }
}
