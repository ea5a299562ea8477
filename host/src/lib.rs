//! Jadi: a WhatsApp bot host. One process holds many bots, each with its own session, users, groups and settings; every
//! command and group behaviour is a sandboxed WebAssembly component that gets only its own bot's data.
//!
//! # Layout
//!
//! - [`model`], [`clock`], [`random`]: the words that the rooms share, and time and randomness as they are passed in. A crate of
//!   its own, `jadi-model`, because the plugin runtime speaks them too.
//! - [`meter`]: what each bot's work takes of the machine.
//! - [`cli`], [`config`], [`telemetry`]: the command line, the configuration, logging.
//! - [`whatsapp`]: the only room that knows whatsapp-rust: session seam, events in, actions out.
//! - [`store`]: the only room that knows SQL: registry, data contexts, inbox and outbox, encryption.
//! - [`plugins`]: the only room that knows wasmtime: loading, linking, limits, running a handler. A crate of its own,
//!   `jadi-plugin-runtime`, so that authors of plugins can test with the real one.
//! - [`fetch`]: the only room that knows the HTTP client: asking servers for plugins and webhooks, never one of a private network.
//! - [`webhooks`]: posting what happens to a bot to the addresses that its owner names.
//! - [`dispatch`]: an event's way, where these rooms meet: filter, plugin, commit, outbox, send.
//! - [`library`]: a plugin's life on a running host: install, grant, enable, upgrade, remove.
//! - [`access`]: who may use the pages: links that sign in once, and sessions.
//! - [`bots`]: a bot's life: state machine, supervision, reconnection.
//! - [`control`]: what goes over the control socket, and the command line's end of it. [`live`]: the commands that use it.
//! - [`web`]: the only room that knows actix-web: pages and API.
//! - [`run`]: puts the rooms together.
//! - [`author`]: for authors of plugins; it needs none of the other rooms but [`plugins`].

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

pub use jadi_model as model;
pub use jadi_model::{clock, random};
pub use jadi_plugin_runtime as plugins;

pub mod access;
pub mod author;
pub mod bots;
pub mod cli;
pub mod config;
pub mod control;
pub mod dispatch;
pub mod fetch;
pub mod library;
pub mod live;
pub mod meter;
pub mod run;
pub mod store;
pub mod telemetry;
pub mod web;
pub mod webhooks;
pub mod whatsapp;
