//! The bot in numbers, by day.

use std::collections::BTreeMap;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use serde::Serialize;
use utoipa::ToSchema;

use super::with_token;
use crate::clock::Millis;
use crate::store::{Day, DayLatency, DayUsage};
use crate::web::api::responses::Refused;
use crate::web::connect::{Good, no_store};
use crate::web::owner::{ALMOST_ALL, HALF, date, first_day};
use crate::web::shared::Shared;

/// A day of UTC.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Day)]
pub(in crate::web) struct Numbers {
    /// Which.
    #[schema(example = "2026-11-27")]
    day: String,
    /// Messages from others.
    received: u64,
    /// Messages that it has sent.
    sent: u64,
    /// Answers among them.
    answers: u64,
    /// Within how many milliseconds half of the answers came; null when there were none, or it took longer than is measured.
    half_within: Option<Millis>,
    /// The same for 95 of 100.
    almost_all_within: Option<Millis>,
}

/// Messages and waits of the last thirty days; days without any are left out.
#[utoipa::path(
    operation_id = "list_days",
    tag = "A bot",
    security(("token" = [])),
    responses((status = 200, body = Good<Vec<Numbers>>), Refused),
)]
#[get("/api/v1/bot/days")]
pub(in crate::web) async fn list(request: HttpRequest, shared: Data<Shared>) -> HttpResponse {
    with_token(&request, &shared, async |program| {
        let first = first_day(Day::of(shared.parts.clock.now()));
        let history = program.parts.manager.history(program.bot.id, first).await;
        let (usage, latency) = history.map_err(no_store)?;
        Ok(numbers(&usage, &latency))
    })
    .await
}

fn numbers(usage: &[DayUsage], latency: &[DayLatency]) -> Vec<Numbers> {
    let none = |day| Numbers {
        day: date(day),
        received: 0,
        sent: 0,
        answers: 0,
        half_within: None,
        almost_all_within: None,
    };
    let mut days = BTreeMap::new();
    for usage in usage
        .iter()
        .filter(|day| (day.received, day.sent) != (0, 0))
    {
        let day = days.entry(usage.day).or_insert_with(|| none(usage.day));
        (day.received, day.sent) = (usage.received, usage.sent);
    }
    for latency in latency {
        let day = days.entry(latency.day).or_insert_with(|| none(latency.day));
        day.answers = latency.count();
        day.half_within = latency.within(HALF);
        day.almost_all_within = latency.within(ALMOST_ALL);
    }
    days.into_values().collect()
}
