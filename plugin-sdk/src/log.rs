//! The plugin's log in this bot, for the bot's owner and the operator. Don't write what people say into it.

use std::fmt::Display;

use crate::bindings::capabilities::jadi::plugin::log as host;

/// For the author while writing.
pub fn debug(line: impl Display) {
    host::write(host::Level::Debug, &line.to_string());
}

/// What happened.
pub fn info(line: impl Display) {
    host::write(host::Level::Info, &line.to_string());
}

/// Something odd.
pub fn warn(line: impl Display) {
    host::write(host::Level::Warn, &line.to_string());
}

/// Something failed.
pub fn error(line: impl Display) {
    host::write(host::Level::Error, &line.to_string());
}
