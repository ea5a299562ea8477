//! Whose token is shown.

use actix_web::HttpRequest;

use crate::model::{BotId, BotRecord};
use crate::store::Actor;
use crate::web::connect::{Problem, no_store};
use crate::web::deeds::Doer;
use crate::web::shared::{OwnerParts, Shared};

/// The header that tokens are shown in.
const HEADER: &str = "x-jadi-token";

/// The bot whose token is shown; none when none is shown.
pub(in crate::web) async fn shown(
    shared: &Shared,
    request: &HttpRequest,
) -> Result<Option<BotId>, Problem> {
    if !request.headers().contains_key(HEADER) {
        return Ok(None);
    }
    held(shared, request).await.map(|(bot, _)| Some(bot))
}

/// The bot that the program which asks may manage.
pub(in crate::web) async fn bot<'a>(
    shared: &'a Shared,
    request: &HttpRequest,
) -> Result<(&'a OwnerParts, BotRecord), Problem> {
    let (parts, record, _) = program(shared, request).await?;
    Ok((parts, record))
}

/// The same with who asks, for the deeds: what the owner calls the token.
pub(in crate::web) async fn program<'a>(
    shared: &'a Shared,
    request: &HttpRequest,
) -> Result<(&'a OwnerParts, BotRecord, Doer), Problem> {
    let (id, name) = held(shared, request).await?;
    let parts = parts(shared)?;
    let record = parts.registry.get(id).await.map_err(no_store)?;
    let way = format!("the owner's token {name}");
    let doer = shared.doer(Actor::Owner(id), &way, request);
    Ok((parts, record.ok_or_else(Problem::unauthorized)?, doer))
}

/// Which bot's the token is that is shown, and what it is called.
async fn held(shared: &Shared, request: &HttpRequest) -> Result<(BotId, String), Problem> {
    let (parts, token) = (parts(shared)?, text(request)?);
    let holder = parts.access.holder(token).await.map_err(no_store)?;
    holder.ok_or_else(Problem::unauthorized)
}

/// The token that is shown.
pub(in crate::web) fn text(request: &HttpRequest) -> Result<&str, Problem> {
    let header = request.headers().get(HEADER);
    let text = header.and_then(|header| header.to_str().ok());
    text.ok_or_else(Problem::unauthorized)
}

fn parts(shared: &Shared) -> Result<&OwnerParts, Problem> {
    shared
        .parts
        .owners
        .as_ref()
        .ok_or_else(Problem::unauthorized)
}
