//! Binding, workers, shutdown.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use actix_web::body::BoxBody;
use actix_web::dev::{ServerHandle, ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::from_fn;
use actix_web::web::{Data, ServiceConfig};
use actix_web::{App, HttpServer};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::shared::{Shared, WebParts};
use super::{
    api, assets, connect, headers, health, home, nowhere, openapi, operator, owner, pairing,
    patience,
};

/// Pages are few and small; two workers let one answer while the other renders.
const WORKERS: usize = 2;
/// How long answers under way may take when the host shuts down, seconds.
const SHUTDOWN: u64 = 2;
/// The largest request body that is read, bytes.
pub(super) const LARGEST_BODY: usize = 16 * 1024;

/// The pages can't be served.
#[derive(Debug, thiserror::Error)]
pub enum WebError {
    /// Something else has the port.
    #[error(
        "{address} is in use by another program; end it, or choose another port with --port (0 picks a free one)"
    )]
    InUse {
        /// The address.
        address: SocketAddr,
    },
    /// The address can't be listened on.
    #[error("can't listen on {address}: {source}; set listen to an address of this machine")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
}

impl WebError {
    /// Why an address can't be had.
    pub(super) fn of_bind(address: SocketAddr, source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::AddrInUse => Self::InUse { address },
            _ => Self::Bind { address, source },
        }
    }
}

/// The running server.
pub struct WebServer {
    address: SocketAddr,
    handle: ServerHandle,
    serving: JoinHandle<io::Result<()>>,
    shared: Data<Shared>,
}

impl WebServer {
    /// Binds and starts serving.
    ///
    /// # Errors
    ///
    /// When the address can't be had.
    pub fn start(parts: WebParts, address: SocketAddr) -> Result<Self, WebError> {
        Self::start_with(parts, address, patience::HEAD)
    }

    /// The same, for clients that send the head of their requests within this time.
    pub(super) fn start_with(
        parts: WebParts,
        address: SocketAddr,
        head: Duration,
    ) -> Result<Self, WebError> {
        let shared = Data::new(Shared::new(parts, CancellationToken::new()));
        let served = shared.clone();
        let server = HttpServer::new(move || app(served.clone()))
            .workers(WORKERS)
            .client_request_timeout(head)
            .shutdown_timeout(SHUTDOWN)
            .disable_signals()
            .bind(address)
            .map_err(|source| WebError::of_bind(address, source))?;
        let bound = server.addrs().first().copied().unwrap_or(address);
        let server = server.run();
        let handle = server.handle();
        Ok(Self {
            address: bound,
            handle,
            serving: tokio::spawn(server),
            shared,
        })
    }

    /// Where it listens; the port is the real one when 0 was asked for.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Ends streams, lets answers under way finish, stops.
    pub async fn shutdown(self) {
        self.shared.shutdown().await;
        self.handle.stop(true).await;
        if let Ok(Err(error)) = self.serving.await {
            tracing::warn!(%error, "the web server ended badly");
        }
    }
}

/// What answers: all routes, with what goes for every answer.
pub(super) fn app(
    shared: Data<Shared>,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<BoxBody>,
        Error = actix_web::Error,
        InitError = (),
    >,
> {
    let secure = shared.is_secure();
    App::new()
        .app_data(shared)
        .wrap(from_fn(patience::bodies))
        .wrap(from_fn(headers::rates))
        .wrap(headers::all(secure))
        .configure(routes)
}

/// All routes.
pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .app_data(actix_web::web::PayloadConfig::new(LARGEST_BODY))
        .app_data(actix_web::web::JsonConfig::default().limit(LARGEST_BODY))
        .service(home::front)
        .service(home::front_feed)
        .service(pairing::linking)
        .service(pairing::linking_feed)
        .service(pairing::linking_start)
        .service(health::health)
        .service(assets::asset)
        .service(openapi::json)
        .service(openapi::page)
        .configure(connect::routes)
        .configure(api::routes)
        .configure(owner::routes)
        .configure(operator::routes)
        .configure(nowhere::routes);
    #[cfg(feature = "simulator")]
    super::dev::routes(config);
}
