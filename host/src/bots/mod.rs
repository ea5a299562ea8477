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
//!   `turns`: what programs are told of its connection; `troubles`: what its owner is.
//! - `restore`: bringing all bots up when the host starts.
//! - `budgets`: sees to it that no bot uses more than one may; `notices`: what its owner is told unasked.
//! - `creation`: making a bot of somebody's number. `ending`: a bot's end. `owners`: who operates the host, and bots that change
//!   hands. `hourly`: how often. `features`: what the operator switches and sets. `plans`: what happens when a plan ends.
//!   `broadcast`: a message to all owners. `takeout`, `archive`: a bot's data taken away, and forgotten.
//! - `hosting`: what the main bot's plugins ask and want of bots. `usage`: what a bot has and uses. `tell`: what becomes of bots,
//!   as events. `picture`: QR codes.
//! - `managing`: what is done with one bot, from chat and from its page.

pub mod archive;
mod backoff;
mod broadcast;
mod budgets;
mod confirming;
mod creation;
mod ending;
mod features;
mod files;
mod fleet;
mod hosting;
mod hourly;
mod instances;
mod keeper;
mod machine;
mod managing;
mod notices;
mod owners;
mod picture;
mod plans;
mod restore;
mod status;
mod supervisor;
mod takeout;
mod tell;
#[cfg(test)]
mod tests;
mod troubles;
mod turns;
mod usage;

pub use broadcast::{BROADCAST, Broadcasts, Sent, Stage};
pub use budgets::{BudgetOptions, watch};
pub use creation::{Creation, CreationError, Door, Request, Step};
pub use ending::Endings;
pub use features::{Feature, Features, HostSettings};
pub use fleet::{Equip, Fleet, FleetParts};
pub use hosting::{DeskParts, HostingDesk};
pub use instances::Instances;
pub use managing::{Following, Manager, Particulars, Usage, is_name};
pub use owners::Owners;
pub use plans::Plans;
pub use restore::{Progress, Restoring};
pub use status::{Account, BotState, BotStatus, Pairing};
pub use supervisor::{Gone, Instance, Launch, SessionFiles, Supervisor};
pub use takeout::{TakeoutError, file_name, pack};
pub use turns::Turns;
