//! What is answered where there is nothing, and to what can't be read: a page to people, the API's shape to programs.

use actix_web::error::InternalError;
use actix_web::http::StatusCode;
use actix_web::web::{self, FormConfig, PathConfig, QueryConfig, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, ResponseError};

use super::connect::Problem;
use super::language::Language;
use super::server::LARGEST_BODY;
use super::visit::notice;

/// Answers what no other route does.
pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .app_data(
            FormConfig::default()
                .limit(LARGEST_BODY)
                .error_handler(|error, request| refuse(error, request, unreadable)),
        )
        .app_data(
            QueryConfig::default()
                .error_handler(|error, request| refuse(error, request, unreadable)),
        )
        // No number where one should be names nothing.
        .app_data(
            PathConfig::default().error_handler(|error, request| {
                refuse(error, request, |request, _| answer(request))
            }),
        )
        .default_service(web::to(async |request: HttpRequest| answer(&request)));
}

/// There is nothing at this address.
pub(super) fn answer(request: &HttpRequest) -> HttpResponse {
    let status = StatusCode::NOT_FOUND;
    if is_for_programs(request) {
        let message = "There is no such call. GET /api/openapi.json describes all there are, and /api shows them.";
        return Problem::new(status, "NOT_FOUND", message).answer();
    }
    let language = Language::of_visitor(request);
    let texts = language.texts();
    notice(language, status, texts.nowhere_title, texts.nowhere)
}

/// What was sent can't be read, with this status.
fn unreadable(request: &HttpRequest, status: StatusCode) -> HttpResponse {
    let language = Language::of_visitor(request);
    let texts = language.texts();
    notice(language, status, texts.trouble_title, texts.unreadable)
}

fn refuse<E: ResponseError + 'static>(
    error: E,
    request: &HttpRequest,
    told: impl FnOnce(&HttpRequest, StatusCode) -> HttpResponse,
) -> actix_web::Error {
    // A program is told what is wrong by the call itself, which looks at the error.
    if is_for_programs(request) {
        return error.into();
    }
    let answer = told(request, error.status_code());
    InternalError::from_response(error, answer).into()
}

/// Whether programs ask there.
pub(super) fn is_for_programs(request: &HttpRequest) -> bool {
    ["/api/", "/ws/"]
        .iter()
        .any(|below| request.path().starts_with(below))
}
