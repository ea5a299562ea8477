//! Routes of simulator builds, for whoever drives a test or the demo: the clock, idleness, the bots with their codes.
//!
//! They answer only requests from this machine that name it as such, so that a page from elsewhere in a browser on this
//! machine can't use them.

use std::sync::Arc;
use std::time::Duration;

use actix_web::guard::{Guard, GuardContext};
use actix_web::http::header;
use actix_web::{HttpResponse, get, post, web};
use async_trait::async_trait;
use serde::Deserialize;
use serde_json::json;

use super::shared::Shared;
use crate::bots::{BotState, Instance, Pairing};
use crate::clock::MovableClock;
use crate::model::{BotRecord, BotRole, PhoneNumber};

/// How long a request for idleness is held.
const IDLE_DEADLINE: Duration = Duration::from_secs(30);

/// What the routes act on.
pub struct DevTools {
    /// The clock of the whole host.
    pub clock: MovableClock,
    /// What has work under way.
    pub work: Arc<dyn Idle>,
    /// The bots that are kept, and new ones.
    pub yard: Arc<dyn Yard>,
}

/// Something that may have work under way.
#[async_trait]
pub trait Idle: Send + Sync + 'static {
    /// Resolves when every inbox and outbox is empty and nothing is in flight.
    async fn idle(&self);
}

/// The bots that are kept, whether they run or not, and a way to new ones without a chat.
#[async_trait]
pub trait Yard: Send + Sync + 'static {
    /// All of them.
    async fn kept(&self) -> Result<Vec<BotRecord>, String>;

    /// Begins to make a bot of a number, by a typed code.
    async fn make(&self, number: PhoneNumber, owner: PhoneNumber) -> Result<(), String>;
}

/// The request comes from this machine and means it.
struct FromHere;

impl Guard for FromHere {
    fn check(&self, context: &GuardContext<'_>) -> bool {
        let head = context.head();
        let from_here = head.peer_addr.is_none_or(|peer| peer.ip().is_loopback());
        let host = head
            .headers()
            .get(header::HOST)
            .and_then(|host| host.to_str().ok())
            .unwrap_or_default();
        let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
        from_here && ["127.0.0.1", "localhost", "[::1]"].contains(&name)
    }
}

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.service(
        web::scope("/dev")
            .guard(FromHere)
            .service(clock)
            .service(idle)
            .service(bots)
            .service(make),
    );
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    advance_ms: u64,
}

/// Moves the host's clock forward.
#[post("/clock")]
async fn clock(shared: web::Data<Shared>, advance: web::Json<Advance>) -> HttpResponse {
    let dev = &shared.parts.dev;
    dev.clock.advance(Duration::from_millis(advance.advance_ms));
    HttpResponse::Ok().json(json!({"now_ms": shared.parts.clock.now()}))
}

/// Answers 200 when nothing is under way, 503 when something still is after half a minute.
#[get("/idle")]
async fn idle(shared: web::Data<Shared>) -> HttpResponse {
    tokio::select! {
        () = shared.parts.dev.work.idle() => HttpResponse::Ok().json(json!({"idle": true})),
        () = tokio::time::sleep(IDLE_DEADLINE) => HttpResponse::ServiceUnavailable().json(json!({"idle": false})),
        () = shared.ending.cancelled() => HttpResponse::ServiceUnavailable().finish(),
    }
}

/// All bots, with numbers and pairing codes: this build has no real ones.
#[get("/bots")]
async fn bots(shared: web::Data<Shared>) -> HttpResponse {
    let kept = match shared.parts.dev.yard.kept().await {
        Ok(kept) => kept,
        Err(why) => return HttpResponse::InternalServerError().body(why),
    };
    let instances = &shared.parts.instances;
    let bots = kept.iter().map(|bot| match instances.get(bot.id) {
        Some(instance) => told(&instance),
        None => resting(bot),
    });
    HttpResponse::Ok().json(bots.collect::<Vec<_>>())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Make {
    number: PhoneNumber,
    owner: PhoneNumber,
}

/// Begins to make a bot of a number; its code appears in `/bots`.
#[post("/bots")]
async fn make(shared: web::Data<Shared>, make: web::Json<Make>) -> HttpResponse {
    let Make { number, owner } = make.into_inner();
    match shared.parts.dev.yard.make(number, owner).await {
        Ok(()) => HttpResponse::Ok().json(json!({"begun": true})),
        Err(why) => HttpResponse::Conflict().body(why),
    }
}

/// A bot that does not run.
fn resting(bot: &BotRecord) -> serde_json::Value {
    json!({
        "id": bot.id.to_string(),
        "number": bot.number().as_ref().map(PhoneNumber::digits),
        "role": role(bot.role),
        "state": bot.state.word(),
        "cause": bot.cause.as_ref().map(crate::model::Cause::name),
        "since_ms": bot.since,
        "qr": null,
        "code": null,
    })
}

fn role(role: BotRole) -> &'static str {
    match role {
        BotRole::Main => "main",
        BotRole::Sub => "sub",
    }
}

fn told(bot: &Instance) -> serde_json::Value {
    let status = bot.status();
    let number = status
        .account
        .as_ref()
        .and_then(|account| account.jid.number())
        .or_else(|| bot.expected().cloned());
    let (qr, code) = match &status.state {
        BotState::Pairing(Pairing::Qr { code, .. }) => (Some(code.as_str()), None),
        BotState::Pairing(Pairing::Code { code, .. }) => (None, Some(code.as_str())),
        _ => (None, None),
    };
    json!({
        "id": bot.bot().to_string(),
        "number": number.as_ref().map(|number| number.digits()),
        "role": role(bot.role()),
        "state": status.state.name(),
        "cause": status.cause.as_ref().map(crate::model::Cause::name),
        "since_ms": status.since,
        "qr": qr,
        "code": code,
    })
}
