//! Jadi: a WhatsApp bot host. One process holds many bots, each with its own session, users, groups and settings; every
//! command and group behaviour is a sandboxed WebAssembly component that gets only its own bot's data.
//!
//! # Layout
//!
//! - [`model`]: the words that the rooms share: ids, events, actions, roles. Plain data, no I/O.
//! - [`clock`], [`random`]: time and randomness as they are passed in.
//! - [`cli`], [`config`], [`telemetry`]: the command line, the configuration, logging.
//! - [`whatsapp`]: the only room that knows whatsapp-rust: session seam, events in, actions out.
//! - [`store`]: the only room that knows SQL: registry, data contexts, inbox and outbox, encryption.
//! - [`plugins`]: the only room that knows wasmtime: loading, linking, limits, running a handler.
//! - [`dispatch`]: an event's way, where the three rooms above meet: filter, plugin, commit, outbox, send.
//! - [`bots`]: a bot's life: state machine, supervision, reconnection.
//! - [`web`]: the only room that knows actix-web: pages and API.
//! - [`run`]: puts the rooms together.

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

pub mod bots;
pub mod cli;
pub mod clock;
pub mod config;
pub mod dispatch;
pub mod model;
pub mod plugins;
pub mod random;
pub mod run;
pub mod store;
pub mod telemetry;
pub mod web;
pub mod whatsapp;
