//! Posting what happens to a bot to the addresses that its owner names.
//!
//! What is posted waits in the bot's own data, each until its receiver has taken it: an answer of 200 to 299. It is kept there
//! with the message that it tells of, so that a crash loses none; a receiver can get one twice, under one id, and knows by the
//! signature who posts. The oldest goes first. What is not taken is tried again, later each time, and is a dead letter after a
//! day; a receiver that takes nothing rests between tries. Nothing waits for any of this: a bot goes on when its receivers don't.
//!
//! # Layout
//!
//! - `told`: what is told to programs, here and where they listen. `address`: what a webhook's address may be.
//! - `signature`: how a receiver knows who posts. `backoff`: when is tried again. Pure.
//! - `courier`: what carries one bot's deliveries. `post`: how one is posted.

mod address;
mod backoff;
mod courier;
mod post;
mod signature;
#[cfg(test)]
mod tests;
mod told;

pub use address::{AddressError, address};
pub use courier::Courier;
pub use post::Post;
pub use signature::new_secret;
pub use told::Told;
