//! The control socket: how the command line talks to the host that runs on a data directory.
//!
//! The host listens on `<data>/control.sock`, which only its own user can open; whoever can open it could read the data
//! directory anyway, so nothing else is asked of them. What is said is HTTP with JSON bodies: what is asked stands here, what is
//! answered is the library's own words, and so are refusals. The routes are in the `web` room, the client is here.
//!
//! # Layout
//!
//! - `words`: what is asked. [`Client`]: asking.

mod client;
mod words;

use std::path::{Path, PathBuf};

pub use client::{Client, ClientError};
pub use words::{Ask, Done, EvidenceAnswer, EvidenceAsk, Grant, Switch};

/// The largest component file that is sent or taken, bytes: the most that a host's limit can be set to.
pub const LARGEST_COMPONENT: usize = 256 * 1024 * 1024;

/// The socket of the host that runs on a data directory.
pub fn socket(data_dir: &Path) -> PathBuf {
    data_dir.join("control.sock")
}
