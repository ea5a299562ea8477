//! The room from outside: loading files that are and aren't plugins, and handlers that mean no good.

mod forged;
mod fresh;
mod fuzzed;
mod hostile;
mod hostile_calls;
mod loading;
mod replaying;
mod running;
mod scripts;
pub(super) mod support;
