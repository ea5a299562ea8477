//! `chats`: the event's chat as the bot has it, and how many it has.

use jadi_model::clock::Millis;
use jadi_model::{ChatKind, KnownChat};
use jadi_plugin_manifest::{Capability, is_language};
use wasmtime::component::Resource;

use super::super::bindings::jadi::plugin::chats as wit;
use super::super::bindings::jadi::plugin::types::Refused;
use super::super::context::BotWrite;
use super::super::state::EventState;
use super::invalid;

/// The event's chat.
pub struct HeldChat(KnownChat);

impl EventState {
    fn known_chat(&self, chat: &Resource<HeldChat>) -> wasmtime::Result<&KnownChat> {
        Ok(&self.handles.get(chat)?.0)
    }

    async fn current_chat(&mut self) -> Result<KnownChat, Refused> {
        self.permitted(Capability::Chats)?;
        let asked = self.meter.pause(self.reads.chat()).await;
        // The event itself is the first that the bot hears there, when it is kept for its key only.
        let at = self.input.received_at;
        Ok(self.served(asked)?.unwrap_or(KnownChat {
            first_seen: at,
            last_seen: at,
            messages: 0,
            off_since: None,
            language: None,
        }))
    }

    fn switch_off(&mut self, off: bool) -> Result<(), Refused> {
        self.permitted(Capability::Chats)?;
        if self.input.event.chat.kind != ChatKind::Group {
            return Err(invalid("the bot is switched off in groups only"));
        }
        self.bot.push(BotWrite::Off(off));
        Ok(())
    }

    fn set_chat_language(&mut self, language: Option<String>) -> Result<(), Refused> {
        self.permitted(Capability::Chats)?;
        if let Some(language) = &language {
            check_language(language)?;
        }
        self.bot.push(BotWrite::ChatLanguage(language));
        Ok(())
    }
}

/// Refuses what is no language tag.
pub(super) fn check_language(language: &str) -> Result<(), Refused> {
    if is_language(language) {
        Ok(())
    } else {
        Err(invalid("a language is a tag such as en or pt-BR"))
    }
}

impl wit::HostKnownChat for EventState {
    fn first_seen(&mut self, chat: Resource<HeldChat>) -> wasmtime::Result<Millis> {
        Ok(self.known_chat(&chat)?.first_seen)
    }

    fn messages(&mut self, chat: Resource<HeldChat>) -> wasmtime::Result<u64> {
        Ok(self.known_chat(&chat)?.messages)
    }

    fn off_since(&mut self, chat: Resource<HeldChat>) -> wasmtime::Result<Option<Millis>> {
        Ok(self.known_chat(&chat)?.off_since)
    }

    fn language(&mut self, chat: Resource<HeldChat>) -> wasmtime::Result<Option<String>> {
        Ok(self.known_chat(&chat)?.language.clone())
    }

    fn drop(&mut self, chat: Resource<HeldChat>) -> wasmtime::Result<()> {
        self.handles.delete(chat)?;
        Ok(())
    }
}

impl wit::Host for EventState {
    async fn current(&mut self) -> wasmtime::Result<Result<Resource<HeldChat>, Refused>> {
        self.calls.count(0)?;
        match self.current_chat().await {
            Ok(chat) => Ok(Ok(self.hand_over(HeldChat(chat))?)),
            Err(refused) => Ok(Err(refused)),
        }
    }

    async fn count(&mut self) -> wasmtime::Result<Result<wit::Counts, Refused>> {
        self.calls.count(0)?;
        if let Err(denied) = self.permitted(Capability::Chats) {
            return Ok(Err(denied));
        }
        let asked = self.meter.pause(self.reads.counts()).await;
        Ok(self.served(asked).map(|counts| wit::Counts {
            users: counts.users,
            groups: counts.groups,
            private_chats: counts.private_chats,
        }))
    }

    fn set_off(&mut self, off: bool) -> wasmtime::Result<Result<(), Refused>> {
        self.calls.count(0)?;
        Ok(self.switch_off(off))
    }

    fn set_language(&mut self, language: Option<String>) -> wasmtime::Result<Result<(), Refused>> {
        self.calls.count(language.as_ref().map_or(0, String::len))?;
        Ok(self.set_chat_language(language))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jadi_model::Event;

    use super::super::super::limits::EventLimits;
    use super::super::super::tests::support::{Data, input, state, state_of};
    use super::wit::{Host, HostKnownChat};
    use super::*;

    #[tokio::test]
    async fn a_chat_that_is_new_is_known_from_now_on() {
        let mut state = state(Data::default(), EventLimits::default());
        let chat = state.current().await.expect("no trap").expect("served");
        let again = || Resource::new_borrow(chat.rep());
        let received_at = state.input.received_at;
        assert_eq!(state.first_seen(again()).expect("held"), received_at);
        assert_eq!(state.messages(again()).expect("held"), 0);
        assert_eq!(state.off_since(again()).expect("held"), None);
        let counts = state.count().await.expect("no trap").expect("served");
        assert_eq!((counts.groups, counts.private_chats), (2, 3));
    }

    #[test]
    fn a_language_is_a_tag_and_only_groups_have_the_bot_off() {
        let mut state = state(Data::default(), EventLimits::default());
        let set = |state: &mut EventState, language: &str| {
            Host::set_language(state, Some(language.to_owned())).expect("no trap")
        };
        set(&mut state, "pt-BR").expect("a tag");
        for wrong in ["", "english", "EN", "en_US"] {
            assert!(
                matches!(set(&mut state, wrong), Err(Refused::Invalid(_))),
                "{wrong}"
            );
        }
        Host::set_language(&mut state, None)
            .expect("no trap")
            .expect("the bot's counts");
        state.set_off(true).expect("no trap").expect("in a group");
        let expected = [
            BotWrite::ChatLanguage(Some("pt-BR".to_owned())),
            BotWrite::ChatLanguage(None),
            BotWrite::Off(true),
        ];
        assert_eq!(state.bot, expected);

        let mut input = input();
        let mut event = Event::clone(&input.event);
        event.chat.kind = ChatKind::Private;
        input.event = Arc::new(event);
        let mut private = state_of(input, Data::default(), EventLimits::default());
        let refused = private.set_off(true).expect("no trap");
        assert!(matches!(refused, Err(Refused::Invalid(_))));
    }
}
