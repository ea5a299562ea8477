//! The simulator against unmodified clients: whatsapp-rust in this process, speaking the real protocol over loopback.

mod changes;
mod delivery;
mod direct;
mod faults;
mod groups;
mod lookups;
mod media;
mod page;
mod page_api;
mod pairing;
mod restart;
mod support;
