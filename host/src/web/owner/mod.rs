//! A bot's page, for its owner: signing in with a link from chat, and what they see and do there.
//!
//! Everything here works without a script. Each route finds the visitor by their cookie and serves only their bot; what a form
//! asks for is done when it carries what the visitor's pages were given (see `forms`).
//!
//! # Layout
//!
//! - `sign_in`: the link's page, signing in and out. `visit`: who is there. `page`: the bot's page.
//! - `settings`: name, language and prefixes; start and stop. `log_out`: the bot's end.
//! - `plugins`: which are on. `plugin`: one of them, and its settings. `log`: what one did lately and what that cost.
//!   `failures`: the events that it failed on, as files.
//! - `numbers`: messages and waits by day, with `chart`, which draws them. `takeout`: the bot's data as a file, and erasing it.
//! - `tokens`: what programs show to manage the bot. `webhooks`: where what happens to it is posted.

mod chart;
mod failures;
mod log;
mod log_out;
mod numbers;
mod page;
mod plugin;
mod plugins;
mod settings;
mod sign_in;
mod takeout;
#[cfg(test)]
pub(super) mod tests;
mod tokens;
pub(super) mod visit;
mod webhooks;

use actix_web::web::ServiceConfig;

pub(super) use failures::{FAILURES, failed_event, which_failure};
pub(super) use log::{RUNS, level, used};
pub(super) use numbers::{ALMOST_ALL, HALF, date, first_day};
pub(super) use page::Typed;
pub(super) use settings::read;
pub(super) use takeout::attachment;
pub(super) use webhooks::server_of;

/// All routes.
pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(sign_in::show)
        .service(sign_in::use_link)
        .service(sign_in::sign_out)
        .service(page::front)
        .service(page::feed)
        .service(settings::set)
        .service(settings::start)
        .service(settings::stop)
        .service(plugins::list)
        .service(plugins::switch)
        .service(plugin::card)
        .service(plugin::set)
        .service(log::log)
        .service(failures::look)
        .service(numbers::numbers)
        .service(tokens::list)
        .service(tokens::add)
        .service(tokens::revoke)
        .service(webhooks::list)
        .service(webhooks::add)
        .service(webhooks::remove)
        .service(webhooks::replay)
        .service(takeout::show)
        .service(takeout::export)
        .service(takeout::confirm)
        .service(takeout::erase)
        .service(log_out::confirm)
        .service(log_out::log_out);
}
