//! Built plugins under bots of their own making: what the tests of this package, and the benches, run real components with.
//!
//! A [`Bot`] has data of its own and says only canaries: texts that no other bot has, in everything that it can hand to a plugin.
//! Everything that crosses the border goes into its [`Record`], in both directions, so that a test can look for the canaries of
//! one bot in all that another bot's instances saw and did. Time stands still and chance always falls the same way, so that a
//! bot's record is the same whoever lives beside it: see [`runtime`].
//!
//! # Layout
//!
//! - `bot`: a bot, its data, and running an event in it.
//! - `event`: events of all kinds.
//! - `record`: what crossed the border.
//! - `built`: where built plugins are.
//! - `still`: a runtime in which nothing differs but what is handed to a plugin.

mod bot;
mod built;
mod event;
mod record;
mod still;

pub use bot::Bot;
pub use built::{Built, all, built_in, examples, load};
pub use event::Typed;
pub use record::Record;
pub use still::{Same, Still, runtime};
