//! What every answer carries: nothing is loaded from elsewhere, framed, sniffed or told to other sites, and nothing that
//! shows a code is kept by a browser. And how often one may still ask, where that is limited.

use actix_web::HttpMessage as _;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::{DefaultHeaders, Next};

use super::connect::Left;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/// Nothing of a browser's machine is asked for.
const PERMISSIONS: &str = "camera=(), geolocation=(), microphone=(), payment=(), usb=()";
/// A year of nothing but HTTPS.
const TRANSPORT: &str = "max-age=31536000";

/// With pages on HTTPS browsers are told to stay there.
pub(super) fn all(secure: bool) -> DefaultHeaders {
    let headers = DefaultHeaders::new()
        .add(("content-security-policy", POLICY))
        .add(("x-content-type-options", "nosniff"))
        .add(("x-frame-options", "DENY"))
        .add(("referrer-policy", "no-referrer"))
        .add(("permissions-policy", PERMISSIONS))
        .add(("cross-origin-opener-policy", "same-origin"))
        .add(("cross-origin-resource-policy", "same-origin"))
        .add(("cache-control", "no-store"));
    match secure {
        true => headers.add(("strict-transport-security", TRANSPORT)),
        false => headers,
    }
}

/// Tells how often one may still ask (`RateLimit-…`, draft-ietf-httpapi-ratelimit-headers-03), where a handler has looked.
pub(super) async fn rates(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let mut response = next.call(request).await?.map_into_boxed_body();
    let left = response.request().extensions().get::<Left>().copied();
    if let Some(left) = left {
        let headers = response.headers_mut();
        for (name, number) in [
            ("ratelimit-limit", left.limit),
            ("ratelimit-remaining", left.remaining),
            ("ratelimit-reset", left.reset),
        ] {
            headers.insert(HeaderName::from_static(name), HeaderValue::from(number));
        }
    }
    Ok(response)
}
