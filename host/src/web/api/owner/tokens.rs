//! Tokens, made and revoked by a program that has one.

use actix_web::http::StatusCode;
use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse, delete, get, post};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Program, invalid, missing, with_token};
use crate::clock::Millis;
use crate::store::ApiToken;
use crate::web::api::responses::{Broken, Refused};
use crate::web::connect::{Failure, Good, Problem, no_store};
use crate::web::forms::label;
use crate::web::language::Language;
use crate::web::shared::Shared;

/// A token, without what it shows.
#[derive(Serialize, ToSchema)]
pub(in crate::web) struct Token {
    /// Its number.
    id: i64,
    /// What its owner calls it.
    name: String,
    /// When it was made, milliseconds since 1970.
    created: Millis,
    /// When it was used last, to within an hour.
    used: Option<Millis>,
}

impl From<ApiToken> for Token {
    fn from(token: ApiToken) -> Self {
        Self {
            id: token.id,
            name: token.name,
            created: token.created,
            used: token.used,
        }
    }
}

/// A token that is wanted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::web) struct NewToken {
    /// What to call it: 1 to 40 characters.
    #[schema(example = "till")]
    name: String,
}

/// A token that was made.
#[derive(Serialize, ToSchema)]
pub(in crate::web) struct MadeToken {
    /// What it is called.
    name: String,
    /// What programs show in the header `x-jadi-token`. It is told this once.
    token: String,
}

/// All tokens of the bot, without what they show.
#[utoipa::path(
    operation_id = "list_tokens",
    tag = "A bot",
    security(("token" = [])),
    responses((status = 200, body = Good<Vec<Token>>), Refused),
)]
#[get("/api/v1/bot/tokens")]
pub(in crate::web) async fn list(request: HttpRequest, shared: Data<Shared>) -> HttpResponse {
    with_token(&request, &shared, async |program| all(&program).await).await
}

/// Makes a token for the bot; it is shown this once.
#[utoipa::path(
    operation_id = "add_token",
    tag = "A bot",
    security(("token" = [])),
    request_body = NewToken,
    responses(
        (status = 200, body = Good<MadeToken>),
        (status = "4XX", body = Failure, description = "UNAUTHORIZED, INVALID_REQUEST, INVALID_VALUE, TOKENS_FULL or RATE_LIMITED"),
        Broken,
    ),
)]
#[post("/api/v1/bot/tokens")]
pub(in crate::web) async fn add(
    request: HttpRequest,
    shared: Data<Shared>,
    body: Result<web::Json<NewToken>, actix_web::Error>,
) -> HttpResponse {
    with_token(&request, &shared, async |program| {
        let body = body.map_err(|error| Problem::body(&error))?;
        let texts = Language::English.texts();
        let name = label(&body.name);
        let name = name.ok_or_else(|| invalid("name", texts.token_name_wrong))?;
        let access = &program.parts.access;
        let added = access.add_token(program.bot.id, name.to_owned()).await;
        let full = || Problem::new(StatusCode::CONFLICT, "TOKENS_FULL", texts.tokens_full);
        let token = added.map_err(no_store)?.ok_or_else(full)?;
        program.note("token-make", name).await;
        Ok(MadeToken {
            name: name.to_owned(),
            token,
        })
    })
    .await
}

/// Makes a token worthless, the one that is shown too. Answers with those that are left.
#[utoipa::path(
    operation_id = "revoke_token",
    tag = "A bot",
    security(("token" = [])),
    params(("id" = i64, Path, description = "The token's number", example = 1)),
    responses(
        (status = 200, body = Good<Vec<Token>>),
        (status = "4XX", body = Failure, description = "UNAUTHORIZED, TOKEN_NOT_FOUND or RATE_LIMITED"),
        Broken,
    ),
)]
#[delete("/api/v1/bot/tokens/{id}")]
pub(in crate::web) async fn revoke(
    request: HttpRequest,
    shared: Data<Shared>,
    id: web::Path<String>,
) -> HttpResponse {
    with_token(&request, &shared, async |program| {
        let tokens = all(&program).await?;
        let named = |token: &&Token| token.id.to_string() == *id;
        let id = tokens.iter().find(named).map(|token| token.id);
        let message = "The bot has no such token. GET /api/v1/bot/tokens names those it has.";
        let id = id.ok_or_else(|| missing("TOKEN_NOT_FOUND", message))?;
        let revoked = program.parts.access.revoke_token(program.bot.id, id).await;
        revoked.map_err(no_store)?;
        program.note("token-revoke", &id.to_string()).await;
        all(&program).await
    })
    .await
}

async fn all(program: &Program<'_>) -> Result<Vec<Token>, Problem> {
    let tokens = program.parts.access.tokens(program.bot.id).await;
    let tokens = tokens.map_err(no_store)?.into_iter();
    Ok(tokens.map(Token::from).collect())
}
