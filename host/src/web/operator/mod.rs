//! The operator's page: the whole host at a glance, all its bots and plugins, what is switched and set, and who did what.
//!
//! Who knows the password signs in (see [`crate::access::Operators`]); without one in the configuration there is no such page.
//! Everything works without a script; with one the figures are live. What is done here is kept among the deeds.
//!
//! # Layout
//!
//! - `sign_in`: in and out. `visit`: who is there. `words`: what the pages say.
//! - `overview`: how the host does; slots, pause and features. `figures`: that in numbers. `machine`: what it takes of the machine.
//! - `bots`: all of them. `bot`: one of them, and its end. `plugins`: all of them, and one. `install`: a plugin's file, what it
//!   may do, and consent to it. `waiting`: the file meanwhile.
//! - `invites`: codes that people need for a bot, where that is switched on. `audit`: who did what. `tokens`: what programs show to do
//!   the same by the API.

mod audit;
mod bot;
mod bots;
mod figures;
mod install;
mod invites;
mod machine;
mod overview;
mod plugins;
mod sign_in;
#[cfg(test)]
mod tests;
mod tokens;
mod visit;
mod waiting;
mod words;

use actix_web::web::ServiceConfig;

pub(super) use audit::{Asked as AuditAsked, PAGE as DEEDS};
pub(super) use bot::{ending, used};
pub(super) use bots::{Asked, PAGE as BOTS, fitting};
pub(super) use figures::{Failing, Figures, Pace, failing};
pub(super) use invites::{link as invite_link, wanted as invite_wanted};
pub(super) use overview::{LONGEST_DELAY, MOST_SLOTS};
pub(super) use plugins::carry_out;
pub(super) use waiting::{Agreed, Waiting};
pub(super) use words::Texts as OperatorTexts;

/// All routes.
pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(sign_in::show)
        .service(sign_in::sign_in)
        .service(sign_in::sign_out)
        .service(overview::front)
        .service(overview::feed)
        .service(overview::set_slots)
        .service(overview::set_delay)
        .service(overview::switch)
        .service(bots::list)
        .service(bot::card)
        .service(bot::start)
        .service(bot::stop)
        .service(bot::confirm)
        .service(bot::end)
        .service(plugins::list)
        .service(install::take_in)
        .service(install::install)
        .service(plugins::card)
        .service(plugins::change)
        .service(invites::list)
        .service(invites::make)
        .service(invites::revoke)
        .service(tokens::list)
        .service(tokens::add)
        .service(tokens::revoke)
        .service(audit::list);
}
