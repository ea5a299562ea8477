//! What is between a request and the library: the file that comes as a body, and how refusals are answered.

use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Payload};

use super::connect::Problem;
use crate::library::{Flaw, LibraryError};

/// The component file that is a request's body, of at most so many bytes.
pub(super) async fn component(body: Payload, most: usize) -> Result<Bytes, LibraryError> {
    match body.to_bytes_limited(most).await {
        Ok(Ok(component)) => Ok(component),
        Ok(Err(error)) => Err(LibraryError::NotAPlugin {
            flaw: Flaw::Component,
            why: format!("it did not come whole: {error}"),
        }),
        Err(_) => Err(LibraryError::NotAPlugin {
            flaw: Flaw::TooLarge,
            why: format!("it has more than {most} bytes"),
        }),
    }
}

/// The status of a refusal.
pub(super) fn status(error: &LibraryError) -> StatusCode {
    match error {
        LibraryError::NoSuchPlugin { .. } | LibraryError::NoSuchBot { .. } => StatusCode::NOT_FOUND,
        LibraryError::NotAPlugin {
            flaw: Flaw::TooLarge,
            ..
        } => StatusCode::PAYLOAD_TOO_LARGE,
        LibraryError::NotAPlugin { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        LibraryError::DiskFull { .. } => StatusCode::INSUFFICIENT_STORAGE,
        LibraryError::Store { .. } => StatusCode::INTERNAL_SERVER_ERROR,
        LibraryError::Ending => StatusCode::SERVICE_UNAVAILABLE,
        LibraryError::NameClash { .. }
        | LibraryError::CommandClash { .. }
        | LibraryError::ConsentNeeded { .. }
        | LibraryError::NoEarlierVersion { .. }
        | LibraryError::BuiltIn { .. }
        | LibraryError::NotImported { .. }
        | LibraryError::NotDeniable { .. }
        | LibraryError::Broken { .. } => StatusCode::CONFLICT,
    }
}

/// A refusal as a status and a sentence for people. The host's own trouble goes into the log too.
pub(super) fn told(error: &LibraryError) -> (StatusCode, String) {
    let status = status(error);
    if status.is_server_error() {
        tracing::error!(%error, "the library can't do what is wanted");
    }
    let mut text = error.to_string();
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    (status, format!("{text}."))
}

/// A refusal as the API answers it.
pub(super) fn problem(error: LibraryError) -> Problem {
    let (status, text) = told(&error);
    let text = match &error {
        LibraryError::NameClash { name } => format!(
            "A plugin that comes with the host is called {name} too. Give yours another name, or send \"replace\": true to put it in \
             that one's place until the host brings a newer one."
        ),
        _ => text,
    };
    Problem::new(status, code(&error), text)
}

/// The word for programs.
fn code(error: &LibraryError) -> &'static str {
    match error {
        LibraryError::NoSuchPlugin { .. } => "PLUGIN_NOT_FOUND",
        LibraryError::NoSuchBot { .. } => "BOT_NOT_FOUND",
        LibraryError::NotAPlugin { flaw, .. } => match flaw {
            Flaw::TooLarge => "COMPONENT_TOO_LARGE",
            Flaw::Component => "NOT_A_PLUGIN",
            Flaw::Contract => "CONTRACT_MISMATCH",
        },
        LibraryError::NameClash { .. } => "NAME_CLASH",
        LibraryError::CommandClash { .. } => "COMMAND_CLASH",
        LibraryError::ConsentNeeded { .. } => "CONSENT_NEEDED",
        LibraryError::NoEarlierVersion { .. } => "NO_EARLIER_VERSION",
        LibraryError::BuiltIn { .. } => "BUILT_IN",
        LibraryError::Broken { .. } => "PLUGIN_BROKEN",
        LibraryError::NotImported { .. } | LibraryError::NotDeniable { .. } => "PLUGIN_REFUSED",
        LibraryError::DiskFull { .. } | LibraryError::Store { .. } | LibraryError::Ending => {
            "INTERNAL_ERROR"
        }
    }
}

#[cfg(test)]
mod tests {
    use actix_web::FromRequest as _;
    use actix_web::test::TestRequest;

    use super::*;

    async fn sent(bytes: usize, most: usize) -> Result<Bytes, LibraryError> {
        let request = TestRequest::post().set_payload(vec![b'x'; bytes]);
        let (request, mut body) = request.to_http_parts();
        let body = Payload::from_request(&request, &mut body).await;
        component(body.expect("a body"), most).await
    }

    #[actix_web::test]
    async fn a_file_of_more_bytes_than_may_be_is_not_taken() {
        assert_eq!(sent(8, 8).await.map(|file| file.len()), Ok(8));
        assert_eq!(sent(0, 8).await.map(|file| file.len()), Ok(0));
        let refused = sent(9, 8).await.expect_err("it is too large");
        assert_eq!(status(&refused), StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(code(&refused), "COMPONENT_TOO_LARGE");
    }
}
