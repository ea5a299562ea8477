//! The only room that knows wasmtime: loading a component, linking its imports, limits, running one event in a fresh
//! instance.
//!
//! It knows neither SQL nor WhatsApp. What a handler may read comes through [`Reads`], made by dispatch for one (bot,
//! plugin, event); what it wants done is returned in an [`Outcome`] for dispatch to commit.

mod context;
mod failure;

pub use context::{
    CommandFact, EventInput, Invocation, KvWrite, LogLevel, LogLine, Outcome, ReadError, Reads,
    Receipt,
};
pub use failure::Failure;
