//! The only room that knows whatsapp-rust: the session seam, events in, actions out.
//!
//! The rest of the host sees a [`Connector`] that makes a [`Session`], and gives it an [`Inbound`] to hand events to. The
//! client library is one implementation of the seam, a scripted fake for tests the other.

mod seam;

pub use seam::{
    CommitError, Connector, DisconnectCause, GroupInfo, Inbound, PairingMethod, Participant,
    SendError, Session, SessionError, SessionSpec, SessionState,
};
