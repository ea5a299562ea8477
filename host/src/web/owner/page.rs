//! The bot's page.

use actix_web::http::StatusCode;
use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse, get};
use askama::Template;
use serde::Deserialize;
use tokio::sync::watch;

use super::visit::{Visit, is_signed_in, signed_in};
use crate::bots::Particulars;
use crate::web::home::render;
use crate::web::listeners::Whose;
use crate::web::live;
use crate::web::operator::{OperatorTexts, used};
use crate::web::shared::Shared;
use crate::web::view::{View, status_of};
use crate::web::words::Texts;

/// What stands in the form of settings.
pub(in crate::web) struct Typed {
    /// The bot's name.
    pub(in crate::web) name: String,
    /// The tag of the language that it answers in.
    pub(in crate::web) language: String,
    /// Its prefixes, spaces between.
    pub(in crate::web) prefixes: String,
}

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
    data: Option<Particulars>,
    /// What it uses at this moment.
    uses: Vec<(&'static str, String)>,
    languages: &'static [(&'static str, &'static str)],
    typed: Typed,
    kept: bool,
    problem: Option<&'static str>,
}

/// The languages that bots answer in, each in its own words.
const LANGUAGES: &[(&str, &str)] = &[
    ("en", "English"),
    ("id", "Bahasa Indonesia"),
    ("es", "Español"),
];

/// What a page is asked for with.
#[derive(Deserialize)]
struct Asked {
    /// There when something was kept a moment ago.
    kept: Option<String>,
}

/// How the bot is.
#[get("/bot")]
pub(in crate::web) async fn front(
    request: HttpRequest,
    shared: Data<Shared>,
    asked: web::Query<Asked>,
) -> HttpResponse {
    signed_in(&request, &shared, async |visit| {
        show(visit, &shared, None, asked.kept.is_some(), None).await
    })
    .await
}

/// The page with what was typed, and what is wrong with it.
pub(super) async fn again(
    visit: &Visit<'_>,
    shared: &Shared,
    typed: Typed,
    problem: &'static str,
) -> HttpResponse {
    let mut page = show(visit, shared, Some(typed), false, Some(problem)).await;
    *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    page
}

async fn show(
    visit: &Visit<'_>,
    shared: &Shared,
    typed: Option<Typed>,
    kept: bool,
    problem: Option<&'static str>,
) -> HttpResponse {
    let data = match visit.parts.manager.particulars(visit.bot.id).await {
        Ok(data) => Some(data),
        Err(error) => {
            tracing::error!(bot = %visit.bot.id, %error, "a bot's data could not be read for its page");
            None
        }
    };
    let settings = data.as_ref().map(|data| &data.settings);
    let typed = typed.unwrap_or_else(|| Typed {
        name: visit.bot.name.clone(),
        language: settings.map(|set| set.language.clone()).unwrap_or_default(),
        prefixes: settings
            .map(|set| set.prefixes.join(" "))
            .unwrap_or_default(),
    });
    render(&Page {
        lang: visit.language.tag(),
        t: visit.language.texts(),
        feed: "/bot/events",
        form: &visit.form,
        name: visit.bot_name(),
        number: visit.bot_number(),
        view: View::own(
            &status_of(shared, &visit.bot),
            shared.parts.clock.now(),
            visit.language,
        ),
        data,
        uses: visit
            .parts
            .manager
            .load(visit.bot.id)
            .map(|load| used(&load, OperatorTexts::of(visit.language)).to_vec())
            .unwrap_or_default(),
        languages: LANGUAGES,
        typed,
        kept,
        problem,
    })
}

/// The same, live.
#[get("/bot/events")]
pub(in crate::web) async fn feed(request: HttpRequest, shared: Data<Shared>) -> HttpResponse {
    signed_in(&request, &shared, async |visit| {
        let bot = visit.bot.id;
        let listening = match shared.listeners.take(Whose::Bot(bot)) {
            Ok(listening) => listening,
            Err(problem) => return problem.answer(),
        };
        // How it was last, when it could not be brought up.
        let mut kept = Some(watch::channel(status_of(&shared, &visit.bot)).1);
        let host = shared.clone();
        let status = move || {
            let running = host.parts.instances.get(bot);
            running.map(|bot| bot.watch()).or(kept.take())
        };
        let (host, secret) = (shared.clone(), visit.secret.clone());
        let may_listen = async move || match &host.parts.owners {
            Some(parts) => is_signed_in(parts, &secret, bot).await,
            None => false,
        };
        let (language, view) = (visit.language, View::own);
        live::follow(&shared, listening, status, language, view, may_listen)
    })
    .await
}
