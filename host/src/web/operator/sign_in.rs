//! Signing in with the password, and out again.

use actix_web::cookie::time::Duration;
use actix_web::http::StatusCode;
use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use secrecy::SecretString;

use super::visit::{SESSION, SESSION_LASTS, closed, form_sent, go};
use super::words::Texts;
use crate::web::forms::{Fields, from_here};
use crate::web::home::render;
use crate::web::language::Language;
use crate::web::owner::visit::{cookie, shown, stale, trouble};
use crate::web::shared::{OperatorParts, Shared};

/// The cookie that ties the form to the browser that shows it.
const FORM: &str = "jadi-operator-form";

#[derive(Template)]
#[template(path = "operator_sign_in.html")]
struct Page<'a> {
    lang: &'static str,
    t: &'static Texts,
    about: &'static str,
    form: &'a str,
    problem: Option<&'a str>,
}

/// The form.
#[get("/operator/sign-in")]
pub(in crate::web) async fn show(request: HttpRequest, shared: Data<Shared>) -> HttpResponse {
    let language = Language::of_visitor(&request);
    match &shared.parts.operator {
        Some(parts) => page(parts, language, None),
        None => closed(language),
    }
}

fn page(parts: &OperatorParts, language: Language, problem: Option<&str>) -> HttpResponse {
    let form = parts.access.form();
    let mut page = render(&Page {
        lang: language.tag(),
        t: Texts::of(language),
        about: language.texts().about,
        form: form.reveal(),
        problem,
    });
    let lasts = Some(Duration::minutes(10));
    if let Err(error) = page.add_cookie(&cookie(&parts.access, FORM, form.reveal(), lasts)) {
        tracing::error!(%error, "a cookie could not be set");
        return trouble(language);
    }
    page
}

/// Signs in.
#[post("/operator/sign-in")]
pub(in crate::web) async fn sign_in(
    request: HttpRequest,
    shared: Data<Shared>,
    fields: web::Form<Fields>,
) -> HttpResponse {
    let language = Language::of_visitor(&request);
    let Some(parts) = &shared.parts.operator else {
        return closed(language);
    };
    let given = shown(&request, &parts.access, FORM).unwrap_or_default();
    if from_here(&request).is_err() || !fields.prove(&given) {
        return stale(language);
    }
    let again = |status: StatusCode, problem: &str| {
        let mut page = page(parts, language, Some(problem));
        *page.status_mut() = status;
        page
    };
    if let Err(problem) = shared.rates.sign_in(&request) {
        return again(problem.status(), problem.message_in(language));
    }
    let by = shared.visitor_of("the operator's page", &request);
    let password = SecretString::from(fields.text("password").to_owned());
    match parts.operators.sign_in(password).await {
        Some(secret) => {
            shared.note(by, "sign-in", "", "").await;
            let mut answer = go("/operator");
            let cookies = [
                cookie(&parts.access, SESSION, secret.reveal(), Some(SESSION_LASTS)),
                cookie(&parts.access, FORM, "", Some(Duration::ZERO)),
            ];
            for cookie in &cookies {
                if let Err(error) = answer.add_cookie(cookie) {
                    tracing::error!(%error, "a cookie could not be set");
                }
            }
            answer
        }
        None => {
            tracing::warn!("somebody tried to sign in as the operator with a wrong password");
            shared.note(by, "sign-in-refused", "", "").await;
            again(StatusCode::FORBIDDEN, Texts::of(language).wrong_password)
        }
    }
}

/// Ends the session.
#[post("/operator/sign-out")]
pub(in crate::web) async fn sign_out(
    request: HttpRequest,
    shared: Data<Shared>,
    fields: web::Form<Fields>,
) -> HttpResponse {
    form_sent(&request, &shared, &fields, async |visit| {
        let access = &visit.parts.access;
        if let Some(secret) = shown(&request, access, SESSION) {
            visit.parts.operators.sign_out(&secret);
        }
        let mut answer = go("/operator/sign-in");
        if let Err(error) = answer.add_cookie(&cookie(access, SESSION, "", Some(Duration::ZERO))) {
            tracing::error!(%error, "a cookie could not be set");
        }
        answer
    })
    .await
}
