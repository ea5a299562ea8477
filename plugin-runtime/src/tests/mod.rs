//! The room from outside: loading files that are and aren't plugins, and handlers that mean no good.

mod hostile;
mod loading;
mod replaying;
mod running;
pub(super) mod support;
