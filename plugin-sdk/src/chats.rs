//! The event's chat as this bot has it, how many chats it has, and switching it off in one. Changes are kept when the handler
//! returns ok.

use crate::Result;
use crate::bindings::capabilities::jadi::plugin::chats as host;
use crate::clock::Instant;
pub use host::Counts;

/// The event's chat.
pub struct KnownChat(host::KnownChat);

/// The event's chat.
///
/// # Errors
///
/// When it is not granted or can't be read now.
pub fn current() -> Result<KnownChat> {
    Ok(KnownChat(host::current()?))
}

/// All that the bot has.
///
/// # Errors
///
/// As for [`current`].
pub fn count() -> Result<Counts> {
    Ok(host::count()?)
}

/// Switches the bot off in the event's group, or on again. While it is off only commands of the group's admins and of owners are
/// handled there, and what plugins have scheduled.
///
/// # Errors
///
/// In a private chat, and when it is not granted.
pub fn set_off(off: bool) -> Result<()> {
    Ok(host::set_off(off)?)
}

/// Sets the language to answer in in the event's chat; none lets the bot's count.
///
/// # Errors
///
/// When it is not a tag such as `en` or `pt-BR`, and when it is not granted.
pub fn set_language(language: Option<&str>) -> Result<()> {
    Ok(host::set_language(language)?)
}

impl KnownChat {
    /// When the bot first received something in it.
    pub fn first_seen(&self) -> Instant {
        Instant::from_millis(self.0.first_seen())
    }

    /// How many messages the bot has received in it.
    pub fn messages(&self) -> u64 {
        self.0.messages()
    }

    /// Since when the bot is off in it.
    pub fn off_since(&self) -> Option<Instant> {
        self.0.off_since().map(Instant::from_millis)
    }

    /// The language set for it; none when the bot's counts.
    pub fn language(&self) -> Option<String> {
        self.0.language()
    }
}
