//! The types that parameters may have.

use std::fmt;
use std::ops::Deref;

use super::{Argument, Line, Misuse, Texts};
use crate::words;

const WHOLE: Texts = words! { en: "a whole number", id: "bilangan bulat", es: "un número entero" };
const OR_MORE: Texts = words! { en: ", 0 or more", id: ", 0 atau lebih", es: " desde 0" };
const FROM: Texts = words! { en: "from", id: "dari", es: "de" };
const TO: Texts = words! { en: "to", id: "sampai", es: "a" };
const NUMBER: Texts = words! {
    en: "a number such as 2.5",
    id: "angka seperti 2,5",
    es: "un número como 2,5",
};
const ON_OFF: Texts = words! { en: "on or off", id: "on atau off", es: "on u off" };
const TEXT: Texts = words! { en: "a text", id: "teks", es: "un texto" };
const ONE_WORD: Texts = words! { en: "a word", id: "satu kata", es: "una palabra" };

/// Numbers whose bounds a person may well meet: the answer tells them.
macro_rules! small_numbers {
    ($($number:ty),+) => {$(
        impl Argument for $number {
            fn what_in(language: &str) -> String {
                let (whole, from, to) = (WHOLE, FROM, TO);
                let say = |words: Texts| words.in_language(language);
                format!("{} {} {} {} {}", say(whole), say(from), <$number>::MIN, say(to), <$number>::MAX)
            }

            fn from_word(word: &str) -> Option<Self> {
                word.parse().ok()
            }
        }
    )+};
}

small_numbers!(u8, u16, u32, i8, i16, i32);

impl Argument for u64 {
    fn what_in(language: &str) -> String {
        format!(
            "{}{}",
            WHOLE.in_language(language),
            OR_MORE.in_language(language)
        )
    }

    fn from_word(word: &str) -> Option<Self> {
        word.parse().ok()
    }
}

impl Argument for i64 {
    fn what_in(language: &str) -> String {
        WHOLE.in_language(language).to_owned()
    }

    fn from_word(word: &str) -> Option<Self> {
        word.parse().ok()
    }
}

impl Argument for f64 {
    fn what_in(language: &str) -> String {
        NUMBER.in_language(language).to_owned()
    }

    fn from_word(word: &str) -> Option<Self> {
        let number: Self = word.replace(',', ".").parse().ok()?;
        number.is_finite().then_some(number)
    }
}

impl Argument for bool {
    fn what_in(language: &str) -> String {
        ON_OFF.in_language(language).to_owned()
    }

    fn from_word(word: &str) -> Option<Self> {
        match word.to_lowercase().as_str() {
            "on" | "yes" | "true" | "ya" | "sí" | "si" => Some(true),
            "off" | "no" | "false" | "tidak" => Some(false),
            _ => None,
        }
    }
}

/// One word, as it was typed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Word(pub String);

impl Deref for Word {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Argument for Word {
    fn what_in(language: &str) -> String {
        ONE_WORD.in_language(language).to_owned()
    }

    fn from_word(word: &str) -> Option<Self> {
        Some(Self(word.to_owned()))
    }
}

/// All the rest.
impl Argument for String {
    fn what_in(language: &str) -> String {
        TEXT.in_language(language).to_owned()
    }

    fn from_word(word: &str) -> Option<Self> {
        Some(word.to_owned())
    }

    fn take(line: &mut Line<'_>, name: &'static str, _last: bool) -> Result<Self, Misuse> {
        match line.rest() {
            "" => Err(Misuse::missing(name)),
            rest => Ok(rest.to_owned()),
        }
    }
}

impl<T: Argument> Argument for Option<T> {
    fn what_in(language: &str) -> String {
        T::what_in(language)
    }

    fn from_word(word: &str) -> Option<Self> {
        T::from_word(word).map(Some)
    }

    fn take(line: &mut Line<'_>, name: &'static str, last: bool) -> Result<Self, Misuse> {
        let something = line.word().is_some();
        match T::take(line, name, last) {
            Ok(value) => Ok(Some(value)),
            Err(misuse) if last && something => Err(misuse),
            Err(_) => Ok(None),
        }
    }
}

impl<T: Argument> Argument for Vec<T> {
    fn what_in(language: &str) -> String {
        T::what_in(language)
    }

    fn from_word(word: &str) -> Option<Self> {
        Some(vec![T::from_word(word)?])
    }

    fn take(line: &mut Line<'_>, name: &'static str, last: bool) -> Result<Self, Misuse> {
        let mut all = Self::new();
        while line.word().is_some() {
            all.push(T::take(line, name, last)?);
        }
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_within_their_bounds() {
        assert_eq!(u8::from_word("255"), Some(255));
        assert_eq!(u8::from_word("256"), None);
        assert_eq!(i64::from_word("-7"), Some(-7));
        assert_eq!(u64::from_word("-7"), None);
        assert_eq!(f64::from_word("2,5"), Some(2.5));
        assert_eq!(f64::from_word("NaN"), None);
        assert_eq!(i8::what_in("es"), "un número entero de -128 a 127");
    }

    #[test]
    fn on_and_off_are_read_in_each_language() {
        for (word, expected) in [
            ("ON", true),
            ("ya", true),
            ("Sí", true),
            ("off", false),
            ("tidak", false),
        ] {
            assert_eq!(bool::from_word(word), Some(expected), "{word}");
        }
        assert_eq!(bool::from_word("maybe"), None);
    }
}
