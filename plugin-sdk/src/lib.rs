//! Write a Jadi plugin as ordinary Rust functions.
//!
//! ```
//! use jadi_plugin_sdk as jadi;
//!
//! /// Greets people.
//! #[jadi::plugin(name = "greeter", languages("en", "id"))]
//! mod greeter {
//!     use jadi_plugin_sdk::{Message, Reply, Words, words};
//!
//!     const HELLO: Words = words! { en: "Hello", id: "Halo" };
//!
//!     #[command(
//!         name = "greet",
//!         aliases("hi"),
//!         summary(en = "Greets you or whom you name", id = "Menyapa kamu atau yang kamu sebut")
//!     )]
//!     fn greet(message: &Message, name: Option<String>) -> Reply {
//!         let name = name.unwrap_or_else(|| message.sender().name);
//!         Reply::text(format!("{}, {name}!", HELLO.in_language(&message.language())))
//!     }
//! }
//! # fn main() {}
//! ```
//!
//! That is the whole crate: `crate-type = ["cdylib"]`, and `jadi plugin build` or the `jadi-plugin-build` library makes one
//! component file of it, its manifest inside. Calling a capability is what asks for it: a plugin that never touches [`kv`]
//! does not import it, and whoever installs it sees so.
//!
//! A function gets a [`Message`], or what else has happened ([`Edit`], [`Deletion`], [`Reaction`], [`Membership`]), and returns what is to be done ([`IntoAnswer`]): a [`Reply`], a text, an [`Answer`] with
//! several, `()` for nothing, or a `Result` of these, so that `?` works on what a capability refuses. A new instance serves
//! each event: what must last goes to [`kv`], statics are forgotten.
//!
//! On other targets than wasm everything compiles, so that plain functions of a plugin are tested with `cargo test`; what
//! asks the host panics there. `jadi-plugin-test` tests the whole plugin, as a chat with it.
//!
//! # Layout
//!
//! - `context`, `message`, `happened`: events as a handler sees them.
//! - `answer`: what a handler returns.
//! - [`arguments`]: what stands after a command's name, as values.
//! - `words`: texts in several languages. [`switch`]: a setting of a group as a command, `!x on`.
//! - [`bot_admin`], [`chat`], [`chats`], [`clock`], [`commands`], [`group_admin`], [`groups`], [`hosting`], [`http`], [`kv`], [`log`], [`media`], [`random`], [`schedule`],
//!   [`settings`], [`turns`], [`users`]: the
//!   capabilities, one module each.
//! - `bindings`: generated from the contract; nothing in it is meant for plugins.

// The generated export macro and the doc tests name this crate as plugins do.
extern crate self as jadi_plugin_sdk;

/// The standard library's allocator, in a version that begins with the memory that a component has from the start
/// (`jadi plugin build` gives it some): growing it would cost each event two calls into the kernel.
#[cfg(target_family = "wasm")]
#[global_allocator]
static HEAP: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

mod answer;
pub mod arguments;
#[doc(hidden)]
pub mod bindings;
pub mod bot_admin;
pub mod chat;
pub mod chats;
pub mod clock;
pub mod commands;
mod context;
mod error;
pub mod group_admin;
pub mod groups;
mod happened;
pub mod hosting;
pub mod http;
pub mod kv;
pub mod log;
pub mod media;
mod message;
pub mod random;
pub mod schedule;
pub mod settings;
pub mod switch;
pub mod turns;
pub mod users;
mod words;

pub use answer::{Answer, IntoAnswer, Reply};
pub use bindings::capabilities::jadi::plugin::types::{
    Chat, ChatKind, Invocation, Media, MediaKind, Person, Role,
};
pub use context::Context;
pub use error::{Error, Refused, Result};
pub use happened::{
    Deletion, Due, Edit, GroupChange, HostingStep, Membership, Outcome, PollVote, Reaction,
};
/// Makes an enum of plain variants a command's argument: each variant is typed as its name, in lower case and with dashes
/// (`VeryFast` as `very-fast`), or as one of the words of `#[choice("cepat", "rápido")]` on it.
pub use jadi_plugin_sdk_macros::Choice;
/// Makes a plugin of an inline module; see the crate's documentation for a whole one.
///
/// Arguments: `name = "…"`, `languages("en", …)`; optional `http_hosts("api.example.org", …)`, `limits = "heavy"`, `summary = "…"` or `summary(en = "…", …)`, `priority = 0`,
/// `category(key = "…", title(en = "…", …))`, `setting(name = "…", scope = "bot" | "group", kind = "text" | "number" | "toggle" |
/// "choice", default = …, summary(en = "…", …))` with `most`, `least` and `choices("…", …)` where they apply, `reason(capability = "kv", en = "…", …)`. Version and authors are the crate's.
///
/// Functions of the module are handlers when they carry one of these:
///
/// - `#[command(name = "…", summary…)]`, optional `aliases("…", …)`, `usage` (as summary), `category = "general"`,
///   `role = "user" | "group-admin" | "bot-owner" | "system-owner"`, `place = "any" | "group" | "private" | "main"`,
///   `needs_bot_admin`, `cooldown_seconds = 5`.
/// - `#[on_message(…)]`: other messages, all that pass one of the filters: `chats("private", "group")`, `contains("…", …)`,
///   `link`, `media("image", …)`.
/// - `#[on_message_edit(…)]`, `#[on_message_delete(…)]`, `#[on_reaction(…)]`: what happens to messages, with `chats(…)` and for
///   edits also `contains` and `link`.
/// - `#[on_group_add]`, `#[on_group_remove]`: people come into a group or leave it.
/// - `#[on_group_change]`: a change of people that the plugin asked for with [`group_admin`] has been tried.
/// - `#[on_poll_vote]`: somebody votes in a poll that the plugin has sent, see [`Reply::poll`].
/// - `#[on_schedule]`: what the plugin scheduled itself is due.
/// - `#[on_hosting]`: something has become of a bot of the host, see [`hosting`].
/// - `#[unknown_command]`: texts in private chats that look like a command but are none of any plugin.
///
/// What a host would refuse in the manifest is an error of the compiler at the place where it is written.
///
/// A command's function may have parameters after the message, which are read from what stands after its name: see
/// [`arguments`].
pub use jadi_plugin_sdk_macros::plugin;
pub use message::{Message, Quoted};
pub use words::{Words, fill, short};

#[doc(hidden)]
pub mod __private {
    //! What the macros' code needs.

    use crate::{Words, words};

    /// Before the list of what may be chosen.
    pub const ONE_OF: Words = words! { en: "one of", id: "salah satu dari", es: "uno de" };

    pub use crate::answer::{Asked, finish};
    pub use crate::bindings::capabilities::jadi::plugin::types::{
        Action, Deletion as HostDeletion, Due as HostDue, Edit as HostEdit, Error as HandlerError,
        Event as HostEvent, GroupChange as HostGroupChange, HostingStep as HostHostingStep,
        Membership as HostMembership, Message as HostMessage, PollVote as HostPollVote,
        Reaction as HostReaction,
    };
    pub use crate::bindings::group_add_handler::__export_group_add_handler as export_group_add_handler;
    pub use crate::bindings::group_add_handler::exports::jadi::plugin::on_group_add::Guest as OnGroupAdd;
    pub use crate::bindings::group_change_handler::__export_group_change_handler as export_group_change_handler;
    pub use crate::bindings::group_change_handler::exports::jadi::plugin::on_group_change::Guest as OnGroupChange;
    pub use crate::bindings::group_remove_handler::__export_group_remove_handler as export_group_remove_handler;
    pub use crate::bindings::group_remove_handler::exports::jadi::plugin::on_group_remove::Guest as OnGroupRemove;
    pub use crate::bindings::hosting_handler::__export_hosting_handler as export_hosting_handler;
    pub use crate::bindings::hosting_handler::exports::jadi::plugin::on_hosting::Guest as OnHosting;
    pub use crate::bindings::message_delete_handler::__export_message_delete_handler as export_message_delete_handler;
    pub use crate::bindings::message_delete_handler::exports::jadi::plugin::on_message_delete::Guest as OnMessageDelete;
    pub use crate::bindings::message_edit_handler::__export_message_edit_handler as export_message_edit_handler;
    pub use crate::bindings::message_edit_handler::exports::jadi::plugin::on_message_edit::Guest as OnMessageEdit;
    pub use crate::bindings::message_handler::__export_message_handler as export_message_handler;
    pub use crate::bindings::message_handler::exports::jadi::plugin::on_message::Guest as OnMessage;
    pub use crate::bindings::poll_vote_handler::__export_poll_vote_handler as export_poll_vote_handler;
    pub use crate::bindings::poll_vote_handler::exports::jadi::plugin::on_poll_vote::Guest as OnPollVote;
    pub use crate::bindings::reaction_handler::__export_reaction_handler as export_reaction_handler;
    pub use crate::bindings::reaction_handler::exports::jadi::plugin::on_reaction::Guest as OnReaction;
    pub use crate::bindings::schedule_handler::__export_schedule_handler as export_schedule_handler;
    pub use crate::bindings::schedule_handler::exports::jadi::plugin::on_schedule::Guest as OnSchedule;
    pub use wit_bindgen::rt;
}
