//! Errors as the HTTP side tells them: a status and one sentence for a person, as JSON `{"status", "message"}`.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use serde_json::json;

use crate::error::{GroupError, PairError, SendError, SimulatorError};

/// What went wrong with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    status: StatusCode,
    message: String,
}

impl Problem {
    pub(super) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
        }
    }

    pub(super) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    pub(super) fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, message)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::build(self.status).json(json!({
            "status": self.status.as_u16(),
            "message": self.message,
        }))
    }
}

impl From<SimulatorError> for Problem {
    fn from(error: SimulatorError) -> Self {
        let status = match error {
            SimulatorError::BadNumber(_) => StatusCode::BAD_REQUEST,
            SimulatorError::PhoneTaken(_) => StatusCode::CONFLICT,
            SimulatorError::NoSuchDevice(_) => StatusCode::NOT_FOUND,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Self::new(status, error.to_string())
    }
}

impl From<PairError> for Problem {
    fn from(error: PairError) -> Self {
        let status = match error {
            PairError::NotAQr(_) => StatusCode::BAD_REQUEST,
            PairError::QrExpired | PairError::NoCodeRequested => StatusCode::GONE,
            PairError::WrongCode => StatusCode::FORBIDDEN,
            PairError::TooManyDevices(_) | PairError::PasskeyAsked => StatusCode::CONFLICT,
            PairError::DeviceGone(_) => StatusCode::BAD_GATEWAY,
            PairError::Crypto(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Self::new(status, error.to_string())
    }
}

impl From<SendError> for Problem {
    fn from(error: SendError) -> Self {
        let status = match error {
            SendError::Empty
            | SendError::NoPoll(_)
            | SendError::NoSuchOption(_)
            | SendError::TooManyOptions(_) => StatusCode::BAD_REQUEST,
            SendError::NotOnWhatsApp(_) | SendError::NoSuchMessage(_) => StatusCode::NOT_FOUND,
            SendError::NotInGroup(_) | SendError::AdminsOnly(_) | SendError::NotYours(_) => {
                StatusCode::FORBIDDEN
            }
            SendError::Offline => StatusCode::CONFLICT,
            SendError::Media(_) => StatusCode::PAYLOAD_TOO_LARGE,
            SendError::Crypto { .. } => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Self::new(status, error.to_string())
    }
}

impl From<GroupError> for Problem {
    fn from(error: GroupError) -> Self {
        let status = match error {
            GroupError::BadSubject => StatusCode::BAD_REQUEST,
            GroupError::NotOnWhatsApp(_) => StatusCode::NOT_FOUND,
            GroupError::NotAMember(_) | GroupError::NotAnAdmin(_) => StatusCode::FORBIDDEN,
            GroupError::Picture(_) => StatusCode::PAYLOAD_TOO_LARGE,
        };
        Self::new(status, error.to_string())
    }
}
