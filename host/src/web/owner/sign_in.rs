//! Signing in with a link from chat, and signing out.
//!
//! The link's page only shows a button: messengers fetch the links of their chats, and what they fetch must not use the link up.

use actix_web::cookie::time::Duration;
use actix_web::http::StatusCode;
use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;

use super::visit::{Owner, SESSION, form_sent};
use crate::store::Actor;
use crate::web::forms::{Fields, from_here};
use crate::web::home::render;
use crate::web::language::Language;
use crate::web::shared::{OwnerParts, Shared};
use crate::web::visit::{
    Who as _, cookie, forgotten, go, notice, shown, stale, trouble, with_cookie,
};
use crate::web::words::Texts;

/// The cookie that ties a link's form to the browser that shows it.
const FORM: &str = "jadi-form";

#[derive(Template)]
#[template(path = "sign_in.html")]
struct Page<'a> {
    lang: &'static str,
    t: &'static Texts,
    link: &'a str,
    form: &'a str,
}

/// Answers a visitor who is not signed in yet, unless they ask too often.
async fn entering(
    request: &HttpRequest,
    shared: &Shared,
    answer: impl AsyncFnOnce(&OwnerParts, Language) -> HttpResponse,
) -> HttpResponse {
    let language = Language::of_visitor(request);
    let Some(parts) = &shared.parts.owners else {
        return HttpResponse::NotFound().finish();
    };
    if shared.rates.question(request).is_err() {
        let texts = language.texts();
        let status = StatusCode::TOO_MANY_REQUESTS;
        return notice(language, status, texts.too_many_title, texts.too_many);
    }
    answer(parts, language).await
}

/// The page of a link. It uses nothing up.
#[get("/sign-in/{link}")]
pub(in crate::web) async fn show(
    request: HttpRequest,
    shared: Data<Shared>,
    link: web::Path<String>,
) -> HttpResponse {
    entering(&request, &shared, async |parts, language| {
        match parts.access.is_good(&link).await {
            Ok(true) => {}
            Ok(false) => return over(language),
            Err(error) => {
                tracing::error!(%error, "a link could not be looked up");
                return trouble(language);
            }
        }
        let form = parts.access.form();
        let page = render(&Page {
            lang: language.tag(),
            t: language.texts(),
            link: &link,
            form: form.reveal(),
        });
        let lasts = Some(Duration::minutes(10));
        with_cookie(page, &cookie(&parts.access, FORM, form.reveal(), lasts))
    })
    .await
}

/// Signs in.
#[post("/sign-in/{link}")]
pub(in crate::web) async fn use_link(
    request: HttpRequest,
    shared: Data<Shared>,
    link: web::Path<String>,
    fields: web::Form<Fields>,
) -> HttpResponse {
    entering(&request, &shared, async |parts, language| {
        let given = shown(&request, &parts.access, FORM).unwrap_or_default();
        if from_here(&request).is_err() || !fields.prove(&given) {
            return stale(language);
        }
        match parts.access.sign_in(&link).await {
            Ok(Some(secret)) => {
                if let Ok(Some(visitor)) = parts.access.visitor(secret.reveal()).await {
                    let actor = Actor::Owner(visitor.bot);
                    let owner = shared.doer(actor, Owner::BY, &request);
                    let bot = visitor.bot.to_string();
                    shared.note(owner, "sign-in", &bot, "").await;
                }
                let answer = with_cookie(go("/bot"), &SESSION.cookie(&parts.access, &secret));
                with_cookie(answer, &forgotten(&parts.access, FORM))
            }
            Ok(None) => over(language),
            Err(error) => {
                tracing::error!(%error, "a session could not begin");
                trouble(language)
            }
        }
    })
    .await
}

/// The link was used, or is too old.
fn over(language: Language) -> HttpResponse {
    let texts = language.texts();
    notice(
        language,
        StatusCode::GONE,
        texts.link_over_title,
        texts.link_over,
    )
}

/// Ends the session.
#[post("/bot/sign-out")]
pub(in crate::web) async fn sign_out(
    request: HttpRequest,
    shared: Data<Shared>,
    fields: web::Form<Fields>,
) -> HttpResponse {
    form_sent(&request, &shared, &fields, async |visit| {
        let access = &visit.parts.access;
        let secret = shown(&request, access, SESSION.name).unwrap_or_default();
        if let Err(error) = access.sign_out(&secret).await {
            return visit.trouble(&error);
        }
        visit.note("sign-out", "").await;
        with_cookie(go("/"), &forgotten(access, SESSION.name))
    })
    .await
}
