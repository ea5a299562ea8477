//! What every answer carries: nothing is loaded from elsewhere, framed, sniffed or told to other sites, and nothing that
//! shows a code is kept by a browser.

use actix_web::middleware::DefaultHeaders;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

pub(super) fn all() -> DefaultHeaders {
    DefaultHeaders::new()
        .add(("content-security-policy", POLICY))
        .add(("x-content-type-options", "nosniff"))
        .add(("referrer-policy", "no-referrer"))
        .add(("cross-origin-opener-policy", "same-origin"))
        .add(("cache-control", "no-store"))
}
