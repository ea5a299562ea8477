//! Who visits: the owner of a bot, found by the cookie of their session.

use actix_web::cookie::time::Duration;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};

use crate::access::{Access, Visitor};
use crate::model::{BotId, BotRecord, BotRole};
use crate::store::{Actor, StoreError};
use crate::web::forms::Fields;
use crate::web::language::Language;
use crate::web::shared::{OwnerParts, Shared};
use crate::web::visit::{self, Found, Session, Who, go, notice, shown, trouble};

/// The cookie of a session.
pub(super) const SESSION: Session = Session {
    name: "jadi",
    lasts: Duration::days(7),
};

/// The owner of a bot.
pub(super) struct Owner<'a> {
    /// Where the page takes its data from.
    pub(super) parts: &'a OwnerParts,
    /// Their bot.
    pub(super) bot: BotRecord,
}

/// The owner of a bot, signed in.
pub(super) type Visit<'a> = visit::Visit<'a, Owner<'a>>;

impl Visit<'_> {
    /// Keeps what the owner did with their bot.
    pub(super) async fn note(&self, what: &str, detail: &str) {
        self.keep(what, &self.bot.id.to_string(), detail).await;
    }

    /// The end of something that was asked for: it is noted, and another page shown; or what went wrong.
    pub(super) async fn done(
        &self,
        done: Result<(), StoreError>,
        what: &str,
        detail: &str,
        place: impl AsRef<str>,
    ) -> HttpResponse {
        match done {
            Ok(()) => {
                self.note(what, detail).await;
                go(place)
            }
            Err(error) => self.trouble(&error),
        }
    }

    /// The host's data can't be read or written now.
    pub(super) fn trouble(&self, error: &impl std::fmt::Display) -> HttpResponse {
        tracing::error!(bot = %self.bot.id, %error, "an owner's page can't read or change something");
        trouble(self.language)
    }
}

impl Owner<'_> {
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

impl<'a> Who<'a> for Owner<'a> {
    const SESSION: Session = SESSION;
    const BY: &'static str = "the owner's page";

    async fn find(request: &HttpRequest, shared: &'a Shared) -> Result<Found<Self>, HttpResponse> {
        let asked = Language::of_visitor(request);
        let Some(parts) = &shared.parts.owners else {
            return Err(HttpResponse::NotFound().finish());
        };
        let stranger = || {
            let texts = asked.texts();
            let (title, text) = (texts.signed_out_title, texts.signed_out);
            notice(asked, StatusCode::UNAUTHORIZED, title, text)
        };
        let secret = shown(request, &parts.access, SESSION.name).ok_or_else(stranger)?;
        let visitor = parts.access.visitor(&secret).await.map_err(|error| {
            tracing::error!(%error, "a session could not be looked up");
            trouble(asked)
        })?;
        let Visitor { bot, form, renewed } = visitor.ok_or_else(stranger)?;
        let bot = parts.registry.get(bot).await.map_err(|error| {
            tracing::error!(%error, "a bot's record could not be read for its page");
            trouble(asked)
        })?;
        let sub = bot.filter(|bot| bot.role == BotRole::Sub);
        let bot = sub.ok_or_else(stranger)?;
        let own = Language::tagged(&bot.language).unwrap_or(asked);
        Ok(Found {
            form,
            shown: secret,
            renewed,
            language: Language::asked_for(request).unwrap_or(own),
            who: Self { parts, bot },
        })
    }

    fn access(&self) -> &'a Access {
        &self.parts.access
    }

    fn actor(&self) -> Actor {
        Actor::Owner(self.bot.id)
    }
}

/// Whether this secret still is that of somebody who may see this bot's page.
pub(super) async fn is_signed_in(parts: &OwnerParts, secret: &str, bot: BotId) -> bool {
    let signed_in = parts.access.is_signed_in(secret, bot).await;
    signed_in.unwrap_or_else(|error| {
        tracing::error!(%bot, %error, "a session could not be looked up");
        false
    })
}

/// Answers an owner with this, and anybody else with how to sign in.
pub(super) async fn signed_in(
    request: &HttpRequest,
    shared: &Shared,
    answer: impl AsyncFnOnce(&Visit<'_>) -> HttpResponse,
) -> HttpResponse {
    visit::signed_in(request, shared, answer).await
}

/// Does what a form of an owner's asks for, if a page of theirs sent it.
pub(super) async fn form_sent(
    request: &HttpRequest,
    shared: &Shared,
    fields: &Fields,
    done: impl AsyncFnOnce(&Visit<'_>) -> HttpResponse,
) -> HttpResponse {
    visit::form_sent(request, shared, fields, done).await
}
