//! `commands`: what the event's sender can use, for menus and help.

use jadi_plugin_manifest::Capability;

use super::super::bindings::jadi::plugin::commands as wit;
use super::super::bindings::jadi::plugin::types::Refused;
use super::super::context::CommandFact;
use super::super::state::EventState;
use super::event::role;

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
