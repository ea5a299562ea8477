//! A bot's end, asked for on its page and confirmed on another.

use actix_web::http::StatusCode;
use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;

use super::visit::{SESSION, form_sent, signed_in};
use crate::model::{Ending, StepName};
use crate::web::forms::Fields;
use crate::web::home::render;
use crate::web::shared::Shared;
use crate::web::visit::{forgotten, notice, with_cookie};
use crate::web::words::Texts;

#[derive(Template)]
#[template(path = "log_out.html")]
struct Page<'a> {
    lang: &'static str,
    t: &'static Texts,
    form: &'a str,
    number: &'a str,
}

/// Asks whether it is meant.
#[get("/bot/log-out")]
pub(in crate::web) async fn confirm(request: HttpRequest, shared: Data<Shared>) -> HttpResponse {
    signed_in(&request, &shared, async |visit| {
        render(&Page {
            lang: visit.language.tag(),
            t: visit.language.texts(),
            form: &visit.form,
            number: &visit.bot_number(),
        })
    })
    .await
}

/// Ends the bot, and with it the session.
#[post("/bot/log-out")]
pub(in crate::web) async fn log_out(
    request: HttpRequest,
    shared: Data<Shared>,
    fields: web::Form<Fields>,
) -> HttpResponse {
    form_sent(&request, &shared, &fields, async |visit| {
        let ending = Ending {
            step: StepName::Ended,
            plugin: None,
            reason: None,
        };
        if let Err(error) = visit.parts.manager.end(visit.bot.id, ending).await {
            return visit.trouble(&error);
        }
        visit.note("end", "").await;
        let texts = visit.language.texts();
        let (title, text) = (texts.ending_title, texts.ending);
        let answer = notice(visit.language, StatusCode::OK, title, text);
        with_cookie(answer, &forgotten(&visit.parts.access, SESSION.name))
    })
    .await
}
