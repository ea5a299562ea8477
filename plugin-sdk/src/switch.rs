//! A setting that is on or off in a group, as a command: `!antilink` tells how it is, `!antilink on` switches it on and, when it
//! was on already, says so.
//!
//! ```
//! # use jadi_plugin_sdk as jadi;
//! #[jadi::plugin(
//!     name = "shout",
//!     languages("en"),
//!     setting(name = "shout", scope = "group", kind = "toggle", summary = "Answers in capitals")
//! )]
//! mod plugin {
//!     use jadi_plugin_sdk::{Message, Result, switch};
//!
//!     #[command(name = "shout", place = "group", role = "group-admin", summary = "Capitals, on or off")]
//!     fn shout(message: &Message, to: Option<bool>) -> Result<String> {
//!         switch::here(message, "shout", to)
//!     }
//! }
//! # fn main() {}
//! ```

use crate::{Message, Result, settings};

crate::texts! {
    languages: en, id, es;
    /// With the way to change it.
    IS_ON {
        en: "*{name}* is on. To switch it off: {prefix}{command} off",
        id: "*{name}* aktif. Untuk mematikan: {prefix}{command} off",
        es: "*{name}* está activado. Para desactivarlo: {prefix}{command} off",
    }
    /// Likewise.
    IS_OFF {
        en: "*{name}* is off. To switch it on: {prefix}{command} on",
        id: "*{name}* mati. Untuk menyalakan: {prefix}{command} on",
        es: "*{name}* está desactivado. Para activarlo: {prefix}{command} on",
    }
    /// Nothing was to be done.
    ALREADY_ON {
        en: "*{name}* is already on.",
        id: "*{name}* sudah aktif.",
        es: "*{name}* ya está activado.",
    }
    /// Likewise.
    ALREADY_OFF {
        en: "*{name}* is already off.",
        id: "*{name}* sudah mati.",
        es: "*{name}* ya está desactivado.",
    }
    /// It was switched.
    NOW_ON {
        en: "*{name}* is on now.",
        id: "*{name}* sekarang aktif.",
        es: "*{name}* queda activado.",
    }
    /// Likewise.
    NOW_OFF {
        en: "*{name}* is off now.",
        id: "*{name}* sekarang mati.",
        es: "*{name}* queda desactivado.",
    }
}

/// Tells or sets a toggle of the event's group; the answer names the command that was typed.
///
/// # Errors
///
/// As [`settings::is_on`] and [`settings::set_here`] have.
pub fn here(message: &Message, setting: &str, to: Option<bool>) -> Result<String> {
    let now = settings::is_on(setting)?;
    if let Some(to) = to.filter(|to| *to != now) {
        settings::set_here(setting, to)?;
    }
    Ok(told(message, now, to))
}

/// What is said of something that is on or off `now` and was to be switched `to`, by the command that was typed.
pub fn told(message: &Message, now: bool, to: Option<bool>) -> String {
    let command = message.command().map(|command| command.name);
    let command = command.unwrap_or_default();
    text(now, to, &command, &message.prefix(), &message.language())
}

fn text(now: bool, to: Option<bool>, command: &str, prefix: &str, language: &str) -> String {
    let words = match (to, now) {
        (None, true) => IS_ON,
        (None, false) => IS_OFF,
        (Some(true), true) => ALREADY_ON,
        (Some(false), false) => ALREADY_OFF,
        (Some(true), false) => NOW_ON,
        (Some(false), true) => NOW_OFF,
    };
    let mut letters = command.chars();
    let name: String = letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default();
    let values = [
        ("name", name.as_str()),
        ("prefix", prefix),
        ("command", command),
    ];
    words.fill(language, &values)
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn every_way_has_its_answer() {
        let said = |now, to| text(now, to, "antilink", "!", "en");
        assert_eq!(
            said(false, None),
            "*Antilink* is off. To switch it on: !antilink on"
        );
        assert_eq!(
            said(true, None),
            "*Antilink* is on. To switch it off: !antilink off"
        );
        assert_eq!(said(false, Some(true)), "*Antilink* is on now.");
        assert_eq!(said(true, Some(true)), "*Antilink* is already on.");
        assert_eq!(said(true, Some(false)), "*Antilink* is off now.");
        assert_eq!(said(false, Some(false)), "*Antilink* is already off.");
        assert_eq!(
            text(true, Some(true), "x", "!", "es-MX"),
            "*X* ya está activado."
        );
    }
}
