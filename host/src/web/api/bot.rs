//! How a bot is used, and its end.

use actix_web::dev::Payload;
use actix_web::web::{self, Bytes, Data};
use actix_web::{FromRequest as _, HttpRequest, HttpResponse, get, post};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::token;
use crate::bots::Usage;
use crate::clock::Millis;
use crate::model::{BotRecord, Ending, Jid, PhoneNumber, StepName};
use crate::web::connect::{Failure, Good, Problem, answer, no_store};
use crate::web::shared::Shared;

/// What is asked for.
#[derive(Deserialize, Default, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::web) struct LogOut {
    /// The attempt that made the bot, when its program still knows it.
    session_id: Option<String>,
}

impl LogOut {
    /// What the body says. Nothing is as good as an empty object; but what can't be read ends no bot.
    async fn read(
        request: &HttpRequest,
        body: Result<Bytes, actix_web::Error>,
    ) -> Result<Self, Problem> {
        let body = body.map_err(|error| Problem::body(&error))?;
        if body.is_empty() {
            return Ok(Self::default());
        }
        let read = web::Json::<Self>::from_request(request, &mut Payload::from(body)).await;
        let read = read.map_err(|error| Problem::body(&error))?;
        Ok(read.into_inner())
    }
}

/// What comes of it.
#[derive(Serialize, ToSchema)]
pub(in crate::web) struct LoggingOut {
    /// The bot's address.
    jid: Option<String>,
    /// One sentence for people.
    message: &'static str,
}

/// Logs the token's bot out and deletes everything of it.
#[utoipa::path(
    tag = "A bot",
    request_body = Option<LogOut>,
    security(("token" = [])),
    responses(
        (status = 200, body = Good<LoggingOut>),
        (status = "4XX", body = Failure, description = "UNAUTHORIZED, FORBIDDEN, SESSION_NOT_FOUND, INVALID_REQUEST or RATE_LIMITED"),
        (status = "5XX", body = Failure, description = "INTERNAL_ERROR"),
    ),
)]
#[post("/api/subbot/logout")]
pub(in crate::web) async fn log_out(
    request: HttpRequest,
    shared: Data<Shared>,
    body: Result<Bytes, actix_web::Error>,
) -> HttpResponse {
    let told = async {
        shared.rates.question(&request)?;
        let (parts, bot, doer) = token::program(&shared, &request).await?;
        let asked = LogOut::read(&request, body).await?;
        if let Some(id) = asked.session_id {
            let attempt = shared.attempt(&id)?;
            if bot.number().as_ref() != Some(attempt.number()) {
                return Err(Problem::forbidden());
            }
        }
        let ending = Ending {
            step: StepName::Ended,
            plugin: None,
            reason: None,
        };
        parts.manager.end(bot.id, ending).await.map_err(no_store)?;
        shared.note(doer, "end", &bot.id.to_string(), "").await;
        Ok(LoggingOut {
            jid: bot.jid.as_ref().map(Jid::to_string),
            message: "The bot is being logged out, and all its data deleted.",
        })
    };
    answer(told.await)
}

/// How much a bot is used. Times in milliseconds.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::web) struct Stats {
    /// Messages that it has sent since it was made.
    messages_sent: u64,
    /// Messages from others since it was made.
    messages_received: u64,
    /// Chats that it has met.
    active_chats: u64,
    /// Groups among them.
    groups_joined: u64,
    /// For how long it has been connected now; 0 when it is not.
    uptime: Millis,
    /// When something came in last.
    last_activity: Option<Millis>,
    /// Bytes on the wire since it came up, without files.
    data_usage: DataUsage,
}

/// Bytes on the wire.
#[derive(Serialize, ToSchema)]
pub(in crate::web) struct DataUsage {
    /// From WhatsApp.
    inbound: u64,
    /// To WhatsApp.
    outbound: u64,
}

impl Stats {
    fn new(usage: &Usage, now: Millis) -> Self {
        let counts = usage.counts;
        Self {
            messages_sent: usage.totals.sent,
            messages_received: usage.totals.received,
            active_chats: counts.groups.saturating_add(counts.private_chats),
            groups_joined: counts.groups,
            uptime: usage
                .open_since
                .map_or(0, |since| now.saturating_sub(since)),
            last_activity: usage.last_seen,
            data_usage: DataUsage {
                inbound: usage.traffic.received,
                outbound: usage.traffic.sent,
            },
        }
    }
}

/// How much the token's bot is used.
#[utoipa::path(
    tag = "A bot",
    params(("jid" = String, Path, description = "The bot's address or number", example = "6280000000200")),
    security(("token" = [])),
    responses(
        (status = 200, body = Good<Stats>),
        (status = "4XX", body = Failure, description = "UNAUTHORIZED, FORBIDDEN or RATE_LIMITED"),
        (status = "5XX", body = Failure, description = "INTERNAL_ERROR"),
    ),
)]
#[get("/api/subbot/stats/{jid}")]
pub(in crate::web) async fn stats(
    request: HttpRequest,
    shared: Data<Shared>,
    jid: web::Path<String>,
) -> HttpResponse {
    let told = async {
        shared.rates.question(&request)?;
        let (parts, bot) = token::bot(&shared, &request).await?;
        if !is(&bot, &jid) {
            return Err(Problem::forbidden());
        }
        let usage = parts.manager.usage(bot.id).await.map_err(no_store)?;
        Ok(Stats::new(&usage, shared.parts.clock.now()))
    };
    answer(told.await)
}

/// Whether this is the bot's address or number, as programs write them.
pub(super) fn is(bot: &BotRecord, named: &str) -> bool {
    let jid = named.parse::<Jid>().ok();
    let number = || named.parse::<PhoneNumber>().ok();
    let jid = jid.or_else(|| number().map(|number| Jid::of_number(&number)));
    jid.is_some() && (jid == bot.jid || jid == bot.lid)
}
