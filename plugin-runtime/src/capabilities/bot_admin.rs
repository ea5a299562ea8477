//! `bot-admin`: managing the bot that the event is of. What is kept in its data is written with the event; what concerns its
//! plugins is an action, since these are the host's.

use jadi_model::{Action, BotChange, Jid, MOST_PREFIXES, PREFIX_LENGTH, is_prefix};
use jadi_plugin_manifest::{Capability, SettingValue};
use wasmtime::component::Resource;

use super::super::bindings::jadi::plugin::bot_admin as wit;
use super::super::bindings::jadi::plugin::types::{Refused, SettingValue as WitValue};
use super::super::context::{BotWrite, PluginFact, PluginSettingFact};
use super::super::state::EventState;
use super::chats::check_language;
use super::event::HeldAction;
use super::invalid;
use super::settings::{of_wit, to_wit};

/// How many banned people are told.
const BANNED: usize = 256;

/// An installed plugin.
pub struct HeldPlugin(PluginFact);

/// A setting of one.
pub struct HeldSetting(PluginSettingFact);

type Done = wasmtime::Result<Result<(), Refused>>;
type Act = wasmtime::Result<Result<Resource<HeldAction>, Refused>>;

impl EventState {
    /// The installed plugins.
    async fn installed(&mut self) -> Result<Vec<PluginFact>, Refused> {
        self.permitted(Capability::BotAdmin)?;
        let asked = self.meter.pause(self.reads.plugins()).await;
        self.served(asked)
    }

    async fn plugin_named(&mut self, name: &str) -> Result<PluginFact, Refused> {
        let mut plugins = self.installed().await?.into_iter();
        plugins
            .find(|plugin| plugin.name == name)
            .ok_or_else(|| invalid(format!("no plugin {name:?} is installed")))
    }

    /// The action that switches a plugin.
    async fn switch(&mut self, name: String, enabled: bool) -> Act {
        self.calls.count(name.len())?;
        let plugin = match self.plugin_named(&name).await {
            Ok(plugin) => plugin,
            Err(refused) => return Ok(Err(refused)),
        };
        if let (true, Some(other)) = (enabled, plugin.clashes_with) {
            return Ok(Err(invalid(format!(
                "{other} is enabled and has one of its commands"
            ))));
        }
        self.act(Action::Bot {
            chat: self.input.event.chat.jid.clone(),
            change: BotChange::Plugin { name, enabled },
        })
    }

    async fn change_of(
        &mut self,
        plugin: String,
        name: String,
        value: Option<SettingValue>,
    ) -> Result<(), Refused> {
        let settings = self.plugin_named(&plugin).await?.settings;
        let setting = settings
            .iter()
            .map(|fact| &fact.setting)
            .find(|setting| setting.name == name)
            .ok_or_else(|| invalid(format!("{plugin} has no setting {name:?}")))?;
        if let Some(value) = &value {
            setting
                .value
                .allows(value)
                .map_err(|right| invalid(format!("{name} must be {right}")))?;
        }
        self.bot.push(BotWrite::PluginSetting {
            plugin,
            name,
            value,
        });
        Ok(())
    }

    fn write(&mut self, write: Result<BotWrite, Refused>) -> Result<(), Refused> {
        self.permitted(Capability::BotAdmin)?;
        self.bot.push(write?);
        Ok(())
    }

    async fn lift_ban(&mut self, person: &str) -> Result<bool, Refused> {
        self.permitted(Capability::BotAdmin)?;
        let person = address(person)?;
        let asked = self.meter.pause(self.reads.user(&person)).await;
        let known = self.served(asked)?;
        let banned = known.is_some_and(|user| user.banned_since.is_some());
        if banned {
            let banned = false;
            self.bot.push(BotWrite::Ban { person, banned });
        }
        Ok(banned)
    }

    fn held_plugin(&self, plugin: &Resource<HeldPlugin>) -> wasmtime::Result<&PluginFact> {
        Ok(&self.handles.get(plugin)?.0)
    }

    fn held_setting(&self, held: &Resource<HeldSetting>) -> wasmtime::Result<&PluginSettingFact> {
        Ok(&self.handles.get(held)?.0)
    }
}

fn address(person: &str) -> Result<Jid, Refused> {
    person
        .parse()
        .map_err(|_| invalid("a person is not an address such as an event hands over"))
}

fn check_prefixes(prefixes: &[String]) -> Result<(), Refused> {
    let fit = prefixes.iter().all(|prefix| is_prefix(prefix));
    if (1..=MOST_PREFIXES).contains(&prefixes.len()) && fit {
        Ok(())
    } else {
        Err(invalid(format!(
            "there are 1 to {MOST_PREFIXES} prefixes, each of 1 to {PREFIX_LENGTH} characters that are neither letters, digits nor spaces"
        )))
    }
}

impl wit::HostPluginSetting for EventState {
    fn name(&mut self, held: Resource<HeldSetting>) -> wasmtime::Result<String> {
        Ok(self.held_setting(&held)?.setting.name.clone())
    }

    fn summary(&mut self, held: Resource<HeldSetting>) -> wasmtime::Result<String> {
        Ok(self.held_setting(&held)?.summary.clone())
    }

    fn value(&mut self, held: Resource<HeldSetting>) -> wasmtime::Result<WitValue> {
        Ok(to_wit(self.held_setting(&held)?.value.clone()))
    }

    fn can_be(&mut self, held: Resource<HeldSetting>) -> wasmtime::Result<String> {
        Ok(self.held_setting(&held)?.setting.value.described())
    }

    fn drop(&mut self, held: Resource<HeldSetting>) -> wasmtime::Result<()> {
        self.handles.delete(held)?;
        Ok(())
    }
}

impl wit::HostPlugin for EventState {
    fn name(&mut self, plugin: Resource<HeldPlugin>) -> wasmtime::Result<String> {
        Ok(self.held_plugin(&plugin)?.name.clone())
    }

    fn version(&mut self, plugin: Resource<HeldPlugin>) -> wasmtime::Result<String> {
        Ok(self.held_plugin(&plugin)?.version.clone())
    }

    fn summary(&mut self, plugin: Resource<HeldPlugin>) -> wasmtime::Result<String> {
        Ok(self.held_plugin(&plugin)?.summary.clone())
    }

    fn enabled(&mut self, plugin: Resource<HeldPlugin>) -> wasmtime::Result<bool> {
        Ok(self.held_plugin(&plugin)?.enabled)
    }

    fn clashes_with(&mut self, plugin: Resource<HeldPlugin>) -> wasmtime::Result<Option<String>> {
        Ok(self.held_plugin(&plugin)?.clashes_with.clone())
    }

    fn settings(
        &mut self,
        plugin: Resource<HeldPlugin>,
    ) -> wasmtime::Result<Vec<Resource<HeldSetting>>> {
        let settings = self.held_plugin(&plugin)?.settings.clone();
        let mut held = Vec::with_capacity(settings.len());
        for setting in settings {
            held.push(self.hand_over(HeldSetting(setting))?);
        }
        Ok(held)
    }

    fn drop(&mut self, plugin: Resource<HeldPlugin>) -> wasmtime::Result<()> {
        self.handles.delete(plugin)?;
        Ok(())
    }
}

impl wit::Host for EventState {
    fn set_language(&mut self, language: String) -> Done {
        self.calls.count(language.len())?;
        let write = check_language(&language).map(|()| BotWrite::Language(language));
        Ok(self.write(write))
    }

    fn set_prefixes(&mut self, prefixes: Vec<String>) -> Done {
        self.calls.count(prefixes.iter().map(String::len).sum())?;
        let write = check_prefixes(&prefixes).map(|()| BotWrite::Prefixes(prefixes));
        Ok(self.write(write))
    }

    fn ban(&mut self, person: String) -> Done {
        self.calls.count(person.len())?;
        let own = self.input.own.clone();
        let write = address(&person).and_then(|person| match own {
            Some(own) if own == person => Err(invalid("the bot does not ban itself")),
            _ => Ok(BotWrite::Ban {
                person,
                banned: true,
            }),
        });
        Ok(self.write(write))
    }

    async fn unban(&mut self, person: String) -> wasmtime::Result<Result<bool, Refused>> {
        self.calls.count(person.len())?;
        Ok(self.lift_ban(&person).await)
    }

    async fn banned(&mut self) -> wasmtime::Result<Result<Vec<wit::BanEntry>, Refused>> {
        self.calls.count(0)?;
        if let Err(denied) = self.permitted(Capability::BotAdmin) {
            return Ok(Err(denied));
        }
        let asked = self.meter.pause(self.reads.bans()).await;
        Ok(self.served(asked).map(|bans| {
            let bans = bans.into_iter().take(BANNED);
            bans.map(|ban| wit::BanEntry {
                person: ban.person.to_string(),
                since: ban.since,
            })
            .collect()
        }))
    }

    async fn plugins(&mut self) -> wasmtime::Result<Result<Vec<Resource<HeldPlugin>>, Refused>> {
        self.calls.count(0)?;
        let plugins = match self.installed().await {
            Ok(plugins) => plugins,
            Err(refused) => return Ok(Err(refused)),
        };
        let mut held = Vec::with_capacity(plugins.len());
        for plugin in plugins {
            held.push(self.hand_over(HeldPlugin(plugin))?);
        }
        Ok(Ok(held))
    }

    async fn enable(&mut self, plugin: String) -> Act {
        self.switch(plugin, true).await
    }

    async fn disable(&mut self, plugin: String) -> Act {
        self.switch(plugin, false).await
    }

    async fn set_setting(&mut self, plugin: String, name: String, value: WitValue) -> Done {
        self.calls.count(plugin.len().saturating_add(name.len()))?;
        Ok(self.change_of(plugin, name, Some(of_wit(value))).await)
    }

    async fn reset_setting(&mut self, plugin: String, name: String) -> Done {
        self.calls.count(plugin.len().saturating_add(name.len()))?;
        Ok(self.change_of(plugin, name, None).await)
    }
}

#[cfg(test)]
mod tests {
    use jadi_model::KnownUser;
    use jadi_plugin_manifest::Manifest;

    use super::super::super::Grants;
    use super::super::super::limits::EventLimits;
    use super::super::super::tests::support::{Data, input, jid, state, state_of};
    use super::wit::{Host, HostPlugin};
    use super::*;

    const BOB: &str = "6280000000102@s.whatsapp.net";

    fn data() -> Data {
        let manifest = br#"{"name":"welcome","version":"1.0.0","languages":["en"],"settings":[
            {"name":"times","summary":"x","value":{"kind":"number","default":1,"least":1,"most":3}}]}"#;
        let manifest = Manifest::parse(manifest).expect("a manifest");
        let settings = manifest.settings.iter().map(|setting| PluginSettingFact {
            setting: setting.clone(),
            summary: "x".to_owned(),
            value: setting.value.default_value(),
        });
        let plugin = |name: &str, clashes_with: Option<&str>| PluginFact {
            name: name.to_owned(),
            version: "1.0.0".to_owned(),
            summary: String::new(),
            enabled: clashes_with.is_none(),
            clashes_with: clashes_with.map(str::to_owned),
            settings: settings.clone().collect(),
        };
        Data {
            plugins: vec![plugin("other", Some("welcome")), plugin("welcome", None)],
            users: vec![KnownUser {
                jid: jid(BOB),
                name: String::new(),
                first_seen: 1,
                last_seen: 1,
                messages: 1,
                banned_since: Some(5),
            }],
            ..Data::default()
        }
    }

    fn refusal<T: std::fmt::Debug>(answer: wasmtime::Result<Result<T, Refused>>) -> String {
        match answer.expect("no trap") {
            Err(Refused::Invalid(why)) => why,
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn what_is_changed_is_written_with_the_event() {
        let mut state = state(data(), EventLimits::default());
        let done = |done: Done| done.expect("no trap").expect("allowed");
        done(state.set_language("id".to_owned()));
        done(state.set_prefixes(vec!["!".to_owned(), "$$".to_owned()]));
        done(state.ban(BOB.to_owned()));
        let set = state.set_setting(
            "welcome".to_owned(),
            "times".to_owned(),
            WitValue::Number(2),
        );
        done(set.await);
        let lifted = state.unban(BOB.to_owned()).await.expect("no trap");
        assert!(lifted.expect("served"));
        let stranger = "6280000000109@s.whatsapp.net".to_owned();
        let lifted = state.unban(stranger).await.expect("no trap");
        assert!(!lifted.expect("served"), "there is nothing to lift");
        let ban = |banned| BotWrite::Ban {
            person: jid(BOB),
            banned,
        };
        let expected = [
            BotWrite::Language("id".to_owned()),
            BotWrite::Prefixes(vec!["!".to_owned(), "$$".to_owned()]),
            ban(true),
            BotWrite::PluginSetting {
                plugin: "welcome".to_owned(),
                name: "times".to_owned(),
                value: Some(SettingValue::Number(2)),
            },
            ban(false),
        ];
        assert_eq!(state.bot, expected);
    }

    #[tokio::test]
    async fn what_makes_no_sense_is_refused() {
        let mut state = state(data(), EventLimits::default());
        for wrong in [vec![], vec!["a"], vec!["! "], vec!["!!!!"], vec!["!"; 9]] {
            let wrong = wrong.into_iter().map(str::to_owned).collect();
            assert!(refusal(state.set_prefixes(wrong)).contains("prefixes"));
        }
        assert!(refusal(state.set_language("english".to_owned())).contains("tag"));
        assert!(refusal(state.ban("him".to_owned())).contains("address"));
        let named = |name: &str| name.to_owned();
        let set = state.set_setting(named("welcome"), named("times"), WitValue::Number(9));
        assert_eq!(refusal(set.await), "times must be a number from 1 to 3");
        let set = state.reset_setting(named("welcome"), named("colour"));
        assert!(refusal(set.await).contains("no setting"));
        let enabled = state.enable(named("nothing")).await;
        assert!(refusal(enabled.map(|answer| answer.map(drop))).contains("is installed"));
        let enabled = state.enable(named("other")).await;
        assert!(refusal(enabled.map(|answer| answer.map(drop))).starts_with("welcome is enabled"));
        assert!(state.bot.is_empty());
    }

    #[tokio::test]
    async fn a_switch_is_an_action_in_the_events_chat() {
        let mut state = state(data(), EventLimits::default());
        let plugins = state.plugins().await.expect("no trap").expect("served");
        let names: Vec<String> = plugins
            .into_iter()
            .map(|plugin| HostPlugin::name(&mut state, plugin).expect("held"))
            .collect();
        assert_eq!(names, ["other", "welcome"]);
        let action = state.disable("welcome".to_owned()).await.expect("no trap");
        let held = state.handles.delete(action.expect("allowed"));
        let HeldAction::Do(action) = held.expect("held") else {
            panic!("an action");
        };
        let Action::Bot { chat, change } = *action else {
            panic!("an action of the bot's");
        };
        assert_eq!(chat, state.input.event.chat.jid);
        let expected = BotChange::Plugin {
            name: "welcome".to_owned(),
            enabled: false,
        };
        assert_eq!(change, expected);
    }

    #[tokio::test]
    async fn nothing_is_done_without_the_operators_grant() {
        let mut input = input();
        input.grants = Grants::without([Capability::BotAdmin]);
        let mut state = state_of(input, data(), EventLimits::default());
        let denied = |refused: Option<Refused>| assert!(matches!(refused, Some(Refused::Denied)));
        denied(state.set_language("id".to_owned()).expect("no trap").err());
        denied(state.ban(BOB.to_owned()).expect("no trap").err());
        denied(state.unban(BOB.to_owned()).await.expect("no trap").err());
        denied(state.banned().await.expect("no trap").err());
        denied(state.plugins().await.expect("no trap").err());
        denied(
            state
                .enable("other".to_owned())
                .await
                .expect("no trap")
                .err(),
        );
        assert!(state.bot.is_empty());
    }
}
