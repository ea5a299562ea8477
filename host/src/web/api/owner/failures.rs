//! The events that a plugin failed on in the bot, to be handed to its author.

use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse, get};
use serde::Serialize;
use utoipa::ToSchema;

use super::plugins::one;
use super::{Program, missing, with_token};
use crate::clock::Millis;
use crate::dispatch::FailureEntry;
use crate::web::api::responses::Broken;
use crate::web::connect::{Failure, Good, Problem, no_store};
use crate::web::owner::{FAILURES, failed_event, which_failure};
use crate::web::shared::Shared;

/// An event that a plugin failed on.
#[derive(Serialize, ToSchema)]
pub(in crate::web) struct FailedEvent {
    /// Its number in the bot.
    number: i64,
    /// When it failed, milliseconds since 1970.
    at: Millis,
    /// The event's name.
    event: String,
    /// The plugin's version.
    version: String,
    /// Why it failed.
    failure: String,
    /// How large the file is, bytes.
    bytes: u64,
}

impl From<FailureEntry> for FailedEvent {
    fn from(entry: FailureEntry) -> Self {
        let FailureEntry {
            row, at, summary, ..
        } = entry;
        Self {
            number: row,
            at,
            event: summary.event,
            version: summary.version,
            failure: summary.failure,
            bytes: summary.bytes,
        }
    }
}

/// The last twenty events that a plugin failed on in the bot, the latest first.
#[utoipa::path(
    operation_id = "list_failed_events",
    tag = "A bot",
    security(("token" = [])),
    params(("name" = String, Path, description = "The plugin's name", example = "welcome")),
    responses(
        (status = 200, body = Good<Vec<FailedEvent>>),
        (status = "4XX", body = Failure, description = "UNAUTHORIZED, PLUGIN_NOT_FOUND or RATE_LIMITED"),
        Broken,
    ),
)]
#[get("/api/v1/bot/plugins/{name}/failures")]
pub(in crate::web) async fn list(
    request: HttpRequest,
    shared: Data<Shared>,
    name: web::Path<String>,
) -> HttpResponse {
    with_token(&request, &shared, async |program| {
        one(&program, &name).await?;
        let manager = &program.parts.manager;
        let failed = manager.plugin_failures(program.bot.id, &name, FAILURES);
        let failed = failed.await.map_err(no_store)?.into_iter().rev();
        Ok(failed.map(FailedEvent::from).collect::<Vec<_>>())
    })
    .await
}

/// One of them with all that the plugin was given and told, as a file that `jadi plugin replay` takes. It holds what people wrote.
#[utoipa::path(
    operation_id = "look_at_failed_event",
    tag = "A bot",
    security(("token" = [])),
    params(
        ("name" = String, Path, description = "The plugin's name", example = "welcome"),
        ("failure" = i64, Path, description = "The event's number", example = 1),
    ),
    responses(
        (status = 200, body = String, content_type = "application/json", description = "The file"),
        (status = "4XX", body = Failure, description = "UNAUTHORIZED, FAILURE_NOT_FOUND or RATE_LIMITED"),
        Broken,
    ),
)]
#[get("/api/v1/bot/plugins/{name}/failures/{failure}")]
pub(in crate::web) async fn look(
    request: HttpRequest,
    shared: Data<Shared>,
    path: web::Path<(String, String)>,
) -> HttpResponse {
    let (name, number) = which_failure(path);
    let found = async {
        let program = Program::of(&request, &shared).await?;
        let manager = &program.parts.manager;
        let found = manager.plugin_failure(program.bot.id, &name, number).await;
        let found = found.map_err(no_store)?.ok_or_else(|| {
            let message = "There is no such failed event. GET /api/v1/bot/plugins/{name}/failures tells those that there are.";
            missing("FAILURE_NOT_FOUND", message)
        })?;
        program.note("failed-event", &name).await;
        Ok::<_, Problem>(failed_event(&name, number, found))
    };
    found.await.unwrap_or_else(|problem| problem.answer())
}
