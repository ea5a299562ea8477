//! A bot's life: state machine, supervision, reconnection with backoff and jitter; and all bots of a host together: made,
//! brought up, ended.
//!
//! # Layout
//!
//! - `status`: what a bot is doing and what a person can do about it, in the words of chat, page and API.
//! - `machine`: from what a session tells to what happens next. Pure.
//! - `backoff`: how long to wait before the next try.
//! - `supervisor`: the task that keeps one bot running; `instances`: all bots that run in this host.
//! - `fleet`: what launches a bot and takes it down. `files`: its session's place. `keeper`: its record, in step with its state.
//! - `restore`: bringing all bots up when the host starts.
//! - `budgets`: sees to it that no bot uses more than one may; `notices`: what its owner is told of that.
//! - `creation`: making a bot of somebody's number. `ending`: a bot's end.
//! - `hosting`: what the main bot's plugins ask and want of bots. `tell`: what becomes of bots, as events. `picture`: QR codes.

mod backoff;
mod budgets;
mod creation;
mod ending;
mod files;
mod fleet;
mod hosting;
mod instances;
mod keeper;
mod machine;
mod notices;
mod picture;
mod restore;
mod status;
mod supervisor;
mod tell;
#[cfg(test)]
mod tests;

pub use budgets::{BudgetOptions, watch};
pub use creation::{Creation, CreationError, Request, Step};
pub use ending::Endings;
pub use fleet::{Equip, Fleet, FleetParts};
pub use hosting::HostingDesk;
pub use instances::Instances;
pub use restore::{Progress, Restoring};
pub use status::{Account, BotState, BotStatus, Pairing};
pub use supervisor::{Gone, Instance, Launch, SessionFiles, Supervisor};
