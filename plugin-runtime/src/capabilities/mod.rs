//! The capabilities, one module each: the functions of one interface of the contract, the state that they keep for one
//! event, their limits and their tests. To add one is to add a module and a line to [`linker`].
//!
//! A capability that the operator has denied refuses its calls: each that can be refused asks `permitted` first. It still
//! counts, so that asking again and again comes to an end.
//!
//! Calls that make the host work for the plugin are counted (`kv`, `http`, `settings`, `schedule`, `commands`, `chat`, `media`,
//! `group-admin`, `users`, `chats`, `turns`, `bot-admin`, `hosting`); reading the event, drafting a
//! message, logging, the time and random numbers cost only the CPU time that they take.

pub(super) mod bot_admin;
pub(super) mod chat;
pub(super) mod chats;
pub(super) mod clock;
pub(super) mod commands;
pub(super) mod event;
pub(super) mod group_admin;
pub(super) mod groups;
pub(super) mod hosting;
pub(super) mod http;
pub(super) mod kv;
pub(super) mod log;
pub(super) mod media;
pub(super) mod random;
pub(super) mod schedule;
pub(super) mod settings;
pub(super) mod turns;
pub(super) mod users;
pub(super) mod wasi;

use jadi_plugin_manifest::{Capability, LimitsClass};
use wasmtime::Engine;
use wasmtime::component::{HasSelf, Linker};

use super::bindings::jadi::plugin as contract;
use super::bindings::jadi::plugin::types::Refused;
use super::budget::Reached;
use super::state::EventState;

/// A linker with every capability, and WASI for plugins that bring an interpreter along. What a component gets of it is what
/// it imports.
pub(super) fn linker(engine: &Engine, class: LimitsClass) -> wasmtime::Result<Linker<EventState>> {
    type State = HasSelf<EventState>;
    let mut linker = Linker::new(engine);
    let l = &mut linker;
    contract::types::add_to_linker::<_, State>(l, |state| state)?;
    contract::bot_admin::add_to_linker::<_, State>(l, |state| state)?;
    contract::chat::add_to_linker::<_, State>(l, |state| state)?;
    contract::chats::add_to_linker::<_, State>(l, |state| state)?;
    contract::clock::add_to_linker::<_, State>(l, |state| state)?;
    contract::commands::add_to_linker::<_, State>(l, |state| state)?;
    contract::group_admin::add_to_linker::<_, State>(l, |state| state)?;
    contract::groups::add_to_linker::<_, State>(l, |state| state)?;
    contract::hosting::add_to_linker::<_, State>(l, |state| state)?;
    contract::http::add_to_linker::<_, State>(l, |state| state)?;
    contract::kv::add_to_linker::<_, State>(l, |state| state)?;
    contract::log::add_to_linker::<_, State>(l, |state| state)?;
    contract::media::add_to_linker::<_, State>(l, |state| state)?;
    contract::random::add_to_linker::<_, State>(l, |state| state)?;
    contract::schedule::add_to_linker::<_, State>(l, |state| state)?;
    contract::settings::add_to_linker::<_, State>(l, |state| state)?;
    contract::turns::add_to_linker::<_, State>(l, |state| state)?;
    contract::users::add_to_linker::<_, State>(l, |state| state)?;
    if class == LimitsClass::Script {
        wasi::add_to_linker(l)?;
    }
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::Grants;
    use super::super::limits::EventLimits;
    use super::super::tests::support::{Data, group, input, state_of};
    use super::contract::{group_admin, groups, hosting, http, media, schedule, settings};
    use super::event::HeldMessage;
    use super::*;

    /// Each with a call of its own: what the operator has denied is refused as that, before anything else is looked at.
    #[tokio::test]
    async fn what_is_denied_is_refused_as_that() {
        let mut input = input();
        input.group = Some(Arc::new(group()));
        input.bot_is_admin = true;
        input.grants = Grants::without([
            Capability::Groups,
            Capability::GroupAdmin,
            Capability::Hosting,
            Capability::Http,
            Capability::Media,
            Capability::Schedule,
            Capability::Settings,
        ]);
        let mut state = state_of(input, Data::default(), EventLimits::default());
        fn denied<T>(what: &str, answer: wasmtime::Result<Result<T, Refused>>) {
            let refused = answer.expect("no trap").err();
            assert!(
                matches!(refused, Some(Refused::Denied)),
                "{what}: {refused:?}"
            );
        }
        denied("groups", groups::Host::current(&mut state));
        denied("group-admin", group_admin::Host::leave(&mut state));
        let message = state.hand_over(HeldMessage::EVENT).expect("a handle");
        let deleted = group_admin::Host::delete_message(&mut state, message);
        denied("group-admin, a message", deleted);
        let message = state.hand_over(HeldMessage::EVENT).expect("a handle");
        denied("media", media::Host::open(&mut state, message).await);
        denied("hosting", hosting::Host::owned(&mut state).await);
        denied("hosting, set", hosting::Host::set_slots(&mut state, 1));
        let png = "image/png".to_owned();
        let kind = super::super::bindings::jadi::plugin::types::MediaKind::Image;
        denied(
            "media, made",
            media::Host::make(&mut state, kind, png, None),
        );
        denied("schedule", schedule::Host::list(&mut state).await);
        let name = || "name".to_owned();
        denied(
            "schedule, one",
            schedule::Host::cancel(&mut state, name()).await,
        );
        denied("settings", settings::Host::get(&mut state, name()).await);
        denied(
            "settings, set",
            settings::Host::reset(&mut state, name()).await,
        );
        let url = "https://api.example.org/".to_owned();
        let request = http::HostRequest::new(&mut state, http::Method::Get, url);
        let sent = http::Host::send(&mut state, request.expect("a handle")).await;
        denied("http", sent);
    }
}
