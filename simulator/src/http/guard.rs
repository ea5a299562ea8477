//! Keeps other web pages out of a server that has no accounts.
//!
//! A page elsewhere could point a name of its own at 127.0.0.1 (DNS rebinding), so the host name must be one of ours. It
//! could also post a form here, so what changes something must be JSON and come from our own origin, and a browser that
//! says `Sec-Fetch-Site: cross-site` is refused.

use std::net::SocketAddr;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, web};

use super::problem::Problem;

/// Scripts, styles and pictures from here only, nothing inline, no markup made from strings, in no frame.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' blob:; media-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

/// The names under which this server may be asked, `host:port` each.
#[derive(Debug, Clone)]
pub(super) struct OwnNames([String; 3]);

impl OwnNames {
    pub(super) fn new(addr: SocketAddr) -> Self {
        let port = addr.port();
        Self([
            addr.to_string(),
            format!("localhost:{port}"),
            format!("127.0.0.1:{port}"),
        ])
    }

    fn have(&self, host: &str) -> bool {
        self.0.iter().any(|name| name.eq_ignore_ascii_case(host))
    }

    fn have_origin(&self, origin: &str) -> bool {
        origin
            .strip_prefix("http://")
            .is_some_and(|host| self.have(host))
    }
}

pub(super) async fn guard(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    check(&request)?;
    let mut response = next.call(request).await?;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
        (header::CROSS_ORIGIN_RESOURCE_POLICY, "same-origin"),
        (header::CROSS_ORIGIN_OPENER_POLICY, "same-origin"),
    ] {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    Ok(response)
}

fn check(request: &ServiceRequest) -> Result<(), Problem> {
    let text = |name: header::HeaderName| {
        let value = request.headers().get(name)?;
        Some(value.to_str().unwrap_or_default())
    };
    let names = request
        .app_data::<web::Data<OwnNames>>()
        .ok_or_else(|| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "no names are set"))?;
    if !text(header::HOST).is_some_and(|host| names.have(host)) {
        return Err(Problem::new(
            StatusCode::MISDIRECTED_REQUEST,
            "this server answers under its own loopback address only",
        ));
    }
    let foreign = text(header::ORIGIN).is_some_and(|origin| !names.have_origin(origin))
        || text(header::HeaderName::from_static("sec-fetch-site")) == Some("cross-site");
    if foreign {
        return Err(Problem::new(
            StatusCode::FORBIDDEN,
            "other web pages may not use the simulator",
        ));
    }
    let json = text(header::CONTENT_TYPE).is_some_and(|kind| {
        let essence = kind.split(';').next().unwrap_or_default().trim();
        essence.eq_ignore_ascii_case("application/json")
    });
    if !matches!(*request.method(), Method::GET | Method::HEAD) && !json {
        return Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "send the content type application/json",
        ));
    }
    Ok(())
}
