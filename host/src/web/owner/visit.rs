//! Who visits: found by the cookie of their session, with the bot whose page they may see.

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::access::{Access, Visitor};
use crate::model::{BotRecord, BotRole};
use crate::web::forms::{Fields, from_here};
use crate::web::home::render;
use crate::web::language::Language;
use crate::web::shared::{OwnerParts, Shared};
use crate::web::words::Texts;

/// A cookie's name. Over HTTPS browsers themselves see to it that no other site and no other server of this one sets it.
pub(in crate::web) fn cookie_name(access: &Access, name: &str) -> String {
    match access.is_secure() {
        true => format!("__Host-{name}"),
        false => name.to_owned(),
    }
}

/// A cookie that no script and no other site gets at.
pub(in crate::web) fn cookie(
    access: &Access,
    name: &str,
    value: &str,
    lasts: Option<Duration>,
) -> Cookie<'static> {
    let mut cookie = Cookie::build(cookie_name(access, name), value.to_owned())
        .path("/")
        .http_only(true)
        .same_site(SameSite::Strict)
        .secure(access.is_secure())
        .finish();
    cookie.set_max_age(lasts);
    cookie
}

/// What a visitor's browser shows under a name.
pub(in crate::web) fn shown(request: &HttpRequest, access: &Access, name: &str) -> Option<String> {
    let cookie = request.cookie(&cookie_name(access, name))?;
    Some(cookie.value().to_owned())
}

/// The cookie of a session.
pub(super) const SESSION: &str = "jadi";
/// For how long browsers keep it; the session itself may end sooner.
pub(super) const SESSION_LASTS: Duration = Duration::days(7);

/// Somebody who is signed in.
pub(super) struct Visit<'a> {
    /// Where the page takes its data from.
    pub(super) parts: &'a OwnerParts,
    /// Their bot.
    pub(super) bot: BotRecord,
    /// What their forms carry.
    pub(super) form: String,
    /// What they read.
    pub(super) language: Language,
    by: String,
    shared: &'a Shared,
}

impl Visit<'_> {
    /// Keeps what the owner did with their bot.
    pub(super) async fn note(&self, what: &str, detail: &str) {
        let (by, bot) = (self.by.clone(), self.bot.id.to_string());
        self.shared.note(by, what, &bot, detail).await;
    }

    /// Their bot as they call it, or its number.
    pub(super) fn bot_name(&self) -> String {
        match self.bot.name.trim() {
            "" => self.bot_number(),
            name => name.to_owned(),
        }
    }

    /// Their bot's number.
    pub(super) fn bot_number(&self) -> String {
        let number = self.bot.number();
        number
            .map(|number| format!("+{}", number.digits()))
            .unwrap_or_default()
    }
}

/// Something to say instead of a page.
#[derive(Template)]
#[template(path = "notice.html")]
struct Notice<'a> {
    lang: &'static str,
    t: &'static Texts,
    title: &'a str,
    text: &'a str,
}

/// A page that only says something.
pub(in crate::web) fn notice(
    language: Language,
    status: StatusCode,
    title: &str,
    text: &str,
) -> HttpResponse {
    let mut page = render(&Notice {
        lang: language.tag(),
        t: language.texts(),
        title,
        text,
    });
    *page.status_mut() = status;
    page
}

/// The host's data can't be read or written now.
pub(in crate::web) fn trouble(language: Language) -> HttpResponse {
    let texts = language.texts();
    let status = StatusCode::INTERNAL_SERVER_ERROR;
    notice(language, status, texts.trouble_title, texts.trouble)
}

/// Answers somebody who is signed in with this, and anybody else with how to sign in.
pub(super) async fn signed_in(
    request: &HttpRequest,
    shared: &Shared,
    answer: impl AsyncFnOnce(&Visit<'_>) -> HttpResponse,
) -> HttpResponse {
    let asked = Language::of_visitor(request);
    let Some(parts) = &shared.parts.owners else {
        return HttpResponse::NotFound().finish();
    };
    let texts = asked.texts();
    let stranger = || {
        let (title, text) = (texts.signed_out_title, texts.signed_out);
        notice(asked, StatusCode::UNAUTHORIZED, title, text)
    };
    let Some(secret) = shown(request, &parts.access, SESSION) else {
        return stranger();
    };
    let visitor = match parts.access.visitor(&secret).await {
        Ok(Some(visitor)) => visitor,
        Ok(None) => return stranger(),
        Err(error) => {
            tracing::error!(%error, "a session could not be looked up");
            return trouble(asked);
        }
    };
    let Visitor { bot, form, renewed } = visitor;
    let bot = match parts.registry.get(bot).await {
        Ok(Some(bot)) if bot.role == BotRole::Sub => bot,
        Ok(_) => return stranger(),
        Err(error) => {
            tracing::error!(%error, "a bot's record could not be read for its page");
            return trouble(asked);
        }
    };
    let own = Language::tagged(&bot.language).unwrap_or(asked);
    let visit = Visit {
        parts,
        bot,
        form,
        language: Language::asked_for(request).unwrap_or(own),
        by: shared.visitor_of("the owner's page", request),
        shared,
    };
    let mut response = answer(&visit).await;
    if let Some(secret) = renewed {
        let cookie = cookie(&parts.access, SESSION, secret.reveal(), Some(SESSION_LASTS));
        if let Err(error) = response.add_cookie(&cookie) {
            tracing::error!(%error, "a cookie could not be set");
        }
    }
    response
}

/// Does what a form of somebody who is signed in asks for, if a page of theirs sent it.
pub(super) async fn form_sent(
    request: &HttpRequest,
    shared: &Shared,
    fields: &Fields,
    done: impl AsyncFnOnce(&Visit<'_>) -> HttpResponse,
) -> HttpResponse {
    signed_in(request, shared, async |visit| {
        if from_here(request).is_err() || !fields.prove(&visit.form) {
            return stale(visit.language);
        }
        done(visit).await
    })
    .await
}

/// A form was sent that no page of the visitor's has made.
pub(in crate::web) fn stale(language: Language) -> HttpResponse {
    let texts = language.texts();
    let (title, text) = (texts.form_stale_title, texts.form_stale);
    notice(language, StatusCode::FORBIDDEN, title, text)
}
