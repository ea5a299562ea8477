//! The only room that knows actix-web: pages, API and the control socket.
//!
//! The front page with the form that makes a number a bot, the page of each such attempt and the API for the same, the page on
//! which the main bot is linked, a health check and, in simulator builds, routes for whoever drives a test; the page of each bot for its owner, who signs in with a link from
//! chat. Pages are rendered on the server and kept live by server-sent events; the scripts are ours, small
//! and embedded. What links the main bot is reachable only with a key in the URL, which the terminal shows.
//!
//! # Layout
//!
//! - `server`: binding, workers, shutdown. `shared`: what handlers use. `headers`: what every answer carries.
//! - `home`, `pairing`, `health`, `assets`: the routes. `live`: server-sent events. `listeners`: who may listen to them. `view`: a bot's status for a page.
//! - `patience`: how long a client may take to send a body. `metrics`: figures for the operator's monitoring, on an address of their own.
//! - `language`, `words`: which language a visitor reads, and what pages say in it. `forms`: what a form that is sent must prove.
//! - `permissions`: what plugins may do, in words. `openapi`: the API's description. `operator`: the host's own page. `visit`: who is signed in. `visitor`: from which address somebody comes.
//! - `api`: what programs do with a bot, by its token. `connect`: making a number a bot. `owner`: signing in with a link from chat, and a bot's page. `control`: the control socket's routes. `deeds`: keeping who did what. `library`: plugins' files that come, and what the library refuses. `dev`: routes of simulator builds.

mod api;
mod assets;
mod connect;
mod control;
mod deeds;
#[cfg(feature = "simulator")]
mod dev;
mod forms;
mod headers;
mod health;
mod home;
mod language;
mod library;
mod listeners;
mod live;
mod metrics;
mod nowhere;
mod openapi;
mod operator;
mod owner;
mod pairing;
mod patience;
mod permissions;
mod qr;
mod server;
mod shared;
mod view;
mod visit;
mod visitor;
mod words;

pub use control::{ControlError, ControlServer, Evidence};
pub use deeds::Deeds;
#[cfg(feature = "simulator")]
pub use dev::{DevTools, Idle, Yard};
pub use metrics::{Figure, Figures, MetricsServer, Sample};
pub use qr::{QrError, terminal as terminal_qr};
pub use server::{WebError, WebServer};
pub use shared::{HostingParts, OperatorParts, OwnerParts, PageKey, WebParts};

#[cfg(test)]
mod tests;
