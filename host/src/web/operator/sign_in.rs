//! Signing in with the password, and out again.

use actix_web::cookie::time::Duration;
use actix_web::http::StatusCode;
use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use secrecy::SecretString;

use super::visit::{BY, SESSION, closed, form_sent};
use super::words::Texts;
use crate::store::Actor;
use crate::web::forms::{Fields, from_here};
use crate::web::home::render;
use crate::web::language::Language;
use crate::web::shared::{OperatorParts, Shared};
use crate::web::visit::{cookie, forgotten, go, shown, stale, with_cookie, with_status};

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
    let page = render(&Page {
        lang: language.tag(),
        t: Texts::of(language),
        about: language.texts().about,
        form: form.reveal(),
        problem,
    });
    let lasts = Some(Duration::minutes(10));
    with_cookie(page, &cookie(&parts.access, FORM, form.reveal(), lasts))
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
        with_status(page(parts, language, Some(problem)), status)
    };
    if let Err(problem) = shared.rates.sign_in(&request) {
        return again(problem.status(), problem.message_in(language));
    }
    let doer = |actor| shared.doer(actor, BY, &request);
    let password = SecretString::from(fields.text("password").to_owned());
    let Ok(signed_in) = parts.operators.sign_in(password).await else {
        return again(StatusCode::SERVICE_UNAVAILABLE, Texts::of(language).crowded);
    };
    match signed_in {
        Some(secret) => {
            let operator = doer(Actor::Operator);
            shared.note(operator, "sign-in", "", "").await;
            let answer = with_cookie(go("/operator"), &SESSION.cookie(&parts.access, &secret));
            with_cookie(answer, &forgotten(&parts.access, FORM))
        }
        None => {
            tracing::warn!("somebody tried to sign in as the operator with a wrong password");
            let visitor = doer(Actor::Visitor);
            shared.note(visitor, "sign-in-refused", "", "").await;
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
        if let Some(secret) = shown(&request, access, SESSION.name) {
            visit.parts.operators.sign_out(&secret);
        }
        visit.note("sign-out", "", "").await;
        with_cookie(go("/operator/sign-in"), &forgotten(access, SESSION.name))
    })
    .await
}
