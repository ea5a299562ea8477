//! `hosting`: the host's bots, for the main bot's plugins. Who may do what to which bot is checked here, whatever a plugin's
//! own commands say: a plugin can't do more in somebody's name than they could.

use jadi_model::clock::Millis;
use jadi_model::{
    Action, BotRecord, BotRole, HostingOrder, Jid, LinkMethod, MediaKind, PhoneNumber, Role,
};
use jadi_plugin_manifest::Capability;
use wasmtime::component::Resource;

use super::super::bindings::jadi::plugin::hosting as wit;
use super::super::bindings::jadi::plugin::types::Refused;
use super::super::hosting::{HostOverview, HostingAnswer, HostingAsk, HostingRefusal};
use super::super::state::EventState;
use super::event::{HeldAction, HeldStep};
use super::invalid;
use super::media::File;

/// The longest reason, characters.
const REASON: usize = 500;
/// The longest text that a bot says, characters.
const TEXT: usize = 4096;
/// The most bots of one list.
const LISTED: u32 = 64;
/// The most slots.
const SLOTS: u32 = 10_000;
/// The longest text that may be a number, bytes.
const NUMBER: usize = 64;

/// A bot that an instance was told of.
pub struct HeldBot(BotRecord);

/// Why there is none.
pub struct HeldRefusal(HostingRefusal);

/// The host as a whole.
pub struct HeldOverview(HostOverview);

type Answer = wasmtime::Result<Result<Resource<HeldAction>, Refused>>;

impl EventState {
    async fn ask_host(&mut self, ask: HostingAsk) -> Result<HostingAnswer, Refused> {
        self.permitted(Capability::Hosting)?;
        match self.meter.pause(self.reads.hosting(ask)).await {
            Ok(answer) => Ok(answer),
            Err(error) => {
                self.note_trouble(&error);
                Err(Refused::Unavailable)
            }
        }
    }

    async fn ask_bots(
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

    fn held_bot(&self, bot: &Resource<HeldBot>) -> wasmtime::Result<&BotRecord> {
        Ok(&self.handles.get(bot)?.0)
    }

    /// An order about a bot, when the event's sender may give it.
    fn order_for(
        &mut self,
        bot: &Resource<HeldBot>,
        order: impl FnOnce(&BotRecord) -> Result<HostingOrder, Refused>,
    ) -> Answer {
        self.calls.count(0)?;
        if let Err(denied) = self.permitted(Capability::Hosting) {
            return Ok(Err(denied));
        }
        let bot = self.held_bot(bot)?.clone();
        if bot.role == BotRole::Main {
            return Ok(Err(invalid("the main bot is not managed from here")));
        }
        let sender = &self.input.event.sender;
        let is_sender = |owner: &Jid| *owner == sender.jid || sender.lid.as_ref() == Some(owner);
        let may = self.input.role >= Role::SystemOwner || bot.owner.as_ref().is_some_and(is_sender);
        if !may {
            return Ok(Err(invalid("the event's sender does not own this bot")));
        }
        match order(&bot) {
            Ok(order) => self.order(order),
            Err(refused) => Ok(Err(refused)),
        }
    }

    fn order(&mut self, order: HostingOrder) -> Answer {
        let chat = self.input.event.chat.jid.clone();
        let order = Box::new(order);
        self.act(Action::Hosting { chat, order })
    }
}

/// A text that a person is shown.
fn plain(text: String, most: usize) -> Result<String, Refused> {
    if (1..=most).contains(&text.chars().count()) {
        Ok(text)
    } else {
        Err(invalid(format!("a text has 1 to {most} characters")))
    }
}

fn method_of(method: wit::Method) -> LinkMethod {
    match method {
        wit::Method::Qr => LinkMethod::Qr,
        wit::Method::Code => LinkMethod::Code,
    }
}

impl wit::HostBot for EventState {
    fn number(&mut self, bot: Resource<HeldBot>) -> wasmtime::Result<Option<String>> {
        let number = self.held_bot(&bot)?.number();
        Ok(number.map(|number| number.digits().to_owned()))
    }

    fn masked(&mut self, bot: Resource<HeldBot>) -> wasmtime::Result<String> {
        let number = self.held_bot(&bot)?.number();
        Ok(number.map(|number| number.masked()).unwrap_or_default())
    }

    fn name(&mut self, bot: Resource<HeldBot>) -> wasmtime::Result<String> {
        Ok(self.held_bot(&bot)?.name.clone())
    }

    fn is_main(&mut self, bot: Resource<HeldBot>) -> wasmtime::Result<bool> {
        Ok(self.held_bot(&bot)?.role == BotRole::Main)
    }

    fn state(&mut self, bot: Resource<HeldBot>) -> wasmtime::Result<String> {
        Ok(self.held_bot(&bot)?.state.word().to_owned())
    }

    fn cause(&mut self, bot: Resource<HeldBot>) -> wasmtime::Result<Option<String>> {
        let cause = self.held_bot(&bot)?.cause.as_ref();
        Ok(cause.map(|cause| cause.name().to_owned()))
    }

    fn since(&mut self, bot: Resource<HeldBot>) -> wasmtime::Result<Millis> {
        Ok(self.held_bot(&bot)?.since)
    }

    fn created(&mut self, bot: Resource<HeldBot>) -> wasmtime::Result<Millis> {
        Ok(self.held_bot(&bot)?.created)
    }

    fn last_connect(&mut self, bot: Resource<HeldBot>) -> wasmtime::Result<Option<Millis>> {
        Ok(self.held_bot(&bot)?.last_connect)
    }

    fn owner(&mut self, bot: Resource<HeldBot>) -> wasmtime::Result<Option<String>> {
        Ok(self.held_bot(&bot)?.owner.as_ref().map(Jid::to_string))
    }

    fn method(&mut self, bot: Resource<HeldBot>) -> wasmtime::Result<wit::Method> {
        Ok(match self.held_bot(&bot)?.method {
            LinkMethod::Qr => wit::Method::Qr,
            LinkMethod::Code => wit::Method::Code,
        })
    }

    fn plan(&mut self, bot: Resource<HeldBot>) -> wasmtime::Result<Option<String>> {
        Ok(self.held_bot(&bot)?.plan.clone())
    }

    fn expires(&mut self, bot: Resource<HeldBot>) -> wasmtime::Result<Option<Millis>> {
        Ok(self.held_bot(&bot)?.expires)
    }

    fn drop(&mut self, bot: Resource<HeldBot>) -> wasmtime::Result<()> {
        self.handles.delete(bot)?;
        Ok(())
    }
}

impl wit::HostRefusal for EventState {
    fn reason(&mut self, refusal: Resource<HeldRefusal>) -> wasmtime::Result<String> {
        Ok(self.handles.get(&refusal)?.0.reason.word().to_owned())
    }

    fn bot(
        &mut self,
        refusal: Resource<HeldRefusal>,
    ) -> wasmtime::Result<Option<Resource<HeldBot>>> {
        match self.handles.get(&refusal)?.0.bot.clone() {
            Some(bot) => Ok(Some(self.hand_over(HeldBot(*bot))?)),
            None => Ok(None),
        }
    }

    fn until(&mut self, refusal: Resource<HeldRefusal>) -> wasmtime::Result<Option<Millis>> {
        Ok(self.handles.get(&refusal)?.0.until)
    }

    fn drop(&mut self, refusal: Resource<HeldRefusal>) -> wasmtime::Result<()> {
        self.handles.delete(refusal)?;
        Ok(())
    }
}

impl wit::HostOverview for EventState {
    fn slots(&mut self, overview: Resource<HeldOverview>) -> wasmtime::Result<u32> {
        Ok(self.handles.get(&overview)?.0.slots)
    }

    fn taken(&mut self, overview: Resource<HeldOverview>) -> wasmtime::Result<u32> {
        Ok(self.handles.get(&overview)?.0.taken)
    }

    fn states(&mut self, overview: Resource<HeldOverview>) -> wasmtime::Result<Vec<(String, u32)>> {
        let states = &self.handles.get(&overview)?.0.states;
        let told = states
            .iter()
            .map(|(state, bots)| (state.word().to_owned(), *bots));
        Ok(told.collect())
    }

    fn started_at(&mut self, overview: Resource<HeldOverview>) -> wasmtime::Result<Millis> {
        Ok(self.handles.get(&overview)?.0.started_at)
    }

    fn restoring(&mut self, overview: Resource<HeldOverview>) -> wasmtime::Result<u32> {
        Ok(self.handles.get(&overview)?.0.restoring)
    }

    fn drop(&mut self, overview: Resource<HeldOverview>) -> wasmtime::Result<()> {
        self.handles.delete(overview)?;
        Ok(())
    }
}

impl wit::Host for EventState {
    async fn request(
        &mut self,
        number: String,
        method: Option<wit::Method>,
    ) -> wasmtime::Result<Result<wit::Verdict, Refused>> {
        self.calls.count(number.len())?;
        let (method, owner) = (method.map(method_of), self.input.event.sender.clone());
        let ask = HostingAsk::Request {
            number: number.chars().take(NUMBER).collect(),
            method,
            by: owner.clone(),
        };
        let verdict = match self.ask_host(ask).await {
            Ok(HostingAnswer::Granted(number)) => {
                // Without a method it is never granted.
                let Some(method) = method else {
                    return Ok(Err(Refused::Unavailable));
                };
                let order = HostingOrder::Create {
                    plugin: self.manifest.name.clone(),
                    number,
                    method,
                    owner,
                };
                match self.order(order)? {
                    Ok(action) => wit::Verdict::Granted(action),
                    Err(refused) => return Ok(Err(refused)),
                }
            }
            Ok(HostingAnswer::Refused(refusal)) => {
                wit::Verdict::Refused(self.hand_over(HeldRefusal(refusal))?)
            }
            Ok(_) => return Ok(Err(Refused::Unavailable)),
            Err(refused) => return Ok(Err(refused)),
        };
        Ok(Ok(verdict))
    }

    async fn list(
        &mut self,
        first: u32,
        limit: u32,
    ) -> wasmtime::Result<Result<Vec<Resource<HeldBot>>, Refused>> {
        self.calls.count(0)?;
        let limit = limit.min(LISTED);
        self.ask_bots(HostingAsk::List { first, limit }).await
    }

    async fn find(
        &mut self,
        number: String,
    ) -> wasmtime::Result<Result<Option<Resource<HeldBot>>, Refused>> {
        self.calls.count(number.len())?;
        let Ok(number) = number.parse::<PhoneNumber>() else {
            return Ok(self.permitted(Capability::Hosting).map(|()| None));
        };
        let found = self.ask_bots(HostingAsk::Find { number }).await?;
        Ok(found.map(|mut bots| bots.pop()))
    }

    async fn owned(&mut self) -> wasmtime::Result<Result<Vec<Resource<HeldBot>>, Refused>> {
        self.calls.count(0)?;
        let owner = self.input.event.sender.jid.clone();
        self.ask_bots(HostingAsk::OwnedBy { owner }).await
    }

    async fn look(&mut self) -> wasmtime::Result<Result<Resource<HeldOverview>, Refused>> {
        self.calls.count(0)?;
        match self.ask_host(HostingAsk::Overview).await {
            Ok(HostingAnswer::Overview(overview)) => {
                Ok(Ok(self.hand_over(HeldOverview(overview))?))
            }
            Ok(_) => Ok(Err(Refused::Unavailable)),
            Err(refused) => Ok(Err(refused)),
        }
    }

    fn stop(&mut self, bot: Resource<HeldBot>) -> Answer {
        self.order_for(&bot, |bot| Ok(HostingOrder::Stop { bot: bot.id }))
    }

    fn start(&mut self, bot: Resource<HeldBot>) -> Answer {
        self.order_for(&bot, |bot| Ok(HostingOrder::Start { bot: bot.id }))
    }

    fn end(&mut self, bot: Resource<HeldBot>, reason: Option<String>) -> Answer {
        let plugin = self.manifest.name.clone();
        self.order_for(&bot, |bot| {
            Ok(HostingOrder::End {
                bot: bot.id,
                plugin,
                reason: reason.map(|reason| plain(reason, REASON)).transpose()?,
            })
        })
    }

    fn say(&mut self, bot: Resource<HeldBot>, text: String) -> Answer {
        self.calls.count(text.len())?;
        self.order_for(&bot, |bot| {
            Ok(HostingOrder::Say {
                bot: bot.id,
                text: plain(text, TEXT)?,
            })
        })
    }

    fn set_slots(&mut self, slots: u32) -> Answer {
        self.calls.count(0)?;
        if let Err(denied) = self.permitted(Capability::Hosting) {
            return Ok(Err(denied));
        }
        if self.input.role < Role::SystemOwner {
            return Ok(Err(invalid("the event's sender is not a system owner")));
        }
        if slots > SLOTS {
            return Ok(Err(invalid(format!("a host takes at most {SLOTS} bots"))));
        }
        self.order(HostingOrder::SetSlots { slots })
    }

    fn picture(
        &mut self,
        _step: Resource<HeldStep>,
    ) -> wasmtime::Result<Result<Resource<File>, Refused>> {
        self.calls.count(0)?;
        if let Err(denied) = self.permitted(Capability::Hosting) {
            return Ok(Err(denied));
        }
        let picture = self.step()?.picture.clone();
        if picture.is_empty() {
            return Ok(Err(invalid("this step has no QR code")));
        }
        if let Err(reached) = self.folder.take(picture.len()) {
            return Ok(Err(reached.into()));
        }
        let file = File::new(MediaKind::Image, "image/png", picture);
        Ok(Ok(self.hand_over(file)?))
    }
}
