//! What stands after a command's name, as values: the parameters of a command's function after the message.
//!
//! ```
//! # use jadi_plugin_sdk as jadi;
//! #[jadi::plugin(name = "games", languages("en"))]
//! mod games {
//!     use jadi_plugin_sdk::arguments::Whom;
//!     use jadi_plugin_sdk::{Choice, Message, random};
//!
//!     #[derive(Choice)]
//!     enum Hand { Rock, Paper, Scissors }
//!
//!     #[command(name = "roll", summary = "Rolls a die")]
//!     fn roll(_: &Message, sides: Option<u64>) -> String {
//!         format!("🎲 {}", random::below(sides.unwrap_or(6)) + 1)
//!     }
//!
//!     #[command(name = "challenge", summary = "Challenges somebody")]
//!     fn challenge(_: &Message, whom: Whom, hand: Hand, words: Option<String>) -> String {
//!         let hand = match hand {
//!             Hand::Rock => "🪨",
//!             Hand::Paper => "📄",
//!             Hand::Scissors => "✂️",
//!         };
//!         format!("{hand} {} {}", whom.at(), words.unwrap_or_default())
//!     }
//! }
//! # fn main() {}
//! ```
//!
//! The usage that help shows is made of the parameters (`[sides]`, `<whom> <hand> [words]`) unless the command gives one.
//! Whoever types something else is answered with it, in the event's language, and the function is not called:
//! "`!roll [sides]`: *sides* must be a whole number, 0 or more, not "six"". These answers are there in English, Indonesian and
//! Spanish, and in English for all other languages.
//!
//! | parameter | what is typed |
//! | --- | --- |
//! | `u8` to `u64`, `i8` to `i64` | a whole number |
//! | `f64` | a number, with a point or a comma |
//! | `bool` | on or off, yes or no |
//! | [`Duration`](std::time::Duration) | a time such as `90s`, `10m`, `2h30m`, `7d` |
//! | [`Word`] | one word |
//! | `String` | all the rest, line breaks too; must be the last |
//! | [`Whom`] | a mention, a phone number, or nobody when the message answers theirs |
//! | an enum with `#[derive(Choice)]` | one of its variants |
//! | `Option<T>` | a `T`, or nothing |
//! | `Vec<T>` | as many as there are; must be the last |
//!
//! An optional argument that others follow is left out when what is typed does not fit it: with
//! `(after: Option<Duration>, text: String)` both `10m tea` and `tea` are right. A type of your own is one more row: see
//! [`Argument`].
//!
//! # Layout
//!
//! - `line`: the rest of a command's text, taken word by word, and what is answered when it does not fit.
//! - `types`: the types of the table. `span`: times. `whom`: people.

mod line;
mod span;
mod types;
mod whom;

pub use line::{Line, Misuse};
pub use types::Word;
pub use whom::Whom;

use crate::Words;

/// A type that a command's parameter may have.
///
/// ```
/// use jadi_plugin_sdk::arguments::Argument;
/// use jadi_plugin_sdk::{Words, words};
///
/// /// Hours and minutes.
/// struct Clock(u8, u8);
///
/// impl Argument for Clock {
///     fn what_in(language: &str) -> String {
///         const TIME: Words = words! { en: "a time of day such as 18:30", id: "jam seperti 18:30" };
///         TIME.in_language(language).to_owned()
///     }
///
///     fn from_word(word: &str) -> Option<Self> {
///         let (hours, minutes) = word.split_once(':')?;
///         let (hours, minutes) = (hours.parse().ok()?, minutes.parse().ok()?);
///         (hours < 24 && minutes < 60).then_some(Self(hours, minutes))
///     }
/// }
/// ```
pub trait Argument: Sized {
    /// What must be typed, in a language: it completes "… must be".
    fn what_in(language: &str) -> String;

    /// The value that a word stands for, if it does.
    fn from_word(word: &str) -> Option<Self>;

    /// Takes what it needs off the line: one word, unless implemented otherwise. `last` says that nothing follows.
    ///
    /// # Errors
    ///
    /// When what is typed does not fit.
    fn take(line: &mut Line<'_>, name: &'static str, last: bool) -> Result<Self, Misuse> {
        let _ = last;
        let Some(word) = line.word() else {
            return Err(Misuse::missing(name));
        };
        match Self::from_word(word) {
            Some(value) => {
                line.drop_word();
                Ok(value)
            }
            None => Err(Misuse::wrong(name, Self::what_in, word)),
        }
    }
}

/// The texts of the answers to wrong arguments are the SDK's own: in these languages.
type Texts = Words;
