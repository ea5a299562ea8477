//! What a plugin did in the bot lately, and what that cost.

use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse, get};
use serde::Serialize;
use utoipa::ToSchema;

use super::plugins::one;
use super::with_token;
use crate::clock::Millis;
use crate::dispatch::{LogEntry, Measure};
use crate::web::api::responses::Broken;
use crate::web::connect::{Failure, Good, no_store};
use crate::web::owner::{RUNS, level, used};
use crate::web::shared::Shared;

/// A run of a plugin on an event.
#[derive(Serialize, ToSchema)]
pub(in crate::web) struct Run {
    /// When it ended, milliseconds since 1970.
    at: Millis,
    /// The event's name.
    event: String,
    /// The plugin's version.
    version: String,
    /// Why it failed, when it did.
    failure: Option<String>,
    /// Time on the processor, microseconds.
    cpu: u64,
    /// Time from start to end, microseconds.
    wall: u64,
    /// Memory at its largest, bytes.
    memory: u64,
    /// What it logged.
    log: Vec<Line>,
}

/// A line of a plugin's log.
#[derive(Serialize, ToSchema)]
#[schema(as = LogLine)]
pub(in crate::web) struct Line {
    /// `debug`, `info`, `warn` or `error`.
    level: &'static str,
    /// What it says.
    text: String,
}

impl From<LogEntry> for Run {
    fn from(entry: LogEntry) -> Self {
        let of = |measure| used(&entry, measure);
        let (cpu, wall, memory) = (of(Measure::Cpu), of(Measure::Wall), of(Measure::Memory));
        let receipt = entry.receipt;
        let lines = receipt.log.into_iter().map(|line| Line {
            level: level(line.level),
            text: line.text,
        });
        Self {
            at: entry.at,
            event: receipt.event,
            version: receipt.version,
            failure: receipt.failure,
            cpu,
            wall,
            memory,
            log: lines.collect(),
        }
    }
}

/// A plugin's last fifty runs in the bot, the latest first.
#[utoipa::path(
    operation_id = "list_runs",
    tag = "A bot",
    security(("token" = [])),
    params(("name" = String, Path, description = "The plugin's name", example = "welcome")),
    responses(
        (status = 200, body = Good<Vec<Run>>),
        (status = "4XX", body = Failure, description = "UNAUTHORIZED, PLUGIN_NOT_FOUND or RATE_LIMITED"),
        Broken,
    ),
)]
#[get("/api/v1/bot/plugins/{name}/log")]
pub(in crate::web) async fn list(
    request: HttpRequest,
    shared: Data<Shared>,
    name: web::Path<String>,
) -> HttpResponse {
    with_token(&request, &shared, async |program| {
        one(&program, &name).await?;
        let manager = &program.parts.manager;
        let runs = manager.plugin_runs(program.bot.id, &name, RUNS).await;
        let runs = runs.map_err(no_store)?.into_iter().rev();
        Ok(runs.map(Run::from).collect::<Vec<_>>())
    })
    .await
}
