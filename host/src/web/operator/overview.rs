//! How the host does, and what the operator sets of it.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::web::{self, Bytes, Data};
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use futures::stream;
use serde::Serialize;

use super::figures::{Failing, Figures, failing};
use super::machine;
use super::visit::{Visit, form_sent, signed_in};
use super::words::Texts;
use crate::bots::{Feature, Progress};
use crate::web::forms::Fields;
use crate::web::home::render;
use crate::web::listeners::Whose;
use crate::web::live;
use crate::web::shared::Shared;

/// How often the figures are told again.
const EVERY: Duration = Duration::from_secs(3);
/// The longest pause between reconnects and between sends, milliseconds.
pub(in crate::web) const LONGEST_DELAY: u64 = 60_000;
/// The most slots.
pub(in crate::web) const MOST_SLOTS: u32 = 100_000;

/// What changes from moment to moment, as the page shows it.
#[derive(Debug, Serialize)]
struct Shown {
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
    /// Events per second.
    rate: String,
    /// Bots that have yet to be brought up since the start, of all, with those that could not be.
    restore: String,
}

impl Shown {
    fn of(figures: &Figures, texts: &Texts) -> Self {
        let load = figures.load.map(|load| format!("{load:.2}"));
        Self {
            memory: figures.memory.map(machine::bytes).unwrap_or_default(),
            load: load.unwrap_or_default(),
            open: format!("{} / {}", figures.open, figures.running),
            events: figures.events,
            sent: figures.sent,
            rate: format!("{:.1}", figures.rate),
            restore: restored(figures.restore, texts),
        }
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

#[derive(Template)]
#[template(path = "operator.html")]
struct Page<'a> {
    lang: &'static str,
    t: &'static Texts,
    about: &'static str,
    form: &'a str,
    figures: Shown,
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
    let states = parts.registry.counts().await?;
    Ok(render(&Page {
        lang: visit.language.tag(),
        t: visit.texts,
        about: visit.language.texts().about,
        form: &visit.form,
        figures: Shown::of(&Figures::now(shared, parts), visit.texts),
        states: states
            .into_iter()
            .filter(|(_, bots)| *bots > 0)
            .map(|(state, bots)| (visit.texts.state(&state), bots))
            .collect(),
        slots: parts.creation.slots().await?,
        taken: parts.creation.taken().await?,
        delay: parts.settings.delay().as_millis(),
        features: parts.settings.features(),
        failing: failing(parts).await?,
    }))
}

/// The figures, live.
#[get("/operator/events")]
pub(in crate::web) async fn feed(request: HttpRequest, shared: Data<Shared>) -> HttpResponse {
    let told = shared.clone();
    signed_in(&request, &shared, async |visit| {
        let listening = match told.listeners.take(Whose::Operator) {
            Ok(listening) => listening,
            Err(problem) => return problem.answer(),
        };
        let (host, secret, texts) = (told.clone(), visit.secret.clone(), visit.texts);
        let start = (host, secret, true, listening);
        let events = stream::unfold(start, move |(host, secret, first, listening)| async move {
            if !first {
                tokio::select! {
                    () = host.ending.cancelled() => return None,
                    () = host.parts.clock.sleep(EVERY) => {}
                }
            }
            let parts = host.parts.operator.as_ref()?;
            parts.operators.is_signed_in(&secret).then_some(())?;
            let figures = Shown::of(&Figures::now(&host, parts), texts);
            let json = serde_json::to_string(&figures).ok()?;
            let told = Bytes::from(format!("event: figures\ndata: {json}\n\n"));
            Some((told, (host, secret, false, listening)))
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
