//! Who may do what.

use serde::{Deserialize, Serialize};

/// What a caller is to a bot, in rising order: a higher role may do all that a lower one may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Anybody who writes to the bot.
    User,
    /// An admin of the group that the message was sent in.
    GroupAdmin,
    /// The owner of this bot.
    BotOwner,
    /// The operator of the host.
    SystemOwner,
}
