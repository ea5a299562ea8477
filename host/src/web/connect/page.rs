//! The form on the front page, and the page of one attempt. Both work without a script; with one the attempt's page is live.

use actix_web::http::header;
use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use serde::Deserialize;

use super::answer::Problem;
use super::api;
use super::attempts::Asked;
use crate::store::Actor;
use crate::web::forms::from_here;
use crate::web::home::{self, render};
use crate::web::language::Language;
use crate::web::live;
use crate::web::shared::Shared;
use crate::web::view::View;
use crate::web::words::Texts;

/// What is typed into the form.
#[derive(Deserialize, Default)]
pub(in crate::web) struct Form {
    pub(in crate::web) number: String,
    #[serde(default)]
    pub(in crate::web) name: String,
    #[serde(default)]
    pub(in crate::web) method: String,
    #[serde(default)]
    pub(in crate::web) invite: String,
}

/// Starts an attempt and goes to its page, or shows the form again with what was wrong.
#[post("/connect")]
pub(in crate::web) async fn begin(
    request: HttpRequest,
    shared: Data<Shared>,
    form: web::Form<Form>,
) -> HttpResponse {
    let form = form.into_inner();
    try_to_begin(&request, &shared, form).await
}

/// Begins what the form asks for.
async fn try_to_begin(request: &HttpRequest, shared: &Shared, form: Form) -> HttpResponse {
    let language = Language::of_visitor(request);
    let begun = async {
        from_here(request)?;
        shared.rates.creation(request)?;
        let asked = Asked {
            number: form.number.clone(),
            name: form.name.trim().to_owned(),
            method: api::method(&form.method)?,
            invite: form.invite.clone(),
        };
        let begun = shared.attempts()?.begin(asked).await?;
        let way = "the connect page";
        let visitor = shared.doer(Actor::Visitor, way, request);
        shared
            .note(visitor, "create", "", &begun.1.number.masked())
            .await;
        Ok(begun)
    };
    match begun.await {
        Ok((id, _)) => HttpResponse::SeeOther()
            .insert_header((header::LOCATION, format!("/connect/{id}")))
            .finish(),
        Err(problem) => home::with_problem(shared, language, form, &problem).await,
    }
}

#[derive(Template)]
#[template(path = "connect.html")]
struct Page {
    lang: &'static str,
    t: &'static Texts,
    view: View,
    feed: String,
    again: String,
    number: String,
}

/// One attempt.
#[get("/connect/{id}")]
pub(in crate::web) async fn linking_number(
    request: HttpRequest,
    shared: Data<Shared>,
    id: web::Path<String>,
) -> HttpResponse {
    let language = Language::of_visitor(&request);
    let attempt = match shared.attempt(&id) {
        Ok(attempt) => attempt,
        Err(problem) => {
            return home::with_problem(&shared, language, Form::default(), &problem).await;
        }
    };
    let view = View::attempt(&attempt.status.borrow(), shared.parts.clock.now(), language);
    render(&Page {
        lang: language.tag(),
        t: language.texts(),
        view,
        feed: format!("/connect/{id}/events"),
        again: format!("/connect/{id}/again"),
        number: attempt.number.masked(),
    })
}

/// The same, live.
#[get("/connect/{id}/events")]
pub(in crate::web) async fn linking_number_feed(
    request: HttpRequest,
    shared: Data<Shared>,
    id: web::Path<String>,
) -> HttpResponse {
    let language = Language::of_visitor(&request);
    match attempt_feed(&shared, &request, &id, language) {
        Ok(feed) => feed,
        Err(problem) => problem.answer(),
    }
}

/// One attempt, live, for whoever knows its id.
pub(super) fn attempt_feed(
    shared: &Data<Shared>,
    request: &HttpRequest,
    id: &str,
    language: Language,
) -> Result<HttpResponse, Problem> {
    let mut status = Some(shared.attempt(id)?.status);
    let listening = shared.visitor_listens(request)?;
    // What is over with the bot is over: another one is another attempt.
    let status = move || status.take();
    let view = View::attempt;
    Ok(live::follow(
        shared,
        listening,
        status,
        language,
        view,
        live::anybody,
    ))
}

/// Asks for the same once more.
#[post("/connect/{id}/again")]
pub(in crate::web) async fn linking_number_again(
    request: HttpRequest,
    shared: Data<Shared>,
    id: web::Path<String>,
) -> HttpResponse {
    let language = Language::of_visitor(&request);
    let asked = match shared.attempt(&id) {
        Ok(attempt) => attempt.asked,
        Err(problem) => {
            return home::with_problem(&shared, language, Form::default(), &problem).await;
        }
    };
    let form = Form {
        number: asked.number,
        name: asked.name,
        method: api::method_word(asked.method).to_owned(),
        invite: asked.invite,
    };
    try_to_begin(&request, &shared, form).await
}
