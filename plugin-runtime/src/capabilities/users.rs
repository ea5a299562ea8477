//! `users`: what the bot knows of people that an event named. There is no list of them.

use jadi_model::clock::Millis;
use jadi_model::{Jid, KnownUser};
use jadi_plugin_manifest::Capability;
use wasmtime::component::Resource;

use super::super::bindings::jadi::plugin::types::Refused;
use super::super::bindings::jadi::plugin::users as wit;
use super::super::state::EventState;

/// Somebody whom the bot has met.
pub struct HeldUser(KnownUser);

impl EventState {
    fn user(&self, user: &Resource<HeldUser>) -> wasmtime::Result<&KnownUser> {
        Ok(&self.handles.get(user)?.0)
    }

    /// Somebody; none for what is no address, as nobody has it.
    async fn find_user(&mut self, person: &str) -> Result<Option<KnownUser>, Refused> {
        self.permitted(Capability::Users)?;
        let Ok(person) = person.parse::<Jid>() else {
            return Ok(None);
        };
        let asked = self.meter.pause(self.reads.user(&person)).await;
        self.served(asked)
    }
}

impl wit::HostUser for EventState {
    fn jid(&mut self, user: Resource<HeldUser>) -> wasmtime::Result<String> {
        Ok(self.user(&user)?.jid.to_string())
    }

    fn name(&mut self, user: Resource<HeldUser>) -> wasmtime::Result<String> {
        Ok(self.user(&user)?.name.clone())
    }

    fn first_seen(&mut self, user: Resource<HeldUser>) -> wasmtime::Result<Millis> {
        Ok(self.user(&user)?.first_seen)
    }

    fn last_seen(&mut self, user: Resource<HeldUser>) -> wasmtime::Result<Millis> {
        Ok(self.user(&user)?.last_seen)
    }

    fn messages(&mut self, user: Resource<HeldUser>) -> wasmtime::Result<u64> {
        Ok(self.user(&user)?.messages)
    }

    fn banned_since(&mut self, user: Resource<HeldUser>) -> wasmtime::Result<Option<Millis>> {
        Ok(self.user(&user)?.banned_since)
    }

    fn drop(&mut self, user: Resource<HeldUser>) -> wasmtime::Result<()> {
        self.handles.delete(user)?;
        Ok(())
    }
}

impl wit::Host for EventState {
    async fn find(
        &mut self,
        person: String,
    ) -> wasmtime::Result<Result<Option<Resource<HeldUser>>, Refused>> {
        self.calls.count(person.len())?;
        match self.find_user(&person).await {
            Ok(Some(user)) => Ok(Ok(Some(self.hand_over(HeldUser(user))?))),
            Ok(None) => Ok(Ok(None)),
            Err(refused) => Ok(Err(refused)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::limits::EventLimits;
    use super::super::super::tests::support::{Data, jid, state};
    use super::wit::{Host, HostUser};
    use super::*;

    const BOB: &str = "6280000000102@s.whatsapp.net";

    fn data() -> Data {
        Data {
            users: vec![KnownUser {
                jid: jid(BOB),
                name: "Bob".to_owned(),
                first_seen: 1,
                last_seen: 9,
                messages: 3,
                banned_since: Some(5),
            }],
            ..Data::default()
        }
    }

    #[tokio::test]
    async fn somebody_is_found_by_address_and_nobody_else() {
        let mut state = state(data(), EventLimits::default());
        let found = state.find(BOB.to_owned()).await.expect("no trap");
        let bob = found.expect("served").expect("known");
        let again = || Resource::new_borrow(bob.rep());
        assert_eq!(state.name(again()).expect("held"), "Bob");
        assert_eq!(state.messages(again()).expect("held"), 3);
        assert_eq!(state.first_seen(again()).expect("held"), 1);
        assert_eq!(state.last_seen(again()).expect("held"), 9);
        assert_eq!(state.banned_since(again()).expect("held"), Some(5));
        for nobody in ["6280000000109@s.whatsapp.net", "everybody", ""] {
            let found = state.find(nobody.to_owned()).await.expect("no trap");
            assert!(found.expect("served").is_none(), "{nobody}");
        }
    }

    #[tokio::test]
    async fn broken_storage_is_unavailable() {
        let broken = Data {
            broken: true,
            ..data()
        };
        let mut state = state(broken, EventLimits::default());
        let found = state.find(BOB.to_owned()).await.expect("no trap");
        assert!(matches!(found, Err(Refused::Unavailable)));
    }
}
