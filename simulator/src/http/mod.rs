//! The simulator over HTTP: media servers for clients.
//!
//! It listens on loopback only and has no accounts: whoever uses this machine may use it.
//!
//! # Layout
//!
//! - [`blob`], `mms`: sealed files, and the routes under which clients upload and download them.
//! - [`server`]: starting and ending.
//! - `problem`: errors as `{"status", "message"}`.

pub mod blob;
mod mms;
mod problem;
pub mod server;

pub use blob::{BlobError, BlobLimits, BlobStore, StoredBlob};
pub use server::{HttpServer, ServeError, serve_blobs};
