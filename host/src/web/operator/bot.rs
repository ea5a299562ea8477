//! One bot, and its end.

use actix_web::http::StatusCode;
use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;

use super::machine;
use super::visit::{Visit, form_sent, signed_in};
use super::words::Texts;
use crate::dispatch::Load;
use crate::model::{BotId, BotRecord, BotRole, Ending, Jid, StepName};
use crate::store::StoreError;
use crate::web::forms::Fields;
use crate::web::home::render;
use crate::web::shared::{Shared, moment};
use crate::web::view::{View, status_of};
use crate::web::visit::go;

/// The most characters of a reason.
const REASON: usize = 200;

#[derive(Template)]
#[template(path = "operator_bot.html")]
struct Page<'a> {
    lang: &'static str,
    t: &'static Texts,
    about: &'static str,
    form: &'a str,
    id: BotId,
    /// What its owner calls it, or its number; empty when it has neither.
    name: String,
    main: bool,
    view: View,
    facts: Vec<(&'static str, String)>,
}

#[derive(Template)]
#[template(path = "operator_end.html")]
struct Confirm<'a> {
    lang: &'static str,
    t: &'static Texts,
    about: &'static str,
    form: &'a str,
    id: BotId,
    number: String,
}

/// Answers with this, if there is a bot of this id.
async fn with_bot(
    visit: &Visit<'_>,
    id: &str,
    answer: impl AsyncFnOnce(BotRecord) -> HttpResponse,
) -> HttpResponse {
    let found = match id.parse::<BotId>() {
        Ok(id) => visit.parts.registry.get(id).await,
        Err(_) => Ok(None),
    };
    match found {
        Ok(Some(bot)) => answer(bot).await,
        Ok(None) => visit.refused(StatusCode::NOT_FOUND, visit.texts.no_bot),
        Err(error) => visit.trouble(&error),
    }
}

/// A whole number for the operator, who has to know whom to write to.
fn number(jid: Option<&Jid>) -> String {
    let number = jid.and_then(Jid::number);
    number
        .map(|number| format!("+{}", number.digits()))
        .unwrap_or_default()
}

/// How the bot does.
#[get("/operator/bots/{id}")]
pub(in crate::web) async fn card(
    request: HttpRequest,
    shared: Data<Shared>,
    id: web::Path<String>,
) -> HttpResponse {
    signed_in(&request, &shared, async |visit| {
        with_bot(visit, &id, async |bot| {
            let facts = match facts(visit, &bot).await {
                Ok(facts) => facts,
                Err(error) => {
                    tracing::error!(bot = %bot.id, %error, "a bot's data can't be read for the operator");
                    Vec::new()
                }
            };
            let status = status_of(&shared, &bot);
            let number = bot.number();
            let name = match bot.name.is_empty() {
                true => number.map_or_else(String::new, |number| format!("+{}", number.digits())),
                false => bot.name.clone(),
            };
            render(&Page {
                lang: visit.language.tag(),
                t: visit.texts,
                about: visit.language.texts().about,
                form: &visit.form,
                id: bot.id,
                name,
                main: bot.role == BotRole::Main,
                view: View::own(&status, shared.parts.clock.now(), visit.language),
                facts,
            })
        })
        .await
    })
    .await
}

async fn facts(
    visit: &Visit<'_>,
    bot: &BotRecord,
) -> Result<Vec<(&'static str, String)>, StoreError> {
    let (parts, texts) = (visit.parts, visit.texts);
    let mut facts = vec![
        (texts.number, number(bot.jid.as_ref())),
        (texts.owner, number(bot.owner.as_ref())),
        (texts.made, moment(bot.created)),
        (
            texts.last_open,
            bot.last_connect.map(moment).unwrap_or_default(),
        ),
        (texts.plan, bot.plan.clone().unwrap_or_default()),
        (texts.plan_ends, bot.expires.map(moment).unwrap_or_default()),
    ];
    if let Some(load) = parts.manager.load(bot.id) {
        facts.extend(used(&load, texts));
    }
    let usage = parts.manager.usage(bot.id).await?;
    facts.extend([
        (
            texts.storage,
            machine::bytes(parts.manager.storage(bot.id).await?),
        ),
        (texts.received, usage.totals.received.to_string()),
        (texts.sent, usage.totals.sent.to_string()),
        (texts.groups, usage.counts.groups.to_string()),
    ]);
    facts.retain(|(_, value)| !value.is_empty());
    Ok(facts)
}

/// What a bot uses at this moment, as its operator and its owner see it.
pub(in crate::web) fn used(load: &Load, texts: &Texts) -> [(&'static str, String); 4] {
    let cpu = load.cpu.all() as f64 / 1e6;
    let quota = load.quota;
    [
        (texts.memory, machine::bytes(load.memory)),
        (texts.cpu, format!("{cpu:.1} s")),
        (texts.today, format!("{} / {}", quota.sent, quota.allowed)),
        (texts.waiting, format!("{} / {}", load.events, load.sends)),
    ]
}

/// Starts the bot.
#[post("/operator/bots/{id}/start")]
pub(in crate::web) async fn start(
    request: HttpRequest,
    shared: Data<Shared>,
    id: web::Path<String>,
    fields: web::Form<Fields>,
) -> HttpResponse {
    form_sent(&request, &shared, &fields, async |visit| {
        with_bot(visit, &id, async |bot| {
            let started = visit.parts.manager.start(bot.id).await;
            done(visit, bot.id, started, "start").await
        })
        .await
    })
    .await
}

/// Stops the bot.
#[post("/operator/bots/{id}/stop")]
pub(in crate::web) async fn stop(
    request: HttpRequest,
    shared: Data<Shared>,
    id: web::Path<String>,
    fields: web::Form<Fields>,
) -> HttpResponse {
    form_sent(&request, &shared, &fields, async |visit| {
        with_bot(visit, &id, async |bot| {
            let stopped = visit.parts.manager.stop(bot.id).await;
            done(visit, bot.id, stopped, "stop").await
        })
        .await
    })
    .await
}

async fn done(
    visit: &Visit<'_>,
    bot: BotId,
    done: Result<(), StoreError>,
    what: &str,
) -> HttpResponse {
    match done {
        Ok(()) => {
            visit.note(what, &bot.to_string(), "").await;
            go(format!("/operator/bots/{bot}"))
        }
        Err(error) => visit.trouble(&error),
    }
}

/// Asks whether its end is meant, and why.
#[get("/operator/bots/{id}/end")]
pub(in crate::web) async fn confirm(
    request: HttpRequest,
    shared: Data<Shared>,
    id: web::Path<String>,
) -> HttpResponse {
    signed_in(&request, &shared, async |visit| {
        with_bot(visit, &id, async |bot| {
            render(&Confirm {
                lang: visit.language.tag(),
                t: visit.texts,
                about: visit.language.texts().about,
                form: &visit.form,
                id: bot.id,
                number: number(bot.jid.as_ref()),
            })
        })
        .await
    })
    .await
}

/// A bot's end for what was typed as the reason, and what is kept of that.
pub(in crate::web) fn ending(typed: &str) -> (Ending, String) {
    let reason: String = typed.trim().chars().take(REASON).collect();
    let ending = Ending {
        step: StepName::Ended,
        plugin: None,
        reason: Some(reason.clone()).filter(|reason| !reason.is_empty()),
    };
    (ending, reason)
}

/// Ends the bot; its owner is told why.
#[post("/operator/bots/{id}/end")]
pub(in crate::web) async fn end(
    request: HttpRequest,
    shared: Data<Shared>,
    id: web::Path<String>,
    fields: web::Form<Fields>,
) -> HttpResponse {
    form_sent(&request, &shared, &fields, async |visit| {
        with_bot(visit, &id, async |bot| {
            if bot.role == BotRole::Main {
                return visit.refused(StatusCode::CONFLICT, visit.texts.main_stays);
            }
            let (ending, reason) = ending(fields.text("reason"));
            match visit.parts.manager.end(bot.id, ending).await {
                Ok(()) => {
                    visit.note("end", &bot.id.to_string(), &reason).await;
                    go("/operator/bots")
                }
                Err(error) => visit.trouble(&error),
            }
        })
        .await
    })
    .await
}
