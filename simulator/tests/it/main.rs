//! The simulator against unmodified clients: whatsapp-rust in this process, speaking the real protocol over loopback.

mod changes;
mod direct;
mod groups;
mod pairing;
mod support;
