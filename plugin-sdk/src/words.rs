//! Texts in several languages.

/// One text in several languages; made by [`words!`](crate::words!).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words(&'static [(&'static str, &'static str)]);

impl Words {
    /// Pairs of language tag and text.
    pub const fn new(texts: &'static [(&'static str, &'static str)]) -> Self {
        Self(texts)
    }

    /// The text in `language`, such as `pt-BR`; else in its first part, `pt`; else the first text that is there.
    pub fn in_language(&self, language: &str) -> &'static str {
        let find = |tag: &str| self.0.iter().find(|(known, _)| *known == tag);
        let base = language.split('-').next().unwrap_or_default();
        find(language)
            .or_else(|| find(base))
            .or_else(|| self.0.first())
            .map_or("", |(_, text)| text)
    }

    /// The text in `language` with values in place of its `{name}`s.
    pub fn fill(&self, language: &str, values: &[(&str, &str)]) -> String {
        fill(self.in_language(language), values)
    }

    /// Whether there is a text for each of these languages: [`texts!`](crate::texts!) asks the compiler.
    #[doc(hidden)]
    pub const fn has_all(&self, languages: &[&str]) -> bool {
        let mut asked = 0;
        while asked < languages.len() {
            let mut found = false;
            let mut known = 0;
            while known < self.0.len() {
                let (tag, text) = self.0[known];
                found = found || (same(tag, languages[asked]) && !text.is_empty());
                known += 1;
            }
            if !found {
                return false;
            }
            asked += 1;
        }
        true
    }

    /// Whether each text has the `{name}`s of all others: [`texts!`](crate::texts!) asks the compiler.
    #[doc(hidden)]
    pub const fn fill_alike(&self) -> bool {
        let mut one = 0;
        while one < self.0.len() {
            let mut other = 0;
            while other < self.0.len() {
                if !has_places_of(self.0[one].1, self.0[other].1) {
                    return false;
                }
                other += 1;
            }
            one += 1;
        }
        true
    }

    /// Whether there is a text for exactly this language: for a test that none is missing.
    pub fn has(&self, language: &str) -> bool {
        self.0
            .iter()
            .any(|(known, text)| *known == language && !text.is_empty())
    }
}

/// Whether two texts are the same, at compile time.
const fn same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let mut same = one.len() == other.len();
    let mut place = 0;
    while same && place < one.len() {
        same = one[place] == other[place];
        place += 1;
    }
    same
}

/// Whether every `{name}` of `other` is in `text`, at compile time.
const fn has_places_of(text: &str, other: &str) -> bool {
    let (text, other) = (text.as_bytes(), other.as_bytes());
    let mut start = 0;
    while start < other.len() {
        if other[start] == b'{' {
            let mut end = start;
            while end < other.len() && other[end] != b'}' {
                end += 1;
            }
            if end < other.len() && !has_part(text, other, start, end) {
                return false;
            }
        }
        start += 1;
    }
    true
}

/// Whether `text` has what stands in `other` from `start` to `end`, at compile time.
const fn has_part(text: &[u8], other: &[u8], start: usize, end: usize) -> bool {
    let mut place = 0;
    while place + (end - start) < text.len() {
        let mut length = 0;
        while start + length <= end && text[place + length] == other[start + length] {
            length += 1;
        }
        if start + length > end {
            return true;
        }
        place += 1;
    }
    false
}

/// A text of at most `most` characters: of a longer one the beginning, with `…` as the last. For what somebody else wrote and an answer
/// shows, such as a word that is not known.
pub fn short(text: &str, most: usize) -> String {
    if text.chars().nth(most).is_none() {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(most.saturating_sub(1)).collect();
    short.push('…');
    short
}

/// A text of at most `most` bytes, but for the `…` that stands at the end of one that was cut.
pub(crate) fn within(mut text: String, most: usize) -> String {
    if text.len() > most {
        text.truncate(text.floor_char_boundary(most));
        text.push('…');
    }
    text
}

/// A text with values in place of its `{name}`s. A value is taken as it is, whatever it has in it, and a `{name}` without a value
/// stays.
pub fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut text = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        text.push_str(&rest[..open]);
        rest = &rest[open..];
        let close = rest.find('}').unwrap_or(0);
        let value = values
            .iter()
            .find(|(name, _)| close > 0 && rest[1..close] == **name);
        match value {
            Some((_, value)) => {
                text.push_str(value);
                rest = &rest[close + 1..];
            }
            None => {
                text.push('{');
                rest = &rest[1..];
            }
        }
    }
    text.push_str(rest);
    text
}

/// The texts of a plugin, each in all of its languages: what is missing does not compile.
///
/// ```
/// jadi_plugin_sdk::texts! {
///     languages: en, id, es;
///     /// Said to who is not there.
///     GONE { en: "{name} is gone", id: "{name} sudah pergi", es: "{name} se ha ido" }
///     HERE { en: "Here", id: "Di sini", es: "Aquí" }
/// }
/// assert_eq!(GONE.fill("id", &[("name", "Budi")]), "Budi sudah pergi");
/// assert_eq!(LANGUAGES, ["en", "id", "es"]);
/// ```
///
/// ```compile_fail
/// jadi_plugin_sdk::texts! {
///     languages: en, id;
///     HERE { en: "Here" }
/// }
/// ```
///
/// Nor does one whose `{name}`s are not the same in each language:
///
/// ```compile_fail
/// jadi_plugin_sdk::texts! {
///     languages: en, id;
///     GONE { en: "{name} is gone", id: "{nama} sudah pergi" }
/// }
/// ```
#[macro_export]
macro_rules! texts {
    (
        languages: $($tag:ident),+;
        $($(#[$about:meta])* $name:ident { $($language:ident: $text:expr),+ $(,)? })+
    ) => {
        /// The languages of all texts.
        pub const LANGUAGES: &[&str] = &[$(stringify!($tag)),+];
        $(
            $(#[$about])*
            pub const $name: $crate::Words = $crate::words! { $($language: $text),+ };
            const _: () = assert!(
                $name.has_all(LANGUAGES),
                concat!("the text ", stringify!($name), " is missing in one of the languages"),
            );
            const _: () = assert!(
                $name.fill_alike(),
                concat!("the text ", stringify!($name), " is not filled in alike in all languages"),
            );
        )+
    };
}

/// One text in several languages, the first one for all others: `words! { en: "Yes", id: "Ya", es: "Sí" }`.
#[macro_export]
macro_rules! words {
    ($($language:ident: $text:expr),+ $(,)?) => {
        $crate::Words::new(&[$((stringify!($language), $text)),+])
    };
}

#[cfg(test)]
mod tests {

    #[test]
    fn values_are_put_in_once_and_taken_as_they_are() {
        use super::fill;
        let values = [("a", "{b}"), ("b", "2")];
        let cases = [
            ("{a} {b}", "{b} 2"),
            ("{c} { a} {", "{c} { a} {"),
            ("{{a}}", "{{b}}"),
            ("}{", "}{"),
            ("é{a}é", "é{b}é"),
            ("", ""),
        ];
        for (template, expected) in cases {
            assert_eq!(fill(template, &values), expected, "{template:?}");
        }
    }

    #[test]
    fn texts_that_are_filled_in_alike_are_told_from_others() {
        let alike = |en, id| super::has_places_of(en, id) && super::has_places_of(id, en);
        for (en, id, expected) in [
            ("{a} and {b}", "{b}, {a}", true),
            ("no", "tidak", true),
            ("{a}", "a", false),
            ("{a}", "{b}", false),
            ("{ab}", "{a}", false),
            ("open {", "buka", true),
            ("é{a}", "{a}é", true),
        ] {
            assert_eq!(alike(en, id), expected, "{en:?} {id:?}");
        }
        assert!(!words! { en: "{a}", id: "x" }.fill_alike());
    }

    #[test]
    fn what_is_too_long_is_cut_between_characters() {
        use super::{short, within};

        assert_eq!(
            (short("mañana", 6), short("mañana", 3)),
            ("mañana".to_owned(), "ma…".to_owned())
        );
        assert_eq!(
            (short("", 0), short("x", 1), short("xy", 1)),
            (String::new(), "x".to_owned(), "…".to_owned())
        );
        let cut = |most| within("mañana".to_owned(), most);
        assert_eq!(
            [cut(7), cut(6), cut(3), cut(0)],
            ["mañana", "mañan…", "ma…", "…"]
        );
    }

    #[test]
    fn a_language_falls_back_to_its_base_and_then_to_the_first() {
        let yes = words! { en: "Yes", id: "Ya", es: "Sí" };
        let cases = [("id", "Ya"), ("es-MX", "Sí"), ("fr", "Yes"), ("", "Yes")];
        for (language, text) in cases {
            assert_eq!(yes.in_language(language), text, "{language:?}");
        }
        assert!(yes.has("es") && !yes.has("fr"));
    }
}
