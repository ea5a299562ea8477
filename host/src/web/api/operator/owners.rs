//! Who operates the host: numbers of the configuration, and those that were named.

use actix_web::http::StatusCode;
use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse, delete, get, post};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Program, with_token};
use crate::plugins::{HostingRefusal, RefusalReason};
use crate::web::api::responses::{Broken, OperatorRefused};
use crate::web::connect::{Failure, Good, Problem, no_store};
use crate::web::shared::Shared;

/// Somebody who operates the host in chat.
#[derive(Serialize, ToSchema)]
pub(in crate::web) struct SystemOwner {
    /// Their number, digits alone.
    #[schema(example = "6280000000123")]
    number: String,
    /// Whether the configuration names them: then only that can take it back.
    configured: bool,
}

/// Who is to be one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::web) struct NewSystemOwner {
    /// Their number with its country code.
    #[schema(example = "6280000000123")]
    number: String,
}

/// All system owners.
#[utoipa::path(
    tag = "The host",
    operation_id = "list_system_owners",
    security(("operator" = [])),
    responses((status = 200, body = Good<Vec<SystemOwner>>), OperatorRefused),
)]
#[get("/api/v1/operator/owners")]
pub(in crate::web) async fn list(request: HttpRequest, shared: Data<Shared>) -> HttpResponse {
    with_token(&request, &shared, async |program| Ok(all(&program))).await
}

/// Makes somebody a system owner, who is told. Answers with all there are.
#[utoipa::path(
    tag = "The host",
    operation_id = "name_system_owner",
    security(("operator" = [])),
    request_body = NewSystemOwner,
    responses(
        (status = 200, body = Good<Vec<SystemOwner>>),
        (status = "4XX", body = Failure, description = "UNAUTHORIZED, NOT_OPERATOR, INVALID_REQUEST, INVALID_PHONE_NUMBER, INVALID_VALUE or RATE_LIMITED"),
        (status = "5XX", body = Failure, description = "CONNECTION_FAILED or INTERNAL_ERROR"),
    ),
)]
#[post("/api/v1/operator/owners")]
pub(in crate::web) async fn add(
    request: HttpRequest,
    shared: Data<Shared>,
    body: Result<web::Json<NewSystemOwner>, actix_web::Error>,
) -> HttpResponse {
    with_token(&request, &shared, async |program| {
        let body = body.map_err(|error| Problem::body(&error))?;
        let owners = &program.parts.owners;
        let number = owners.may_name(&body.number).await?.map_err(refused)?;
        let id = program.parts.fleet.new_message_id();
        let named = owners.name(id, None, number.clone()).await;
        named.map_err(no_store)?;
        program.note("name-system-owner", "", number.digits()).await;
        Ok(all(&program))
    })
    .await
}

/// Makes somebody a system owner no more; they are told. Answers with those that are left.
#[utoipa::path(
    tag = "The host",
    operation_id = "drop_system_owner",
    security(("operator" = [])),
    params(("number" = String, Path, description = "Their number, digits alone")),
    responses(
        (status = 200, body = Good<Vec<SystemOwner>>),
        (status = "4XX", body = Failure, description = "UNAUTHORIZED, NOT_OPERATOR, INVALID_PHONE_NUMBER, INVALID_VALUE or RATE_LIMITED"),
        Broken,
    ),
)]
#[delete("/api/v1/operator/owners/{number}")]
pub(in crate::web) async fn remove(
    request: HttpRequest,
    shared: Data<Shared>,
    number: web::Path<String>,
) -> HttpResponse {
    with_token(&request, &shared, async |program| {
        let owners = &program.parts.owners;
        let number = owners.may_drop(&number).map_err(refused)?;
        let id = program.parts.fleet.new_message_id();
        let dropped = owners.dismiss(id, None, number.clone()).await;
        dropped.map_err(no_store)?;
        program.note("drop-system-owner", "", number.digits()).await;
        Ok(all(&program))
    })
    .await
}

fn all(program: &Program<'_>) -> Vec<SystemOwner> {
    let owners = program.parts.owners.system_owners().into_iter();
    owners
        .map(|owner| SystemOwner {
            number: owner.number.digits().to_owned(),
            configured: owner.configured,
        })
        .collect()
}

fn refused(refusal: HostingRefusal) -> Problem {
    let why = match refusal.reason {
        RefusalReason::SystemOwner => "This number is a system owner's already.",
        RefusalReason::IsBot => "This number is a bot of this host, and a bot operates nothing.",
        RefusalReason::NoSystemOwner => "This number is no system owner's.",
        RefusalReason::Configured => {
            "The configuration names this number. Take it out of `owners` there."
        }
        RefusalReason::Last => "This is the last one. Name another before.",
        _ => return refusal.into(),
    };
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "INVALID_VALUE", why)
}
