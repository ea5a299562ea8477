//! The only room that knows whatsapp-rust: the session seam, events in, actions out.
//!
//! The rest of the host sees a [`Connector`] that makes a [`Session`], and gives it an [`Inbound`] to hand events to. The
//! client library is one implementation of the seam ([`ClientConnector`]), a scripted fake for tests the other.

mod client;
#[cfg(test)]
pub mod fake;
mod seam;

pub use client::ClientConnector;
pub use client::trust::{Endpoint, TrustError};
pub use seam::{
    CommitError, Connector, DisconnectCause, DownloadError, Inbound, PairingMethod, SendError,
    Session, SessionError, SessionSpec, SessionState, Traffic,
};
