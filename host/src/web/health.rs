//! A sign of life for whoever watches the process.

use actix_web::{HttpResponse, Responder, get, web};
use serde_json::json;

use super::shared::Shared;
use crate::bots::BotState;

/// 200 while the host serves; how many of its bots are open is told, not judged: a phone that is away is no reason to
/// restart a host.
#[get("/healthz")]
pub(super) async fn health(shared: web::Data<Shared>) -> impl Responder {
    let bots = shared.parts.instances.all();
    let open = bots
        .iter()
        .filter(|bot| bot.status().state == BotState::Open)
        .count();
    HttpResponse::Ok().json(json!({"status": "ok", "bots": bots.len(), "open": open}))
}
