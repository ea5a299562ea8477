//! How the API's description says what calls answer when they do not do what they are asked for.

use std::collections::BTreeMap;

use utoipa::IntoResponses;
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder};

/// The codes of the host's own trouble, which each call may answer.
pub(in crate::web) struct Broken;

/// The codes of a call that takes nothing but a token, and those of the host's own trouble.
pub(in crate::web) struct Refused;

/// The same for the operator's calls.
pub(in crate::web) struct OperatorRefused;

impl IntoResponses for Broken {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        BTreeMap::from([failure("5XX", "INTERNAL_ERROR")])
    }
}

impl IntoResponses for Refused {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let mut responses = Broken::responses();
        responses.extend([failure("4XX", "UNAUTHORIZED or RATE_LIMITED")]);
        responses
    }
}

impl IntoResponses for OperatorRefused {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let mut responses = Broken::responses();
        responses.extend([failure("4XX", "UNAUTHORIZED, NOT_OPERATOR or RATE_LIMITED")]);
        responses
    }
}

fn failure(status: &str, codes: &str) -> (String, RefOr<Response>) {
    let schema = Ref::from_schema_name("Failure");
    let content = ContentBuilder::new().schema(Some(schema)).build();
    let response = ResponseBuilder::new().description(codes);
    let response = response.content("application/json", content).build();
    (status.to_owned(), response.into())
}
