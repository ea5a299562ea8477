//! The simulator over HTTP: media servers for clients, a control API for scripts, and the phones page for people.
//!
//! It listens on loopback only and has no accounts: whoever uses this machine may use it. Other web pages may not: see
//! `guard` for the checks on host name, origin and content type.
//!
//! # Layout
//!
//! - [`blob`], `mms`: sealed files, and the routes under which clients upload and download them.
//! - [`server`], `serve`: starting and ending; everything on one address.
//! - `phones`, `chats`, `groups`, `control`, `events`: the control API, described in this package's `README.md`.
//! - `page`: the phones page. Its files are in `web/`.
//! - `guard`, `place`, `problem`, `view`: who may ask, what an address names, errors as `{"status", "message"}`, and how things look as JSON.

pub mod blob;
mod chats;
mod control;
mod events;
mod groups;
mod guard;
mod mms;
mod page;
mod phones;
mod place;
mod problem;
mod serve;
pub mod server;
mod view;

pub use blob::{BlobError, BlobLimits, BlobStore, StoredBlob};
pub use serve::serve;
pub use server::{HttpServer, ServeError, serve_blobs};
