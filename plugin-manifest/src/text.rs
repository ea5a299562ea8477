//! A text in several languages.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A text that is the same in all languages, or one per language: in JSON a string, or an object of language to text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Text {
    /// The same in all languages, such as `<number>`.
    Same(String),
    /// By language tag, such as `en`.
    By(BTreeMap<String, String>),
}

impl Default for Text {
    fn default() -> Self {
        Self::Same(String::new())
    }
}

impl Text {
    /// The text in `language`; when it is not there, in English, else in the first language that is.
    pub fn get(&self, language: &str) -> &str {
        match self {
            Self::Same(text) => text,
            Self::By(texts) => texts
                .get(language)
                .or_else(|| texts.get("en"))
                .or_else(|| texts.values().next())
                .map_or("", String::as_str),
        }
    }

    /// Whether there is nothing to show in any language.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Same(text) => text.is_empty(),
            Self::By(texts) => texts.values().all(String::is_empty),
        }
    }

    /// Every text that is there.
    pub fn all(&self) -> impl Iterator<Item = &str> {
        let (same, by) = match self {
            Self::Same(text) => (Some(text.as_str()), None),
            Self::By(texts) => (None, Some(texts.values().map(String::as_str))),
        };
        same.into_iter().chain(by.into_iter().flatten())
    }
}

/// Titles of the categories that need none of their own: a plugin that uses one of these keys stands under the same
/// heading as the others that do.
pub(crate) fn usual_category(key: &str, language: &str) -> Option<&'static str> {
    let (en, id, es) = match key {
        "general" => ("General", "Umum", "General"),
        "group" => ("Group", "Grup", "Grupo"),
        "hosting" => ("Bot hosting", "Hosting bot", "Alojamiento de bots"),
        "owner" => ("Owner", "Pemilik", "Propietario"),
        "tools" => ("Tools", "Alat", "Herramientas"),
        "fun" => ("Fun", "Hiburan", "Diversión"),
        _ => return None,
    };
    Some(match language {
        "id" => id,
        "es" => es,
        _ => en,
    })
}
