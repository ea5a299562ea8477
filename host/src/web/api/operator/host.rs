//! How the host does, and what is set of it.

use std::collections::BTreeMap;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse, get, patch};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Program, with_token};
use crate::bots::Feature;
use crate::clock::Millis;
use crate::web::api::responses::{Broken, OperatorRefused};
use crate::web::connect::{Failure, Good, Problem, no_store};
use crate::web::library::problem;
use crate::web::operator::{Failing, Figures, LONGEST_DELAY, MOST_SLOTS, failing};
use crate::web::shared::Shared;

/// The whole host.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::web) struct Host {
    /// Since when it runs, milliseconds since 1970.
    started_at: Millis,
    /// How many bots there may be.
    slots: u32,
    /// How many of these are taken.
    taken: u32,
    /// The pause between reconnects and between sends, milliseconds.
    delay: u64,
    /// Which features are on.
    features: BTreeMap<String, bool>,
    /// Sub-bots by state.
    states: BTreeMap<String, u32>,
    /// Bots that run.
    running: usize,
    /// Those of them that are connected.
    open: usize,
    /// Events since the start.
    events: u64,
    /// Events per second since this was looked at before, by a program or on the page, and at least three seconds ago; the first time
    /// since the start.
    events_per_second: f64,
    /// Messages sent since the start.
    sent: u64,
    /// What the process holds in memory, bytes; what each bot holds is told with the bots. Null where the machine does not tell.
    memory: Option<u64>,
    /// How many tasks want a processor of the machine, on the average of the last minute. Null where the machine does not tell.
    load: Option<f64>,
    /// Plugins that fail, or can't be loaded.
    failing: Vec<FailingPlugin>,
    /// How far the start has come.
    restore: Restore,
}

/// A plugin that fails, or can't be loaded.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::web) struct FailingPlugin {
    /// Its name.
    name: String,
    /// The version in use.
    version: String,
    /// In how many bots that version is paused because it failed there again and again.
    paused_in: usize,
    /// Why it can't be loaded, if that is so.
    problem: Option<String>,
}

impl From<Failing> for FailingPlugin {
    fn from(plugin: Failing) -> Self {
        Self {
            name: plugin.name,
            version: plugin.version,
            paused_in: plugin.bots,
            problem: plugin.problem,
        }
    }
}

/// How far the start has come.
#[derive(Serialize, ToSchema)]
pub(in crate::web) struct Restore {
    /// Bots to bring up.
    total: u32,
    /// Those that have had their turn.
    done: u32,
    /// Those of them that can't run.
    broken: u32,
}

/// What is set; what is left out stays as it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::web) struct HostChange {
    /// How many bots there may be, at most 100000.
    slots: Option<u32>,
    /// The pause between reconnects and between sends, at most 60000 milliseconds.
    delay: Option<u64>,
    /// Features by name: `jadibot`, `connect-page`, `isolation`, `invite-codes`.
    #[serde(default)]
    features: BTreeMap<String, bool>,
}

/// How the host does.
#[utoipa::path(
    tag = "The host",
    operation_id = "look_at_host",
    security(("operator" = [])),
    responses((status = 200, body = Good<Host>), OperatorRefused),
)]
#[get("/api/v1/operator")]
pub(in crate::web) async fn look(request: HttpRequest, shared: Data<Shared>) -> HttpResponse {
    with_token(&request, &shared, async |program| shown(&program).await).await
}

/// Sets slots, the pause and features: all that is asked for, or nothing when one value is wrong.
#[utoipa::path(
    tag = "The host",
    operation_id = "set_host",
    security(("operator" = [])),
    request_body = HostChange,
    responses(
        (status = 200, body = Good<Host>),
        (status = "4XX", body = Failure, description = "UNAUTHORIZED, NOT_OPERATOR, INVALID_REQUEST, INVALID_VALUE or RATE_LIMITED"),
        Broken,
    ),
)]
#[patch("/api/v1/operator")]
pub(in crate::web) async fn set(
    request: HttpRequest,
    shared: Data<Shared>,
    body: Result<web::Json<HostChange>, actix_web::Error>,
) -> HttpResponse {
    with_token(&request, &shared, async |program| {
        let body = body.map_err(|error| Problem::body(&error))?.into_inner();
        let features = wanted(&body)?;
        let parts = program.parts;
        if let Some(slots) = body.slots {
            let done = parts.creation.set_slots(slots).await;
            done.map_err(no_store)?;
            program.note("set-slots", "", &slots.to_string()).await;
        }
        if let Some(delay) = body.delay {
            let done = parts.settings.set_delay(Duration::from_millis(delay)).await;
            done.map_err(no_store)?;
            program.note("set-delay", "", &delay.to_string()).await;
        }
        for (feature, on) in features {
            let done = parts.settings.switch(feature, on).await;
            done.map_err(no_store)?;
            let what = if on { "switch-on" } else { "switch-off" };
            program.note(what, "", feature.name()).await;
        }
        shown(&program).await
    })
    .await
}

/// The features that are to be switched, once every value is as it may be.
fn wanted(change: &HostChange) -> Result<Vec<(Feature, bool)>, Problem> {
    let invalid =
        |message: String| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "INVALID_VALUE", message);
    if change.slots.is_some_and(|slots| slots > MOST_SLOTS) {
        return Err(invalid(format!("slots: There are {MOST_SLOTS} at most.")));
    }
    if change.delay.is_some_and(|delay| delay > LONGEST_DELAY) {
        return Err(invalid(format!(
            "delay: It lasts {LONGEST_DELAY} milliseconds at most."
        )));
    }
    let features = change.features.iter().map(|(name, on)| {
        let feature = Feature::named(name).ok_or_else(|| {
            let known = Feature::ALL.map(Feature::name).join(", ");
            invalid(format!("features: There are {known}."))
        })?;
        Ok((feature, *on))
    });
    features.collect()
}

async fn shown(program: &Program<'_>) -> Result<Host, Problem> {
    let parts = program.parts;
    let figures = Figures::now(program.shared, parts);
    let failing = failing(parts).await.map_err(problem)?;
    let states = parts.registry.counts().await.map_err(no_store)?;
    let features = parts.settings.features().into_iter();
    Ok(Host {
        started_at: program.shared.started_at,
        slots: parts.creation.slots().await.map_err(no_store)?,
        taken: parts.creation.taken().await.map_err(no_store)?,
        delay: u64::try_from(parts.settings.delay().as_millis()).unwrap_or(u64::MAX),
        features: features
            .map(|(feature, on)| (feature.name().to_owned(), on))
            .collect(),
        states: states
            .into_iter()
            .map(|(state, bots)| (state.word().to_owned(), bots))
            .collect(),
        running: figures.running,
        open: figures.open,
        events: figures.events,
        events_per_second: figures.rate,
        sent: figures.sent,
        memory: figures.memory,
        load: figures.load,
        failing: failing.into_iter().map(FailingPlugin::from).collect(),
        restore: Restore {
            total: figures.restore.total,
            done: figures.restore.done,
            broken: figures.restore.broken,
        },
    })
}
