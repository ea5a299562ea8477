//! A server on loopback that unmodified WhatsApp clients take for WhatsApp, and virtual phones beside it.
//!
//! The server speaks the real protocol (Noise, binary stanzas, Signal ciphertext) on one websocket port. It routes
//! ciphertext between *devices* and never reads a message. A device is a companion on a socket (a bot's session) or
//! the primary device of a [`Phone`], which lives in this process and has its own Signal keys, so that what a bot and a
//! phone say to each other is encrypted from end to end as it is in the world.
//!
//! It is made for tests, transcripts and the demo. It does not do calls, communities, channels, status posts or payments, and
//! what a client asks beyond the list in this crate is recorded ([`UnknownIq`]) so that a test can fail on it.
//!
//! # Layout
//!
//! - [`simulator`]: the whole, as a test or the demo holds it.
//! - [`phone`]: the virtual phones.
//! - [`chat`], [`message`], [`event`]: plain data: where something was said, what was said, what a phone saw.
//! - [`faults`]: what networks do to clients, on demand.
//! - [`clock`]: the time that everything here reads.
//! - [`certificate`]: the server's keys and its signed chain.
//! - [`error`]: what can go wrong, told to a person.
//! - [`http`]: media servers, control API and phones page over HTTP.
//! - `keep`: what outlives a run.
//! - `server`: accounts, devices, groups, and the way of a stanza between them.
//! - `wire`: Noise, frames, stanzas.

pub mod certificate;
pub mod chat;
pub mod clock;
pub mod error;
pub mod event;
pub mod faults;
pub mod http;
mod keep;
pub mod message;
pub mod phone;
mod proto;
mod server;
pub mod simulator;
mod wire;

pub use certificate::CertificateInfo;
pub use chat::{ChatId, MessageKey};
pub use clock::SimClock;
pub use error::{GroupError, PairError, SendError, SimulatorError};
pub use event::{
    ChatSummary, DeletedBy, DeviceIndex, GroupChange, GroupMember, GroupNotice, GroupView,
    LinkedDevice, PhoneEvent, UnknownIq,
};
pub use faults::Faults;
pub use message::{Body, MediaFile, MediaKind, Outgoing, Receipt, ReceiptKind, SeenMessage};
pub use phone::Phone;
pub use simulator::{Simulator, SimulatorConfig};
