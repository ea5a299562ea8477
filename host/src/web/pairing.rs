//! The page on which the main bot is linked. Without the key in its URL it is not there.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use askama::Template;

use super::forms::from_here;
use super::home::render;
use super::language::Language;
use super::live;
use super::nowhere;
use super::shared::Shared;
use super::view::View;
use super::visit::notice;
use super::words::Texts;
use crate::store::Actor;

#[derive(Template)]
#[template(path = "pairing.html")]
struct Page {
    lang: &'static str,
    t: &'static Texts,
    view: Option<View>,
    feed: String,
    key: String,
}

#[get("/pair/{key}")]
pub(super) async fn linking(
    request: HttpRequest,
    shared: web::Data<Shared>,
    key: web::Path<String>,
) -> HttpResponse {
    let language = Language::of_visitor(&request);
    if !shared.parts.key.is(&key) {
        return nowhere::answer(&request);
    }
    let now = shared.parts.clock.now();
    let view = shared
        .main()
        .map(|bot| View::linking(&bot.status(), now, language));
    render(&Page {
        lang: language.tag(),
        t: language.texts(),
        view,
        feed: format!("/pair/{key}/events"),
        key: key.into_inner(),
    })
}

#[get("/pair/{key}/events")]
pub(super) async fn linking_feed(
    request: HttpRequest,
    shared: web::Data<Shared>,
    key: web::Path<String>,
) -> HttpResponse {
    if !shared.parts.key.is(&key) || shared.main().is_none() {
        return nowhere::answer(&request);
    }
    live::follow_main(&shared, &request, View::linking)
}

/// Starts the main bot when it rests: resumes it, or shows new codes.
#[post("/pair/{key}/start")]
pub(super) async fn linking_start(
    request: HttpRequest,
    shared: web::Data<Shared>,
    key: web::Path<String>,
) -> HttpResponse {
    if !shared.parts.key.is(&key) {
        return nowhere::answer(&request);
    }
    let language = Language::of_visitor(&request);
    if let Err(problem) = from_here(&request) {
        let (status, text) = (problem.status(), problem.message_in(language));
        return notice(language, status, language.texts().trouble_title, text);
    }
    match shared.main().map(|bot| bot.start()) {
        Some(Ok(())) => {
            let way = "the main bot's page";
            let operator = shared.doer(Actor::Operator, way, &request);
            shared.note(operator, "start", "", "").await;
            HttpResponse::SeeOther()
                .insert_header((header::LOCATION, format!("/pair/{key}")))
                .finish()
        }
        Some(Err(gone)) => {
            tracing::warn!(%gone, "the main bot can't be started from its page");
            let texts = language.texts();
            let status = StatusCode::SERVICE_UNAVAILABLE;
            notice(language, status, texts.trouble_title, texts.no_main_bot)
        }
        None => nowhere::answer(&request),
    }
}
