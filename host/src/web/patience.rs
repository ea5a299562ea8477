//! How long a client may take to send what it sends: a few that send byte by byte must not keep places that others need.
//!
//! The head's deadline is the server's own; a body has one here, which counts from when the head was read.

use std::cell::Cell;
use std::io;
use std::rc::Rc;
use std::time::Duration;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::PayloadError;
use actix_web::http::{ConnectionType, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::{Bytes, Data};
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse};
use futures::stream::{self, Stream, StreamExt as _};

use super::connect::Problem;
use super::language::Language;
use super::nowhere;
use super::shared::Shared;
use super::visit::notice;
use crate::clock::SharedClock;

/// How long a client may take to send the head of a request.
pub(super) const HEAD: Duration = Duration::from_secs(10);
/// How long it may take to send the body, which is a form or a few values.
const BODY: Duration = Duration::from_secs(15);
/// The same for a plugin's file.
const FILE: Duration = Duration::from_secs(120);
/// What comes over a WebSocket takes as long as that is open.
const ENDLESS: &str = "/ws/subbot";
/// Where files are sent to.
const FILES: [&str; 2] = ["/operator/plugins", "/api/v1/operator/components"];

/// Cuts off whose body does not come in time.
pub(super) async fn bodies(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let endless = request.path() == ENDLESS;
    let clock = request.app_data::<Data<Shared>>();
    let clock = clock.map(|shared| shared.parts.clock.clone());
    let (Some(clock), false) = (clock, endless) else {
        return Ok(next.call(request).await?.map_into_boxed_body());
    };
    let patience = match request.path() {
        path if FILES.contains(&path) => FILE,
        _ => BODY,
    };
    let late = Rc::new(Cell::new(false));
    let body = request.take_payload();
    let body = within(body, clock, patience, late.clone());
    request.set_payload(Payload::Stream {
        payload: Box::pin(body),
    });
    let response = next.call(request).await?.map_into_boxed_body();
    Ok(match late.get() {
        true => {
            let answer = too_slow(response.request());
            response.into_response(answer)
        }
        false => response,
    })
}

/// A body that breaks off when it has not come within this time.
fn within(
    body: Payload,
    clock: SharedClock,
    patience: Duration,
    late: Rc<Cell<bool>>,
) -> impl Stream<Item = Result<Bytes, PayloadError>> {
    let over = clock.sleep(patience);
    let body = stream::unfold(Some((body, over)), move |going_on| {
        let late = late.clone();
        async move {
            let (mut body, mut over) = going_on?;
            tokio::select! {
                piece = body.next() => piece.map(|piece| (piece, Some((body, over)))),
                () = &mut over => {
                    late.set(true);
                    let cut = PayloadError::Incomplete(Some(io::ErrorKind::TimedOut.into()));
                    Some((Err(cut), None))
                }
            }
        }
    });
    // Some ask once more after the end.
    body.fuse()
}

/// What is said to whom was too slow. The connection is not used any more: nobody knows what is still to come over it.
fn too_slow(request: &HttpRequest) -> HttpResponse {
    let status = StatusCode::REQUEST_TIMEOUT;
    let mut answer = match nowhere::is_for_programs(request) {
        true => {
            let message = "The request's body did not come in time. Send it again.";
            Problem::new(status, "REQUEST_TIMEOUT", message).answer()
        }
        false => {
            let language = Language::of_visitor(request);
            let texts = language.texts();
            notice(language, status, texts.trouble_title, texts.too_slow)
        }
    };
    answer.head_mut().set_connection_type(ConnectionType::Close);
    answer
}
