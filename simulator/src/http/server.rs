//! One HTTP server on loopback: starting, saying where it listens, ending.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use actix_web::dev::{Server, ServerHandle};
use actix_web::{App, web};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::blob::BlobStore;
use super::mms;

/// How long open requests may go on once shutdown began, in seconds. Event streams end at once.
pub(super) const GRACE_SECS: u64 = 2;

/// The server could not be started.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address is not the machine's own.
    #[error("{0} is not a loopback address; the simulator is for this machine only, use 127.0.0.1")]
    NotLoopback(SocketAddr),
    /// The port is taken or may not be used.
    #[error("cannot listen on {addr}: {source}; choose another port or 0 for a free one")]
    Listen {
        /// The address that was asked for.
        addr: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
}

/// A running HTTP server. It goes on until [`shutdown`](Self::shutdown), also when the handle is dropped.
#[derive(Debug)]
pub struct HttpServer {
    addr: SocketAddr,
    handle: ServerHandle,
    stopping: CancellationToken,
    tasks: TaskTracker,
}

impl HttpServer {
    pub(super) fn spawn(addr: SocketAddr, server: Server, stopping: CancellationToken) -> Self {
        let handle = server.handle();
        let tasks = TaskTracker::new();
        tasks.spawn(async move {
            if let Err(error) = server.await {
                tracing::error!(%error, "the HTTP server ended");
            }
        });
        tasks.close();
        Self {
            addr,
            handle,
            stopping,
            tasks,
        }
    }

    /// The address it listens on, with the real port.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The address as a browser takes it, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// Ends event streams, gives open requests two seconds, and returns when everything has ended.
    pub async fn shutdown(&self) {
        self.stopping.cancel();
        self.handle.stop(true).await;
        self.tasks.wait().await;
    }
}

/// The address of a server that was bound to exactly one.
pub(super) fn only(addrs: &[SocketAddr], asked: SocketAddr) -> SocketAddr {
    addrs.first().copied().unwrap_or(asked)
}

/// Serves the media routes alone, on `127.0.0.1:port` (0: a free port).
///
/// # Errors
/// [`ServeError::Listen`] when the port cannot be used.
pub fn serve_blobs(store: BlobStore, port: u16) -> Result<HttpServer, ServeError> {
    let asked = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let store = web::Data::new(store);
    let server = actix_web::HttpServer::new(move || {
        App::new().app_data(store.clone()).configure(mms::routes)
    })
    .workers(1)
    .disable_signals()
    .shutdown_timeout(GRACE_SECS)
    .bind(asked)
    .map_err(|source| ServeError::Listen {
        addr: asked,
        source,
    })?;
    let addr = only(&server.addrs(), asked);
    Ok(HttpServer::spawn(
        addr,
        server.run(),
        CancellationToken::new(),
    ))
}
