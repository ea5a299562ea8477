//! Reading a line from left to right, with a good word when it goes wrong.

use std::time::Duration;

use super::pattern::unescape;
use super::{Account, Mistake, Name};

/// The unread rest of a line.
#[derive(Debug, Clone)]
pub(super) struct Cursor<'a> {
    rest: &'a str,
    example: &'static str,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(line: &'a str, example: &'static str) -> Self {
        Self {
            rest: line.trim(),
            example,
        }
    }

    /// The same place, with another example for what comes.
    pub(super) fn with_example(mut self, example: &'static str) -> Self {
        self.example = example;
        self
    }

    pub(super) fn expected(&self, what: impl Into<String>) -> Mistake {
        Mistake {
            what: what.into(),
            found: Some(self.rest.to_owned()),
            example: self.example,
        }
    }

    pub(super) fn at_end(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn starts_with(&self, text: &str) -> bool {
        self.rest.starts_with(text)
    }

    /// The next word, up to space, a comma, a colon, a slash, a star or a bracket; empty when there is none.
    pub(super) fn peek(&self) -> &'a str {
        let ends = |c: char| c.is_whitespace() || matches!(c, ',' | ':' | '/' | '*' | '[' | '"');
        &self.rest[..self.rest.find(ends).unwrap_or(self.rest.len())]
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = self.rest[bytes..].trim_start();
    }

    /// Takes `text` if it is next.
    pub(super) fn eat(&mut self, text: &str) -> bool {
        let there = self.rest.starts_with(text);
        if there {
            self.skip(text.len());
        }
        there
    }

    /// Takes `word` if it is the next word.
    pub(super) fn eat_word(&mut self, word: &str) -> bool {
        let there = self.peek() == word;
        if there {
            self.skip(word.len());
        }
        there
    }

    pub(super) fn word(&mut self) -> &'a str {
        let word = self.peek();
        self.skip(word.len());
        word
    }

    pub(super) fn name(&mut self, whose: &str) -> Result<Name, Mistake> {
        let name = Name::new(self.peek()).ok_or_else(|| self.expected(whose))?;
        self.word();
        Ok(name)
    }

    /// Names with commas between them.
    pub(super) fn names(&mut self, whose: &str) -> Result<Vec<Name>, Mistake> {
        let mut names = vec![self.name(whose)?];
        while self.eat(",") {
            names.push(self.name(whose)?);
        }
        Ok(names)
    }

    pub(super) fn number(&mut self) -> Result<String, Mistake> {
        let word = self.peek();
        let fits = (7..=15).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_digit());
        if !fits {
            return Err(self.expected("a phone number (7 to 15 digits, without +)"));
        }
        Ok(self.word().to_owned())
    }

    pub(super) fn account(&mut self, whose: &str) -> Result<Account, Mistake> {
        Ok(Account {
            name: self.name(whose)?,
            number: self.number()?,
        })
    }

    /// `500ms`, `61s`, `2m`, `1h`, `3d`.
    pub(super) fn duration(&mut self) -> Result<Duration, Mistake> {
        let word = self.peek();
        let digits = word.bytes().take_while(u8::is_ascii_digit).count();
        let unit_ms = match &word[digits..] {
            "ms" => Some(1),
            "s" => Some(1_000),
            "m" => Some(60_000),
            "h" => Some(3_600_000),
            "d" => Some(86_400_000),
            _ => None,
        };
        let ms = unit_ms
            .zip(word[..digits].parse::<u64>().ok())
            .and_then(|(unit, count): (u64, u64)| unit.checked_mul(count))
            .ok_or_else(|| self.expected("a time such as 500ms, 61s, 2m, 1h or 3d"))?;
        self.word();
        Ok(Duration::from_millis(ms))
    }

    /// `within 20s`, if it is there.
    pub(super) fn within(&mut self) -> Result<Option<Duration>, Mistake> {
        self.eat_word("within").then(|| self.duration()).transpose()
    }

    /// A text in double quotes.
    pub(super) fn quoted(&mut self) -> Result<String, Mistake> {
        let complaint = self.expected("a text in double quotes");
        let inside = self.rest.strip_prefix('"').ok_or(complaint.clone())?;
        let mut escaped = false;
        for (at, character) in inside.char_indices() {
            match character {
                '"' if !escaped => {
                    self.skip(at + 2);
                    return Ok(unescape(&inside[..at]));
                }
                _ => escaped = character == '\\' && !escaped,
            }
        }
        Err(complaint)
    }

    /// What stands in `[…]`, if a bracket is next.
    pub(super) fn bracket(&mut self) -> Result<Option<&'a str>, Mistake> {
        let Some(inside) = self.rest.strip_prefix('[') else {
            return Ok(None);
        };
        let end = inside
            .find(']')
            .ok_or_else(|| self.expected("`[…]` with its closing bracket"))?;
        self.skip(end + 2);
        Ok(Some(inside[..end].trim()))
    }

    /// All that is left, as it is written; the cursor is at the end then.
    pub(super) fn take_rest(&mut self) -> &'a str {
        std::mem::take(&mut self.rest).trim()
    }

    pub(super) fn end(&self) -> Result<(), Mistake> {
        if self.at_end() {
            Ok(())
        } else {
            Err(self.expected("the end of the line"))
        }
    }
}
