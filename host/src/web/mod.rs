//! The only room that knows actix-web: pages, API and the control socket.
//!
//! The front page with the form that makes a number a bot, the page of each such attempt and the API for the same, the page on
//! which the main bot is linked, a health check and, in simulator builds, routes for whoever drives a test. Pages are rendered on the server and kept live by server-sent events; the scripts are ours, small
//! and embedded. What links the main bot is reachable only with a key in the URL, which the terminal shows.
//!
//! # Layout
//!
//! - `server`: binding, workers, shutdown. `shared`: what handlers use. `headers`: what every answer carries.
//! - `home`, `pairing`, `health`, `assets`: the routes. `live`: server-sent events. `view`: a bot's status for a page.
//! - `metrics`: figures for the operator's monitoring, on an address of their own.
//! - `connect`: making a number a bot. `control`: the control socket's routes. `dev`: routes of simulator builds.

mod assets;
mod connect;
mod control;
#[cfg(feature = "simulator")]
mod dev;
mod headers;
mod health;
mod home;
mod live;
mod metrics;
mod pairing;
mod qr;
mod server;
mod shared;
mod view;

pub use control::{ControlError, ControlServer, Evidence};
#[cfg(feature = "simulator")]
pub use dev::{DevTools, Idle, Yard};
pub use metrics::{Figure, Figures, MetricsServer, Sample};
pub use qr::{QrError, terminal as terminal_qr};
pub use server::{WebError, WebServer};
pub use shared::{HostingParts, PageKey, WebParts};

#[cfg(test)]
mod tests;
