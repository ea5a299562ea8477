//! The tour: what `cargo xtask demo` shows first. A transcript like any other, carried in the program.

use std::path::Path;

use crate::script::{Script, ScriptError};

/// Parses the tour.
///
/// # Errors
///
/// When `tour.chat` is not a transcript, which a test rules out.
pub fn script() -> Result<Script, ScriptError> {
    Script::parse(Path::new("demo/tour.chat"), include_str!("../tour.chat"))
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_tour_parses_and_this_build_can_play_all_of_it() {
        let script = super::script().unwrap_or_else(|error| panic!("{error}"));
        assert!(script.lines.len() > 10);
        assert_eq!(crate::run::not_yet(&script), None);
    }
}
