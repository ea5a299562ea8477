//! What the event's sender can use, for menus and help.

use crate::Result;
use crate::bindings::capabilities::jadi::plugin::commands as host;
pub use host::Command;

/// The commands of all enabled plugins that the event's sender may use in its chat, by category and name.
///
/// # Errors
///
/// When it is not granted or can't be read now.
pub fn usable() -> Result<Vec<Command>> {
    Ok(host::usable()?)
}
