//! The capabilities, one module each: the functions of one interface of the contract, the state that they keep for one
//! event, their limits and their tests. To add one is to add a module and a line to [`linker`].
//!
//! A capability that the operator has denied refuses its calls: each that can be refused asks `permitted` first. It still
//! counts, so that asking again and again comes to an end.
//!
//! Calls that make the host work for the plugin are counted (`kv`, `commands`, `chat`); reading the event, drafting a
//! message, logging, the time and random numbers cost only the CPU time that they take.

pub(super) mod chat;
pub(super) mod clock;
pub(super) mod commands;
pub(super) mod event;
pub(super) mod kv;
pub(super) mod log;
pub(super) mod random;

use jadi_plugin_manifest::Capability;
use wasmtime::Engine;
use wasmtime::component::{HasSelf, Linker};

use super::bindings::jadi::plugin as contract;
use super::bindings::jadi::plugin::types::Refused;
use super::budget::Reached;
use super::state::EventState;

/// A linker with every capability. What a component gets of it is what it imports.
pub(super) fn linker(engine: &Engine) -> wasmtime::Result<Linker<EventState>> {
    type State = HasSelf<EventState>;
    let mut linker = Linker::new(engine);
    let l = &mut linker;
    contract::types::add_to_linker::<_, State>(l, |state| state)?;
    contract::chat::add_to_linker::<_, State>(l, |state| state)?;
    contract::clock::add_to_linker::<_, State>(l, |state| state)?;
    contract::commands::add_to_linker::<_, State>(l, |state| state)?;
    contract::kv::add_to_linker::<_, State>(l, |state| state)?;
    contract::log::add_to_linker::<_, State>(l, |state| state)?;
    contract::random::add_to_linker::<_, State>(l, |state| state)?;
    Ok(linker)
}

/// A limit that the plugin can go on without: told, not fatal.
impl From<Reached> for Refused {
    fn from(Reached { limit, allowed }: Reached) -> Self {
        Self::Limit(format!("{allowed} {limit}"))
    }
}

impl EventState {
    /// Says no when the operator has denied the plugin this capability: the first line of each call that can be refused.
    fn permitted(&self, capability: Capability) -> Result<(), Refused> {
        if self.input.grants.allows(capability) {
            Ok(())
        } else {
            Err(Refused::Denied)
        }
    }
}

fn invalid(why: impl Into<String>) -> Refused {
    Refused::Invalid(why.into())
}
