//! Who visits: the operator, or somebody who has to sign in first.

use actix_web::cookie::time::Duration;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse};

use super::words::Texts;
use crate::web::forms::{Fields, from_here};
use crate::web::language::Language;
use crate::web::owner::visit::{cookie, notice, shown, stale};
use crate::web::shared::{OperatorParts, Shared};

/// The cookie of a session.
pub(super) const SESSION: &str = "jadi-operator";
/// For how long browsers keep it; the session itself may end sooner.
pub(super) const SESSION_LASTS: Duration = Duration::hours(12);

/// The operator, signed in.
pub(super) struct Visit<'a> {
    /// What their pages are made of.
    pub(super) parts: &'a OperatorParts,
    /// What their forms carry.
    pub(super) form: String,
    /// What they read.
    pub(super) language: Language,
    /// The texts in it.
    pub(super) texts: &'static Texts,
    by: String,
    shared: &'a Shared,
}

impl Visit<'_> {
    /// Keeps what the operator did.
    pub(super) async fn note(&self, what: &str, with: &str, detail: &str) {
        self.shared.note(self.by.clone(), what, with, detail).await;
    }

    /// What went wrong, as a page.
    pub(super) fn refused(&self, status: StatusCode, text: &str) -> HttpResponse {
        let title = self.language.texts().trouble_title;
        notice(self.language, status, title, text)
    }

    /// The host's data can't be read or written now.
    pub(super) fn trouble(&self, error: &impl std::fmt::Display) -> HttpResponse {
        tracing::error!(%error, "the operator's page can't read or change something");
        let text = self.language.texts().trouble;
        self.refused(StatusCode::INTERNAL_SERVER_ERROR, text)
    }
}

/// There is no operator's page here, or the operator is somebody else.
pub(super) fn closed(language: Language) -> HttpResponse {
    let texts = Texts::of(language);
    notice(
        language,
        StatusCode::NOT_FOUND,
        texts.closed_title,
        texts.closed,
    )
}

/// Goes to another page.
pub(super) fn go(place: impl AsRef<str>) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, place.as_ref()))
        .finish()
}

/// Answers the operator with this, and anybody else with where to sign in.
pub(super) async fn signed_in(
    request: &HttpRequest,
    shared: &Shared,
    answer: impl AsyncFnOnce(&Visit<'_>) -> HttpResponse,
) -> HttpResponse {
    let language = Language::of_visitor(request);
    let Some(parts) = &shared.parts.operator else {
        return closed(language);
    };
    let shown = shown(request, &parts.access, SESSION);
    let Some(operator) = shown.and_then(|secret| parts.operators.visitor(&secret)) else {
        return go("/operator/sign-in");
    };
    let visit = Visit {
        parts,
        form: operator.form,
        language,
        texts: Texts::of(language),
        by: shared.visitor_of("the operator's page", request),
        shared,
    };
    let mut response = answer(&visit).await;
    if let Some(secret) = operator.renewed {
        let cookie = cookie(&parts.access, SESSION, secret.reveal(), Some(SESSION_LASTS));
        if let Err(error) = response.add_cookie(&cookie) {
            tracing::error!(%error, "a cookie could not be set");
        }
    }
    response
}

/// Does what a form of the operator's asks for, if a page of theirs sent it.
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
