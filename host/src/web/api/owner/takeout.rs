//! The bot's data as a file, and erasing it.

use actix_web::http::StatusCode;
use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse, get, post};
use serde::Deserialize;
use utoipa::ToSchema;

use super::bot::{Bot, shown};
use super::{Program, with_token};
use crate::web::api::bot::is;
use crate::web::api::responses::Broken;
use crate::web::connect::{Failure, Good, Problem, no_store};
use crate::web::owner::attachment;
use crate::web::shared::Shared;

/// What says that it is meant.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::web) struct Erasure {
    /// The number of the bot whose data is to be gone.
    number: String,
}

/// The bot's data as an archive, five times an hour, on the bot's page included.
#[utoipa::path(
    operation_id = "export_data",
    tag = "A bot",
    security(("token" = [])),
    responses(
        (status = 200, body = String, content_type = "application/zstd", description = "The archive, as docs/archive.md describes it"),
        (status = "4XX", body = Failure, description = "UNAUTHORIZED or RATE_LIMITED"),
        Broken,
    ),
)]
#[get("/api/v1/bot/export")]
pub(in crate::web) async fn export(request: HttpRequest, shared: Data<Shared>) -> HttpResponse {
    let packed = async {
        let program = Program::of(&request, &shared).await?;
        shared.rates.export(&request, program.bot.id)?;
        let packed = program.parts.manager.export(&program.bot).await;
        let (name, archive) = packed.map_err(|error| {
            tracing::error!(bot = %program.bot.id, %error, "a bot's data could not be packed for a program");
            Problem::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "INTERNAL_ERROR",
                "The bot's data can't be packed at the moment. Try again later.",
            )
        })?;
        program.note("export", "").await;
        Ok::<_, Problem>(attachment(name, archive))
    };
    packed.await.unwrap_or_else(|problem| problem.answer())
}

/// Erases the bot's data, once its number says that it is meant. The bot goes on as if it were new.
#[utoipa::path(
    operation_id = "erase_data",
    tag = "A bot",
    security(("token" = [])),
    request_body = Erasure,
    responses(
        (status = 200, body = Good<Bot>),
        (status = "4XX", body = Failure, description = "UNAUTHORIZED, INVALID_REQUEST, NOT_CONFIRMED or RATE_LIMITED"),
        Broken,
    ),
)]
#[post("/api/v1/bot/erase")]
pub(in crate::web) async fn erase(
    request: HttpRequest,
    shared: Data<Shared>,
    body: Result<web::Json<Erasure>, actix_web::Error>,
) -> HttpResponse {
    with_token(&request, &shared, async |program| {
        let body = body.map_err(|error| Problem::body(&error))?;
        if !is(&program.bot, &body.number) {
            return Err(Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "NOT_CONFIRMED",
                "Nothing was erased: that is not the bot's number. Send its number when you mean it.",
            ));
        }
        let erased = program.parts.manager.erase(program.bot.id).await;
        erased.map_err(no_store)?;
        program.note("erase", "").await;
        shown(&program).await
    })
    .await
}
