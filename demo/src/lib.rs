//! Transcripts: a chat as a test, a demo and a document, run against the whole system.
//!
//! A transcript is parsed ([`script`]), then carried out ([`run`]) in a world of its own ([`world`]): the simulator in this
//! process, the host as a child process as an operator would start it, one data directory. What happens is told as a chat
//! that one can read ([`view`]). Nothing here looks into the host: it sees what phones see, and the few routes that a
//! simulator build has for this.
//!
//! # Layout
//!
//! - [`script`][]: the grammar. `tests/chats/README.md` describes it for those who write transcripts.
//! - [`world`][]: simulator, host process, temporary files, and ending all of it.
//! - [`run`][]: one step after the other; what was expected and what came.
//! - [`view`][]: printing.
//! - [`tour`][]: the transcript that `cargo xtask demo` begins with.
//! - [`measure`][]: what measurements of a world have in common.

pub mod measure;
pub mod run;
pub mod script;
pub mod tour;
pub mod view;
pub mod world;

/// Number of the main bot's account (obviously not a real one).
pub const MAIN_NUMBER: &str = "6280000000000";
/// Number of the system owner `root`, unless a transcript gives another.
pub const ROOT_NUMBER: &str = "6280000000001";
