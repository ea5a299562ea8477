//! Puts the control API, the phones page and the media routes on one loopback address.

use std::net::{SocketAddr, TcpListener};

use actix_web::middleware::from_fn;
use actix_web::{App, HttpResponse, error, web};
use tokio_util::sync::CancellationToken;

use super::guard::{OwnNames, guard};
use super::problem::Problem;
use super::server::{GRACE_SECS, HttpServer, ServeError};
use super::{chats, control, events, groups, mms, page, phones};
use crate::Simulator;

/// Largest request to the control API, in bytes: a file of 16 MiB in base64, and room for the rest.
const MAX_BODY: usize = 24 << 20;

/// Serves the control API, the phones page and the media routes on `addr` (port 0: a free port).
///
/// # Errors
/// [`ServeError::NotLoopback`] for an address that others could reach, [`ServeError::Listen`] when the port cannot be used.
pub fn serve(sim: Simulator, addr: SocketAddr) -> Result<HttpServer, ServeError> {
    if !addr.ip().is_loopback() {
        return Err(ServeError::NotLoopback(addr));
    }
    let refused = |source| ServeError::Listen { addr, source };
    let listener = TcpListener::bind(addr).map_err(refused)?;
    let addr = listener.local_addr().map_err(refused)?;
    let stopping = CancellationToken::new();
    let blobs = web::Data::new(sim.blobs().clone());
    let sim = web::Data::new(sim);
    let names = web::Data::new(OwnNames::new(addr));
    let streams = web::Data::new(stopping.clone());
    let server = actix_web::HttpServer::new(move || {
        App::new()
            .app_data(sim.clone())
            .app_data(blobs.clone())
            .app_data(names.clone())
            .app_data(streams.clone())
            .app_data(json_config())
            .app_data(web::PathConfig::default().error_handler(|error, _| explain(&error)))
            .app_data(web::QueryConfig::default().error_handler(|error, _| explain(&error)))
            .configure(mms::routes)
            .service(
                web::scope("/api")
                    .wrap(from_fn(guard))
                    .route("/events", web::get().to(events::events))
                    .configure(phones::routes)
                    .configure(chats::routes)
                    .configure(groups::routes)
                    .configure(control::routes)
                    .default_service(web::to(unknown)),
            )
            .service(
                web::scope("")
                    .wrap(from_fn(guard))
                    .configure(page::routes)
                    .default_service(web::to(unknown)),
            )
    })
    .workers(2)
    .disable_signals()
    .shutdown_timeout(GRACE_SECS)
    .listen(listener)
    .map_err(refused)?;
    Ok(HttpServer::spawn(addr, server.run(), stopping))
}

fn json_config() -> web::JsonConfig {
    web::JsonConfig::default()
        .limit(MAX_BODY)
        .error_handler(|error, _| explain(&error))
}

/// Tells what the framework found wrong with a request in this API's own form.
fn explain(error: &(impl error::ResponseError + 'static)) -> actix_web::Error {
    Problem::new(error.status_code(), error.to_string()).into()
}

async fn unknown() -> Result<HttpResponse, Problem> {
    Err(Problem::not_found("there is nothing at this address"))
}
