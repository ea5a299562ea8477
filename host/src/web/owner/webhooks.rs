//! Webhooks: where what happens to the bot is posted. Each has a secret that is shown once, when it is made.

use actix_web::http::StatusCode;
use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;

use super::visit::{Visit, form_sent, signed_in};
use crate::clock::Millis;
use crate::store::{DeadLetter, DeliveryError, Webhook};
use crate::web::forms::Fields;
use crate::web::home::render;
use crate::web::shared::{Shared, moment};
use crate::web::visit::{go, notice, with_status};
use crate::web::words::Texts;
use crate::webhooks::address;

/// The most dead letters that are shown.
const SHOWN: usize = 50;

#[derive(Template)]
#[template(path = "webhooks.html")]
struct Page<'a> {
    lang: &'static str,
    t: &'static Texts,
    form: &'a str,
    webhooks: Vec<Webhook>,
    /// The latest.
    dead: Vec<DeadLetter>,
    /// How many there are in all.
    undelivered: usize,
    /// The secret of the one that was made a moment ago.
    new: Option<String>,
    /// What was typed.
    typed: &'a str,
    problem: Option<&'static str>,
}

impl Page<'_> {
    fn time(&self, at: &Millis) -> String {
        moment(*at)
    }

    /// Where it should have gone: the whole address stands above.
    fn server<'l>(&self, letter: &'l DeadLetter) -> &'l str {
        server_of(&letter.url)
    }

    /// Why something was not taken.
    fn why(&self, error: &DeliveryError) -> String {
        let texts = self.t;
        match error {
            DeliveryError::Answered(status) => {
                texts.hook_answered.replace("{status}", &status.to_string())
            }
            DeliveryError::Private => texts.hook_private.to_owned(),
            DeliveryError::Unreachable => texts.hook_unreachable.to_owned(),
            DeliveryError::Crowded => texts.hook_crowded.to_owned(),
        }
    }
}

/// All webhooks of the bot, without their secrets, and what they did not take.
#[get("/bot/webhooks")]
pub(in crate::web) async fn list(request: HttpRequest, shared: Data<Shared>) -> HttpResponse {
    signed_in(&request, &shared, async |visit| {
        show(visit, None, "", None).await
    })
    .await
}

/// Makes one and shows its secret.
#[post("/bot/webhooks")]
pub(in crate::web) async fn add(
    request: HttpRequest,
    shared: Data<Shared>,
    fields: web::Form<Fields>,
) -> HttpResponse {
    form_sent(&request, &shared, &fields, async |visit| {
        let (texts, typed) = (visit.language.texts(), fields.text("url"));
        let refused = async |status, problem| {
            with_status(show(visit, None, typed, Some(problem)).await, status)
        };
        let Ok(url) = address(typed) else {
            return refused(StatusCode::UNPROCESSABLE_ENTITY, texts.hook_wrong).await;
        };
        let server = server_of(&url).to_owned();
        match visit.parts.manager.add_webhook(&visit.bot, url).await {
            Ok(Some(secret)) => {
                visit.note("webhook-make", &server).await;
                show(visit, Some(secret.0), "", None).await
            }
            Ok(None) => refused(StatusCode::CONFLICT, texts.hooks_full).await,
            Err(error) => visit.trouble(&error),
        }
    })
    .await
}

/// The server of a webhook's address. The rest may be a secret of the server's.
pub(in crate::web) fn server_of(url: &str) -> &str {
    url.split('/').nth(2).unwrap_or_default()
}

/// Removes one.
#[post("/bot/webhooks/{id}/remove")]
pub(in crate::web) async fn remove(
    request: HttpRequest,
    shared: Data<Shared>,
    id: web::Path<i64>,
    fields: web::Form<Fields>,
) -> HttpResponse {
    form_sent(&request, &shared, &fields, async |visit| {
        let removed = visit.parts.manager.remove_webhook(visit.bot.id, *id).await;
        let detail = id.to_string();
        visit
            .done(removed, "webhook-remove", &detail, "/bot/webhooks")
            .await
    })
    .await
}

/// Posts a dead letter again.
#[post("/bot/webhooks/dead-letters/{row}/replay")]
pub(in crate::web) async fn replay(
    request: HttpRequest,
    shared: Data<Shared>,
    row: web::Path<i64>,
    fields: web::Form<Fields>,
) -> HttpResponse {
    form_sent(&request, &shared, &fields, async |visit| {
        match visit.parts.manager.replay(visit.bot.id, *row).await {
            Ok(true) => {
                visit.note("webhook-replay", &row.to_string()).await;
                go("/bot/webhooks#dead-letters")
            }
            Ok(false) => {
                let texts = visit.language.texts();
                let (title, text) = (texts.trouble_title, texts.hook_not_replayed);
                notice(visit.language, StatusCode::CONFLICT, title, text)
            }
            Err(error) => visit.trouble(&error),
        }
    })
    .await
}

async fn show(
    visit: &Visit<'_>,
    new: Option<String>,
    typed: &str,
    problem: Option<&'static str>,
) -> HttpResponse {
    match visit.parts.manager.webhooks(visit.bot.id).await {
        Ok((webhooks, mut dead)) => render(&Page {
            lang: visit.language.tag(),
            t: visit.language.texts(),
            form: &visit.form,
            webhooks,
            undelivered: {
                let all = dead.len();
                dead.truncate(SHOWN);
                all
            },
            dead,
            new,
            typed,
            problem,
        }),
        Err(error) => visit.trouble(&error),
    }
}
