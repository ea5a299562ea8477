//! The form on the front page, and the page of one attempt. Both work without a script; with one the attempt's page is live.

use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use serde::Deserialize;

use super::answer::Problem;
use super::api;
use super::attempts::Asked;
use crate::web::home::{self, render};
use crate::web::live;
use crate::web::shared::Shared;
use crate::web::view::View;

/// What is typed into the form.
#[derive(Deserialize, Default)]
pub(in crate::web) struct Form {
    pub(in crate::web) number: String,
    #[serde(default)]
    pub(in crate::web) name: String,
    #[serde(default)]
    pub(in crate::web) method: String,
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
    let begun = async {
        from_here(request)?;
        shared.rates.creation(request)?;
        let asked = Asked {
            number: form.number.clone(),
            name: form.name.trim().to_owned(),
            method: api::method(&form.method)?,
        };
        shared.attempts()?.begin(asked).await
    };
    match begun.await {
        Ok((id, _)) => HttpResponse::SeeOther()
            .insert_header((header::LOCATION, format!("/connect/{id}")))
            .finish(),
        Err(problem) => home::with_problem(shared, form, &problem).await,
    }
}

#[derive(Template)]
#[template(path = "connect.html")]
struct Page {
    view: View,
    feed: String,
    again: String,
    number: String,
}

/// One attempt.
#[get("/connect/{id}")]
pub(in crate::web) async fn linking_number(
    shared: Data<Shared>,
    id: web::Path<String>,
) -> HttpResponse {
    let attempt = match shared.attempt(&id) {
        Ok(attempt) => attempt,
        Err(problem) => return home::with_problem(&shared, Form::default(), &problem).await,
    };
    let view = View::linking(&attempt.status.borrow(), shared.parts.clock.now());
    render(&Page {
        view,
        feed: format!("/connect/{id}/events"),
        again: format!("/connect/{id}/again"),
        number: attempt.number.masked(),
    })
}

/// The same, live.
#[get("/connect/{id}/events")]
pub(in crate::web) async fn linking_number_feed(
    shared: Data<Shared>,
    id: web::Path<String>,
) -> HttpResponse {
    match shared.attempt(&id) {
        Ok(attempt) => live::follow(&shared, attempt.status, View::linking),
        Err(_) => HttpResponse::NotFound().finish(),
    }
}

/// Asks for the same once more.
#[post("/connect/{id}/again")]
pub(in crate::web) async fn linking_number_again(
    request: HttpRequest,
    shared: Data<Shared>,
    id: web::Path<String>,
) -> HttpResponse {
    let asked = match shared.attempt(&id) {
        Ok(attempt) => attempt.asked,
        Err(problem) => return home::with_problem(&shared, Form::default(), &problem).await,
    };
    let form = Form {
        number: asked.number,
        name: asked.name,
        method: api::method_word(asked.method).to_owned(),
    };
    try_to_begin(&request, &shared, form).await
}

/// Refuses a form that another site sent. Browsers say so themselves; older ones name the site that a form comes from.
fn from_here(request: &HttpRequest) -> Result<(), Problem> {
    let text = |name: &str| request.headers().get(name)?.to_str().ok();
    let strange = match (text("sec-fetch-site"), text("origin")) {
        (Some(site), _) => !matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => {
            let host = text("host");
            let site = origin.split_once("://").map(|(_, site)| site);
            !site
                .zip(host)
                .is_some_and(|(site, host)| site.eq_ignore_ascii_case(host))
        }
        (None, None) => false,
    };
    if strange {
        let message = "This form was sent by another site. Open this page and send it from here.";
        return Err(Problem::new(StatusCode::FORBIDDEN, "FORBIDDEN", message));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn sent(headers: &[(&'static str, &'static str)]) -> Result<(), Problem> {
        let mut request = TestRequest::post().insert_header(("host", "bots.example"));
        for header in headers {
            request = request.insert_header(*header);
        }
        from_here(&request.to_http_request())
    }

    #[test]
    fn a_form_of_this_page_is_taken_and_one_of_another_site_is_not() {
        let ours: [&[(&str, &str)]; 4] = [
            &[("sec-fetch-site", "same-origin"), ("origin", "null")],
            &[("sec-fetch-site", "none")],
            &[("origin", "https://bots.example")],
            &[],
        ];
        for headers in ours {
            assert_eq!(sent(headers), Ok(()), "{headers:?}");
        }
        let theirs: [&[(&str, &str)]; 5] = [
            &[("sec-fetch-site", "cross-site")],
            &[
                ("sec-fetch-site", "same-site"),
                ("origin", "https://bots.example"),
            ],
            &[("origin", "https://evil.example")],
            &[("origin", "https://bots.example.evil.example")],
            &[("origin", "null")],
        ];
        for headers in theirs {
            let problem = sent(headers).expect_err("strange");
            assert_eq!(problem.status, StatusCode::FORBIDDEN, "{headers:?}");
        }
    }
}
