//! Invite codes, made and revoked by a program.

use actix_web::http::StatusCode;
use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse, delete, get, post};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Program, with_token};
use crate::clock::Millis;
use crate::store::Invite;
use crate::web::api::responses::{Broken, OperatorRefused};
use crate::web::connect::{Failure, Good, Problem, no_store};
use crate::web::language::Language;
use crate::web::operator::{OperatorTexts, invite_link, invite_wanted};
use crate::web::shared::Shared;

/// An invite code, without the code.
#[derive(Serialize, ToSchema)]
#[schema(as = Invite)]
pub(in crate::web) struct Kept {
    /// Its number.
    id: i64,
    /// Whom it is for.
    name: String,
    /// When it was made, milliseconds since 1970.
    made: Millis,
    /// How many bots can be made with it in all.
    uses: u32,
    /// How many still.
    free: u32,
}

impl From<Invite> for Kept {
    fn from(invite: Invite) -> Self {
        Self {
            id: invite.id,
            name: invite.name,
            made: invite.made,
            uses: invite.uses,
            free: invite.free,
        }
    }
}

/// An invite code that is wanted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::web) struct NewInvite {
    /// Whom it is for: 1 to 40 characters.
    #[schema(example = "friends")]
    name: String,
    /// How many bots can be made with it, 1 to 1000.
    uses: u32,
}

/// An invite code that was made.
#[derive(Serialize, ToSchema)]
pub(in crate::web) struct MadeInvite {
    /// Whom it is for.
    name: String,
    /// How many bots can be made with it.
    uses: u32,
    /// The code, as `XXXX-XXXX-XXXX`. It is told this once.
    code: String,
    /// The front page's form with the code in it; null while the host does not know where its pages are.
    link: Option<String>,
}

/// All invite codes, without the codes themselves.
#[utoipa::path(
    tag = "The host",
    operation_id = "list_invites",
    security(("operator" = [])),
    responses((status = 200, body = Good<Vec<Kept>>), OperatorRefused),
)]
#[get("/api/v1/operator/invites")]
pub(in crate::web) async fn list(request: HttpRequest, shared: Data<Shared>) -> HttpResponse {
    with_token(&request, &shared, async |program| all(&program).await).await
}

/// Makes an invite code; it is shown this once.
#[utoipa::path(
    tag = "The host",
    operation_id = "add_invite",
    security(("operator" = [])),
    request_body = NewInvite,
    responses(
        (status = 200, body = Good<MadeInvite>),
        (status = "4XX", body = Failure, description = "UNAUTHORIZED, NOT_OPERATOR, INVALID_REQUEST, INVALID_VALUE, INVITES_FULL or RATE_LIMITED"),
        Broken,
    ),
)]
#[post("/api/v1/operator/invites")]
pub(in crate::web) async fn add(
    request: HttpRequest,
    shared: Data<Shared>,
    body: Result<web::Json<NewInvite>, actix_web::Error>,
) -> HttpResponse {
    with_token(&request, &shared, async |program| {
        let body = body.map_err(|error| Problem::body(&error))?;
        let texts = OperatorTexts::of(Language::English);
        let (name, uses) = invite_wanted(&body.name, body.uses).ok_or_else(|| {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            Problem::new(status, "INVALID_VALUE", texts.invite_wrong)
        })?;
        let made = program.parts.invites.make(name.to_owned(), uses).await;
        let full = || Problem::new(StatusCode::CONFLICT, "INVITES_FULL", texts.invites_full);
        let code = made.map_err(no_store)?.ok_or_else(full)?;
        program.note("invite-make", name, &uses.to_string()).await;
        Ok(MadeInvite {
            name: name.to_owned(),
            uses,
            link: invite_link(&program.parts.access, &code),
            code,
        })
    })
    .await
}

/// Makes an invite code worthless. Answers with those that are left.
#[utoipa::path(
    tag = "The host",
    operation_id = "revoke_invite",
    security(("operator" = [])),
    params(("id" = i64, Path, description = "The code's number", example = 1)),
    responses(
        (status = 200, body = Good<Vec<Kept>>),
        (status = "4XX", body = Failure, description = "UNAUTHORIZED, NOT_OPERATOR, INVITE_NOT_FOUND or RATE_LIMITED"),
        Broken,
    ),
)]
#[delete("/api/v1/operator/invites/{id}")]
pub(in crate::web) async fn revoke(
    request: HttpRequest,
    shared: Data<Shared>,
    id: web::Path<String>,
) -> HttpResponse {
    with_token(&request, &shared, async |program| {
        let gone = match id.parse() {
            Ok(id) => program.parts.invites.revoke(id).await.map_err(no_store)?,
            Err(_) => false,
        };
        if !gone {
            let message =
                "There is no such invite code. GET /api/v1/operator/invites names those that there are.";
            return Err(Problem::new(
                StatusCode::NOT_FOUND,
                "INVITE_NOT_FOUND",
                message,
            ));
        }
        program.note("invite-revoke", "", &id).await;
        all(&program).await
    })
    .await
}

async fn all(program: &Program<'_>) -> Result<Vec<Kept>, Problem> {
    let invites = program.parts.invites.list().await.map_err(no_store)?;
    Ok(invites.into_iter().map(Kept::from).collect())
}
