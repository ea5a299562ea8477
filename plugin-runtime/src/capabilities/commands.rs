//! `commands`: what the event's sender can use, for menus and help.

use jadi_plugin_manifest::{Capability, SettingKind, SettingValue};

use super::super::bindings::jadi::plugin::commands as wit;
use super::super::bindings::jadi::plugin::types::Refused;
use super::super::context::{CommandFact, GroupSettingFact};
use super::super::state::EventState;
use super::event::role;
use super::invalid;
use super::settings::to_wit;

impl wit::Host for EventState {
    async fn usable(&mut self) -> wasmtime::Result<Result<Vec<wit::Command>, Refused>> {
        self.calls.count(0)?;
        if let Err(denied) = self.permitted(Capability::Commands) {
            return Ok(Err(denied));
        }
        match self.meter.pause(self.reads.commands()).await {
            Ok(facts) => Ok(Ok(sorted(facts))),
            Err(error) => {
                self.note_trouble(&error);
                Ok(Err(Refused::Unavailable))
            }
        }
    }

    async fn group_settings(
        &mut self,
    ) -> wasmtime::Result<Result<Vec<wit::GroupSetting>, Refused>> {
        self.calls.count(0)?;
        if let Err(denied) = self.permitted(Capability::Commands) {
            return Ok(Err(denied));
        }
        if self.input.group.is_none() {
            return Ok(Err(invalid(
                "the event is not in a group that the bot is in",
            )));
        }
        let asked = self.meter.pause(self.reads.group_settings()).await;
        Ok(self.served(asked).map(at_a_glance))
    }
}

/// By plugin; what a plugin has keeps its order.
fn at_a_glance(mut facts: Vec<GroupSettingFact>) -> Vec<wit::GroupSetting> {
    facts.sort_by(|a, b| a.plugin.cmp(&b.plugin));
    let shown = facts.into_iter().map(|fact| {
        let value = match (&fact.setting.value, fact.value) {
            (SettingKind::Text { .. }, SettingValue::Text(text)) => {
                SettingValue::Toggle(!text.is_empty())
            }
            (_, value) => value,
        };
        wit::GroupSetting {
            plugin: fact.plugin,
            name: fact.setting.name,
            summary: fact.summary,
            value: to_wit(value),
        }
    });
    shown.collect()
}

/// By category and name, as the contract promises.
fn sorted(mut facts: Vec<CommandFact>) -> Vec<wit::Command> {
    facts.sort_unstable_by(|a, b| (&a.category, &a.name).cmp(&(&b.category, &b.name)));
    facts.into_iter().map(command).collect()
}

fn command(fact: CommandFact) -> wit::Command {
    wit::Command {
        plugin: fact.plugin,
        name: fact.name,
        aliases: fact.aliases,
        category: fact.category,
        category_title: fact.category_title,
        usage: fact.usage,
        summary: fact.summary,
        role: role(fact.role),
    }
}
