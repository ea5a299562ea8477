//! Tests of plugins: the built component runs in the runtime that a host runs it in, and the test is the chat around it.
//!
//! ```no_run
//! use jadi_plugin_test::{Refused, Role, TestBot};
//!
//! #[test]
//! fn scores_are_kept_and_only_admins_clear_them() {
//!     let bot = TestBot::of_this_crate();
//!     let friends = bot.group("friends");
//!     let (alice, bob) = (friends.admin("6280000000101"), friends.member("6280000000102"));
//!
//!     bob.says("!score @6280000000102 3");
//!     assert!(bob.says("!scores").text().contains('3'));
//!
//!     assert_eq!(bob.says("!clear").refused(), Some(Refused::Role(Role::GroupAdmin)));
//!     assert_eq!(alice.says("!clear").reactions(), ["🧹"]);
//!     assert!(bot.keys().is_empty());
//! }
//! # fn main() {}
//! ```
//!
//! A [`TestBot`] is one bot with this plugin and nothing else. It builds the crate to a component once for each test program,
//! and each test has a bot, data and a clock of its own, so that tests run side by side. What a person says goes the way that
//! it goes on a host: prefix and command, filters, place, role and cooldown decide whether the plugin gets it; a fresh
//! instance handles it within the host's limits; what it wrote is kept when it returned ok.
//!
//! [`says`](Speaker::says) gives what came of it as [`Told`]. A handler that fails ends the test there, with its log and
//! backtrace, unless the test expects it: [`fails`](Speaker::fails).
//!
//! What is not here: WhatsApp, the host's own words when it refuses a command, other plugins' answers. A chat with all of
//! that is a transcript, which the demo runs.
//!
//! # Layout
//!
//! - `bot`: [`TestBot`]. `built`: from the crate to a component, once.
//! - `people`: who says something where. `saying`: a message with all that it may have. `happened`: any event on its way.
//! - `told`: what came of it.
//! - `known`: whom the bot knows, and what is changed of it.
//! - `data`: what the plugin may read. `clock`, `chance`: time and randomness that the test holds in its hand.

mod bot;
mod built;
mod chance;
mod clock;
mod data;
mod happened;
mod known;
mod people;
mod saying;
mod told;

pub use bot::{SetupError, TestBot};
pub use clock::TestClock;
pub use people::{Group, Speaker};
pub use saying::Saying;
pub use told::{Refused, Told};

pub use jadi_model::{
    Action, BotChange, BotRecord, ChangeOutcome, CpuTime, GroupChange, HostingOrder, HostingStep,
    KnownCounts, KnownUser, LinkMethod, MediaContent, MediaKind, PeopleChange, PhoneNumber,
    Progress, Role, SendMessage, StateName, StepName,
};
pub use jadi_plugin_manifest::{Capability, Manifest, Place, SettingValue};
pub use jadi_plugin_runtime::{
    BotUsage, EventLimits, Failure, FeatureState, HostOverview, HostingAnswer, HostingAsk,
    HostingRefusal, HttpRequest, HttpResponse, Limit, LogLevel, LogLine, PluginLoad, Receipt,
    RefusalReason, SystemOwner,
};
