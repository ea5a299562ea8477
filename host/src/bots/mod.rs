//! A bot's life: state machine, supervision, reconnection with backoff and jitter.
//!
//! # Layout
//!
//! - `status`: what a bot is doing and what a person can do about it, in the words of chat, page and API.
//! - `machine`: from what a session tells to what happens next. Pure.
//! - `backoff`: how long to wait before the next try.
//! - `supervisor`: the task that keeps one bot running; `instances`: all bots that run in this host.

mod backoff;
mod instances;
mod machine;
mod status;
mod supervisor;

pub use instances::Instances;
pub use status::{Account, BotState, BotStatus, Pairing};
pub use supervisor::{Gone, Instance, Launch, SessionFiles, Supervisor};
