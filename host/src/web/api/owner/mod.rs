//! `/api/v1/bot`: what a bot's owner does on its page, for programs that show the bot's token. All is done by what the page uses too.
//!
//! # Layout
//!
//! - `bot`: how it is, whether it runs, name, language and prefixes. `plugins`: which are on, and their settings. `runs`: what one
//!   did lately and what that cost. `failures`: the events that it failed on.
//!   `days`: messages and waits by day.
//! - `tokens`: what programs show. `webhooks`: where what happens is posted. `takeout`: the data as a file, and erasing it.
//! - `offer`: giving the bot to somebody else.

pub(in crate::web) mod bot;
pub(in crate::web) mod days;
pub(in crate::web) mod failures;
pub(in crate::web) mod offer;
pub(in crate::web) mod plugins;
pub(in crate::web) mod runs;
pub(in crate::web) mod takeout;
pub(in crate::web) mod tokens;
pub(in crate::web) mod webhooks;

use actix_web::http::StatusCode;
use actix_web::web::ServiceConfig;
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use super::token;
use crate::model::BotRecord;
use crate::web::connect::{Problem, answer};
use crate::web::deeds::Doer;
use crate::web::shared::{OwnerParts, Shared};

/// All routes.
pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(bot::look)
        .service(bot::start)
        .service(bot::stop)
        .service(bot::set)
        .service(plugins::list)
        .service(plugins::change_one)
        .service(runs::list)
        .service(failures::list)
        .service(failures::look)
        .service(days::list)
        .service(tokens::list)
        .service(tokens::add)
        .service(tokens::revoke)
        .service(webhooks::list)
        .service(webhooks::add)
        .service(webhooks::remove)
        .service(webhooks::replay)
        .service(offer::look)
        .service(offer::add)
        .service(offer::withdraw)
        .service(takeout::export)
        .service(takeout::erase);
}

/// A program that has shown a bot's token.
struct Program<'a> {
    /// What does what it asks for.
    parts: &'a OwnerParts,
    /// The bot.
    bot: BotRecord,
    shared: &'a Shared,
    doer: Doer,
}

impl<'a> Program<'a> {
    /// Who asks, unless it asks too often.
    async fn of(request: &HttpRequest, shared: &'a Shared) -> Result<Self, Problem> {
        shared.rates.question(request)?;
        let (parts, bot, doer) = token::program(shared, request).await?;
        Ok(Self {
            parts,
            bot,
            shared,
            doer,
        })
    }

    /// Keeps what it did.
    async fn note(&self, what: &str, detail: &str) {
        let (doer, bot) = (self.doer.clone(), self.bot.id.to_string());
        self.shared.note(doer, what, &bot, detail).await;
    }
}

/// Answers a program that has shown a bot's token with this, and any other with why not.
async fn with_token<'a, T: Serialize>(
    request: &HttpRequest,
    shared: &'a Shared,
    told: impl AsyncFnOnce(Program<'a>) -> Result<T, Problem>,
) -> HttpResponse {
    answer(async { told(Program::of(request, shared).await?).await }.await)
}

/// A value is not as it may be.
fn invalid(what: &str, why: &str) -> Problem {
    let message = format!("{what}: {why}");
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "INVALID_VALUE", message)
}

/// There is nothing under the number in the path.
fn missing(code: &'static str, message: &str) -> Problem {
    Problem::new(StatusCode::NOT_FOUND, code, message)
}
