//! Integration tests of the `jadi` package, one module per room or concern.

mod cli;
mod evening;
mod forged_chain;
mod master_key;
mod takeout;
