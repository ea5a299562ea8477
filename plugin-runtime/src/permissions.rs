//! What a plugin may do, in plain words, as read off its component's imports.

use std::fmt;

use jadi_plugin_manifest::Capability;

/// One thing that a plugin may do. It shows itself as words that complete "It may …".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Permission(Capability);

impl Permission {
    /// What this import lets a plugin do.
    pub fn new(capability: Capability) -> Self {
        Self(capability)
    }

    /// The import that it comes from.
    pub fn capability(self) -> Capability {
        self.0
    }

    /// Whether it can be taken from a plugin that imports it: the others have calls that can't say no, and do no harm.
    pub fn can_be_denied(self) -> bool {
        match self.0 {
            Capability::Kv
            | Capability::Chat
            | Capability::Commands
            | Capability::Media
            | Capability::Groups
            | Capability::GroupAdmin
            | Capability::Settings
            | Capability::Schedule
            | Capability::Http
            | Capability::Users
            | Capability::Chats
            | Capability::Turns
            | Capability::BotAdmin
            | Capability::Hosting => true,
            Capability::Log | Capability::Clock | Capability::Random => false,
        }
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Capability::Kv => "keep data of its own, apart for each bot",
            Capability::Chat => {
                "answer in the chat that it is used in or privately to who asked, react, and show that it is working on it"
            }
            Capability::Commands => "see which commands the sender may use, and what a group has set of any plugin",
            Capability::Log => "write to its own log",
            Capability::Clock => "see the time",
            Capability::Media => "read the files of the messages that it handles, and send files",
            Capability::Groups => "see the name, description and people of the groups that it is used in",
            Capability::GroupAdmin => {
                "add, remove, promote and demote people, delete messages and change the group, where the bot is an admin"
            }
            Capability::Settings => "read and change its own settings",
            Capability::Schedule => "come back in a chat at a later time",
            Capability::Http => "talk to the servers that its manifest names",
            Capability::Hosting => {
                "make bots of people's numbers, and stop, start and end every bot of this host, when the main bot uses it"
            }
            Capability::Random => "use random numbers",
            Capability::Users => "see since when the bot knows somebody, how much they wrote, and whether they are banned",
            Capability::Chats => "see how much the bot is used, switch it off in a group, and set a chat's language",
            Capability::Turns => "keep an event from plugins whose turn comes later",
            Capability::BotAdmin => {
                "manage the bot: its prefixes and language, its plugins and their settings, and who is banned from its commands"
            }
        })
    }
}
