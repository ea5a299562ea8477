//! The host's `plugins` room, and the only code that knows wasmtime: loading a component, linking its imports, limits, running
//! one event in a fresh instance. A crate of its own, so that authors of plugins test with what runs them later.
//!
//! It knows neither SQL nor WhatsApp. What a handler may read comes through [`Reads`], made by dispatch for one (bot,
//! plugin, event); what it wants done is returned in an [`Outcome`] for dispatch to commit.
//!
//! # Layout
//!
//! - `inspect`, `contract`, `load_error`, `permissions`, `grants`: what a component file is and may do, before anything of it
//!   runs.
//! - `engine`, `pool`, `compile`, `runtime`: the engines and their places, compiled code on disk, loading.
//! - `run`, `state`, `capabilities`: one event in a fresh instance, and what it can call. `slow`: where it goes on when it takes
//!   long, or begins when its bot has used much lately (`share`).
//! - `limits`, `overrides`, `budget`, `meter`, `ticker`, `trap`, `failure`: what it may use, how that is held, and what is told
//!   when not.
//! - `rehearse`: what an instance costs, for measuring.
//! - `recording`, `tape`, `replay`, `failed_event`: what it takes to run a failed event again, and running it.
//! - [`routing`]: which plugins an event is for, and whether a command may be used where it was typed.

// A host of many bots must not die of one surprise: what can fail is an error. Tests may say what they expect.
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing
    )
)]

mod bindings;
mod budget;
mod capabilities;
mod compile;
mod context;
mod contract;
mod engine;
mod failed_event;
mod failure;
mod grants;
mod hosting;
mod inspect;
mod limits;
mod load_error;
mod meter;
mod overrides;
mod permissions;
mod plugin;
mod pool;
mod priority;
mod recording;
mod rehearse;
mod replay;
pub mod routing;
mod run;
mod runtime;
mod share;
mod slow;
mod state;
mod tape;
mod ticker;
mod trap;

pub use context::{
    BotWrite, CommandFact, EventInput, FetchError, GroupSettingFact, HttpRequest, HttpResponse,
    Invocation, KvWrite, LogLevel, LogLine, MediaError, Outcome, PluginFact, PluginSettingFact,
    ReadError, Reads, Receipt, ScheduleWrite, SettingWrite,
};
pub use contract::Version;
pub use failed_event::{FailedEvent, FailedEventError, FailedPlugin};
pub use failure::{Failure, Limit};
pub use grants::Grants;
pub use hosting::{
    BotUsage, FeatureState, HostOverview, HostingAnswer, HostingAsk, HostingRefusal, PluginLoad,
    RefusalReason, SystemOwner,
};
pub use inspect::{Inspected, inspect};
pub use jadi_model::Digest;
pub use limits::{
    Allowance, BreakerLimits, EventLimits, HttpLimits, LimitKey, Limits, LimitsError, PoolLimits,
    RecordLimits, ScriptLimits,
};
pub use load_error::LoadError;
pub use overrides::{LimitOverrides, OverrideError};
pub use permissions::Permission;
pub use plugin::Plugin;
pub use pool::PoolUse;
pub use recording::{Answer, Bytes, Call, Read, RecordedInput, Recording, Told};
pub use rehearse::Rehearsal;
pub use replay::Replayed;
pub use runtime::{LoadOptions, Runtime, RuntimeError, RuntimeOptions};

#[cfg(test)]
mod tests;
