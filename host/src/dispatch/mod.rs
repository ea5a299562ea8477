//! An event's way: dedupe, filter, budget, plugin, commit, outbox, send. The room where store, plugins and whatsapp meet.
//!
//! Each bot has one [`Dispatch`]. Events come in through its [`Inbound`](crate::whatsapp::Inbound): they are in the bot's
//! inbox before WhatsApp is told that they arrived. Workers take them in order per chat and at the same time over chats,
//! pass over what no plugin asked for without starting one, run the others, and keep what a plugin leaves behind in one
//! transaction. The sender carries the outbox to WhatsApp, paced, each message under the id that it was committed with, so
//! that a crash at any point loses nothing and answers nothing twice.
//!
//! # Layout
//!
//! - `bot`: [`Dispatch`] itself: parts, start, stop, idleness. `core`: what all that serves one bot shares. `background`: what goes on meanwhile.
//! - `lanes`, `queue`: rows in order per chat, served in turn.
//! - `worker`: one event, from inbox row to commit. `leaving`: what a run leaves behind. `sender`: one message, from outbox row to acknowledgement.
//! - `enabled`: which plugins an event is for; how that is decided is [`routing`](crate::plugins::routing).
//! - `caller`, `replies`, `notices`: who asks, the host's own answers to those who may not, and what owners are told.
//! - `desk`: the host's plugins, for a bot that manages its own.
//! - `changed`: what has become of a change of a group's people, told to the plugin that asked. `polls`: polls on their way out. `long`: long texts.
//! - `reads`: what a plugin may read while it runs. `hosting`: what the main bot's plugins ask and want of the host's bots.
//! - `limits`: what each plugin may use in a bot. `receipts`: what each run cost, and what it takes to run a failed one
//!   again. `evidence`: looking at these.
//! - `asking`: commands that programs give for a bot's owner.
//! - `posting`: what is posted of the bot to its webhooks.
//! - `seating`: one bot of this host in a group, not two.
//! - `breaker`, `pace`, `quota`: what slows things down. Pure. `breakers`: those of a bot's plugins, as they are kept.
//! - `budget`: what the bot uses, and slowing it down. `failing`: versions of plugins that fail in several bots, told to whoever manages plugins.

mod asking;
mod background;
mod bot;
mod breaker;
mod breakers;
mod budget;
mod caller;
mod changed;
mod core;
mod counters;
mod desk;
mod enabled;
mod evidence;
mod failing;
mod hosting;
mod lanes;
mod leaving;
mod limits;
mod long;
mod notices;
mod pace;
mod polls;
mod posting;
mod queue;
mod quota;
mod reads;
mod receipts;
mod replies;
mod seating;
mod sender;
#[cfg(test)]
pub(crate) mod tests;
mod worker;

pub use asking::{Answered, AskError, Ended};
pub use bot::{Dispatch, DispatchOptions, DispatchParts};
pub use budget::Load;
pub use caller::{KnownBots, SystemOwners};
pub use counters::{Count, Counters};
pub use desk::{Installed, PluginDesk, SwitchError};
pub use enabled::{Enabled, Handler};
pub use evidence::{FailureEntry, LogEntry, failures, logs, logs_after};
pub use failing::{FailingVersions, RollBack};
pub use hosting::Hosting;
pub use pace::{Delay, PaceOptions};
pub use quota::QuotaUse;
pub use reads::value_of;
pub use receipts::{FailureSummary, Measure, RunReceipt, Share};
pub use seating::Seating;
