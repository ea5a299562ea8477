//! Which language a visitor reads.

use actix_web::HttpRequest;
use actix_web::http::header::{AcceptLanguage, Header};

/// A language of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    /// English.
    English,
    /// Indonesian.
    Indonesian,
    /// Spanish.
    Spanish,
}

impl Language {
    /// The language of a tag such as `es-MX`.
    pub(super) fn tagged(tag: &str) -> Option<Self> {
        let primary = tag.split('-').next().unwrap_or_default();
        match primary.to_ascii_lowercase().as_str() {
            "en" => Some(Self::English),
            // What Indonesian was called once, and still is by some phones.
            "id" | "in" => Some(Self::Indonesian),
            "es" => Some(Self::Spanish),
            _ => None,
        }
    }

    /// The first of the languages that a visitor's browser asks for which there are pages in.
    pub(super) fn asked_for(request: &HttpRequest) -> Option<Self> {
        let accepted = AcceptLanguage::parse(request).ok()?;
        let mut ranked = accepted.ranked().into_iter();
        ranked.find_map(|tag| Self::tagged(tag.item()?.as_str()))
    }

    /// What to show somebody of whom nothing is known but that.
    pub(super) fn of_visitor(request: &HttpRequest) -> Self {
        Self::asked_for(request).unwrap_or(Self::English)
    }

    /// Its tag.
    pub(super) fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Indonesian => "id",
            Self::Spanish => "es",
        }
    }

    /// The text of these that is in this language.
    pub(super) fn of<T>(self, [english, indonesian, spanish]: [T; 3]) -> T {
        match self {
            Self::English => english,
            Self::Indonesian => indonesian,
            Self::Spanish => spanish,
        }
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn the_browsers_first_language_that_there_is_counts() {
        let asks = |accepted: &str| {
            let request = TestRequest::get().insert_header(("accept-language", accepted));
            Language::asked_for(&request.to_http_request())
        };
        assert_eq!(asks("de, es-MX;q=0.9, en;q=0.8"), Some(Language::Spanish));
        assert_eq!(asks("en;q=0.5, id-ID"), Some(Language::Indonesian));
        assert_eq!(asks("in"), Some(Language::Indonesian));
        assert_eq!(asks("EN-gb"), Some(Language::English));
        assert_eq!(asks("de, *"), None);
        assert_eq!(asks(";;;"), None);
        let none = TestRequest::get().to_http_request();
        assert_eq!(Language::asked_for(&none), None);
        for language in [Language::English, Language::Indonesian, Language::Spanish] {
            assert_eq!(Language::tagged(language.tag()), Some(language));
        }
    }
}
