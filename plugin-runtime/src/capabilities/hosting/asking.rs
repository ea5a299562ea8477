//! Who may ask what of the host, and order what of which bot.

use jadi_model::{Action, BotRecord, BotRole, HostingOrder, Jid, LinkMethod, Role};
use jadi_plugin_manifest::Capability;
use wasmtime::component::Resource;

use super::{Answer, HeldBot, HeldRefusal, NUMBER, Verdict};
use crate::bindings::jadi::plugin::hosting as wit;
use crate::bindings::jadi::plugin::types::Refused;
use crate::capabilities::invalid;
use crate::hosting::{FeatureState, HostingAnswer, HostingAsk};
use crate::state::EventState;

impl EventState {
    pub(super) async fn ask_host(&mut self, ask: HostingAsk) -> Result<HostingAnswer, Refused> {
        self.permitted(Capability::Hosting)?;
        match self.meter.pause(self.reads.hosting(ask)).await {
            Ok(answer) => Ok(answer),
            Err(error) => {
                self.note_trouble(&error);
                Err(Refused::Unavailable)
            }
        }
    }

    pub(super) async fn ask_bots(
        &mut self,
        ask: HostingAsk,
    ) -> wasmtime::Result<Result<Vec<Resource<HeldBot>>, Refused>> {
        let bots = match self.ask_host(ask).await {
            Ok(HostingAnswer::Bots(bots)) => bots,
            Ok(_) => return Ok(Err(Refused::Unavailable)),
            Err(refused) => return Ok(Err(refused)),
        };
        let held = bots.into_iter().map(|bot| self.hand_over(HeldBot(bot)));
        Ok(Ok(held.collect::<Result<_, _>>()?))
    }

    pub(super) fn held_bot(&self, bot: &Resource<HeldBot>) -> wasmtime::Result<&BotRecord> {
        Ok(&self.handles.get(bot)?.0)
    }

    /// An order about a bot, when the event's sender may give it.
    pub(super) fn order_for(
        &mut self,
        bot: &Resource<HeldBot>,
        order: impl FnOnce(&BotRecord) -> Result<HostingOrder, Refused>,
    ) -> Answer {
        self.calls.count(0)?;
        match self.managed(bot)?.and_then(|bot| order(&bot)) {
            Ok(order) => self.order(order),
            Err(refused) => Ok(Err(refused)),
        }
    }

    /// Whether the event's sender owns a bot.
    pub(super) fn owns(&self, bot: &BotRecord) -> bool {
        let sender = &self.input.event.sender;
        let is_sender = |owner: &Jid| *owner == sender.jid || sender.lid.as_ref() == Some(owner);
        bot.owner.as_ref().is_some_and(is_sender)
    }

    /// A bot that the event's sender may manage.
    pub(super) fn managed(
        &self,
        bot: &Resource<HeldBot>,
    ) -> wasmtime::Result<Result<BotRecord, Refused>> {
        if let Err(denied) = self.permitted(Capability::Hosting) {
            return Ok(Err(denied));
        }
        let bot = self.held_bot(bot)?.clone();
        if bot.role == BotRole::Main {
            return Ok(Err(invalid("the main bot is not managed from here")));
        }
        let may = self.input.role >= Role::SystemOwner || self.owns(&bot);
        Ok(if may {
            Ok(bot)
        } else {
            Err(invalid("the event's sender does not own this bot"))
        })
    }

    /// Whether the event's sender operates the host.
    pub(super) fn operated(&self) -> Result<(), Refused> {
        self.permitted(Capability::Hosting)?;
        if self.input.role < Role::SystemOwner {
            return Err(invalid("the event's sender is not a system owner"));
        }
        Ok(())
    }

    /// What can be switched, for who operates the host.
    pub(super) async fn switches(&mut self) -> Result<Vec<FeatureState>, Refused> {
        self.operated()?;
        match self.ask_host(HostingAsk::Features).await? {
            HostingAnswer::Features(features) => Ok(features),
            _ => Err(Refused::Unavailable),
        }
    }

    /// What comes of asking whether something may be: the order for it, or what speaks against it.
    pub(super) async fn verdict(
        &mut self,
        ask: HostingAsk,
        order: impl FnOnce(HostingAnswer) -> Option<HostingOrder>,
    ) -> Verdict {
        let answer = match self.ask_host(ask).await {
            Ok(HostingAnswer::Refused(refusal)) => {
                let refusal = self.hand_over(HeldRefusal(refusal))?;
                return Ok(Ok(wit::Verdict::Refused(refusal)));
            }
            Ok(answer) => answer,
            Err(refused) => return Ok(Err(refused)),
        };
        match order(answer) {
            Some(order) => Ok(self.order(order)?.map(wit::Verdict::Granted)),
            None => Ok(Err(Refused::Unavailable)),
        }
    }

    pub(super) fn order(&mut self, order: HostingOrder) -> Answer {
        let chat = self.input.event.chat.jid.clone();
        let order = Box::new(order);
        self.act(Action::Hosting { chat, order })
    }
}

/// A text that a person is shown.
pub(super) fn plain(text: String, most: usize) -> Result<String, Refused> {
    if (1..=most).contains(&text.chars().count()) {
        Ok(text)
    } else {
        Err(invalid(format!("a text has 1 to {most} characters")))
    }
}

/// What may be a number.
pub(super) fn typed(number: &str) -> String {
    number.chars().take(NUMBER).collect()
}

pub(super) fn method_of(method: wit::Method) -> LinkMethod {
    match method {
        wit::Method::Qr => LinkMethod::Qr,
        wit::Method::Code => LinkMethod::Code,
    }
}
