//! Who did what.

use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse, get};
use serde::Serialize;
use utoipa::ToSchema;

use super::with_token;
use crate::clock::Millis;
use crate::web::api::responses::Broken;
use crate::web::connect::{Failure, Good, Problem, no_store};
use crate::web::operator::{AuditAsked, DEEDS};
use crate::web::shared::Shared;

/// What somebody did.
#[derive(Serialize, ToSchema)]
#[schema(as = Deed)]
pub(in crate::web) struct Done {
    /// Its number; later ones have higher ones.
    id: i64,
    /// When, milliseconds since 1970.
    at: Millis,
    /// Who, as far as it is known.
    by: String,
    /// What, as a word with dashes.
    what: String,
    /// With which bot or plugin; empty when it was with the host.
    with: String,
    /// More of it; may be empty.
    detail: String,
}

/// The last fifty deeds, the latest first.
#[utoipa::path(
    tag = "The host",
    operation_id = "list_deeds",
    security(("operator" = [])),
    params(("before" = Option<i64>, Query, description = "Only older ones than this number")),
    responses(
        (status = 200, body = Good<Vec<Done>>),
        (status = "4XX", body = Failure, description = "UNAUTHORIZED, NOT_OPERATOR, INVALID_REQUEST or RATE_LIMITED"),
        Broken,
    ),
)]
#[get("/api/v1/operator/deeds")]
pub(in crate::web) async fn list(
    request: HttpRequest,
    shared: Data<Shared>,
    asked: Result<web::Query<AuditAsked>, actix_web::Error>,
) -> HttpResponse {
    with_token(&request, &shared, async |program| {
        let asked = asked.map_err(|error| Problem::query(&error))?;
        let deeds = match &program.shared.parts.deeds {
            Some(deeds) => deeds.audit.deeds(asked.before, DEEDS).await,
            None => Ok(Vec::new()),
        };
        let deeds = deeds.map_err(no_store)?.into_iter();
        let done = deeds.map(|(id, deed)| Done {
            id,
            at: deed.at,
            by: deed.by,
            what: deed.what,
            with: deed.with,
            detail: deed.detail,
        });
        Ok(done.collect::<Vec<_>>())
    })
    .await
}
