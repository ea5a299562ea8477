//! How the host does, and what the operator sets of it.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::web::{self, Bytes, Data};
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use futures::stream;
use serde::Serialize;

use super::machine;
use super::visit::{Visit, form_sent, signed_in};
use super::words::Texts;
use crate::bots::{Feature, Progress};
use crate::clock::Millis;
use crate::model::StateName;
use crate::web::forms::Fields;
use crate::web::home::render;
use crate::web::live;
use crate::web::shared::{OperatorParts, Shared};

/// How often the figures are told again.
const EVERY: Duration = Duration::from_secs(3);
/// The longest pause between reconnects and between sends, milliseconds.
pub(in crate::web) const LONGEST_DELAY: u64 = 60_000;
/// The most slots.
pub(in crate::web) const MOST_SLOTS: u32 = 100_000;

/// What changes from moment to moment, as the page shows it.
#[derive(Debug, Serialize)]
struct Figures {
    /// What the process holds in memory.
    memory: String,
    /// The machine's load.
    load: String,
    /// Bots that are connected, of those that run.
    open: String,
    /// Events since the start.
    events: u64,
    /// Messages sent since the start.
    sent: u64,
    /// Events per second, once that is known.
    rate: String,
    /// Bots that have yet to be brought up since the start, of all, with those that could not be.
    restore: String,
}

/// What has gone through until a moment.
#[derive(Debug, Clone, Copy)]
struct Through {
    at: Millis,
    events: u64,
}

impl Figures {
    /// As they are now; the rate since `before`.
    fn now(
        shared: &Shared,
        parts: &OperatorParts,
        texts: &Texts,
        before: Option<Through>,
    ) -> (Self, Through) {
        let (events, sent) = gone_through(parts);
        let through = Through {
            at: shared.parts.clock.now(),
            events,
        };
        let rate = before.and_then(|before| {
            let millis = through.at.saturating_sub(before.at);
            let more = events.saturating_sub(before.events);
            (millis > 0).then(|| more as f64 * 1000.0 / millis as f64)
        });
        let (open, running) = open(shared);
        let figures = Self {
            memory: machine::memory().map(machine::bytes).unwrap_or_default(),
            load: machine::load().unwrap_or_default(),
            open: format!("{open} / {running}"),
            events,
            sent,
            rate: rate.map(|rate| format!("{rate:.1}")).unwrap_or_default(),
            restore: restored(*parts.restoring.watch().borrow(), texts),
        };
        (figures, through)
    }
}

/// How far the start has come, in words where some bots could not be brought up.
fn restored(progress: Progress, texts: &Texts) -> String {
    let Progress {
        total,
        done,
        broken,
    } = progress;
    match broken {
        0 => format!("{done} / {total}"),
        _ => texts
            .restore_broken
            .replace("{done}", &done.to_string())
            .replace("{total}", &total.to_string())
            .replace("{broken}", &broken.to_string()),
    }
}

/// Events, and messages sent, since the start.
pub(in crate::web) fn gone_through(parts: &OperatorParts) -> (u64, u64) {
    let (mut events, mut sent) = (0_u64, 0_u64);
    for (_, dispatch) in parts.fleet.dispatches() {
        let counters = dispatch.counters();
        events = events.saturating_add(counters.received.get());
        sent = sent.saturating_add(counters.sent.get());
    }
    (events, sent)
}

/// Bots that are connected, and those that run.
pub(in crate::web) fn open(shared: &Shared) -> (usize, usize) {
    let bots = shared.parts.instances.all();
    let open = bots
        .iter()
        .filter(|bot| bot.status().state.kept() == StateName::Open);
    (open.count(), bots.len())
}

/// A plugin that fails, or can't be loaded.
struct Failing {
    name: String,
    version: String,
    /// In how many bots it is paused; none when it can't be loaded at all.
    bots: Option<usize>,
}

#[derive(Template)]
#[template(path = "operator.html")]
struct Page<'a> {
    lang: &'static str,
    t: &'static Texts,
    about: &'static str,
    form: &'a str,
    figures: Figures,
    states: Vec<(&'static str, u32)>,
    slots: u32,
    taken: u32,
    delay: u128,
    features: Vec<(Feature, bool)>,
    failing: Vec<Failing>,
}

impl Page<'_> {
    fn feature(&self, feature: &Feature) -> &'static str {
        match feature {
            Feature::Jadibot => self.t.feature_jadibot,
            Feature::ConnectPage => self.t.feature_connect_page,
            Feature::Isolation => self.t.feature_isolation,
            Feature::InviteCodes => self.t.feature_invite_codes,
        }
    }
}

/// The whole host.
#[get("/operator")]
pub(in crate::web) async fn front(request: HttpRequest, shared: Data<Shared>) -> HttpResponse {
    signed_in(&request, &shared, async |visit| {
        match page(&shared, visit).await {
            Ok(page) => page,
            Err(error) => visit.trouble(&error),
        }
    })
    .await
}

async fn page(shared: &Shared, visit: &Visit<'_>) -> anyhow::Result<HttpResponse> {
    let parts = visit.parts;
    let (figures, _) = Figures::now(shared, parts, visit.texts, None);
    let states = parts.registry.counts().await?;
    let failing_builds = parts.failing.count();
    let plugins = parts.library.list().await?.into_iter();
    let failing = plugins.filter_map(|plugin| {
        let digest = plugin.digest.to_string();
        let found = failing_builds.iter().find(|(build, _)| *build == digest);
        let bots = found.map(|(_, bots)| *bots);
        (plugin.problem.is_some() || bots.is_some()).then_some(Failing {
            name: plugin.name,
            version: plugin.version,
            bots: bots.filter(|_| plugin.problem.is_none()),
        })
    });
    Ok(render(&Page {
        lang: visit.language.tag(),
        t: visit.texts,
        about: visit.language.texts().about,
        form: &visit.form,
        figures,
        states: states
            .into_iter()
            .filter(|(_, bots)| *bots > 0)
            .map(|(state, bots)| (visit.texts.state(&state), bots))
            .collect(),
        slots: parts.creation.slots().await?,
        taken: parts.creation.taken().await?,
        delay: parts.settings.delay().as_millis(),
        features: parts.settings.features(),
        failing: failing.collect(),
    }))
}

/// The figures, live.
#[get("/operator/events")]
pub(in crate::web) async fn feed(request: HttpRequest, shared: Data<Shared>) -> HttpResponse {
    let told = shared.clone();
    signed_in(&request, &shared, async |visit| {
        let texts = visit.texts;
        let Ok(listening) = told.listeners.clone().try_acquire_owned() else {
            return HttpResponse::ServiceUnavailable().finish();
        };
        let start = (told.clone(), None, listening);
        let events = stream::unfold(start, move |(shared, before, listening)| async move {
            if before.is_some() {
                let ended = shared.ending.cancelled();
                tokio::time::timeout(EVERY, ended).await.err()?;
            }
            let parts = shared.parts.operator.as_ref()?;
            let (figures, through) = Figures::now(&shared, parts, texts, before);
            let json = serde_json::to_string(&figures).ok()?;
            let told = Bytes::from(format!("event: figures\ndata: {json}\n\n"));
            Some((told, (shared, Some(through), listening)))
        });
        live::answer(events, told.parts.clock.clone())
    })
    .await
}

/// Where the settings stand.
const SETTINGS: &str = "/operator#settings";

/// Sets how many bots there may be.
#[post("/operator/slots")]
pub(in crate::web) async fn set_slots(
    request: HttpRequest,
    shared: Data<Shared>,
    fields: web::Form<Fields>,
) -> HttpResponse {
    form_sent(&request, &shared, &fields, async |visit| {
        let typed = fields.text("slots").trim();
        let slots = typed.parse().ok().filter(|slots| *slots <= MOST_SLOTS);
        let Some(slots) = slots else {
            return visit.refused(StatusCode::UNPROCESSABLE_ENTITY, visit.texts.slots_wrong);
        };
        let set = visit.parts.creation.set_slots(slots).await;
        visit.done(set, "set-slots", typed, SETTINGS).await
    })
    .await
}

/// Sets the pause between reconnects and between sends.
#[post("/operator/delay")]
pub(in crate::web) async fn set_delay(
    request: HttpRequest,
    shared: Data<Shared>,
    fields: web::Form<Fields>,
) -> HttpResponse {
    form_sent(&request, &shared, &fields, async |visit| {
        let typed = fields.text("delay").trim();
        let delay = typed.parse().ok().filter(|delay| *delay <= LONGEST_DELAY);
        let Some(delay) = delay else {
            return visit.refused(StatusCode::UNPROCESSABLE_ENTITY, visit.texts.delay_wrong);
        };
        let set = visit.parts.settings.set_delay(Duration::from_millis(delay));
        let set = set.await;
        visit.done(set, "set-delay", typed, SETTINGS).await
    })
    .await
}

/// Switches a feature.
#[post("/operator/features/{name}")]
pub(in crate::web) async fn switch(
    request: HttpRequest,
    shared: Data<Shared>,
    name: web::Path<String>,
    fields: web::Form<Fields>,
) -> HttpResponse {
    form_sent(&request, &shared, &fields, async |visit| {
        let Some(feature) = Feature::named(&name) else {
            return HttpResponse::NotFound().finish();
        };
        let on = fields.text("to") == "on";
        let what = if on { "switch-on" } else { "switch-off" };
        let switched = visit.parts.settings.switch(feature, on).await;
        visit.done(switched, what, feature.name(), SETTINGS).await
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::language::Language;

    #[test]
    fn bots_that_could_not_be_brought_up_are_told_in_words() {
        let texts = Texts::of(Language::Spanish);
        let progress = |broken| Progress {
            total: 12,
            done: 9,
            broken,
        };
        assert_eq!(restored(progress(0), texts), "9 / 12");
        assert_eq!(
            restored(progress(2), texts),
            "9 de 12, 2 de ellos no pueden funcionar"
        );
    }
}
