//! `settings`: the plugin's own settings, as its manifest declares them. As with `kv`, changes are handed to dispatch when the
//! handler returns ok.

use std::collections::BTreeMap;

use jadi_plugin_manifest::{Capability, Scope, Setting, SettingValue};

use super::super::bindings::jadi::plugin::settings as wit;
use super::super::bindings::jadi::plugin::types::Refused;
use super::super::context::SettingWrite;
use super::super::state::EventState;
use super::invalid;

/// One event's changes, by name and whether they are for its group.
#[derive(Default)]
pub(in super::super) struct Changes(BTreeMap<(String, bool), Option<SettingValue>>);

impl Changes {
    /// The changes to keep.
    pub(in super::super) fn into_writes(self) -> Vec<SettingWrite> {
        let writes = self.0.into_iter();
        writes
            .map(|((name, here), value)| SettingWrite { name, here, value })
            .collect()
    }
}

impl EventState {
    fn setting(&self, name: &str) -> Result<&Setting, Refused> {
        self.manifest
            .setting(name)
            .ok_or_else(|| invalid(format!("the manifest has no setting {name:?}")))
    }

    /// Notes a change, when the manifest allows it.
    fn change_setting(
        &mut self,
        name: String,
        here: bool,
        value: Option<wit::Value>,
    ) -> Result<(), Refused> {
        self.permitted(Capability::Settings)?;
        let setting = self.setting(&name)?;
        if here && setting.scope != Scope::Group {
            return Err(invalid(format!("{name} is set for the bot, not per group")));
        }
        if here && self.input.group.is_none() {
            return Err(invalid("the event is not in a group that the bot is in"));
        }
        let value = value.map(of_wit);
        if let Some(value) = &value {
            setting
                .value
                .allows(value)
                .map_err(|right| invalid(format!("{name} must be {right}")))?;
        }
        self.settings.0.insert((name, here), value);
        Ok(())
    }

    /// What counts: the group's value, the bot's, the default, each with the handler's own changes on top.
    async fn setting_value(&mut self, name: &str) -> Result<wit::Value, Refused> {
        self.permitted(Capability::Settings)?;
        let setting = self.setting(name)?;
        let default = setting.value.default_value();
        let per_group = setting.scope == Scope::Group && self.input.group.is_some();
        let kind = setting.value.clone();
        for here in [true, false] {
            if here && !per_group {
                continue;
            }
            let value = match self.settings.0.get(&(name.to_owned(), here)) {
                Some(changed) => changed.clone(),
                None => match self.meter.pause(self.reads.setting(name, here)).await {
                    Ok(value) => value,
                    Err(error) => {
                        self.note_trouble(&error);
                        return Err(Refused::Unavailable);
                    }
                },
            };
            // What an earlier version of the plugin allowed counts as not set.
            if let Some(value) = value.filter(|value| kind.allows(value).is_ok()) {
                return Ok(to_wit(value));
            }
        }
        Ok(to_wit(default))
    }
}

impl wit::Host for EventState {
    async fn get(&mut self, name: String) -> wasmtime::Result<Result<wit::Value, Refused>> {
        self.calls.count(name.len())?;
        Ok(self.setting_value(&name).await)
    }

    async fn set(
        &mut self,
        name: String,
        value: wit::Value,
    ) -> wasmtime::Result<Result<(), Refused>> {
        self.calls.count(name.len())?;
        Ok(self.change_setting(name, false, Some(value)))
    }

    async fn reset(&mut self, name: String) -> wasmtime::Result<Result<(), Refused>> {
        self.calls.count(name.len())?;
        Ok(self.change_setting(name, false, None))
    }

    async fn set_here(
        &mut self,
        name: String,
        value: wit::Value,
    ) -> wasmtime::Result<Result<(), Refused>> {
        self.calls.count(name.len())?;
        Ok(self.change_setting(name, true, Some(value)))
    }

    async fn reset_here(&mut self, name: String) -> wasmtime::Result<Result<(), Refused>> {
        self.calls.count(name.len())?;
        Ok(self.change_setting(name, true, None))
    }
}

pub(super) fn to_wit(value: SettingValue) -> wit::Value {
    match value {
        SettingValue::Text(text) => wit::Value::Text(text),
        SettingValue::Number(number) => wit::Value::Number(number),
        SettingValue::Toggle(on) => wit::Value::Toggle(on),
    }
}

pub(super) fn of_wit(value: wit::Value) -> SettingValue {
    match value {
        wit::Value::Text(text) => SettingValue::Text(text),
        wit::Value::Number(number) => SettingValue::Number(number),
        wit::Value::Toggle(on) => SettingValue::Toggle(on),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jadi_plugin_manifest::Manifest;

    use super::super::super::limits::EventLimits;
    use super::super::super::tests::support::{Data, group, input, state_of};
    use super::wit::Host;
    use super::*;

    const MANIFEST: &[u8] = br#"{"name":"test","version":"1.0.0","languages":["en"],"settings":[
        {"name":"greeting","summary":"x","scope":"group","value":{"kind":"text","default":"Hi","most":5}},
        {"name":"times","summary":"x","value":{"kind":"number","default":1,"least":1,"most":3}}]}"#;

    fn with(settings: &[(&str, bool, SettingValue)], in_group: bool) -> EventState {
        let mut input = input();
        input.group = in_group.then(|| Arc::new(group()));
        let settings = settings.iter();
        let data = Data {
            settings: settings
                .map(|(name, here, value)| (((*name).to_owned(), *here), value.clone()))
                .collect(),
            ..Data::default()
        };
        let mut state = state_of(input, data, EventLimits::default());
        state.manifest = Arc::new(Manifest::parse(MANIFEST).expect("a manifest"));
        state
    }

    fn text(text: &str) -> SettingValue {
        SettingValue::Text(text.to_owned())
    }

    async fn greeting(state: &mut EventState) -> String {
        match state.get("greeting".to_owned()).await.expect("no trap") {
            Ok(wit::Value::Text(text)) => text,
            other => panic!("{other:?}"),
        }
    }

    fn refusal<T: std::fmt::Debug>(answer: wasmtime::Result<Result<T, Refused>>) -> String {
        match answer.expect("no trap") {
            Err(Refused::Invalid(why)) => why,
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn the_groups_value_is_over_the_bots_which_is_over_the_default() {
        let (here, bot) = (
            ("greeting", true, text("here")),
            ("greeting", false, text("bot")),
        );
        assert_eq!(greeting(&mut with(&[], true)).await, "Hi");
        assert_eq!(
            greeting(&mut with(std::slice::from_ref(&bot), true)).await,
            "bot"
        );
        assert_eq!(
            greeting(&mut with(&[bot.clone(), here.clone()], true)).await,
            "here"
        );
        assert_eq!(greeting(&mut with(&[bot, here], false)).await, "bot");
        let outdated = ("greeting", true, text("too long by now"));
        assert_eq!(greeting(&mut with(&[outdated], true)).await, "Hi");
    }

    #[tokio::test]
    async fn a_handler_sees_its_own_changes() {
        let mut state = with(&[("greeting", true, text("here"))], true);
        let set = state.set_here("greeting".to_owned(), wit::Value::Text("new".to_owned()));
        set.await.expect("no trap").expect("allowed");
        assert_eq!(greeting(&mut state).await, "new");
        let reset = state.reset_here("greeting".to_owned());
        reset.await.expect("no trap").expect("allowed");
        assert_eq!(greeting(&mut state).await, "Hi");
        let set = state.set("times".to_owned(), wit::Value::Number(3));
        set.await.expect("no trap").expect("allowed");
        let writes = std::mem::take(&mut state.settings).into_writes();
        let write = |name: &str, here, value| SettingWrite {
            name: name.to_owned(),
            here,
            value,
        };
        let expected = [
            write("greeting", true, None),
            write("times", false, Some(SettingValue::Number(3))),
        ];
        assert_eq!(writes, expected);
    }

    #[tokio::test]
    async fn what_the_manifest_does_not_allow_is_told_with_what_it_does() {
        let mut state = with(&[], true);
        let value = || wit::Value::Number(9);
        let answer = state.set("times".to_owned(), value()).await;
        assert_eq!(refusal(answer), "times must be a number from 1 to 3");
        let answer = state.set("greeting".to_owned(), value()).await;
        assert!(refusal(answer).contains("a text of at most 5"));
        let answer = state
            .set_here("times".to_owned(), wit::Value::Number(2))
            .await;
        assert!(refusal(answer).contains("not per group"));
        assert!(refusal(state.get("colour".to_owned()).await).contains("no setting"));
        let mut private = with(&[], false);
        let answer = private
            .set_here("greeting".to_owned(), wit::Value::Text(String::new()))
            .await;
        assert!(refusal(answer).contains("not in a group"));
    }
}
