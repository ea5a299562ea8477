//! Webhooks, made and removed by programs, and what they did not take.

use actix_web::http::StatusCode;
use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse, delete, get, post};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Program, invalid, missing, with_token};
use crate::clock::Millis;
use crate::store::{DeadLetter, DeliveryError, Webhook};
use crate::web::api::responses::{Broken, Refused};
use crate::web::connect::{Failure, Good, Problem, no_store};
use crate::web::language::Language;
use crate::web::owner::server_of;
use crate::web::shared::Shared;
use crate::webhooks::address;

/// A bot's webhooks.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::web) struct Webhooks {
    /// Where what happens is posted.
    webhooks: Vec<Hook>,
    /// What was not taken.
    dead_letters: Vec<Dead>,
}

/// A webhook, without its secret.
#[derive(Serialize, ToSchema)]
#[schema(as = Webhook)]
pub(in crate::web) struct Hook {
    /// Its number within the bot.
    id: i64,
    /// Its address.
    url: String,
    /// When it was made, milliseconds since 1970.
    made: Millis,
    /// When it took something last.
    delivered: Option<Millis>,
    /// Why it did not take what was posted last, when it did not.
    failure: Option<Untaken>,
    /// How many deliveries wait for it.
    waiting: u64,
}

/// A delivery that was given up.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DeadLetter)]
pub(in crate::web) struct Dead {
    /// Its number within the bot.
    id: i64,
    /// The webhook's address.
    url: String,
    /// The event's name.
    event: String,
    /// When it happened, milliseconds since 1970.
    at: Millis,
    /// When it was given up.
    given_up: Millis,
    /// How often it was tried.
    tries: u32,
    /// Why it was not taken.
    failure: Untaken,
}

/// Why a delivery was not taken.
#[derive(Serialize, ToSchema)]
pub(in crate::web) struct Untaken {
    /// `answered` (with another status than 200 to 299), `private` (an address of a private network), `unreachable`, or `crowded`
    /// (more waited than may).
    reason: &'static str,
    /// What the server answered.
    status: Option<u16>,
}

impl From<DeliveryError> for Untaken {
    fn from(error: DeliveryError) -> Self {
        let (reason, status) = match error {
            DeliveryError::Answered(status) => ("answered", Some(status)),
            DeliveryError::Private => ("private", None),
            DeliveryError::Unreachable => ("unreachable", None),
            DeliveryError::Crowded => ("crowded", None),
        };
        Self { reason, status }
    }
}

impl From<Webhook> for Hook {
    fn from(webhook: Webhook) -> Self {
        Self {
            id: webhook.id,
            url: webhook.url,
            made: webhook.made,
            delivered: webhook.delivered,
            failure: webhook.failure.map(Untaken::from),
            waiting: webhook.waiting,
        }
    }
}

impl From<DeadLetter> for Dead {
    fn from(letter: DeadLetter) -> Self {
        Self {
            id: letter.row,
            url: letter.url,
            event: letter.event,
            at: letter.at,
            given_up: letter.given_up,
            tries: letter.tries,
            failure: letter.error.into(),
        }
    }
}

/// A webhook that is wanted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::web) struct NewHook {
    /// An address on HTTPS, by name and on the usual port.
    #[schema(example = "https://shop.example/hook")]
    url: String,
}

/// A webhook that was made.
#[derive(Serialize, ToSchema)]
pub(in crate::web) struct MadeHook {
    /// Its address.
    url: String,
    /// What is posted there is signed with this. It is told this once.
    secret: String,
}

/// All webhooks of the bot, and what they did not take.
#[utoipa::path(
    operation_id = "list_webhooks",
    tag = "A bot",
    security(("token" = [])),
    responses((status = 200, body = Good<Webhooks>), Refused),
)]
#[get("/api/v1/bot/webhooks")]
pub(in crate::web) async fn list(request: HttpRequest, shared: Data<Shared>) -> HttpResponse {
    with_token(&request, &shared, async |program| all(&program).await).await
}

/// Makes a webhook; its secret is shown this once.
#[utoipa::path(
    operation_id = "add_webhook",
    tag = "A bot",
    security(("token" = [])),
    request_body = NewHook,
    responses(
        (status = 200, body = Good<MadeHook>),
        (status = "4XX", body = Failure, description = "UNAUTHORIZED, INVALID_REQUEST, INVALID_VALUE, WEBHOOKS_FULL or RATE_LIMITED"),
        Broken,
    ),
)]
#[post("/api/v1/bot/webhooks")]
pub(in crate::web) async fn add(
    request: HttpRequest,
    shared: Data<Shared>,
    body: Result<web::Json<NewHook>, actix_web::Error>,
) -> HttpResponse {
    with_token(&request, &shared, async |program| {
        let body = body.map_err(|error| Problem::body(&error))?;
        let texts = Language::English.texts();
        let url = address(&body.url).map_err(|_| invalid("url", texts.hook_wrong))?;
        let manager = &program.parts.manager;
        let made = manager.add_webhook(&program.bot, url.clone()).await;
        let full = || Problem::new(StatusCode::CONFLICT, "WEBHOOKS_FULL", texts.hooks_full);
        let secret = made.map_err(no_store)?.ok_or_else(full)?;
        program.note("webhook-make", server_of(&url)).await;
        Ok(MadeHook {
            url,
            secret: secret.0,
        })
    })
    .await
}

/// Removes a webhook with all that is on its way to it. Answers with what is left.
#[utoipa::path(
    operation_id = "remove_webhook",
    tag = "A bot",
    security(("token" = [])),
    params(("id" = i64, Path, description = "The webhook's number", example = 1)),
    responses(
        (status = 200, body = Good<Webhooks>),
        (status = "4XX", body = Failure, description = "UNAUTHORIZED, WEBHOOK_NOT_FOUND or RATE_LIMITED"),
        Broken,
    ),
)]
#[delete("/api/v1/bot/webhooks/{id}")]
pub(in crate::web) async fn remove(
    request: HttpRequest,
    shared: Data<Shared>,
    id: web::Path<String>,
) -> HttpResponse {
    with_token(&request, &shared, async |program| {
        let known = all(&program).await?.webhooks;
        let found = known.iter().find(|hook| hook.id.to_string() == *id);
        let message = "The bot has no such webhook. GET /api/v1/bot/webhooks names those it has.";
        let hook = found.ok_or_else(|| missing("WEBHOOK_NOT_FOUND", message))?;
        let manager = &program.parts.manager;
        let removed = manager.remove_webhook(program.bot.id, hook.id).await;
        removed.map_err(no_store)?;
        program.note("webhook-remove", &id).await;
        all(&program).await
    })
    .await
}

/// Posts again what was not taken. Answers with what is left.
#[utoipa::path(
    operation_id = "replay_dead_letter",
    tag = "A bot",
    security(("token" = [])),
    params(("id" = i64, Path, description = "The dead letter's number")),
    responses(
        (status = 200, body = Good<Webhooks>),
        (status = "4XX", body = Failure, description = "UNAUTHORIZED, DEAD_LETTER_NOT_FOUND, WEBHOOK_CROWDED or RATE_LIMITED"),
        Broken,
    ),
)]
#[post("/api/v1/bot/webhooks/dead-letters/{id}/replay")]
pub(in crate::web) async fn replay(
    request: HttpRequest,
    shared: Data<Shared>,
    id: web::Path<String>,
) -> HttpResponse {
    with_token(&request, &shared, async |program| {
        let known = all(&program).await?.dead_letters;
        let found = known.iter().find(|dead| dead.id.to_string() == *id);
        let message =
            "The bot has no such dead letter. GET /api/v1/bot/webhooks names those it has.";
        let dead = found.ok_or_else(|| missing("DEAD_LETTER_NOT_FOUND", message))?;
        let replayed = program.parts.manager.replay(program.bot.id, dead.id).await;
        if !replayed.map_err(no_store)? {
            let message = Language::English.texts().hook_not_replayed;
            return Err(Problem::new(
                StatusCode::CONFLICT,
                "WEBHOOK_CROWDED",
                message,
            ));
        }
        program.note("webhook-replay", &id).await;
        all(&program).await
    })
    .await
}

async fn all(program: &Program<'_>) -> Result<Webhooks, Problem> {
    let found = program.parts.manager.webhooks(program.bot.id).await;
    let (webhooks, dead) = found.map_err(no_store)?;
    Ok(Webhooks {
        webhooks: webhooks.into_iter().map(Hook::from).collect(),
        dead_letters: dead.into_iter().map(Dead::from).collect(),
    })
}
