//! The front page: what this is, how many places are free, the form that makes a number a bot, and how the main bot is.

use actix_web::{HttpRequest, HttpResponse, Responder, get, web};
use askama::Template;
use serde::Deserialize;

use super::connect::{CALLING_CODES, Form, Problem};
use super::language::Language;
use super::live;
use super::shared::Shared;
use super::view::View;
use super::words::Texts;
use crate::bots::Door;

#[derive(Template)]
#[template(path = "home.html")]
struct Home<'a> {
    lang: &'static str,
    t: &'static Texts,
    feed: &'static str,
    view: Option<View>,
    places: Option<Places>,
    form: Form,
    problem: Option<&'a str>,
    calling_codes: &'static str,
}

/// Places for bots.
struct Places {
    free: u32,
    all: u32,
    /// Whether the operator gives any of them away here.
    open: bool,
    /// Whether an invite code is needed.
    invited: bool,
}

/// What the page is opened with.
#[derive(Deserialize, Default)]
struct With {
    /// An invite code, from the link that the operator gave away.
    #[serde(default)]
    invite: String,
}

#[get("/")]
pub(super) async fn front(request: HttpRequest, shared: web::Data<Shared>) -> impl Responder {
    let language = Language::of_visitor(&request);
    let with = web::Query::<With>::from_query(request.query_string());
    let form = Form {
        invite: with
            .map(|with| with.into_inner().invite)
            .unwrap_or_default(),
        ..Form::default()
    };
    page(&shared, language, form, None).await
}

/// The page with what was typed and what is wrong with it.
pub(super) async fn with_problem(
    shared: &Shared,
    language: Language,
    form: Form,
    problem: &Problem,
) -> HttpResponse {
    let mut page = page(shared, language, form, Some(problem.message_in(language))).await;
    *page.status_mut() = problem.status();
    page
}

async fn page(
    shared: &Shared,
    language: Language,
    form: Form,
    problem: Option<&str>,
) -> HttpResponse {
    let now = shared.parts.clock.now();
    let view = shared
        .main()
        .map(|bot| View::public(&bot.status(), now, language));
    render(&Home {
        lang: language.tag(),
        t: language.texts(),
        feed: "/events",
        view,
        places: places(shared).await,
        form,
        problem,
        calling_codes: CALLING_CODES,
    })
}

async fn places(shared: &Shared) -> Option<Places> {
    let creation = &shared.parts.hosting.as_ref()?.creation;
    let all = creation.slots().await.ok()?;
    let taken = creation.taken().await.ok()?;
    Some(Places {
        free: all.saturating_sub(taken),
        all,
        open: creation.is_open(Door::Page),
        invited: creation.wants_invites(),
    })
}

#[get("/events")]
pub(super) async fn front_feed(request: HttpRequest, shared: web::Data<Shared>) -> HttpResponse {
    if shared.main().is_none() {
        return HttpResponse::NotFound().finish();
    }
    live::follow_main(&shared, &request, View::public)
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
