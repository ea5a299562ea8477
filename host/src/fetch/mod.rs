//! Asking servers for plugins, and posting to webhooks: the only room that knows the HTTP client.
//!
//! That a server is one of the plugin's manifest was decided before; an owner names a webhook's as they like. Here a name is looked up once, every address that it leads
//! to is checked, and the connection goes to one of the checked addresses: a name that means another machine a moment later
//! leads nowhere new. Redirections are not followed, proxies of the environment are not used, and connections are not kept, so
//! that no two who ask share one.
//!
//! # Layout
//!
//! - `address`: which addresses are on the internet. Pure.
//! - `client`: one request, within its deadline.

mod address;
mod client;

pub use crate::plugins::{FetchError, HttpRequest, HttpResponse};
pub use client::{FetchOptions, Fetcher};
