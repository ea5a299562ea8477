//! What can go wrong in a handler.

use std::fmt;

pub use crate::bindings::capabilities::jadi::plugin::types::Refused;

/// A handler's result.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a handler could not handle an event: for the plugin's log, not for the person who asked. Nothing that the handler did
/// is kept.
#[derive(Debug)]
pub enum Error {
    /// A capability refused a call.
    Refused(Refused),
    /// A kept value is not of the type that was asked for, or one can't be kept.
    Value {
        /// The key.
        key: String,
        /// What is wrong.
        problem: String,
    },
    /// What the plugin itself says.
    Other(String),
}

impl Error {
    /// An error of the plugin's own.
    pub fn new(message: impl Into<String>) -> Self {
        Self::Other(message.into())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(Refused::Denied) => {
                f.write_str("the operator has not granted this capability")
            }
            Self::Refused(Refused::Invalid(why)) => write!(f, "the host refused the call: {why}"),
            Self::Refused(Refused::Limit(which)) => write!(f, "a limit is reached: {which}"),
            Self::Refused(Refused::Unavailable) => f.write_str("the host can't serve the call now"),
            Self::Value { key, problem } => write!(f, "the value under {key:?}: {problem}"),
            Self::Other(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for Error {}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl From<String> for Error {
    fn from(message: String) -> Self {
        Self::Other(message)
    }
}

impl From<&str> for Error {
    fn from(message: &str) -> Self {
        Self::Other(message.to_owned())
    }
}
