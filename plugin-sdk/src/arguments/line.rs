//! The rest of a command's text, taken word by word, and what is answered when it does not fit.

use super::{Argument, Texts};
use crate::{Message, Reply, words};

/// The longest part of what was typed that an answer repeats, in characters.
const REPEATED: usize = 40;

const MISSING: Texts = words! { en: "is missing", id: "belum ada", es: "falta" };
const MUST_BE: Texts = words! { en: "must be", id: "harus berupa", es: "tiene que ser" };
const NOT: Texts = words! { en: "not", id: "bukan", es: "no" };
const TOO_MUCH: Texts = words! {
    en: "that is more than this command takes:",
    id: "itu lebih dari yang diterima perintah ini:",
    es: "eso es más de lo que admite este comando:",
};

/// What a person may mean who is not named in the text.
pub(super) trait People {
    /// The addresses of those who are mentioned in the text.
    fn mentions(&self) -> Vec<String>;
    /// The address of who wrote the message that is answered.
    fn answered(&self) -> Option<String>;
}

impl People for Message<'_> {
    fn mentions(&self) -> Vec<String> {
        Message::mentions(self)
    }

    fn answered(&self) -> Option<String> {
        self.quoted().map(|quoted| quoted.author())
    }
}

/// What is left of a command's text after its name.
pub struct Line<'a> {
    rest: &'a str,
    people: &'a dyn People,
    /// Mentions that stand for somebody already.
    pub(super) mentioned: usize,
}

impl<'a> Line<'a> {
    #[doc(hidden)]
    pub fn of(arguments: &'a str, message: &'a Message<'a>) -> Self {
        Self::new(arguments, message)
    }

    pub(super) fn new(rest: &'a str, people: &'a dyn People) -> Self {
        Self {
            rest: rest.trim(),
            people,
            mentioned: 0,
        }
    }

    /// The next word, which stays there.
    pub fn word(&self) -> Option<&'a str> {
        self.rest.split_whitespace().next()
    }

    /// Takes the next word off.
    pub fn drop_word(&mut self) {
        let rest = self.rest.trim_start();
        self.rest = rest
            .split_once(char::is_whitespace)
            .map_or("", |(_, rest)| rest.trim_start());
    }

    /// Takes all that is left, with its line breaks.
    pub fn rest(&mut self) -> &'a str {
        std::mem::take(&mut self.rest)
    }

    pub(super) fn people(&self) -> &'a dyn People {
        self.people
    }

    /// Takes one parameter's value off. `last` says that no parameter follows.
    ///
    /// # Errors
    ///
    /// When what is typed does not fit.
    pub fn take<T: Argument>(&mut self, name: &'static str, last: bool) -> Result<T, Misuse> {
        T::take(self, name, last)
    }

    /// Refuses what no parameter has taken.
    ///
    /// # Errors
    ///
    /// When something is left.
    pub fn end(&self) -> Result<(), Misuse> {
        match self.rest.trim() {
            "" => Ok(()),
            rest => Err(Misuse(Problem::TooMuch(shortened(rest)))),
        }
    }
}

/// Something typed that a command's parameters can't be.
#[derive(Debug, Clone)]
pub struct Misuse(Problem);

#[derive(Debug, Clone)]
enum Problem {
    Missing(&'static str),
    Wrong {
        name: &'static str,
        /// What it must be, in a language.
        what: fn(&str) -> String,
        typed: String,
    },
    TooMuch(String),
}

impl Misuse {
    /// Nothing is there for this parameter.
    pub fn missing(name: &'static str) -> Self {
        Self(Problem::Missing(name))
    }

    /// What is there for this parameter is no value of it. `what` says in a language what must be typed.
    pub fn wrong(name: &'static str, what: fn(&str) -> String, typed: &str) -> Self {
        Self(Problem::Wrong {
            name,
            what,
            typed: shortened(typed),
        })
    }

    /// What is wrong, in `language`.
    pub fn text(&self, language: &str) -> String {
        let say = |words: Texts| words.in_language(language);
        match &self.0 {
            Problem::Missing(name) => format!("*{name}* {}.", say(MISSING)),
            Problem::Wrong { name, what, typed } => {
                let (must_be, not) = (say(MUST_BE), say(NOT));
                format!("*{name}* {must_be} {}, {not} \"{typed}\".", what(language))
            }
            Problem::TooMuch(rest) => format!("{} \"{rest}\".", say(TOO_MUCH)),
        }
    }

    /// The answer to who typed it: usage, and what is wrong. Without `usage` the command takes no arguments.
    #[doc(hidden)]
    pub fn answer(&self, command: &str, usage: Texts, message: &Message<'_>) -> Reply {
        let (prefix, language) = (message.prefix(), message.language());
        Reply::text(explained(
            self,
            &prefix,
            command,
            usage.in_language(&language),
            &language,
        ))
    }
}

fn explained(misuse: &Misuse, prefix: &str, command: &str, usage: &str, language: &str) -> String {
    let space = if usage.is_empty() { "" } else { " " };
    format!(
        "`{prefix}{command}{space}{usage}`: {}",
        misuse.text(language)
    )
}

/// On one line, without what WhatsApp would take for markup of code, and not too much of it.
fn shortened(typed: &str) -> String {
    let line = typed.lines().next().unwrap_or_default();
    let mut short: String = line.chars().filter(|c| *c != '`').take(REPEATED).collect();
    if short.len() < typed.len() && short.chars().count() == REPEATED {
        short.push('…');
    }
    short
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::{Whom, Word};
    use super::*;
    use std::time::Duration;

    /// Mentions, and who is answered.
    #[derive(Default)]
    pub struct Somebody(pub Vec<String>, pub Option<String>);

    impl People for Somebody {
        fn mentions(&self) -> Vec<String> {
            self.0.clone()
        }

        fn answered(&self) -> Option<String> {
            self.1.clone()
        }
    }

    #[test]
    fn parameters_are_taken_in_their_order() {
        let nobody = Somebody::default();
        let mut line = Line::new(" 3  x  10m  all\n the rest ", &nobody);
        assert_eq!(line.take::<u8>("a", false).expect("a number"), 3);
        assert_eq!(&*line.take::<Word>("b", false).expect("a word"), "x");
        let span = line.take::<Option<Duration>>("c", false).expect("a time");
        assert_eq!(span, Some(Duration::from_secs(600)));
        assert_eq!(
            line.take::<String>("d", true).expect("text"),
            "all\n the rest"
        );
        line.end().expect("nothing is left");
    }

    #[test]
    fn an_optional_one_is_left_out_when_others_follow_and_wrong_at_the_end() {
        let nobody = Somebody::default();
        let mut line = Line::new("tea", &nobody);
        assert_eq!(line.take::<Option<u8>>("a", false).expect("nothing"), None);
        assert_eq!(line.word(), Some("tea"));
        let misuse = line.take::<Option<u8>>("a", true).expect_err("no number");
        assert_eq!(
            misuse.text("en"),
            "*a* must be a whole number from 0 to 255, not \"tea\"."
        );
        let mut empty = Line::new("", &nobody);
        assert_eq!(
            empty
                .take::<Option<Whom>>("a", true)
                .expect("nothing")
                .map(|_| ()),
            None
        );
    }

    #[test]
    fn several_are_taken_to_the_end() {
        let nobody = Somebody::default();
        let mut line = Line::new("1 2 3", &nobody);
        assert_eq!(
            line.take::<Vec<i64>>("n", true).expect("numbers"),
            [1, 2, 3]
        );
        let mut line = Line::new("1 2 x", &nobody);
        line.take::<Vec<i64>>("n", true)
            .expect_err("x is no number");
    }

    #[test]
    fn wrong_use_is_explained_in_the_events_language() {
        let nobody = Somebody::default();
        let wrong = Line::new("`abc` x", &nobody).take::<u64>("sides", true);
        let misuse = wrong.expect_err("no number");
        assert_eq!(
            explained(&misuse, "!", "roll", "[sides]", "en"),
            "`!roll [sides]`: *sides* must be a whole number, 0 or more, not \"abc\"."
        );
        assert_eq!(
            explained(&misuse, "!", "roll", "[sisi]", "id-ID"),
            "`!roll [sisi]`: *sides* harus berupa bilangan bulat, 0 atau lebih, bukan \"abc\"."
        );
        let missing = Misuse::missing("whom").text("es");
        assert_eq!(missing, "*whom* falta.");
        let too_much = Line::new("x", &nobody).end().expect_err("too much");
        assert_eq!(
            explained(&too_much, ".", "ping", "", "fr"),
            "`.ping`: that is more than this command takes: \"x\"."
        );
    }

    #[test]
    fn little_of_a_long_text_is_repeated() {
        let long = "é".repeat(50);
        assert_eq!(shortened(&long), format!("{}…", "é".repeat(40)));
        assert_eq!(shortened("two\nlines"), "two");
    }
}
