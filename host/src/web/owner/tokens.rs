//! Tokens: what programs show to manage the bot by the API. Each is shown once, when it is made.

use actix_web::http::StatusCode;
use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;

use super::visit::{Visit, form_sent, signed_in};
use crate::clock::Millis;
use crate::store::ApiToken;
use crate::web::forms::{Fields, label};
use crate::web::home::render;
use crate::web::shared::Shared;
use crate::web::visit::with_status;
use crate::web::words::Texts;

#[derive(Template)]
#[template(path = "tokens.html")]
struct Page<'a> {
    lang: &'static str,
    t: &'static Texts,
    form: &'a str,
    tokens: Vec<ApiToken>,
    new: Option<String>,
    problem: Option<&'static str>,
}

impl Page<'_> {
    /// A day as people everywhere read it.
    fn day(&self, at: &Millis) -> String {
        let at = jiff::Timestamp::from_millisecond(*at).unwrap_or(jiff::Timestamp::MAX);
        at.strftime("%Y-%m-%d").to_string()
    }
}

/// All tokens of the bot, without what they show.
#[get("/bot/tokens")]
pub(in crate::web) async fn list(request: HttpRequest, shared: Data<Shared>) -> HttpResponse {
    signed_in(&request, &shared, async |visit| {
        show(visit, None, None).await
    })
    .await
}

/// Makes one and shows it.
#[post("/bot/tokens")]
pub(in crate::web) async fn add(
    request: HttpRequest,
    shared: Data<Shared>,
    fields: web::Form<Fields>,
) -> HttpResponse {
    form_sent(&request, &shared, &fields, async |visit| {
        let texts = visit.language.texts();
        let refused =
            async |status, problem| with_status(show(visit, None, Some(problem)).await, status);
        let Some(name) = label(fields.text("name")) else {
            return refused(StatusCode::UNPROCESSABLE_ENTITY, texts.token_name_wrong).await;
        };
        let added = visit.parts.access.add_token(visit.bot.id, name.to_owned());
        match added.await {
            Ok(Some(token)) => {
                visit.note("token-make", name).await;
                show(visit, Some(token), None).await
            }
            Ok(None) => refused(StatusCode::CONFLICT, texts.tokens_full).await,
            Err(error) => visit.trouble(&error),
        }
    })
    .await
}

/// Makes one worthless.
#[post("/bot/tokens/{id}/revoke")]
pub(in crate::web) async fn revoke(
    request: HttpRequest,
    shared: Data<Shared>,
    id: web::Path<i64>,
    fields: web::Form<Fields>,
) -> HttpResponse {
    form_sent(&request, &shared, &fields, async |visit| {
        let revoked = visit.parts.access.revoke_token(visit.bot.id, *id).await;
        let detail = id.to_string();
        visit
            .done(revoked, "token-revoke", &detail, "/bot/tokens")
            .await
    })
    .await
}

async fn show(
    visit: &Visit<'_>,
    new: Option<String>,
    problem: Option<&'static str>,
) -> HttpResponse {
    match visit.parts.access.tokens(visit.bot.id).await {
        Ok(tokens) => render(&Page {
            lang: visit.language.tag(),
            t: visit.language.texts(),
            form: &visit.form,
            tokens,
            new,
            problem,
        }),
        Err(error) => visit.trouble(&error),
    }
}
