//! The tour: what `cargo xtask demo` shows first. A transcript like any other, carried in the program.

use std::path::Path;

use crate::script::{Script, ScriptError};

/// How the tour's part begins in which a bot is made.
const BIRTH: &str = "# A bot is born";

/// Parses the tour.
///
/// # Errors
///
/// When `tour.chat` is not a transcript, which a test rules out.
pub fn script() -> Result<Script, ScriptError> {
    Script::parse(Path::new("demo/tour.chat"), include_str!("../tour.chat"))
}

/// Parses the part of the tour that can be played again in a world that has seen it: a bot is born only once.
///
/// # Errors
///
/// As for [`script`].
pub fn again() -> Result<Script, ScriptError> {
    let text = include_str!("../tour.chat");
    let told_twice = text.split(BIRTH).next().unwrap_or(text);
    Script::parse(Path::new("demo/tour.chat"), told_twice)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_tour_parses_and_this_build_can_play_all_of_it() {
        let script = super::script().unwrap_or_else(|error| panic!("{error}"));
        assert!(script.lines.len() > 10);
        assert_eq!(crate::run::not_yet(&script), None);
        let again = super::again().unwrap_or_else(|error| panic!("{error}"));
        assert!((10..script.lines.len()).contains(&again.lines.len()));
    }
}
