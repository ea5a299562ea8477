//! Tokens: what programs show to operate the host by the API. Each is shown once, when it is made; only a page makes them.

use actix_web::http::StatusCode;
use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;

use super::visit::{Visit, form_sent, signed_in};
use super::words::Texts;
use crate::clock::Millis;
use crate::store::ApiToken;
use crate::web::forms::{Fields, label};
use crate::web::home::render;
use crate::web::shared::{Shared, moment};
use crate::web::visit::{go, with_status};
use crate::web::words::Texts as OwnerTexts;

#[derive(Template)]
#[template(path = "operator_tokens.html")]
struct Page<'a> {
    lang: &'static str,
    t: &'static Texts,
    /// What owners' pages say of tokens.
    o: &'static OwnerTexts,
    about: &'static str,
    form: &'a str,
    tokens: Vec<ApiToken>,
    new: Option<String>,
    problem: Option<&'static str>,
}

impl Page<'_> {
    fn day(&self, at: &Millis) -> String {
        moment(*at)
    }
}

/// All of them, without what they show.
#[get("/operator/tokens")]
pub(in crate::web) async fn list(request: HttpRequest, shared: Data<Shared>) -> HttpResponse {
    signed_in(&request, &shared, async |visit| {
        show(visit, None, None).await
    })
    .await
}

/// Makes one and shows it.
#[post("/operator/tokens")]
pub(in crate::web) async fn add(
    request: HttpRequest,
    shared: Data<Shared>,
    fields: web::Form<Fields>,
) -> HttpResponse {
    form_sent(&request, &shared, &fields, async |visit| {
        let refused =
            async |status, problem| with_status(show(visit, None, Some(problem)).await, status);
        let Some(name) = label(fields.text("name")) else {
            let problem = visit.language.texts().token_name_wrong;
            return refused(StatusCode::UNPROCESSABLE_ENTITY, problem).await;
        };
        let added = visit.parts.access.add_operator_token(name.to_owned());
        match added.await {
            Ok(Some(token)) => {
                visit.note("operator-token-make", "", name).await;
                show(visit, Some(token), None).await
            }
            Ok(None) => refused(StatusCode::CONFLICT, visit.texts.tokens_full).await,
            Err(error) => visit.trouble(&error),
        }
    })
    .await
}

/// Makes one worthless.
#[post("/operator/tokens/{id}/revoke")]
pub(in crate::web) async fn revoke(
    request: HttpRequest,
    shared: Data<Shared>,
    id: web::Path<i64>,
    fields: web::Form<Fields>,
) -> HttpResponse {
    form_sent(&request, &shared, &fields, async |visit| {
        match visit.parts.access.revoke_operator_token(*id).await {
            Ok(gone) => {
                if gone {
                    let id = id.to_string();
                    visit.note("operator-token-revoke", "", &id).await;
                }
                go("/operator/tokens")
            }
            Err(error) => visit.trouble(&error),
        }
    })
    .await
}

async fn show(
    visit: &Visit<'_>,
    new: Option<String>,
    problem: Option<&'static str>,
) -> HttpResponse {
    match visit.parts.access.operator_tokens().await {
        Ok(tokens) => render(&Page {
            lang: visit.language.tag(),
            t: visit.texts,
            o: visit.language.texts(),
            about: visit.language.texts().about,
            form: &visit.form,
            tokens,
            new,
            problem,
        }),
        Err(error) => visit.trouble(&error),
    }
}
