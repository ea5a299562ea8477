//! One message to the owners of all bots, as `!broadcast` sends it.

use actix_web::http::StatusCode;
use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse, delete, get, post};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::{Program, with_token};
use crate::bots::{BROADCAST, Stage};
use crate::plugins::RefusalReason;
use crate::web::api::responses::{Broken, OperatorRefused};
use crate::web::connect::{Failure, Good, Problem, no_store};
use crate::web::shared::Shared;

/// How the last broadcast does, and to how many another one would go.
#[derive(Serialize, ToSchema)]
pub(in crate::web) struct BroadcastFacts {
    /// How the last one since the host's start does: `sending`, `sent` or `stopped`; null when there was none.
    state: Option<&'static str>,
    /// To how many people that one went.
    sent: u32,
    /// How many people own a bot now: another one would go to so many.
    receivers: usize,
}

/// A message to the owners of all bots.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::web) struct NewBroadcast {
    /// At most 4096 characters.
    #[schema(example = "The host restarts tonight.")]
    text: String,
    /// To how many people it goes, as the same path tells by GET: whoever sends it knows what that means.
    #[schema(example = 1)]
    receivers: usize,
}

/// How the last broadcast does, and to how many people another one would go.
#[utoipa::path(
    tag = "The host",
    operation_id = "look_at_broadcast",
    security(("operator" = [])),
    responses((status = 200, body = Good<BroadcastFacts>), OperatorRefused),
)]
#[get("/api/v1/operator/broadcast")]
pub(in crate::web) async fn look(request: HttpRequest, shared: Data<Shared>) -> HttpResponse {
    with_token(&request, &shared, async |program| facts(&program).await).await
}

/// Sends a message to the owners of all bots, from the main bot: one every few seconds, ten broadcasts an hour.
#[utoipa::path(
    tag = "The host",
    operation_id = "send_broadcast",
    security(("operator" = [])),
    request_body = NewBroadcast,
    responses(
        (status = 200, body = Good<BroadcastFacts>),
        (status = "4XX", body = Failure, description = "UNAUTHORIZED, NOT_OPERATOR, INVALID_REQUEST, INVALID_VALUE, OTHER_RECEIVERS, BROADCAST_RUNNING, BOT_NOT_CONNECTED or RATE_LIMITED"),
        Broken,
    ),
)]
#[post("/api/v1/operator/broadcast")]
pub(in crate::web) async fn send(
    request: HttpRequest,
    shared: Data<Shared>,
    body: Result<web::Json<NewBroadcast>, actix_web::Error>,
) -> HttpResponse {
    with_token(&request, &shared, async |program| {
        let body = body.map_err(|error| Problem::body(&error))?.into_inner();
        let (parts, text) = (program.parts, body.text.trim());
        if text.is_empty() || text.chars().count() > BROADCAST {
            let message = format!("text: A broadcast has 1 to {BROADCAST} characters.");
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return Err(Problem::new(status, "INVALID_VALUE", message));
        }
        let receivers = parts.broadcasts.receivers().await.map_err(no_store)?;
        if receivers != body.receivers {
            return Err(other_receivers(receivers));
        }
        if parts.fleet.main_dispatch().is_none() {
            return Err(main_is_away());
        }
        if let Some(refusal) = parts.broadcasts.refusal().await {
            let details = refusal.until.map(|until| json!({"until": until}));
            return Err(match refusal.reason {
                RefusalReason::Busy => under_way(),
                _ => too_often().with(details.unwrap_or_default()),
            });
        }
        let begun = parts.broadcasts.begin_for_program(text.to_owned()).await;
        if !begun.map_err(no_store)? {
            return Err(under_way());
        }
        program.note("broadcast", "", "").await;
        facts(&program).await
    })
    .await
}

/// Sends the broadcast under way no further. Without one nothing happens.
#[utoipa::path(
    tag = "The host",
    operation_id = "stop_broadcast",
    security(("operator" = [])),
    responses((status = 200, body = Good<BroadcastFacts>), OperatorRefused),
)]
#[delete("/api/v1/operator/broadcast")]
pub(in crate::web) async fn stop(request: HttpRequest, shared: Data<Shared>) -> HttpResponse {
    with_token(&request, &shared, async |program| {
        program.parts.broadcasts.stop().await;
        program.note("broadcast-stop", "", "").await;
        facts(&program).await
    })
    .await
}

async fn facts(program: &Program<'_>) -> Result<BroadcastFacts, Problem> {
    let broadcasts = &program.parts.broadcasts;
    let last = broadcasts.last();
    Ok(BroadcastFacts {
        state: last.map(|last| match last.stage {
            Stage::Sending => "sending",
            Stage::Through => "sent",
            Stage::Stopped => "stopped",
        }),
        sent: last.map_or(0, |last| last.to),
        receivers: broadcasts.receivers().await.map_err(no_store)?,
    })
}

fn under_way() -> Problem {
    let message = "A broadcast is under way already. Wait for its end, or stop it with DELETE.";
    Problem::new(StatusCode::CONFLICT, "BROADCAST_RUNNING", message)
}

fn main_is_away() -> Problem {
    let message = "The main bot sends it, and does not run at the moment. Start it first.";
    Problem::new(StatusCode::CONFLICT, "BOT_NOT_CONNECTED", message)
}

fn too_often() -> Problem {
    let message = "There were ten broadcasts within an hour. WhatsApp would take the main bot for a machine: try again later.";
    Problem::new(StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED", message)
}

/// It would go to another number of people than whoever sends it thinks.
fn other_receivers(receivers: usize) -> Problem {
    let message =
        format!("receivers: It goes to {receivers} people. Send that number if it is meant.");
    Problem::new(StatusCode::CONFLICT, "OTHER_RECEIVERS", message)
        .with(json!({"receivers": receivers}))
}
