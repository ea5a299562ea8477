//! `/api/v1/operator`: what the operator does on their page, for programs that show a token of the operator's. All is done by what
//! the page uses too, and kept among the deeds with the token's name.
//!
//! # Layout
//!
//! - `host`: how it does, slots, the pause and features. `bots`: all of them, one, its plan and its end. `invites`: codes for new ones.
//! - `owners`: who operates it. `broadcasts`: a message to all bots' owners. `plugins`: all of them, and one. `components`: a plugin's file, what it may do, and consent to it. `deeds`: who did what.

pub(in crate::web) mod bots;
pub(in crate::web) mod broadcasts;
pub(in crate::web) mod components;
pub(in crate::web) mod deeds;
pub(in crate::web) mod host;
pub(in crate::web) mod invites;
pub(in crate::web) mod owners;
pub(in crate::web) mod plugins;

use actix_web::http::StatusCode;
use actix_web::web::ServiceConfig;
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use super::token;
use crate::store::Actor;
use crate::web::connect::{Problem, answer, no_store};
use crate::web::deeds::Doer;
use crate::web::shared::{OperatorParts, Shared};

/// All routes.
pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(host::look)
        .service(host::set)
        .service(bots::list)
        .service(bots::look)
        .service(bots::start)
        .service(bots::stop)
        .service(bots::plan)
        .service(bots::end)
        .service(owners::list)
        .service(owners::add)
        .service(owners::remove)
        .service(broadcasts::look)
        .service(broadcasts::send)
        .service(broadcasts::stop)
        .service(invites::list)
        .service(invites::add)
        .service(invites::revoke)
        .service(components::look)
        .service(components::install)
        .service(plugins::list)
        .service(plugins::switch)
        .service(plugins::roll_back)
        .service(plugins::remove)
        .service(deeds::list);
}

/// A program that has shown a token of the operator's.
struct Program<'a> {
    /// What does what it asks for.
    parts: &'a OperatorParts,
    shared: &'a Shared,
    doer: Doer,
}

impl<'a> Program<'a> {
    /// Who asks, unless it asks too often or may not.
    async fn of(request: &HttpRequest, shared: &'a Shared) -> Result<Self, Problem> {
        shared.rates.question(request)?;
        let parts = shared.parts.operator.as_ref().ok_or_else(no_operator)?;
        let shown = token::text(request).map_err(|_| no_operator())?;
        let holder = parts.access.operator_holder(shown).await;
        let Some(name) = holder.map_err(no_store)? else {
            let owners = parts.access.holder(shown).await.map_err(no_store)?;
            return Err(match owners {
                Some(_) => Problem::new(
                    StatusCode::FORBIDDEN,
                    "NOT_OPERATOR",
                    "This is a bot's token. What is done with the host takes one of the operator's.",
                ),
                None => no_operator(),
            });
        };
        Ok(Self {
            parts,
            shared,
            doer: shared.doer(Actor::Operator, &format!("by token {name}"), request),
        })
    }

    /// Keeps what it did.
    async fn note(&self, what: &str, with: &str, detail: &str) {
        self.shared
            .note(self.doer.clone(), what, with, detail)
            .await;
    }
}

/// Answers a program that has shown a token of the operator's with this, and any other with why not.
async fn with_token<'a, T: Serialize>(
    request: &HttpRequest,
    shared: &'a Shared,
    told: impl AsyncFnOnce(Program<'a>) -> Result<T, Problem>,
) -> HttpResponse {
    answer(async { told(Program::of(request, shared).await?).await }.await)
}

/// Nobody says who asks, or not the operator.
fn no_operator() -> Problem {
    let message = "Send a token of the operator's in the header x-jadi-token. It is made on the page /operator/tokens.";
    Problem::new(StatusCode::UNAUTHORIZED, "UNAUTHORIZED", message)
}
