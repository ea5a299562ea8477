//! Who visits a page that is not for everybody: found by the cookie of their session, with what their forms carry.
//!
//! Who there is to find, and what is said to everybody else, each kind of visitor says for itself (`owner/visit.rs`,
//! `operator/visit.rs`).

use std::ops::Deref;

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::deeds::Doer;
use super::forms::{Fields, from_here};
use super::home::render;
use super::language::Language;
use super::shared::Shared;
use super::words::Texts;
use crate::access::{Access, Secret};
use crate::store::Actor;

/// A session's cookie.
pub(super) struct Session {
    /// What it is called.
    pub(super) name: &'static str,
    /// For how long browsers keep it; the session itself may end sooner.
    pub(super) lasts: Duration,
}

impl Session {
    /// The cookie of a session with this secret.
    pub(super) fn cookie(&self, access: &Access, secret: &Secret) -> Cookie<'static> {
        cookie(access, self.name, secret.reveal(), Some(self.lasts))
    }
}

/// A kind of visitor.
pub(super) trait Who<'a>: Sized {
    /// By what their browser shows who they are.
    const SESSION: Session;
    /// Where they do what they do, for the deeds.
    const BY: &'static str;

    /// Who shows a session's cookie, or the answer to somebody who shows none that is good.
    async fn find(request: &HttpRequest, shared: &'a Shared) -> Result<Found<Self>, HttpResponse>;

    /// How the pages are reached.
    fn access(&self) -> &'a Access;

    /// Whose doing it is what they do.
    fn actor(&self) -> Actor;
}

/// Somebody who shows a good session's cookie.
pub(super) struct Found<W> {
    /// Who.
    pub(super) who: W,
    /// What their forms carry.
    pub(super) form: String,
    /// The secret that was shown.
    pub(super) shown: String,
    /// The secret that takes its place.
    pub(super) renewed: Option<Secret>,
    /// What they read.
    pub(super) language: Language,
}

/// Somebody who is signed in.
pub(super) struct Visit<'a, W> {
    who: W,
    /// What their forms carry.
    pub(super) form: String,
    /// The secret of their session, from now on.
    pub(super) secret: String,
    /// What they read.
    pub(super) language: Language,
    doer: Doer,
    shared: &'a Shared,
}

impl<W> Deref for Visit<'_, W> {
    type Target = W;

    fn deref(&self) -> &W {
        &self.who
    }
}

impl<W> Visit<'_, W> {
    /// Keeps what they did.
    pub(super) async fn keep(&self, what: &str, with: &str, detail: &str) {
        self.shared
            .note(self.doer.clone(), what, with, detail)
            .await;
    }
}

/// Answers somebody who is signed in with this, and anybody else with how to sign in.
pub(super) async fn signed_in<'a, W: Who<'a>>(
    request: &HttpRequest,
    shared: &'a Shared,
    answer: impl AsyncFnOnce(&Visit<'a, W>) -> HttpResponse,
) -> HttpResponse {
    let found = match W::find(request, shared).await {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let access = found.who.access();
    let renewed = found.renewed.as_ref().map(Secret::reveal);
    let doer = shared.doer(found.who.actor(), W::BY, request);
    let visit = Visit {
        secret: renewed.map_or(found.shown, str::to_owned),
        who: found.who,
        form: found.form,
        language: found.language,
        doer,
        shared,
    };
    let response = answer(&visit).await;
    match found.renewed {
        Some(secret) => with_cookie(response, &W::SESSION.cookie(access, &secret)),
        None => response,
    }
}

/// Does what a form of somebody who is signed in asks for, if a page of theirs sent it.
pub(super) async fn form_sent<'a, W: Who<'a>>(
    request: &HttpRequest,
    shared: &'a Shared,
    fields: &Fields,
    done: impl AsyncFnOnce(&Visit<'a, W>) -> HttpResponse,
) -> HttpResponse {
    signed_in(request, shared, async |visit: &Visit<'a, W>| {
        if from_here(request).is_err() || !fields.prove(&visit.form) {
            return stale(visit.language);
        }
        done(visit).await
    })
    .await
}

/// A cookie's name. Over HTTPS browsers themselves see to it that no other site and no other server of this one sets it.
fn cookie_name(access: &Access, name: &str) -> String {
    match access.is_secure() {
        true => format!("__Host-{name}"),
        false => name.to_owned(),
    }
}

/// A cookie that no script and no other site gets at.
pub(super) fn cookie(
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

/// A cookie that makes a browser forget the one of this name.
pub(super) fn forgotten(access: &Access, name: &str) -> Cookie<'static> {
    cookie(access, name, "", Some(Duration::ZERO))
}

/// The answer with a cookie.
pub(super) fn with_cookie(mut answer: HttpResponse, cookie: &Cookie<'_>) -> HttpResponse {
    if let Err(error) = answer.add_cookie(cookie) {
        tracing::error!(%error, "a cookie could not be set");
    }
    answer
}

/// What a visitor's browser shows under a name.
pub(super) fn shown(request: &HttpRequest, access: &Access, name: &str) -> Option<String> {
    let cookie = request.cookie(&cookie_name(access, name))?;
    Some(cookie.value().to_owned())
}

/// Goes to another page.
pub(super) fn go(place: impl AsRef<str>) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, place.as_ref()))
        .finish()
}

/// A page with another status.
pub(super) fn with_status(mut page: HttpResponse, status: StatusCode) -> HttpResponse {
    *page.status_mut() = status;
    page
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
pub(super) fn notice(
    language: Language,
    status: StatusCode,
    title: &str,
    text: &str,
) -> HttpResponse {
    let page = render(&Notice {
        lang: language.tag(),
        t: language.texts(),
        title,
        text,
    });
    with_status(page, status)
}

/// The host's data can't be read or written now.
pub(super) fn trouble(language: Language) -> HttpResponse {
    let texts = language.texts();
    let status = StatusCode::INTERNAL_SERVER_ERROR;
    notice(language, status, texts.trouble_title, texts.trouble)
}

/// A form was sent that no page of the visitor's has made.
pub(super) fn stale(language: Language) -> HttpResponse {
    let texts = language.texts();
    let (title, text) = (texts.form_stale_title, texts.form_stale);
    notice(language, StatusCode::FORBIDDEN, title, text)
}
