//! The front page: how the main bot is and what to do next.

use actix_web::{HttpResponse, Responder, get, web};
use askama::Template;

use super::live;
use super::shared::Shared;
use super::view::View;

#[derive(Template)]
#[template(path = "home.html")]
struct Home {
    feed: &'static str,
    view: Option<View>,
}

#[get("/")]
pub(super) async fn front(shared: web::Data<Shared>) -> impl Responder {
    let now = shared.parts.clock.now();
    let view = shared.main().map(|bot| View::public(&bot.status(), now));
    render(&Home {
        feed: "/events",
        view,
    })
}

#[get("/events")]
pub(super) async fn front_feed(shared: web::Data<Shared>) -> HttpResponse {
    live::follow(&shared, View::public)
}

/// A page, or the server's fault.
pub(super) fn render(content: &impl Template) -> HttpResponse {
    match content.render() {
        Ok(html) => HttpResponse::Ok()
            .content_type("text/html; charset=utf-8")
            .body(html),
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            HttpResponse::InternalServerError().finish()
        }
    }
}
