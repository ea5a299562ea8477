//! What travels on a connection: Noise handshake, frames, stanzas.
//!
//! Only the shape of things lives here; what a stanza means is the server's and the phones' business.

pub(crate) mod channel;
pub(crate) mod handshake;
pub(crate) mod stanza;
