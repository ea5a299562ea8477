//! Giving a bot to somebody else, as `!giveto` does. Who takes it does that in chat, where it is known who they are.
//!
//! A token that somebody has got at can be revoked; a bot that was given away can't be got back. So the owner confirms what a program
//! offers with a code that they are told in chat.

use actix_web::http::StatusCode;
use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse, delete, get, post};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Program, with_token};
use crate::clock::Millis;
use crate::plugins::{HostingRefusal, RefusalReason};
use crate::store::Offer;
use crate::web::api::responses::Refused;
use crate::web::connect::{Failure, Good, Problem, no_store};
use crate::web::shared::Shared;

/// To whom a bot is offered.
#[derive(Serialize, ToSchema)]
pub(in crate::web) struct BotOffer {
    /// Their number, digits alone; null when it is offered to nobody.
    #[schema(example = "6280000000125")]
    number: Option<String>,
    /// Until when they may take it, milliseconds since 1970.
    until: Option<Millis>,
}

/// To whom a bot is to be given.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::web) struct NewBotOffer {
    /// Their number with its country code.
    #[schema(example = "6280000000125")]
    number: String,
    /// What the bot's owner was told in chat when this was asked for without a code.
    code: Option<String>,
}

/// What came of it.
#[derive(Serialize, ToSchema)]
pub(in crate::web) struct BotOffering {
    /// Whether it is offered now. If not, the bot's owner was told a code.
    offered: bool,
    /// To whom, digits alone.
    number: String,
    /// Until when they may take it or, before it is offered, the code is good; milliseconds since 1970.
    until: Millis,
    /// One sentence for people.
    message: &'static str,
}

/// To whom the bot is offered.
#[utoipa::path(
    tag = "A bot",
    operation_id = "look_at_offer",
    security(("token" = [])),
    responses((status = 200, body = Good<BotOffer>), Refused),
)]
#[get("/api/v1/bot/offer")]
pub(in crate::web) async fn look(request: HttpRequest, shared: Data<Shared>) -> HttpResponse {
    with_token(&request, &shared, async |program| offered(&program).await).await
}

/// Offers the bot to somebody, who has a day to take it by writing `!takebot` to the main bot; then it is theirs, and all tokens are
/// worthless. Asked for without a code, its owner is told one in chat; asked for again with that, it is offered.
#[utoipa::path(
    tag = "A bot",
    operation_id = "offer_bot",
    security(("token" = [])),
    request_body = NewBotOffer,
    responses(
        (status = 200, body = Good<BotOffering>),
        (status = "4XX", body = Failure, description = "UNAUTHORIZED, INVALID_REQUEST, INVALID_PHONE_NUMBER, INVALID_VALUE, BOT_ALREADY_EXISTS, WRONG_CODE, NO_OWNER or RATE_LIMITED"),
        (status = "5XX", body = Failure, description = "CONNECTION_FAILED or INTERNAL_ERROR"),
    ),
)]
#[post("/api/v1/bot/offer")]
pub(in crate::web) async fn add(
    request: HttpRequest,
    shared: Data<Shared>,
    body: Result<web::Json<NewBotOffer>, actix_web::Error>,
) -> HttpResponse {
    with_token(&request, &shared, async |program| {
        let body = body.map_err(|error| Problem::body(&error))?.into_inner();
        let (owners, bot) = (&program.parts.owners, &program.bot);
        let owner = bot.owner.as_ref().ok_or_else(no_owner)?;
        let number = owners.may_offer(bot.id, &body.number).await?;
        let number = number.map_err(refused)?;
        let Some(code) = body.code else {
            let asked = owners.ask_to_confirm(bot, owner, &number).await;
            let until = asked.map_err(Problem::from)?;
            program.note("offer-ask", number.digits()).await;
            return Ok(BotOffering {
                offered: false,
                number: number.digits().to_owned(),
                until,
                message: "The bot's owner was told a code in chat. Ask again with it.",
            });
        };
        if !owners.confirms(bot.id, &number, &code) {
            return Err(wrong_code());
        }
        let id = owners.new_message_id();
        let done = owners.offer(id, bot.id, None, &number, owner).await;
        done.map_err(no_store)?;
        program.note("offer", number.digits()).await;
        let until = kept(&program).await?.map(|offer| offer.until);
        Ok(BotOffering {
            offered: true,
            number: number.digits().to_owned(),
            until: until.unwrap_or_default(),
            message: "They were told, and have a day to take it by writing !takebot to the main bot.",
        })
    })
    .await
}

/// Takes the offer back; the bot stays its owner's.
#[utoipa::path(
    tag = "A bot",
    operation_id = "withdraw_offer",
    security(("token" = [])),
    responses((status = 200, body = Good<BotOffer>), Refused),
)]
#[delete("/api/v1/bot/offer")]
pub(in crate::web) async fn withdraw(request: HttpRequest, shared: Data<Shared>) -> HttpResponse {
    with_token(&request, &shared, async |program| {
        let withdrawn = program.parts.owners.withdraw(program.bot.id).await;
        withdrawn.map_err(no_store)?;
        program.note("withdraw", "").await;
        offered(&program).await
    })
    .await
}

async fn kept(program: &Program<'_>) -> Result<Option<Offer>, Problem> {
    let offer = program.parts.owners.offered(program.bot.id).await;
    offer.map_err(no_store)
}

async fn offered(program: &Program<'_>) -> Result<BotOffer, Problem> {
    let offer = kept(program).await?;
    let taker = offer.as_ref().and_then(|offer| offer.taker.number());
    Ok(BotOffer {
        number: taker.map(|number| number.digits().to_owned()),
        until: offer.map(|offer| offer.until),
    })
}

fn no_owner() -> Problem {
    let message = "This bot has no owner who could give it away. Ask the operator.";
    Problem::new(StatusCode::CONFLICT, "NO_OWNER", message)
}

fn wrong_code() -> Problem {
    let message = "This is not the code that the bot's owner was told for this number, or not any more. Ask without one: they are told another.";
    Problem::new(StatusCode::FORBIDDEN, "WRONG_CODE", message)
}

fn refused(refusal: HostingRefusal) -> Problem {
    let (code, why) = match refusal.reason {
        RefusalReason::IsBot => (
            "INVALID_VALUE",
            "This number is a bot of this host itself. Give yours to a person.",
        ),
        RefusalReason::Yours => ("INVALID_VALUE", "This person has the bot already."),
        RefusalReason::OwnsOne => (
            "BOT_ALREADY_EXISTS",
            "This person has a bot already, and nobody has two here.",
        ),
        _ => return refusal.into(),
    };
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, why)
}
