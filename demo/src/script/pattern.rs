//! How an expected text is compared with the one that came.

use std::fmt;

use regex::Regex;

/// An expected text.
#[derive(Debug, Clone, PartialEq)]
pub enum Pattern {
    /// `slot`, `...slot`, `slot...`, `...slot...`, `...`
    Text {
        /// The text itself, without surrounding space.
        text: String,
        /// Whether anything may stand before it.
        open_start: bool,
        /// Whether anything may stand after it.
        open_end: bool,
    },
    /// `/^\d+$/`
    Regex(Expression),
}

/// A regular expression as it was written, equal by its source.
#[derive(Debug, Clone)]
pub struct Expression(Regex);

impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_str() == other.0.as_str()
    }
}

impl Pattern {
    /// Matches any text.
    pub fn anything() -> Self {
        Self::Text {
            text: String::new(),
            open_start: true,
            open_end: true,
        }
    }

    /// Reads what stands after the colon of an expectation.
    ///
    /// # Errors
    ///
    /// What is wrong with a regular expression.
    pub fn parse(written: &str) -> Result<Self, String> {
        let written = written.trim();
        let inside = written
            .strip_prefix('/')
            .and_then(|rest| rest.strip_suffix('/'))
            .filter(|inside| !inside.is_empty());
        if let Some(source) = inside {
            return Regex::new(source)
                .map(|regex| Self::Regex(Expression(regex)))
                .map_err(|error| error.to_string());
        }
        if written == "..." {
            return Ok(Self::anything());
        }
        let (open_start, rest) = match written.strip_prefix("...") {
            Some(rest) => (true, rest),
            None => (false, written),
        };
        let (open_end, rest) = match rest.strip_suffix("...") {
            Some(rest) => (true, rest),
            None => (false, rest),
        };
        Ok(Self::Text {
            text: unescape(rest.trim()),
            open_start,
            open_end,
        })
    }

    /// Whether `came` is such a text. Space around it does not count.
    pub fn matches(&self, came: &str) -> bool {
        let came = came.trim();
        match self {
            Self::Regex(expression) => expression.0.is_match(came),
            Self::Text {
                text,
                open_start,
                open_end,
            } => {
                let text = text.trim();
                match (open_start, open_end) {
                    (false, false) => came == text,
                    (true, false) => came.ends_with(text),
                    (false, true) => came.starts_with(text),
                    (true, true) => came.contains(text),
                }
            }
        }
    }

    /// Whether it matches every text.
    pub fn is_anything(&self) -> bool {
        *self == Self::anything()
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Regex(expression) => write!(f, "/{}/", expression.0.as_str()),
            _ if self.is_anything() => f.write_str("..."),
            Self::Text {
                text,
                open_start,
                open_end,
            } => {
                let dots = |open: &bool| if *open { "..." } else { "" };
                let text = escape(text);
                write!(f, "{}{text}{}", dots(open_start), dots(open_end))
            }
        }
    }
}

/// Reads the escapes of a text: `\n` is a line break, `\\` a backslash, `\#` and `\"` the character alone. Any other
/// backslash stands for itself.
pub(super) fn unescape(written: &str) -> String {
    let mut text = String::with_capacity(written.len());
    let mut characters = written.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            text.push(character);
            continue;
        }
        let mut ahead = characters.clone();
        match ahead.next() {
            Some('n') => text.push('\n'),
            Some(plain @ ('\\' | '#' | '"')) => text.push(plain),
            _ => {
                text.push('\\');
                continue;
            }
        }
        characters = ahead;
    }
    text
}

/// Writes a text so that [`unescape`] and the reader of comments give it back.
pub(super) fn escape(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    let mut after_space = false;
    for character in text.chars() {
        match character {
            '\n' => written.push_str("\\n"),
            '\\' => written.push_str("\\\\"),
            '#' if after_space => written.push_str("\\#"),
            _ => written.push(character),
        }
        after_space = character.is_whitespace();
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_compared_whole_open_or_by_expression() {
        let cases = [
            ("Pong", " Pong\n", true),
            ("Pong", "Pong!", false),
            ("...slot...", "no slot left", true),
            ("...slot", "no slot left", false),
            ("...left", "no slot left", true),
            ("no...", "no slot left", true),
            ("slot...", "no slot left", false),
            ("...", "", true),
            ("/^no \\w+ left$/", "no slot left", true),
            ("/^slot/", "no slot left", false),
            ("/menu", "/menu", true),
            ("/", "/", true),
            ("a\\nb", "a\nb", true),
            ("c:\\dir", "c:\\dir", true),
        ];
        for (written, came, expected) in cases {
            let pattern = Pattern::parse(written).unwrap();
            assert_eq!(pattern.matches(came), expected, "{written} against {came}");
        }
    }

    #[test]
    fn a_broken_expression_is_told() {
        assert!(Pattern::parse("/(/").unwrap_err().contains("unclosed"));
    }
}
