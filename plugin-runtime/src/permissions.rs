//! What a plugin may do, in plain words, as read off its component's imports.

use std::fmt;

use jadi_plugin_manifest::Capability;

/// One thing that a plugin may do. It shows itself as words that complete "It may …".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Permission(Capability);

impl Permission {
    pub(super) fn new(capability: Capability) -> Self {
        Self(capability)
    }

    /// The import that it comes from.
    pub fn capability(self) -> Capability {
        self.0
    }

    /// Whether it can be taken from a plugin that imports it: the others have calls that can't say no, and do no harm.
    pub fn can_be_denied(self) -> bool {
        match self.0 {
            Capability::Kv | Capability::Chat | Capability::Commands => true,
            Capability::Log | Capability::Clock | Capability::Random => false,
        }
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Capability::Kv => "keep data of its own, apart for each bot",
            Capability::Chat => {
                "show in the event's chat that it is working on an answer, by a reaction or \"typing\""
            }
            Capability::Commands => "see which commands the sender may use",
            Capability::Log => "write to its own log",
            Capability::Clock => "see the time",
            Capability::Random => "use random numbers",
        })
    }
}
