//! `/api/subbot/…`.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::web::{self, Data, Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, get, post};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::answer::{Failure, Good, Problem, answer};
use super::attempts::{Asked, Attempt};
use super::page::attempt_feed;
use crate::bots::{BotState, Pairing};
use crate::clock::Millis;
use crate::model::{BotId, BotRecord, BotRole, Cause, LinkMethod, StateName};
use crate::plugins::{HostingRefusal, RefusalReason};
use crate::store::{Actor, StoreError};
use crate::web::api::{feed, token};
use crate::web::language::Language;
use crate::web::qr;
use crate::web::shared::Shared;
use crate::web::view::dashed;

/// How long a request for a bot waits for the real code.
const CODE_DEADLINE: Duration = Duration::from_secs(30);
/// How many bots are read from the registry at a time.
const PAGE: u32 = 200;

/// Adds the routes.
pub(in crate::web) fn routes(config: &mut ServiceConfig) {
    config
        .service(subbot_connect)
        .service(subbot_status)
        .service(subbot_list)
        .service(subbot_events);
}

/// A number that is to be a bot.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::web) struct Connect {
    /// With its country code.
    #[schema(example = "+62 800 0000 0124")]
    phone_number: String,
    /// What the bot is called; may be left out.
    #[serde(default)]
    bot_name: String,
    /// `qr` for a picture to scan, `pair` for a code to type.
    #[schema(example = "pair")]
    method: String,
    /// The operator's invite code, where this host wants one; may be left out elsewhere.
    #[serde(default)]
    invite_code: String,
}

/// The method of linking that a word means.
pub(super) fn method(word: &str) -> Result<LinkMethod, Problem> {
    match word {
        "qr" => Ok(LinkMethod::Qr),
        "pair" | "code" => Ok(LinkMethod::Code),
        _ => Err(HostingRefusal::from(RefusalReason::MethodMissing).into()),
    }
}

/// Starts an attempt and answers when there is a code.
///
/// It waits for the real code, up to half a minute.
#[utoipa::path(
    tag = "Making a bot",
    request_body = Connect,
    responses(
        (status = 200, body = Good<Told>),
        (status = "4XX", body = Failure, description = "INVALID_REQUEST, INVALID_PHONE_NUMBER, INVALID_NAME, INVALID_METHOD, BOT_ALREADY_EXISTS, \
            REQUEST_RUNNING, SLOTS_FULL, CREATION_OFF, INVITE_CODE_REQUIRED, INVITE_CODE_INVALID or RATE_LIMITED"),
        (status = "5XX", body = Failure, description = "CONNECTION_FAILED"),
    ),
)]
#[post("/api/subbot/connect")]
pub(in crate::web) async fn subbot_connect(
    request: HttpRequest,
    shared: Data<Shared>,
    body: Result<web::Json<Connect>, actix_web::Error>,
) -> HttpResponse {
    let begun = async {
        shared.rates.creation(&request)?;
        let body = body.map_err(|error| Problem::body(&error))?;
        let body = body.into_inner();
        let asked = Asked {
            method: method(&body.method)?,
            number: body.phone_number,
            name: body.bot_name,
            invite: body.invite_code,
        };
        let attempts = shared.attempts()?;
        let deadline = shared.parts.clock.sleep(CODE_DEADLINE);
        let (id, attempt) = attempts.begin(asked).await?;
        let way = "a program of a visitor's";
        let visitor = shared.doer(Actor::Visitor, way, &request);
        shared
            .note(visitor, "create", "", &attempt.number.masked())
            .await;
        let shown = {
            let mut status = attempt.status.clone();
            let shown = status.wait_for(|status| {
                let state = &status.state;
                matches!(
                    state,
                    BotState::Pairing(_) | BotState::Failed | BotState::Open
                )
            });
            tokio::select! {
                shown = shown => shown.is_ok(),
                () = deadline => false,
            }
        };
        if !shown {
            let message = "WhatsApp gave no code in time. The attempt goes on: ask for its status.";
            return Err(Problem {
                details: json!({"sessionId": id}),
                ..Problem::new(StatusCode::GATEWAY_TIMEOUT, "CONNECTION_FAILED", message)
            });
        }
        let mut told = Told::of(&attempt, shared.parts.clock.now());
        if attempt.status.borrow().state == BotState::Failed {
            let message = "The number could not be linked. Try again.";
            return Err(Problem {
                details: json!(told),
                ..Problem::new(StatusCode::BAD_GATEWAY, "CONNECTION_FAILED", message)
            });
        }
        told.session_id = Some(id);
        Ok(told)
    };
    answer(begun.await)
}

/// What is asked about.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Which {
    /// One attempt, by the id that its start gave.
    session_id: Option<String>,
    /// `list` for all bots.
    action: Option<String>,
}

/// What a request asks about.
fn which(request: &HttpRequest) -> Result<Which, Problem> {
    let which = Query::from_query(request.query_string());
    which
        .map(Query::into_inner)
        .map_err(|error| Problem::query(&error.into()))
}

/// What is told.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub(in crate::web) enum Status {
    /// The host's totals.
    Totals(Totals),
    /// One attempt.
    Attempt(Told),
    /// All bots.
    List(Vec<Listed>),
}

/// The host's totals, one attempt, or all bots.
#[utoipa::path(
    tag = "Making a bot",
    params(
        ("sessionId" = Option<String>, Query, description = "One attempt, by the id that its start gave"),
        ("action" = Option<String>, Query, description = "`list` for all bots"),
    ),
    responses(
        (status = 200, body = Good<Status>),
        (status = "4XX", body = Failure, description = "INVALID_REQUEST, SESSION_NOT_FOUND, CREATION_OFF or RATE_LIMITED"),
    ),
)]
#[get("/api/subbot/status")]
pub(in crate::web) async fn subbot_status(
    request: HttpRequest,
    shared: Data<Shared>,
) -> HttpResponse {
    let told = async {
        shared.rates.question(&request)?;
        let which = which(&request)?;
        match (&which.session_id, which.action.as_deref()) {
            (Some(id), _) => one(&shared, id).await.map(Status::Attempt),
            (None, Some("list")) => all(&shared, &request).await.map(Status::List),
            (None, Some(_)) => Err(Problem::new(
                StatusCode::BAD_REQUEST,
                "INVALID_REQUEST",
                "The only action is list.",
            )),
            (None, None) => totals(&shared).await.map(Status::Totals),
        }
    };
    answer(told.await)
}

/// All bots, with masked numbers but for that of whose token is shown.
#[utoipa::path(
    tag = "Making a bot",
    security((), ("token" = [])),
    responses(
        (status = 200, body = Good<Vec<Listed>>),
        (status = "4XX", body = Failure, description = "UNAUTHORIZED for a token that is worth nothing, CREATION_OFF or RATE_LIMITED"),
    ),
)]
#[get("/api/subbot/list")]
pub(in crate::web) async fn subbot_list(
    request: HttpRequest,
    shared: Data<Shared>,
) -> HttpResponse {
    let told = async {
        shared.rates.question(&request)?;
        all(&shared, &request).await
    };
    answer(told.await)
}

/// One attempt as it goes on, or without one the bot whose token is shown, by server-sent events.
///
/// An attempt's events are called `status`; those of a bot `bot_connected`, `bot_disconnected` and `message_received`.
#[utoipa::path(
    tag = "Live",
    params(("sessionId" = Option<String>, Query, description = "One attempt; without it the bot whose token is shown")),
    security((), ("token" = [])),
    responses(
        (status = 200, content_type = "text/event-stream", body = String),
        (status = "4XX", body = Failure, description = "UNAUTHORIZED, SESSION_NOT_FOUND, BOT_NOT_CONNECTED, TOO_MANY_LISTENERS or RATE_LIMITED"),
        (status = "5XX", body = Failure, description = "TOO_MANY_LISTENERS"),
    ),
)]
#[get("/api/subbot/events")]
pub(in crate::web) async fn subbot_events(
    request: HttpRequest,
    shared: Data<Shared>,
) -> HttpResponse {
    if let Err(problem) = shared.rates.question(&request) {
        return problem.answer();
    }
    let feed = async {
        let which = which(&request)?;
        let Some(id) = which.session_id.as_deref() else {
            let (_, bot) = token::bot(&shared, &request).await?;
            return feed::events(&shared, &bot, token::text(&request)?);
        };
        attempt_feed(&shared, &request, id, Language::English)
    };
    match feed.await {
        Ok(response) => response,
        Err(problem) => problem.answer(),
    }
}

/// How many bots there are and may be.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::web) struct Totals {
    /// Sub-bots, and attempts to make one.
    total_bots: u32,
    /// Those that are connected.
    connected_bots: usize,
    /// How many the host takes.
    max_slots: u32,
    /// How many more.
    available_slots: u32,
}

/// A bot in the list.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::web) struct Listed {
    /// Its address; the number is masked unless it is yours.
    #[schema(example = "628*******200@s.whatsapp.net")]
    jid: Option<String>,
    /// What its owner calls it.
    name: String,
    /// When it was connected last, milliseconds since 1970.
    last_connect: Option<Millis>,
    /// Whether it is connected.
    is_connected: bool,
    /// Its state's name.
    state: &'static str,
}

/// The bot that an attempt made.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::web) struct BotInfo {
    /// Its address.
    jid: Option<String>,
    /// What its owner calls it.
    name: String,
    /// When it was connected last, milliseconds since 1970.
    last_connect: Option<Millis>,
    /// `qr` or `pair`.
    method: &'static str,
}

async fn totals(shared: &Shared) -> Result<Totals, Problem> {
    let creation = &shared.hosting()?.creation;
    let slots = creation.slots().await.map_err(no_store)?;
    let taken = creation.taken().await.map_err(no_store)?;
    let instances = shared.parts.instances.all();
    let open = instances
        .iter()
        .filter(|bot| bot.role() == BotRole::Sub && bot.status().state == BotState::Open)
        .count();
    Ok(Totals {
        total_bots: taken,
        connected_bots: open,
        max_slots: slots,
        available_slots: slots.saturating_sub(taken),
    })
}

async fn one(shared: &Shared, id: &str) -> Result<Told, Problem> {
    let attempt = shared.attempt(id)?;
    let mut told = Told::of(&attempt, shared.parts.clock.now());
    let registry = &shared.hosting()?.registry;
    let record = registry
        .by_number(&attempt.number)
        .await
        .map_err(no_store)?;
    // Somebody else's bot of this number is none of the asker's business.
    told.bot_info = record.filter(|_| told.connected).map(|record| BotInfo {
        jid: record.jid.as_ref().map(ToString::to_string),
        name: record.name,
        last_connect: record.last_connect,
        method: method_word(record.method),
    });
    Ok(told)
}

async fn all(shared: &Shared, request: &HttpRequest) -> Result<Vec<Listed>, Problem> {
    let own = token::shown(shared, request).await?;
    let registry = &shared.hosting()?.registry;
    let mut bots = Vec::new();
    let mut after: Option<BotId> = None;
    loop {
        let page = registry.list(after, PAGE).await.map_err(no_store)?;
        after = page.last().map(|bot| bot.id);
        bots.extend(
            page.iter()
                .filter(|bot| bot.role == BotRole::Sub && !bot.new)
                .map(|bot| listed(bot, own)),
        );
        if page.len() < usize::try_from(PAGE).unwrap_or(usize::MAX) {
            return Ok(bots);
        }
    }
}

/// One bot. Its number is masked unless the asker has shown its token.
fn listed(bot: &BotRecord, own: Option<BotId>) -> Listed {
    let number = bot.number().map(|number| match own == Some(bot.id) {
        true => number.digits().to_owned(),
        false => number.masked(),
    });
    Listed {
        jid: number.map(|number| format!("{number}@s.whatsapp.net")),
        name: bot.name.clone(),
        last_connect: bot.last_connect,
        is_connected: bot.state == StateName::Open,
        state: bot.state.word(),
    }
}

/// How an attempt is, with its code while it has one.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Attempt)]
pub(in crate::web) struct Told {
    /// Whether the number is a bot and open.
    connected: bool,
    /// The state's name.
    state: &'static str,
    /// Why it is not open.
    cause: Option<&'static str>,
    /// A picture to scan, as a data URI.
    #[serde(skip_serializing_if = "Option::is_none")]
    qr_code: Option<String>,
    /// A code to type, as `XXXX-XXXX`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pair_code: Option<String>,
    /// Whether a passkey has to be confirmed on the phone.
    #[serde(skip_serializing_if = "Option::is_none")]
    passkey_needed: Option<bool>,
    /// For how many seconds the code is good: rounded down, since what a client shows must never be over.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_in: Option<Millis>,
    /// What the person can do next, one sentence.
    message: &'static str,
    /// Under which id the attempt is followed.
    #[serde(skip_serializing_if = "Option::is_none")]
    session_id: Option<String>,
    /// The bot, once it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    bot_info: Option<BotInfo>,
}

impl Told {
    fn of(attempt: &Attempt, now: Millis) -> Self {
        let status = attempt.status.borrow().clone();
        let mut told = Self {
            connected: status.state == BotState::Open,
            state: status.state.name(),
            cause: status.cause.as_ref().map(Cause::name),
            qr_code: None,
            pair_code: None,
            passkey_needed: None,
            expires_in: None,
            message: status.next_step(),
            session_id: None,
            bot_info: None,
        };
        let left = |until: Millis| Some(until.saturating_sub(now) / 1000);
        match &status.state {
            BotState::Pairing(Pairing::Qr { code, until, .. }) => {
                told.qr_code = qr::data_uri(code).ok();
                told.expires_in = left(*until);
            }
            BotState::Pairing(Pairing::Code { code, until, .. }) => {
                told.pair_code = Some(dashed(code));
                told.expires_in = left(*until);
            }
            BotState::Pairing(Pairing::Passkey) => told.passkey_needed = Some(true),
            _ => {}
        }
        told
    }
}

pub(super) fn method_word(method: LinkMethod) -> &'static str {
    match method {
        LinkMethod::Qr => "qr",
        LinkMethod::Code => "pair",
    }
}

pub(in crate::web) fn no_store(error: StoreError) -> Problem {
    tracing::error!(%error, "the registry could not be read for a page");
    Problem::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "INTERNAL_ERROR",
        "The host can't read its data at the moment. Try again later.",
    )
}
