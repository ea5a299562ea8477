//! Control API: the simulator as a whole: addresses, clock, faults, requests that it did not know.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde_json::{Value, json};

use super::problem::Problem;
use crate::{Simulator, UnknownIq};

type Sim = web::Data<Simulator>;

/// The clock takes at most this at once: ten years.
const MAX_ADVANCE_MS: u64 = 10 * 365 * 24 * 3_600_000;

/// How long a caller waits for everything to arrive.
const IDLE_DEADLINE: Duration = Duration::from_secs(20);

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/simulator", web::get().to(about))
        .route("/clock", web::get().to(clock))
        .route("/clock", web::post().to(advance))
        .route("/idle", web::get().to(idle))
        .route("/unknown-iqs", web::get().to(unknown_iqs))
        .route("/faults", web::post().to(fault));
}

async fn about(sim: Sim) -> web::Json<Value> {
    web::Json(json!({
        "websocket_url": sim.websocket_url(),
        "media_url": sim.media_url(),
        "certificate": sim.certificate(),
    }))
}

async fn clock(sim: Sim) -> web::Json<Value> {
    web::Json(json!({ "now_ms": sim.clock().now_ms() }))
}

#[derive(Deserialize)]
struct Advance {
    advance_ms: u64,
}

async fn advance(sim: Sim, body: web::Json<Advance>) -> Result<web::Json<Value>, Problem> {
    if body.advance_ms > MAX_ADVANCE_MS {
        return Err(Problem::bad_request(
            "the clock moves by at most ten years at once",
        ));
    }
    sim.clock().advance(Duration::from_millis(body.advance_ms));
    Ok(clock(sim).await)
}

/// Answers once everything that was sent has arrived.
async fn idle(sim: Sim) -> Result<HttpResponse, Problem> {
    let idle = tokio::time::timeout(IDLE_DEADLINE, sim.idle()).await;
    idle.map(|()| HttpResponse::NoContent().finish())
        .map_err(|_| {
            Problem::new(
                StatusCode::GATEWAY_TIMEOUT,
                "messages are still under way after 20 seconds",
            )
        })
}

async fn unknown_iqs(sim: Sim) -> web::Json<Vec<UnknownIq>> {
    web::Json(sim.unknown_iqs())
}

#[derive(Deserialize)]
struct FaultRequest {
    /// Whose companions meet the fault.
    number: String,
    #[serde(flatten)]
    fault: Fault,
}

#[derive(Deserialize)]
#[serde(tag = "fault", rename_all = "kebab-case")]
enum Fault {
    Drop,
    Refuse { on: bool },
    StreamError { code: u16 },
    LogOut,
    Replaced,
    Slow { delay_ms: u64 },
    LoseAcks { count: usize },
    Reorder { count: usize },
    Duplicate { count: usize },
    GarbageFrame,
    TemporaryBan { lasts_ms: u64 },
    ClientOutdated,
    Passkey { on: bool },
    Clear,
}

async fn fault(sim: Sim, body: web::Json<FaultRequest>) -> Result<HttpResponse, Problem> {
    let FaultRequest { number, fault } = body.into_inner();
    if sim.phone_by_number(&number).is_none() {
        return Err(Problem::not_found(format!(
            "no phone has the number {number}"
        )));
    }
    let faults = sim.faults();
    match fault {
        Fault::Drop => faults.drop_connection(&number),
        Fault::Refuse { on } => faults.refuse_connections(&number, on),
        Fault::StreamError { code } => faults.stream_error(&number, code),
        Fault::LogOut => faults.log_out(&number),
        Fault::Replaced => faults.replaced(&number),
        Fault::Slow { delay_ms } => faults.slow(&number, Duration::from_millis(delay_ms)),
        Fault::LoseAcks { count } => faults.lose_next_ack(&number, count),
        Fault::Reorder { count } => faults.reorder_next(&number, count),
        Fault::Duplicate { count } => faults.duplicate_next(&number, count),
        Fault::GarbageFrame => faults.garbage_frame(&number),
        Fault::TemporaryBan { lasts_ms } => {
            faults.temporary_ban(&number, Duration::from_millis(lasts_ms));
        }
        Fault::ClientOutdated => faults.client_outdated(&number),
        Fault::Passkey { on } => faults.ask_for_passkey(&number, on),
        Fault::Clear => faults.clear(&number),
    }
    Ok(HttpResponse::NoContent().finish())
}
