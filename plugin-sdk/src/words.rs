//! Texts in several languages.

/// One text in several languages; made by [`words!`](crate::words!).
#[derive(Debug, Clone, Copy)]
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

    /// Whether there is a text for exactly this language: for a test that none is missing.
    pub fn has(&self, language: &str) -> bool {
        self.0
            .iter()
            .any(|(known, text)| *known == language && !text.is_empty())
    }
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
    fn a_language_falls_back_to_its_base_and_then_to_the_first() {
        let yes = words! { en: "Yes", id: "Ya", es: "Sí" };
        let cases = [("id", "Ya"), ("es-MX", "Sí"), ("fr", "Yes"), ("", "Yes")];
        for (language, text) in cases {
            assert_eq!(yes.in_language(language), text, "{language:?}");
        }
        assert!(yes.has("es") && !yes.has("fr"));
    }
}
