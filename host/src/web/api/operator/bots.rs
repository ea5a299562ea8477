//! All bots of the host, one of them, and its end.

use actix_web::http::StatusCode;
use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse, get, post};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Program, with_token};
use crate::clock::Millis;
use crate::model::{BotId, BotRecord, BotRole, Cause, Jid};
use crate::store::StoreError;
use crate::web::api::responses::Broken;
use crate::web::connect::{Failure, Good, Problem, no_store};
use crate::web::operator::{Asked, BOTS, ending, fitting};
use crate::web::shared::{OperatorParts, Shared};
use crate::web::view::status_of;

/// The longest plan, days.
const MOST_DAYS: u32 = 3650;

/// A bot of the host.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::web) struct HostedBot {
    /// By which it is asked for.
    id: String,
    /// What its owner calls it.
    name: String,
    /// Whether it is the main bot.
    main: bool,
    /// Its address.
    jid: Option<String>,
    /// Its owner's.
    owner: Option<String>,
    /// Its state's name.
    state: &'static str,
    /// What it holds of memory, bytes; null when it does not run.
    memory: Option<u64>,
    /// Messages that it has sent today; null when it does not run.
    sent_today: Option<u64>,
}

/// The bots that fit, some of them.
#[derive(Serialize, ToSchema)]
pub(in crate::web) struct HostedBots {
    /// How many fit.
    found: usize,
    /// Fifty of them at most: the main bot first, then by name.
    bots: Vec<HostedBot>,
}

/// A bot of the host with all that is known of it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::web) struct HostedBotFacts {
    /// The bot.
    bot: HostedBot,
    /// Why it is not open.
    cause: Option<&'static str>,
    /// Since when it is in its state, milliseconds since 1970.
    since: Millis,
    /// When it was asked for, milliseconds since 1970.
    created: Millis,
    /// When it was connected last.
    last_connect: Option<Millis>,
    /// Its plan.
    plan: Option<String>,
    /// When that ends.
    plan_ends: Option<Millis>,
    /// What its data and session take on the disk, bytes.
    storage: u64,
    /// Messages from others since it was made.
    received: u64,
    /// Messages that it has sent since it was made.
    sent: u64,
    /// Groups that it is in.
    groups: u64,
}

/// How long a bot runs.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::web) struct BotPlan {
    /// So many days from now, 1 to 3650; null for as long as it likes.
    #[schema(required)]
    days: Option<u32>,
}

/// Why a bot is ended.
#[derive(Deserialize, Default, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::web) struct BotEnd {
    /// What its owner is told; 200 characters of it.
    #[serde(default)]
    reason: String,
}

/// A bot that ends.
#[derive(Serialize, ToSchema)]
pub(in crate::web) struct BotEnding {
    /// Which.
    id: String,
    /// One sentence for people.
    message: &'static str,
}

/// All bots, searched and filtered.
#[utoipa::path(
    tag = "The host",
    operation_id = "list_bots",
    security(("operator" = [])),
    params(
        ("q" = Option<String>, Query, description = "Part of a name or of a number, of the bot or its owner"),
        ("state" = Option<String>, Query, description = "A state's name"),
        ("page" = Option<u32>, Query, description = "Which fifty, from 0"),
    ),
    responses(
        (status = 200, body = Good<HostedBots>),
        (status = "4XX", body = Failure, description = "UNAUTHORIZED, NOT_OPERATOR, INVALID_REQUEST or RATE_LIMITED"),
        Broken,
    ),
)]
#[get("/api/v1/operator/bots")]
pub(in crate::web) async fn list(
    request: HttpRequest,
    shared: Data<Shared>,
    asked: Result<web::Query<Asked>, actix_web::Error>,
) -> HttpResponse {
    with_token(&request, &shared, async |program| {
        let asked = asked.map_err(|error| Problem::query(&error))?;
        let fitting = fitting(&*program.parts.registry, &asked).await;
        let fitting = fitting.map_err(no_store)?;
        let found = fitting.len();
        let shown = fitting.iter().skip(asked.page.saturating_mul(BOTS));
        Ok(HostedBots {
            found,
            bots: shown
                .take(BOTS)
                .map(|bot| HostedBot::of(program.parts, bot))
                .collect(),
        })
    })
    .await
}

/// One bot.
#[utoipa::path(
    tag = "The host",
    operation_id = "look_at_bot",
    security(("operator" = [])),
    params(("id" = String, Path, description = "The bot's id")),
    responses(
        (status = 200, body = Good<HostedBotFacts>),
        (status = "4XX", body = Failure, description = "UNAUTHORIZED, NOT_OPERATOR, BOT_NOT_FOUND or RATE_LIMITED"),
        Broken,
    ),
)]
#[get("/api/v1/operator/bots/{id}")]
pub(in crate::web) async fn look(
    request: HttpRequest,
    shared: Data<Shared>,
    id: web::Path<String>,
) -> HttpResponse {
    with_token(&request, &shared, async |program| {
        let bot = named(&program, &id).await?;
        facts(&program, &bot).await
    })
    .await
}

/// Starts a bot.
#[utoipa::path(
    tag = "The host",
    operation_id = "start_bot",
    security(("operator" = [])),
    params(("id" = String, Path, description = "The bot's id")),
    responses(
        (status = 200, body = Good<HostedBotFacts>),
        (status = "4XX", body = Failure, description = "UNAUTHORIZED, NOT_OPERATOR, BOT_NOT_FOUND or RATE_LIMITED"),
        Broken,
    ),
)]
#[post("/api/v1/operator/bots/{id}/start")]
pub(in crate::web) async fn start(
    request: HttpRequest,
    shared: Data<Shared>,
    id: web::Path<String>,
) -> HttpResponse {
    with_token(&request, &shared, async |program| {
        run(&program, &id, true).await
    })
    .await
}

/// Stops a bot; its session is kept.
#[utoipa::path(
    tag = "The host",
    operation_id = "stop_bot",
    security(("operator" = [])),
    params(("id" = String, Path, description = "The bot's id")),
    responses(
        (status = 200, body = Good<HostedBotFacts>),
        (status = "4XX", body = Failure, description = "UNAUTHORIZED, NOT_OPERATOR, BOT_NOT_FOUND or RATE_LIMITED"),
        Broken,
    ),
)]
#[post("/api/v1/operator/bots/{id}/stop")]
pub(in crate::web) async fn stop(
    request: HttpRequest,
    shared: Data<Shared>,
    id: web::Path<String>,
) -> HttpResponse {
    with_token(&request, &shared, async |program| {
        run(&program, &id, false).await
    })
    .await
}

/// Makes a bot's plan end after so many days, or never; its owner is told. One that was stopped at the former end is started.
#[utoipa::path(
    tag = "The host",
    operation_id = "set_plan",
    security(("operator" = [])),
    params(("id" = String, Path, description = "The bot's id")),
    request_body = BotPlan,
    responses(
        (status = 200, body = Good<HostedBotFacts>),
        (status = "4XX", body = Failure, description = "UNAUTHORIZED, NOT_OPERATOR, INVALID_REQUEST, INVALID_VALUE, BOT_NOT_FOUND, MAIN_BOT or RATE_LIMITED"),
        Broken,
    ),
)]
#[post("/api/v1/operator/bots/{id}/plan")]
pub(in crate::web) async fn plan(
    request: HttpRequest,
    shared: Data<Shared>,
    id: web::Path<String>,
    body: Result<web::Json<BotPlan>, actix_web::Error>,
) -> HttpResponse {
    with_token(&request, &shared, async |program| {
        let days = body.map_err(|error| Problem::body(&error))?.days;
        let bot = named(&program, &id).await?;
        if bot.role == BotRole::Main {
            let message = "The main bot has no plan: it runs as long as the host.";
            return Err(Problem::new(StatusCode::CONFLICT, "MAIN_BOT", message));
        }
        if days.is_some_and(|days| !(1..=MOST_DAYS).contains(&days)) {
            let message = format!("days: A plan lasts 1 to {MOST_DAYS} days.");
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return Err(Problem::new(status, "INVALID_VALUE", message));
        }
        let event = program.parts.fleet.new_message_id();
        let set = program.parts.plans.set(event, bot.id, None, days).await;
        if let Err(error) = set {
            return Err(failed(&program, &bot, error).await);
        }
        let detail = days.map(|days| days.to_string()).unwrap_or_default();
        program.note("set-plan", &bot.id.to_string(), &detail).await;
        facts(&program, &named(&program, &id).await?).await
    })
    .await
}

/// Logs a bot out and deletes everything of it; its owner is told why.
#[utoipa::path(
    tag = "The host",
    operation_id = "end_bot",
    security(("operator" = [])),
    params(("id" = String, Path, description = "The bot's id")),
    request_body = BotEnd,
    responses(
        (status = 200, body = Good<BotEnding>),
        (status = "4XX", body = Failure, description = "UNAUTHORIZED, NOT_OPERATOR, INVALID_REQUEST, BOT_NOT_FOUND, MAIN_BOT or RATE_LIMITED"),
        Broken,
    ),
)]
#[post("/api/v1/operator/bots/{id}/end")]
pub(in crate::web) async fn end(
    request: HttpRequest,
    shared: Data<Shared>,
    id: web::Path<String>,
    body: Result<web::Json<BotEnd>, actix_web::Error>,
) -> HttpResponse {
    with_token(&request, &shared, async |program| {
        let body = body.map_err(|error| Problem::body(&error))?;
        let bot = named(&program, &id).await?;
        if bot.role == BotRole::Main {
            let message = "The main bot can't be deleted here. Stop it, or unlink it on its phone.";
            return Err(Problem::new(StatusCode::CONFLICT, "MAIN_BOT", message));
        }
        let (ending, reason) = ending(&body.reason);
        let ended = program.parts.manager.end(bot.id, ending).await;
        if let Err(error) = ended {
            return Err(failed(&program, &bot, error).await);
        }
        program.note("end", &bot.id.to_string(), &reason).await;
        Ok(BotEnding {
            id: bot.id.to_string(),
            message: "The bot is being logged out, and all its data deleted.",
        })
    })
    .await
}

/// Starts or stops a bot.
async fn run(program: &Program<'_>, id: &str, on: bool) -> Result<HostedBotFacts, Problem> {
    let bot = named(program, id).await?;
    let manager = &program.parts.manager;
    let (done, what) = match on {
        true => (manager.start(bot.id).await, "start"),
        false => (manager.stop(bot.id).await, "stop"),
    };
    if let Err(error) = done {
        return Err(failed(program, &bot, error).await);
    }
    program.note(what, &bot.id.to_string(), "").await;
    facts(program, &named(program, id).await?).await
}

/// The bot of this id.
async fn named(program: &Program<'_>, id: &str) -> Result<BotRecord, Problem> {
    let found = match id.parse::<BotId>() {
        Ok(id) => program.parts.registry.get(id).await.map_err(no_store)?,
        Err(_) => None,
    };
    found.ok_or_else(gone)
}

/// There is no bot of this id, or not any more.
fn gone() -> Problem {
    let message =
        "There is no such bot any more. GET /api/v1/operator/bots names those that there are.";
    Problem::new(StatusCode::NOT_FOUND, "BOT_NOT_FOUND", message)
}

/// Something could not be done with a bot that was there a moment ago. It may have come to its end since, as an attempt to link one
/// does at any time.
async fn failed(program: &Program<'_>, bot: &BotRecord, error: StoreError) -> Problem {
    let is_gone = bot.new || matches!(program.parts.registry.get(bot.id).await, Ok(None));
    match is_gone {
        true => gone(),
        false => no_store(error),
    }
}

impl HostedBot {
    fn of(parts: &OperatorParts, bot: &BotRecord) -> Self {
        let load = parts.fleet.dispatch(bot.id).map(|dispatch| dispatch.load());
        Self {
            id: bot.id.to_string(),
            name: bot.name.clone(),
            main: bot.role == BotRole::Main,
            jid: bot.jid.as_ref().map(Jid::to_string),
            owner: bot.owner.as_ref().map(Jid::to_string),
            state: bot.state.word(),
            memory: load.as_ref().map(|load| load.memory),
            sent_today: load.map(|load| load.quota.sent),
        }
    }
}

async fn facts(program: &Program<'_>, bot: &BotRecord) -> Result<HostedBotFacts, Problem> {
    let manager = &program.parts.manager;
    let read = async {
        Ok::<_, StoreError>((manager.usage(bot.id).await?, manager.storage(bot.id).await?))
    };
    let (usage, storage) = match read.await {
        Ok(read) => read,
        Err(error) => return Err(failed(program, bot, error).await),
    };
    let status = status_of(program.shared, bot);
    Ok(HostedBotFacts {
        bot: HostedBot {
            state: status.state.name(),
            ..HostedBot::of(program.parts, bot)
        },
        cause: status.cause.as_ref().map(Cause::name),
        since: status.since,
        created: bot.created,
        last_connect: bot.last_connect,
        plan: bot.plan.clone(),
        plan_ends: bot.expires,
        storage,
        received: usage.totals.received,
        sent: usage.totals.sent,
        groups: usage.counts.groups,
    })
}
