//! The events that a plugin failed on in the bot, as files for its author.

use actix_web::http::StatusCode;
use actix_web::http::header::{ContentDisposition, DispositionParam, DispositionType};
use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse, get};

use super::visit::signed_in;
use crate::store::Row;
use crate::web::shared::Shared;
use crate::web::visit::notice;

/// The most of them that are listed.
pub(in crate::web) const FAILURES: u32 = 20;

/// One of them.
#[get("/bot/plugins/{name}/failures/{failure}")]
pub(in crate::web) async fn look(
    request: HttpRequest,
    shared: Data<Shared>,
    path: web::Path<(String, String)>,
) -> HttpResponse {
    let (name, number) = which_failure(path);
    signed_in(&request, &shared, async |visit| {
        let manager = &visit.parts.manager;
        match manager.plugin_failure(visit.bot.id, &name, number).await {
            Ok(Some(content)) => {
                visit.note("failed-event", &name).await;
                failed_event(&name, number, content)
            }
            Ok(None) => {
                let texts = visit.language.texts();
                let (title, text) = (texts.no_failure_title, texts.no_failure);
                notice(visit.language, StatusCode::NOT_FOUND, title, text)
            }
            Err(error) => visit.trouble(&error),
        }
    })
    .await
}

/// Whose failed event is asked for, and its number; what is no number is that of none.
pub(in crate::web) fn which_failure(path: web::Path<(String, String)>) -> (String, Row) {
    let (plugin, number) = path.into_inner();
    (plugin, number.parse().unwrap_or_default())
}

/// A failed event to be kept as a file.
pub(in crate::web) fn failed_event(plugin: &str, number: Row, content: Vec<u8>) -> HttpResponse {
    let attachment = ContentDisposition {
        disposition: DispositionType::Attachment,
        parameters: vec![DispositionParam::Filename(format!(
            "{plugin}-failure-{number}.json"
        ))],
    };
    HttpResponse::Ok()
        .content_type("application/json")
        .insert_header(attachment)
        .body(content)
}
