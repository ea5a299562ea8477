//! The bot's page.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use askama::Template;

use super::visit::{Visit, signed_in};
use crate::bots::{Account, BotState, BotStatus};
use crate::model::{BotRecord, StateName};
use crate::web::home::render;
use crate::web::live;
use crate::web::shared::Shared;
use crate::web::view::View;
use crate::web::words::Texts;

#[derive(Template)]
#[template(path = "bot.html")]
struct Page<'a> {
    lang: &'static str,
    t: &'static Texts,
    feed: &'static str,
    form: &'a str,
    name: String,
    number: String,
    view: View,
}

/// How the bot is.
#[get("/bot")]
pub(in crate::web) async fn show(request: HttpRequest, shared: Data<Shared>) -> HttpResponse {
    signed_in(&request, &shared, async |visit| {
        let status = status(visit, &shared);
        let now = shared.parts.clock.now();
        render(&Page {
            lang: visit.language.tag(),
            t: visit.language.texts(),
            feed: "/bot/events",
            form: &visit.form,
            name: visit.bot_name(),
            number: visit.bot_number(),
            view: View::own(&status, now, visit.language),
        })
    })
    .await
}

/// The same, live.
#[get("/bot/events")]
pub(in crate::web) async fn feed(request: HttpRequest, shared: Data<Shared>) -> HttpResponse {
    signed_in(&request, &shared, async |visit| {
        match shared.parts.instances.get(visit.bot.id) {
            Some(bot) => live::follow(&shared, bot.watch(), visit.language, View::own),
            None => HttpResponse::NotFound().finish(),
        }
    })
    .await
}

/// How the visitor's bot is: as it runs or, when it could not be brought up, as it was last.
fn status(visit: &Visit<'_>, shared: &Shared) -> BotStatus {
    match shared.parts.instances.get(visit.bot.id) {
        Some(bot) => bot.status(),
        None => kept(&visit.bot),
    }
}

fn kept(bot: &BotRecord) -> BotStatus {
    let state = match bot.state {
        // What it was linked with is over with the process that showed it.
        StateName::Requested | StateName::Pairing => BotState::Requested,
        StateName::Connecting => BotState::Connecting,
        StateName::Open | StateName::Reconnecting => BotState::Reconnecting,
        StateName::Stopped => BotState::Stopped,
        StateName::LoggedOut => BotState::LoggedOut,
        StateName::Failed => BotState::Failed,
    };
    let account = bot.jid.clone().map(|jid| Account {
        jid,
        lid: bot.lid.clone(),
    });
    BotStatus {
        state,
        since: bot.since,
        cause: bot.cause.clone(),
        account,
        next_try: None,
    }
}
