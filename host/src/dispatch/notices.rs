//! What the host tells a bot's owner, or a group, unasked, in the bot's language: what happened, and what to do.

use crate::model::{Action, Jid, SendMessage};
use crate::plugins::Failure;

/// The longest cause that is told, bytes.
const CAUSE: usize = 300;

/// A plugin was quarantined.
pub(super) struct Quarantined<'a> {
    /// Its name.
    pub(super) plugin: &'a str,
    /// Its version.
    pub(super) version: &'a str,
    /// The failure that was one too many.
    pub(super) failure: &'a Failure,
}

impl Quarantined<'_> {
    /// The message to one owner.
    pub(super) fn to(&self, owner: Jid, language: &str) -> Action {
        Action::Send(SendMessage {
            chat: owner,
            text: self.text(language),
            media: None,
            quote: None,
            mentions: Vec::new(),
            poll: None,
        })
    }

    /// The text; languages that are not there are answered in English.
    fn text(&self, language: &str) -> String {
        let text = match language.split('-').next() {
            Some("id") => {
                "*Plugin {plugin} {version} dimatikan*\n\
                 Plugin ini tiga kali berulang gagal dalam satu hari. Terakhir: {cause}\n\
                 Plugin tetap mati di bot ini sampai versi lain dipasang, atau sampai operator mencobanya lagi:\n\
                 jadi plugin release {plugin}"
            }
            Some("es") => {
                "*El complemento {plugin} {version} está desactivado*\n\
                 Ha fallado repetidamente tres veces en un día. Lo último: {cause}\n\
                 Sigue desactivado en este bot hasta que se instale otra versión, o hasta que el operador lo pruebe de nuevo:\n\
                 jadi plugin release {plugin}"
            }
            _ => {
                "*Plugin {plugin} {version} is switched off*\n\
                 It kept failing, three times over within a day. Last: {cause}\n\
                 It stays off in this bot until another version is installed, or until the operator lets it try again:\n\
                 jadi plugin release {plugin}"
            }
        };
        let mut cause = self.failure.to_string();
        cause.truncate(cause.floor_char_boundary(CAUSE));
        // The cause comes last: it may have anything in it.
        text.replace("{plugin}", self.plugin)
            .replace("{version}", self.version)
            .replace("{cause}", &cause)
    }
}

/// The bot is the second of this host in a group, and leaves it.
pub(super) struct SecondInGroup;

impl SecondInGroup {
    /// The message to the group.
    pub(super) fn to(self, group: Jid, language: &str) -> Action {
        Action::Send(SendMessage {
            chat: group,
            text: self.text(language).to_owned(),
            media: None,
            quote: None,
            mentions: Vec::new(),
            poll: None,
        })
    }

    /// The text; languages that are not there are answered in English.
    fn text(self, language: &str) -> &'static str {
        match language.split('-').next() {
            Some("id") => {
                "*Sudah ada bot di grup ini*\n\
                 Bot dari tempat yang sama menjawab di sini, jadi saya keluar. Keluarkan bot itu dulu jika ingin saya yang menjawab."
            }
            Some("es") => {
                "*Este grupo ya tiene un bot*\n\
                 Aquí responde otro bot de la misma casa, así que me voy. Si prefieren que responda yo, saquen antes al otro."
            }
            _ => {
                "*This group has a bot already*\n\
                 Another bot of the same host answers here, so I leave. To have me instead, remove the other one first."
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_owner_is_told_what_why_and_what_to_do_in_every_language() {
        let failure = Failure::Handler {
            message: "x {plugin} ".repeat(100),
        };
        let notice = Quarantined {
            plugin: "core",
            version: "1.2.3",
            failure: &failure,
        };
        let texts = ["en", "id", "es"].map(|language| notice.text(language));
        for text in &texts {
            assert!(
                text.starts_with('*') && text.contains("core 1.2.3"),
                "{text}"
            );
            assert!(
                text.contains("the handler returned an error: x {plugin}"),
                "{text}"
            );
            assert!(text.ends_with("jadi plugin release core"), "{text}");
            assert!(text.len() < 700, "{text}");
        }
        assert!(texts[0] != texts[1] && texts[1] != texts[2]);
        assert_eq!(notice.text("fr"), texts[0]);
    }
}
