//! The same in each language.

use super::*;
use crate::web::operator::OperatorTexts;

/// The placeholders of a text.
fn places(text: &str) -> Vec<&str> {
    let parts = text.split('{').skip(1);
    let mut places: Vec<_> = parts.filter_map(|rest| rest.split('}').next()).collect();
    places.sort_unstable();
    places
}

#[test]
fn no_text_is_empty_and_all_languages_have_the_same_places() {
    for texts in Texts::ALL.iter().chain(OperatorTexts::ALL) {
        assert!(texts.iter().all(|text| !text.is_empty()), "{texts:?}");
        assert_eq!(places(texts[0]), places(texts[1]), "{texts:?}");
        assert_eq!(places(texts[0]), places(texts[2]), "{texts:?}");
    }
}

#[test]
fn a_status_is_told_in_the_visitors_language() {
    let status = BotStatus {
        state: BotState::Failed,
        cause: Some(Cause::Server { code: 503 }),
        ..BotStatus::requested(None, 0)
    };
    let told = |language| {
        let cause = cause(&Cause::Server { code: 503 }, language);
        (
            title(&status.state, language),
            cause,
            next_step(&status, language),
        )
    };
    assert_eq!(
        told(Language::English).1,
        Cause::Server { code: 503 }.sentence()
    );
    let (title, cause, next) = told(Language::Spanish);
    assert_eq!(title, "Necesita tu ayuda");
    assert_eq!(cause, "WhatsApp cerró la conexión (código 503).");
    assert!(next.starts_with("Mira el registro"), "{next}");
    assert!(told(Language::Indonesian).1.contains("kode 503"));
}
