//! The simulator against unmodified clients: whatsapp-rust in this process, speaking the real protocol over loopback.

mod direct;
mod pairing;
mod support;
