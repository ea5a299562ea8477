//! What the API answers: `{status: true, data}` or `{status: false, message, code, details}`.

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use serde::Serialize;
use serde_json::{Value, json};

use crate::bots::CreationError;
use crate::plugins::{HostingRefusal, RefusalReason};

/// A good answer.
pub(super) fn data(data: impl Serialize) -> HttpResponse {
    HttpResponse::Ok().json(json!({"status": true, "data": data}))
}

/// Why the API, or the form, did not do what was asked for.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::web) struct Problem {
    /// The HTTP status.
    pub(super) status: StatusCode,
    /// A word for programs.
    pub(super) code: &'static str,
    /// A sentence for people, with what to do next.
    pub(super) message: String,
    /// More, for programs; null when there is none.
    pub(super) details: Value,
}

impl Problem {
    /// A problem without details.
    pub(in crate::web) fn new(
        status: StatusCode,
        code: &'static str,
        message: impl Into<String>,
    ) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            details: Value::Null,
        }
    }

    /// There is no attempt with this id, or not any more.
    pub(in crate::web) fn no_session() -> Self {
        let message = "There is no such request any more. Start a new one.";
        Self::new(StatusCode::NOT_FOUND, "SESSION_NOT_FOUND", message)
    }

    /// This server makes no bots.
    pub(in crate::web) fn no_hosting() -> Self {
        let message = "No new bots are taken here.";
        Self::new(StatusCode::FORBIDDEN, "CREATION_OFF", message)
    }

    /// The HTTP status.
    pub(in crate::web) fn status(&self) -> StatusCode {
        self.status
    }

    /// A sentence for people.
    pub(in crate::web) fn message(&self) -> &str {
        &self.message
    }

    /// The answer of the API.
    pub(super) fn answer(&self) -> HttpResponse {
        let mut answer = HttpResponse::build(self.status);
        if let Some(seconds) = self.details.get("retryAfter").and_then(Value::as_u64) {
            answer.insert_header((header::RETRY_AFTER, seconds));
        }
        answer.json(json!({
            "status": false,
            "message": self.message,
            "code": self.code,
            "details": self.details,
        }))
    }
}

impl From<HostingRefusal> for Problem {
    fn from(refusal: HostingRefusal) -> Self {
        let (status, code, message) = match refusal.reason {
            RefusalReason::NotANumber => (
                StatusCode::BAD_REQUEST,
                "INVALID_PHONE_NUMBER",
                "This is no phone number. Write it with its country code, such as +62 800 0000 0123.",
            ),
            RefusalReason::NotOnWhatsApp => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "INVALID_PHONE_NUMBER",
                "This number is not on WhatsApp. Check it, or register it on the phone first.",
            ),
            RefusalReason::Hosted | RefusalReason::OwnsOne => (
                StatusCode::CONFLICT,
                "BOT_ALREADY_EXISTS",
                "This number is a bot here already.",
            ),
            RefusalReason::AskedAlready => (
                StatusCode::CONFLICT,
                "REQUEST_RUNNING",
                "A request for this number is running already. Finish it, or wait until it is over.",
            ),
            RefusalReason::TooOften => (
                StatusCode::TOO_MANY_REQUESTS,
                "RATE_LIMITED",
                "There were too many requests for this number. Try again later.",
            ),
            RefusalReason::Full => (
                StatusCode::CONFLICT,
                "SLOTS_FULL",
                "All places are taken. Try again another day.",
            ),
            RefusalReason::Off => (
                StatusCode::FORBIDDEN,
                "CREATION_OFF",
                "No new bots are taken at the moment.",
            ),
            RefusalReason::SystemOwner => (
                StatusCode::CONFLICT,
                "BOT_ALREADY_EXISTS",
                "This number operates this host and can't be a bot on it. Use another number.",
            ),
            RefusalReason::IsBot
            | RefusalReason::Yours
            | RefusalReason::NotOffered
            | RefusalReason::NoSystemOwner
            | RefusalReason::Configured
            | RefusalReason::Last
            | RefusalReason::Busy => (
                StatusCode::CONFLICT,
                "INVALID_REQUEST",
                "That is not possible.",
            ),
            RefusalReason::MethodMissing => (
                StatusCode::BAD_REQUEST,
                "INVALID_METHOD",
                "Choose how the number is linked: qr or pair.",
            ),
        };
        let details = match refusal.until {
            Some(until) => json!({"until": until}),
            None => Value::Null,
        };
        Self {
            details,
            ..Self::new(status, code, message)
        }
    }
}

impl From<CreationError> for Problem {
    fn from(error: CreationError) -> Self {
        tracing::warn!(%error, "a request for a bot could not be served");
        let message = "WhatsApp can't be reached at the moment. Try again in a minute.";
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "CONNECTION_FAILED",
            message,
        )
    }
}
