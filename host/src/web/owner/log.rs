//! What a plugin did in the bot lately: its runs, what they cost and how they ended, and what it logged.

use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse, get};
use askama::Template;

use super::failures::FAILURES;
use super::plugin::with_plugin;
use super::visit::{Visit, signed_in};
use crate::clock::Millis;
use crate::dispatch::{LogEntry, Measure};
use crate::plugins::LogLevel;
use crate::store::Row;
use crate::web::home::render;
use crate::web::shared::Shared;
use crate::web::words::Texts;

/// The most runs that a program is told.
pub(in crate::web) const RUNS: u32 = 50;
/// The most bytes of what plugins logged on one page, of the latest runs first: it has to come over a slow line too.
const LOGGED: usize = 8_000;
/// The most runs on one page.
const SHOWN: u32 = 30;

#[derive(Template)]
#[template(path = "plugin_log.html")]
struct Page<'a> {
    lang: &'static str,
    t: &'static Texts,
    name: &'a str,
    /// The latest first.
    runs: Vec<Run>,
    /// Events that it failed on, the latest first.
    failures: Vec<FailedEvent>,
    failed: usize,
    /// Of all that are shown.
    cpu: String,
    memory: String,
    /// Whether there is more in their logs than is shown.
    cut: bool,
    /// What a program gets all of it by.
    call: String,
}

/// An event that it failed on.
struct FailedEvent {
    number: Row,
    at: String,
    failure: String,
}

/// One run.
struct Run {
    at: String,
    event: String,
    failure: Option<String>,
    cpu: String,
    wall: String,
    memory: String,
    log: Vec<(&'static str, String)>,
}

/// The plugin's latest runs.
#[get("/bot/plugins/{name}/log")]
pub(in crate::web) async fn log(
    request: HttpRequest,
    shared: Data<Shared>,
    name: web::Path<String>,
) -> HttpResponse {
    signed_in(&request, &shared, async |visit| {
        with_plugin(visit, &name, async |_, _| show(visit, &name).await).await
    })
    .await
}

async fn show(visit: &Visit<'_>, name: &str) -> HttpResponse {
    let runs = match visit
        .parts
        .manager
        .plugin_runs(visit.bot.id, name, SHOWN)
        .await
    {
        Ok(runs) => runs,
        Err(error) => {
            return visit.trouble(&error);
        }
    };
    let failures = visit
        .parts
        .manager
        .plugin_failures(visit.bot.id, name, FAILURES);
    let failures = match failures.await {
        Ok(failures) => failures.into_iter().rev(),
        Err(error) => {
            return visit.trouble(&error);
        }
    };
    let failures = failures.map(|entry| FailedEvent {
        number: entry.row,
        at: time(entry.at),
        failure: entry.summary.failure,
    });
    let logged = |run: &LogEntry| {
        run.receipt
            .log
            .iter()
            .map(|line| line.text.len())
            .sum::<usize>()
    };
    let cut = runs.iter().map(logged).sum::<usize>() > LOGGED;
    let failed = runs.iter().filter(|run| run.receipt.failure.is_some());
    let cpu = runs.iter().map(|run| used(run, Measure::Cpu));
    let memory = runs.iter().map(|run| used(run, Measure::Memory));
    render(&Page {
        lang: visit.language.tag(),
        t: visit.language.texts(),
        name,
        failed: failed.count(),
        cpu: micros(cpu.fold(0, u64::saturating_add)),
        memory: bytes(memory.max().unwrap_or_default()),
        cut,
        call: format!("GET /api/v1/bot/plugins/{name}/log"),
        failures: failures.collect(),
        runs: shown(runs),
    })
}

/// The latest first, with as much of their logs as there is room for.
fn shown(runs: Vec<LogEntry>) -> Vec<Run> {
    let mut room = LOGGED;
    let run = |mut entry: LogEntry| {
        entry.receipt.log.retain_mut(|line| {
            let had_room = room > 0;
            line.text.truncate(line.text.floor_char_boundary(room));
            room = room.saturating_sub(line.text.len());
            had_room
        });
        Run::of(entry)
    };
    runs.into_iter().rev().map(run).collect()
}

impl Run {
    fn of(entry: LogEntry) -> Self {
        let (cpu, wall, memory) = (
            used(&entry, Measure::Cpu),
            used(&entry, Measure::Wall),
            used(&entry, Measure::Memory),
        );
        Self {
            at: time(entry.at),
            event: entry.receipt.event,
            failure: entry.receipt.failure,
            cpu: micros(cpu),
            wall: micros(wall),
            memory: bytes(memory),
            log: entry
                .receipt
                .log
                .into_iter()
                .map(|line| (level(line.level), line.text))
                .collect(),
        }
    }
}

/// How much of a measure a run has used.
pub(in crate::web) fn used(entry: &LogEntry, of: Measure) -> u64 {
    let mut shares = entry.receipt.shares();
    shares
        .find(|share| share.of == of)
        .map_or(0, |share| share.used)
}

/// A level's word.
pub(in crate::web) fn level(level: LogLevel) -> &'static str {
    match level {
        LogLevel::Debug => "debug",
        LogLevel::Info => "info",
        LogLevel::Warn => "warn",
        LogLevel::Error => "error",
    }
}

/// A time in UTC, to the second.
fn time(at: Millis) -> String {
    let at = jiff::Timestamp::from_millisecond(at).unwrap_or(jiff::Timestamp::MAX);
    at.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

fn micros(micros: u64) -> String {
    format!("{}.{} ms", micros / 1_000, micros % 1_000 / 100)
}

fn bytes(bytes: u64) -> String {
    format!("{} KiB", bytes.div_ceil(1_024))
}
