//! The bot in numbers: messages by day and how long people waited for answers, as charts with the same as tables.

use std::collections::BTreeMap;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use askama::Template;

use super::chart::{self, Bar};
use super::visit::signed_in;
use crate::clock::Millis;
use crate::store::{Day, DayLatency, DayUsage};
use crate::web::home::render;
use crate::web::language::Language;
use crate::web::shared::Shared;
use crate::web::words::Texts;

/// How many days are shown.
const DAYS: i64 = 30;
/// The shares of answers that are told, percent.
pub(in crate::web) const HALF: u8 = 50;
pub(in crate::web) const ALMOST_ALL: u8 = 95;

#[derive(Template)]
#[template(path = "numbers.html")]
struct Page {
    lang: &'static str,
    t: &'static Texts,
    from: String,
    to: String,
    messages: Vec<MessageDay>,
    message_bars: Vec<Bar>,
    waits: Vec<WaitDay>,
    wait_bars: Vec<Bar>,
}

/// A day of messages.
struct MessageDay {
    day: String,
    received: u64,
    sent: u64,
}

/// A day of answers.
struct WaitDay {
    day: String,
    answers: u64,
    half: String,
    almost_all: String,
}

/// The last thirty days.
#[get("/bot/numbers")]
pub(in crate::web) async fn numbers(request: HttpRequest, shared: Data<Shared>) -> HttpResponse {
    signed_in(&request, &shared, async |visit| {
        let today = Day::of(shared.parts.clock.now());
        let first = first_day(today);
        match visit.parts.manager.history(visit.bot.id, first).await {
            Ok((usage, latency)) => {
                render(&Page::new(first, today, &usage, &latency, visit.language))
            }
            Err(error) => visit.trouble(&error),
        }
    })
    .await
}

/// The first day that is shown.
pub(in crate::web) fn first_day(today: Day) -> Day {
    Day(today.0.saturating_sub(DAYS.saturating_sub(1)))
}

impl Page {
    fn new(
        first: Day,
        last: Day,
        usage: &[DayUsage],
        latency: &[DayLatency],
        language: Language,
    ) -> Self {
        let usage: BTreeMap<Day, &DayUsage> =
            usage.iter().map(|usage| (usage.day, usage)).collect();
        let latency: BTreeMap<Day, &DayLatency> = latency
            .iter()
            .map(|latency| (latency.day, latency))
            .collect();
        let days = || (first.0..=last.0).map(Day);
        let messages = |day| {
            let usage = usage.get(&day);
            usage.map_or([0, 0], |usage| [usage.received, usage.sent])
        };
        // A wait is as high as its logarithm: from a tenth of a second to minutes.
        let height = |day, share| {
            let latency = latency.get(&day).filter(|latency| latency.count() > 0);
            latency.map_or(0, |latency| steps(latency.within(share)))
        };
        let texts = language.texts();
        Self {
            lang: language.tag(),
            t: texts,
            from: date(first),
            to: date(last),
            messages: days()
                .map(|day| (day, messages(day)))
                .filter(|(_, counts)| *counts != [0, 0])
                .map(|(day, [received, sent])| MessageDay {
                    day: date(day),
                    received,
                    sent,
                })
                .collect(),
            message_bars: chart::bars(&days().map(messages).collect::<Vec<_>>()),
            waits: latency
                .values()
                .map(|latency| WaitDay {
                    day: date(latency.day),
                    answers: latency.count(),
                    half: seconds(latency.within(HALF), texts),
                    almost_all: seconds(latency.within(ALMOST_ALL), texts),
                })
                .collect(),
            wait_bars: chart::bars(
                &days()
                    .map(|day| [height(day, HALF), height(day, ALMOST_ALL)])
                    .collect::<Vec<_>>(),
            ),
        }
    }
}

/// How many times a wait doubles a tenth of a second, from one on.
fn steps(within: Option<Millis>) -> u64 {
    let tenths = within.map_or(2_048, |within| within.unsigned_abs() / 100);
    tenths
        .checked_ilog2()
        .map_or(1, |steps| u64::from(steps) + 1)
}

/// A wait in seconds.
fn seconds(within: Option<Millis>, texts: &Texts) -> String {
    match within {
        Some(within) => {
            let (whole, tenth) = (within / 1_000, within % 1_000 / 100);
            texts
                .within
                .replace("{seconds}", &format!("{whole}.{tenth}"))
        }
        None => texts.longer.to_owned(),
    }
}

/// A day as people everywhere read it.
pub(in crate::web) fn date(day: Day) -> String {
    let last_moment = day.end().saturating_sub(1);
    let at = jiff::Timestamp::from_millisecond(last_moment).unwrap_or(jiff::Timestamp::MAX);
    at.strftime("%Y-%m-%d").to_string()
}
