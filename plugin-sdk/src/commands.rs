//! What the event's sender can use, for menus and help, and what a group has set.

use crate::Result;
use crate::bindings::capabilities::jadi::plugin::commands as host;
pub use host::{Command, GroupSetting};

/// The commands of all enabled plugins that the event's sender may use in its chat, by category and name.
///
/// # Errors
///
/// When it is not granted or can't be read now.
pub fn usable() -> Result<Vec<Command>> {
    Ok(host::usable()?)
}

/// What can be set per group, of all enabled plugins, with what counts in the event's group, by plugin. Of a text only whether
/// there is one.
///
/// # Errors
///
/// In a private chat, when it is not granted or can't be read now.
pub fn group_settings() -> Result<Vec<GroupSetting>> {
    Ok(host::group_settings()?)
}
