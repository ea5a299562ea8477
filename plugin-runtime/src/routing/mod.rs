//! Which plugins an event is for, and whether who typed a command may use it here: pure functions on events and manifests.
//!
//! The host's dispatch and an author's tests both ask here, so that a command is matched in a test as it is on a host.
//!
//! # Layout
//!
//! - `command`: whether a text is a command. `filter`: whether an event is one that a manifest asks for.
//! - `turns`: which plugins an event is for.
//! - `scene`: where and by whom a command is used, and what is refused there. `cooldown`: not again so soon.

mod command;
mod cooldown;
mod filter;
mod scene;
mod turns;

pub use cooldown::{Cooldowns, Verdict};
pub use filter::is_about_messages;
pub use scene::{Refusal, Scene, fact, goes_while_off, keeps_out, role};
pub use turns::{Turn, turns};

#[cfg(test)]
mod tests;
