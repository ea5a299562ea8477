//! The bot's data taken away as a file, and forgotten: both asked for on one page, the second confirmed on another.

use actix_web::http::header::{ContentDisposition, DispositionParam, DispositionType};
use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use serde::Deserialize;

use super::visit::{form_sent, signed_in};
use crate::bots::Particulars;
use crate::web::forms::Fields;
use crate::web::home::render;
use crate::web::shared::Shared;
use crate::web::visit::notice;
use crate::web::words::Texts;

#[derive(Template)]
#[template(path = "data.html")]
struct Page<'a> {
    lang: &'static str,
    t: &'static Texts,
    form: &'a str,
    erased: bool,
}

#[derive(Template)]
#[template(path = "erase.html")]
struct Confirm<'a> {
    lang: &'static str,
    t: &'static Texts,
    form: &'a str,
    data: Particulars,
    webhooks: usize,
}

/// What the page is asked for with.
#[derive(Deserialize)]
struct Asked {
    /// There when the data was erased a moment ago.
    erased: Option<String>,
}

/// What can be done with the data.
#[get("/bot/data")]
pub(in crate::web) async fn show(
    request: HttpRequest,
    shared: Data<Shared>,
    asked: web::Query<Asked>,
) -> HttpResponse {
    signed_in(&request, &shared, async |visit| {
        render(&Page {
            lang: visit.language.tag(),
            t: visit.language.texts(),
            form: &visit.form,
            erased: asked.erased.is_some(),
        })
    })
    .await
}

/// The archive that `!exportdata` sends.
#[post("/bot/data/export")]
pub(in crate::web) async fn export(
    request: HttpRequest,
    shared: Data<Shared>,
    fields: web::Form<Fields>,
) -> HttpResponse {
    form_sent(&request, &shared, &fields, async |visit| {
        if let Err(problem) = shared.rates.export(&request, visit.bot.id) {
            let title = visit.language.texts().trouble_title;
            let text = problem.message_in(visit.language);
            return notice(visit.language, problem.status(), title, text);
        }
        match visit.parts.manager.export(&visit.bot).await {
            Ok((name, archive)) => {
                visit.note("export", "").await;
                attachment(name, archive)
            }
            Err(error) => visit.trouble(&error),
        }
    })
    .await
}

/// An archive to be kept as a file.
pub(in crate::web) fn attachment(name: String, archive: Vec<u8>) -> HttpResponse {
    let attachment = ContentDisposition {
        disposition: DispositionType::Attachment,
        parameters: vec![DispositionParam::Filename(name)],
    };
    HttpResponse::Ok()
        .content_type("application/zstd")
        .insert_header(attachment)
        .body(archive)
}

/// Asks whether it is meant, with what will be gone.
#[get("/bot/data/erase")]
pub(in crate::web) async fn confirm(request: HttpRequest, shared: Data<Shared>) -> HttpResponse {
    signed_in(&request, &shared, async |visit| {
        match (
            visit.parts.manager.particulars(visit.bot.id).await,
            visit.parts.manager.webhooks(visit.bot.id).await,
        ) {
            (Ok(data), Ok((webhooks, _))) => render(&Confirm {
                lang: visit.language.tag(),
                t: visit.language.texts(),
                form: &visit.form,
                data,
                webhooks: webhooks.len(),
            }),
            (Err(error), _) | (_, Err(error)) => visit.trouble(&error),
        }
    })
    .await
}

/// Erases it. The bot goes on as if it were new.
#[post("/bot/data/erase")]
pub(in crate::web) async fn erase(
    request: HttpRequest,
    shared: Data<Shared>,
    fields: web::Form<Fields>,
) -> HttpResponse {
    form_sent(&request, &shared, &fields, async |visit| {
        let erased = visit.parts.manager.erase(visit.bot.id).await;
        visit.done(erased, "erase", "", "/bot/data?erased").await
    })
    .await
}
