//! What a plugin declares about itself: name, commands, the events it wants, hosts it talks to.
//!
//! The manifest is JSON in a custom section of the component file, named [`SECTION`]. The SDK's macros write it, the build
//! tool puts it at the component's top level, the host reads it before it runs anything. All three use [`Manifest::parse`],
//! so that what an author's compiler accepts is what a host accepts.
//!
//! It declares, it does not permit: what a plugin may do is what its component imports, as far as the operator grants it.
//! A field or value that this version does not know is refused, never ignored: it may be a restriction that its author
//! relies on.
//!
//! # Layout
//!
//! - `types`: the manifest's fields.
//! - `text`: a text in several languages.
//! - `check`: what must hold beyond the types; every error names the field.

mod check;
mod text;
mod types;

pub use check::{ManifestError, Problem, is_command_name, is_language, is_plugin_name};
pub use text::Text;
pub use types::{
    Capability, ChatKind, Command, EventFilter, EventKind, LimitsClass, Manifest, MediaKind, Place,
    Role, Scope, Setting, SettingKind, SettingValue,
};

/// The custom section that holds the manifest: once, at the component's top level.
pub const SECTION: &str = "jadi:manifest";

/// The largest manifest in bytes.
pub const MAX_BYTES: usize = 64 * 1024;

impl Manifest {
    /// Reads and checks a manifest.
    ///
    /// # Errors
    ///
    /// When it is too large, is not JSON of this shape, or breaks a rule of `check`; the error names the field.
    pub fn parse(json: &[u8]) -> Result<Self, ManifestError> {
        if json.len() > MAX_BYTES {
            return Err(ManifestError::TooLarge { bytes: json.len() });
        }
        let manifest: Self = serde_json::from_slice(json).map_err(ManifestError::Shape)?;
        manifest.check()?;
        Ok(manifest)
    }

    /// The manifest as it stands in the section.
    ///
    /// # Errors
    ///
    /// When it breaks a rule, so that nobody writes what no host would read.
    pub fn to_json(&self) -> Result<Vec<u8>, ManifestError> {
        self.check()?;
        let json = serde_json::to_vec(self).map_err(ManifestError::Shape)?;
        if json.len() > MAX_BYTES {
            return Err(ManifestError::TooLarge { bytes: json.len() });
        }
        Ok(json)
    }

    /// The command that `word` names, by name or alias; `word` in lower case.
    pub fn command(&self, word: &str) -> Option<&Command> {
        self.commands
            .iter()
            .find(|command| command.names().any(|name| name == word))
    }

    /// The setting of this name.
    pub fn setting(&self, name: &str) -> Option<&Setting> {
        self.settings.iter().find(|setting| setting.name == name)
    }

    /// A category's title in `language`: this plugin's own, else the usual one of that key, else the key itself.
    pub fn category_title(&self, category: &str, language: &str) -> String {
        match self.categories.get(category) {
            Some(title) => title.get(language).to_owned(),
            None => text::usual_category(category, language)
                .unwrap_or(category)
                .to_owned(),
        }
    }
}
