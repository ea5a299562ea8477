//! `hosting`: the host's bots, for the main bot's plugins. Who may do what to which bot is checked here, whatever a plugin's
//! own commands say: a plugin can't do more in somebody's name than they could.
//!
//! - `asking`: who may ask and order what.
//! - `held`: what a plugin is told of bots and of the host, as resources.

mod asking;
mod held;
#[cfg(test)]
mod tests;

use jadi_model::{BotRecord, ChatKind, HostingOrder, MediaKind, PhoneNumber};
use jadi_plugin_manifest::Capability;
use wasmtime::component::Resource;

use self::asking::{method_of, plain, typed};
use super::event::{HeldAction, HeldStep};
use super::invalid;
use super::media::File;
use crate::bindings::jadi::plugin::hosting as wit;
use crate::bindings::jadi::plugin::types::Refused;
use crate::hosting::{BotUsage, HostOverview, HostingAnswer, HostingAsk, HostingRefusal};
use crate::state::EventState;

/// The longest reason, characters.
const REASON: usize = 500;
/// The longest text that a bot says, characters.
const TEXT: usize = 4096;
/// The most bots of one list.
const LISTED: u32 = 64;
/// The most slots.
const SLOTS: u32 = 10_000;
/// The longest pause, milliseconds.
const DELAY: u64 = 60_000;
/// The longest plan, days.
const DAYS: u32 = 3_650;
/// The longest text that may be a number, bytes.
const NUMBER: usize = 64;

/// A bot that an instance was told of.
pub struct HeldBot(BotRecord);

/// Why there is none.
pub struct HeldRefusal(HostingRefusal);

/// The host as a whole.
pub struct HeldOverview(HostOverview);

/// What a bot has and uses.
pub struct HeldUsage(BotUsage);

type Answer = wasmtime::Result<Result<Resource<HeldAction>, Refused>>;
type Verdict = wasmtime::Result<Result<wit::Verdict, Refused>>;

impl wit::Host for EventState {
    async fn request(&mut self, number: String, method: Option<wit::Method>) -> Verdict {
        self.calls.count(number.len())?;
        let (method, owner) = (method.map(method_of), self.input.event.sender.clone());
        let ask = HostingAsk::Request {
            number: typed(&number),
            method,
            by: owner.clone(),
        };
        let plugin = self.manifest.name.clone();
        self.verdict(ask, |answer| match (answer, method) {
            (HostingAnswer::Granted(number), Some(method)) => Some(HostingOrder::Create {
                plugin,
                number,
                method,
                owner,
            }),
            // Without a method it is never granted.
            _ => None,
        })
        .await
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

    async fn measure(
        &mut self,
        bot: Resource<HeldBot>,
    ) -> wasmtime::Result<Result<Resource<HeldUsage>, Refused>> {
        self.calls.count(0)?;
        let bot = match self.managed(&bot)? {
            Ok(bot) => bot.id,
            Err(refused) => return Ok(Err(refused)),
        };
        match self.ask_host(HostingAsk::Usage { bot }).await {
            Ok(HostingAnswer::Usage(usage)) => Ok(Ok(self.hand_over(HeldUsage(*usage))?)),
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

    fn sign_in(&mut self, bot: Resource<HeldBot>, text: String) -> Answer {
        self.calls.count(text.len())?;
        // Whoever operates the host has no business on an owner's page.
        let theirs = self.owns(self.held_bot(&bot)?);
        let private = self.input.event.chat.kind == ChatKind::Private;
        self.order_for(&bot, |bot| {
            if !theirs {
                return Err(invalid("the event's sender does not own this bot"));
            }
            if !private {
                return Err(invalid("a link is sent in a private chat only"));
            }
            let text = plain(text, TEXT)?;
            if !text.contains(HostingOrder::LINK) {
                return Err(invalid("the text has no {link}"));
            }
            Ok(HostingOrder::SignIn { bot: bot.id, text })
        })
    }

    fn set_slots(&mut self, slots: u32) -> Answer {
        self.calls.count(0)?;
        if let Err(refused) = self.operated() {
            return Ok(Err(refused));
        }
        if slots > SLOTS {
            return Ok(Err(invalid(format!("a host takes at most {SLOTS} bots"))));
        }
        self.order(HostingOrder::SetSlots { slots })
    }

    async fn offer(&mut self, bot: Resource<HeldBot>, number: String) -> Verdict {
        self.calls.count(number.len())?;
        let bot = match self.managed(&bot)? {
            Ok(bot) => bot.id,
            Err(refused) => return Ok(Err(refused)),
        };
        let number = typed(&number);
        let (plugin, by) = (
            self.manifest.name.clone(),
            self.input.event.sender.jid.clone(),
        );
        self.verdict(HostingAsk::Offer { bot, number }, |answer| match answer {
            HostingAnswer::Granted(to) => Some(HostingOrder::Offer {
                bot,
                plugin,
                to,
                by,
            }),
            _ => None,
        })
        .await
    }

    fn withdraw(&mut self, bot: Resource<HeldBot>) -> Answer {
        self.order_for(&bot, |bot| Ok(HostingOrder::Withdraw { bot: bot.id }))
    }

    async fn take(&mut self) -> Verdict {
        self.calls.count(0)?;
        let (plugin, by) = (self.manifest.name.clone(), self.input.event.sender.clone());
        self.verdict(HostingAsk::Take { by: by.clone() }, |answer| match answer {
            HostingAnswer::Bots(bots) => bots.first().map(|bot| HostingOrder::Take {
                bot: bot.id,
                plugin,
                by,
            }),
            _ => None,
        })
        .await
    }

    fn export_data(&mut self, bot: Resource<HeldBot>) -> Answer {
        let (plugin, to) = (self.manifest.name.clone(), self.input.event.sender.clone());
        self.order_for(&bot, |bot| {
            Ok(HostingOrder::Export {
                bot: bot.id,
                plugin,
                to,
            })
        })
    }

    fn erase_data(&mut self, bot: Resource<HeldBot>) -> Answer {
        let plugin = self.manifest.name.clone();
        self.order_for(&bot, |bot| {
            Ok(HostingOrder::Erase {
                bot: bot.id,
                plugin,
            })
        })
    }

    fn set_plan(&mut self, bot: Resource<HeldBot>, days: Option<u32>) -> Answer {
        if let Err(refused) = self.operated() {
            return Ok(Err(refused));
        }
        if days.is_some_and(|days| !(1..=DAYS).contains(&days)) {
            return Ok(Err(invalid(format!("a plan has 1 to {DAYS} days"))));
        }
        let plugin = self.manifest.name.clone();
        self.order_for(&bot, |bot| {
            Ok(HostingOrder::SetPlan {
                bot: bot.id,
                plugin,
                days,
            })
        })
    }

    async fn broadcast(&mut self, text: String) -> Verdict {
        self.calls.count(text.len())?;
        if let Err(refused) = self.operated() {
            return Ok(Err(refused));
        }
        let text = match plain(text, TEXT) {
            Ok(text) => text,
            Err(refused) => return Ok(Err(refused)),
        };
        let (plugin, by) = (self.manifest.name.clone(), self.input.event.sender.clone());
        let ask = HostingAsk::Broadcast { by: by.jid.clone() };
        self.verdict(ask, |answer| match answer {
            HostingAnswer::Granted(_) => Some(HostingOrder::Broadcast { plugin, text, by }),
            _ => None,
        })
        .await
    }

    fn stop_broadcast(&mut self) -> Answer {
        self.calls.count(0)?;
        match self.operated() {
            Ok(()) => self.order(HostingOrder::StopBroadcast),
            Err(refused) => Ok(Err(refused)),
        }
    }

    async fn features(&mut self) -> wasmtime::Result<Result<Vec<wit::Feature>, Refused>> {
        self.calls.count(0)?;
        let features = self.switches().await;
        Ok(features.map(|features| {
            let features = features.into_iter().map(|feature| wit::Feature {
                name: feature.name,
                on: feature.on,
            });
            features.collect()
        }))
    }

    async fn set_feature(&mut self, name: String, on: bool) -> Answer {
        self.calls.count(name.len())?;
        match self.switches().await {
            Ok(features) if features.iter().any(|feature| feature.name == name) => {
                self.order(HostingOrder::SetFeature { name, on })
            }
            Ok(_) => Ok(Err(invalid(format!("there is no feature {name:?}")))),
            Err(refused) => Ok(Err(refused)),
        }
    }

    fn set_delay(&mut self, delay: u64) -> Answer {
        self.calls.count(0)?;
        if let Err(refused) = self.operated() {
            return Ok(Err(refused));
        }
        if delay > DELAY {
            return Ok(Err(invalid(format!("a pause is at most {DELAY} ms"))));
        }
        self.order(HostingOrder::SetDelay { millis: delay })
    }

    async fn system_owners(&mut self) -> wasmtime::Result<Result<Vec<wit::SystemOwner>, Refused>> {
        self.calls.count(0)?;
        if let Err(refused) = self.operated() {
            return Ok(Err(refused));
        }
        Ok(match self.ask_host(HostingAsk::SystemOwners).await {
            Ok(HostingAnswer::SystemOwners(owners)) => {
                let owners = owners.into_iter().map(|owner| wit::SystemOwner {
                    number: owner.number.digits().to_owned(),
                    configured: owner.configured,
                });
                Ok(owners.collect())
            }
            Ok(_) => Err(Refused::Unavailable),
            Err(refused) => Err(refused),
        })
    }

    async fn name_system_owner(&mut self, number: String) -> Verdict {
        self.calls.count(number.len())?;
        if let Err(refused) = self.operated() {
            return Ok(Err(refused));
        }
        let number = typed(&number);
        let plugin = self.manifest.name.clone();
        self.verdict(
            HostingAsk::NameSystemOwner { number },
            |answer| match answer {
                HostingAnswer::Granted(number) => {
                    Some(HostingOrder::NameSystemOwner { plugin, number })
                }
                _ => None,
            },
        )
        .await
    }

    async fn drop_system_owner(&mut self, number: String) -> Verdict {
        self.calls.count(number.len())?;
        if let Err(refused) = self.operated() {
            return Ok(Err(refused));
        }
        let number = typed(&number);
        let plugin = self.manifest.name.clone();
        self.verdict(
            HostingAsk::DropSystemOwner { number },
            |answer| match answer {
                HostingAnswer::Granted(number) => {
                    Some(HostingOrder::DropSystemOwner { plugin, number })
                }
                _ => None,
            },
        )
        .await
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
