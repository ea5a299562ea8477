//! Tokens: what programs show to manage the bot by the API. Each is shown once, when it is made.

use actix_web::http::{StatusCode, header};
use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;

use super::visit::{Visit, form_sent, signed_in, trouble};
use crate::clock::Millis;
use crate::store::{ApiToken, StoreError};
use crate::web::forms::Fields;
use crate::web::home::render;
use crate::web::shared::Shared;
use crate::web::words::Texts;

/// The most characters of a token's name.
const NAME: usize = 40;

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
        let name = fields.text("name").trim();
        let plain = name.chars().all(|c| !c.is_control());
        if !plain || !(1..=NAME).contains(&name.chars().count()) {
            let mut page = show(visit, None, Some(texts.token_name_wrong)).await;
            *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            return page;
        }
        let added = visit.parts.access.add_token(visit.bot.id, name.to_owned());
        match added.await {
            Ok(Some(token)) => {
                visit.note("token-make", name).await;
                show(visit, Some(token), None).await
            }
            Ok(None) => {
                let mut page = show(visit, None, Some(texts.tokens_full)).await;
                *page.status_mut() = StatusCode::CONFLICT;
                page
            }
            Err(error) => failed(visit, &error),
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
        match visit.parts.access.revoke_token(visit.bot.id, *id).await {
            Ok(()) => {
                visit.note("token-revoke", &id.to_string()).await;
                HttpResponse::SeeOther()
                    .insert_header((header::LOCATION, "/bot/tokens"))
                    .finish()
            }
            Err(error) => failed(visit, &error),
        }
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
        Err(error) => failed(visit, &error),
    }
}

fn failed(visit: &Visit<'_>, error: &StoreError) -> HttpResponse {
    tracing::error!(bot = %visit.bot.id, %error, "a bot's tokens can't be read or changed");
    trouble(visit.language)
}
