//! What is known of the event's group.

use crate::Result;
use crate::bindings::capabilities::jadi::plugin::groups as host;
pub use host::Participant;

/// A group, as it was when the event began.
pub struct Group(host::Group);

/// The event's group.
///
/// # Errors
///
/// In a private chat, and when the bot is not in the group any more.
pub fn current() -> Result<Group> {
    Ok(Group(host::current()?))
}

/// The code of the group's invitation link, `https://chat.whatsapp.com/` and this. None when the bot is not an admin, who alone sees it.
///
/// # Errors
///
/// As for [`current`], and when WhatsApp can't be asked now.
pub fn invite_code() -> Result<Option<String>> {
    Ok(host::invite_code()?)
}

impl Group {
    /// Its address.
    pub fn jid(&self) -> String {
        self.0.jid()
    }

    /// Its name.
    pub fn subject(&self) -> String {
        self.0.subject()
    }

    /// Its description; empty when it has none.
    pub fn description(&self) -> String {
        self.0.description()
    }

    /// How many people are in it.
    pub fn size(&self) -> u32 {
        self.0.size()
    }

    /// Who is in it.
    pub fn participants(&self) -> Vec<Participant> {
        self.0.participants()
    }

    /// Somebody in it, by either address.
    pub fn find(&self, person: &str) -> Option<Participant> {
        self.0.find(person)
    }

    /// The address of who made it, while they are in it: nobody can remove them or make them an ordinary member.
    pub fn creator(&self) -> Option<String> {
        self.0.creator()
    }
}
