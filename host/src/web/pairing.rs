//! The page on which the main bot is linked. Without the key in its URL it is not there.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use askama::Template;

use super::forms::from_here;
use super::home::render;
use super::language::Language;
use super::live;
use super::shared::Shared;
use super::view::View;
use super::words::Texts;

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
        return missing();
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
    if !shared.parts.key.is(&key) {
        return missing();
    }
    let language = Language::of_visitor(&request);
    match shared.main() {
        Some(main) => live::follow(&shared, main.watch(), language, View::linking),
        None => missing(),
    }
}

/// Starts the main bot when it rests: resumes it, or shows new codes.
#[post("/pair/{key}/start")]
pub(super) async fn linking_start(
    request: HttpRequest,
    shared: web::Data<Shared>,
    key: web::Path<String>,
) -> HttpResponse {
    if !shared.parts.key.is(&key) {
        return missing();
    }
    if let Err(problem) = from_here(&request) {
        return HttpResponse::build(problem.status())
            .body(problem.message_in(Language::English).to_owned());
    }
    match shared.main().map(|bot| bot.start()) {
        Some(Ok(())) => HttpResponse::SeeOther()
            .insert_header((header::LOCATION, format!("/pair/{key}")))
            .finish(),
        Some(Err(gone)) => HttpResponse::ServiceUnavailable().body(gone.to_string()),
        None => missing(),
    }
}

fn missing() -> HttpResponse {
    HttpResponse::NotFound().body("There is nothing here. The terminal shows the page's whole URL.")
}
