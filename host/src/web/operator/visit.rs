//! Who visits: the operator, or somebody who has to sign in first.

use actix_web::cookie::time::Duration;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};

use super::words::Texts;
use crate::access::Access;
use crate::store::{Actor, StoreError};
use crate::web::forms::Fields;
use crate::web::language::Language;
use crate::web::shared::{OperatorParts, Shared};
use crate::web::visit::{self, Found, Session, Who, go, notice, shown};

/// The cookie of a session.
pub(super) const SESSION: Session = Session {
    name: "jadi-operator",
    lasts: Duration::hours(12),
};
/// Where they do what they do, for the deeds.
pub(super) const BY: &str = "the operator's page";

/// The operator.
pub(super) struct Operator<'a> {
    /// What their pages are made of.
    pub(super) parts: &'a OperatorParts,
    /// The texts that they read.
    pub(super) texts: &'static Texts,
}

/// The operator, signed in.
pub(super) type Visit<'a> = visit::Visit<'a, Operator<'a>>;

impl Visit<'_> {
    /// Keeps what the operator did.
    pub(super) async fn note(&self, what: &str, with: &str, detail: &str) {
        self.keep(what, with, detail).await;
    }

    /// The end of something that was asked for: it is noted, and another page shown; or what went wrong.
    pub(super) async fn done(
        &self,
        done: Result<(), StoreError>,
        what: &str,
        detail: &str,
        place: &str,
    ) -> HttpResponse {
        match done {
            Ok(()) => {
                self.note(what, "", detail).await;
                go(place)
            }
            Err(error) => self.trouble(&error),
        }
    }

    /// What went wrong, as a page.
    pub(super) fn refused(&self, status: StatusCode, text: &str) -> HttpResponse {
        let title = self.language.texts().trouble_title;
        notice(self.language, status, title, text)
    }

    /// The host's data can't be read or written now.
    pub(super) fn trouble(&self, error: &impl std::fmt::Display) -> HttpResponse {
        tracing::error!(%error, "the operator's page can't read or change something");
        visit::trouble(self.language)
    }
}

impl<'a> Who<'a> for Operator<'a> {
    const SESSION: Session = SESSION;
    const BY: &'static str = BY;

    async fn find(request: &HttpRequest, shared: &'a Shared) -> Result<Found<Self>, HttpResponse> {
        let language = Language::of_visitor(request);
        let Some(parts) = &shared.parts.operator else {
            return Err(closed(language));
        };
        let sign_in = || go("/operator/sign-in");
        let shown = shown(request, &parts.access, SESSION.name).ok_or_else(sign_in)?;
        let operator = parts.operators.visitor(&shown).ok_or_else(sign_in)?;
        let texts = Texts::of(language);
        Ok(Found {
            who: Self { parts, texts },
            shown,
            form: operator.form,
            renewed: operator.renewed,
            language,
        })
    }

    fn access(&self) -> &'a Access {
        &self.parts.access
    }

    fn actor(&self) -> Actor {
        Actor::Operator
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

/// Answers the operator with this, and anybody else with where to sign in.
pub(super) async fn signed_in(
    request: &HttpRequest,
    shared: &Shared,
    answer: impl AsyncFnOnce(&Visit<'_>) -> HttpResponse,
) -> HttpResponse {
    visit::signed_in(request, shared, answer).await
}

/// Does what a form of the operator's asks for, if a page of theirs sent it.
pub(super) async fn form_sent(
    request: &HttpRequest,
    shared: &Shared,
    fields: &Fields,
    done: impl AsyncFnOnce(&Visit<'_>) -> HttpResponse,
) -> HttpResponse {
    visit::form_sent(request, shared, fields, done).await
}
