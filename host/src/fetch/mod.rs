//! Asking servers for plugins: the only room that knows the HTTP client.
//!
//! That a server is one of the plugin's manifest was decided before. Here a name is looked up once, every address that it leads
//! to is checked, and the connection goes to one of the checked addresses: a name that means another machine a moment later
//! leads nowhere new. Redirections are not followed, proxies of the environment are not used, and connections are not kept, so
//! that two plugins never share one.
//!
//! # Layout
//!
//! - `address`: which addresses are on the internet. Pure.
//! - `client`: one request, within its deadline.

mod address;
mod client;

pub use client::{FetchOptions, Fetcher};
