//! Early effects in the event's chat, for commands that take a while. What a handler *returns* is sent when it is done; these
//! are shown at once, and are not taken back when it fails.

use crate::bindings::capabilities::jadi::plugin::chat as host;
use crate::{Message, Result};

/// Shows "typing…" in the chat.
///
/// # Errors
///
/// When it is not granted, or there were too many.
pub fn typing() -> Result<()> {
    Ok(host::progress_typing()?)
}

/// Puts an emoji on the message that asked, such as ⏳.
///
/// # Errors
///
/// As for [`typing`].
pub fn working(message: &Message<'_>, emoji: &str) -> Result<()> {
    Ok(host::progress_react(message.message, emoji)?)
}
