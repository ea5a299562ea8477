//! What the main bot's plugins ask of the host's bots, and want done with them.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::mpsc;
use tokio_util::task::TaskTracker;

use super::broadcast::Broadcasts;
use super::creation::{Creation, CreationError, Door, Request, Step};
use super::ending::Endings;
use super::features::{Feature, HostSettings};
use super::fleet::Fleet;
use super::owners::Owners;
use super::picture;
use super::plans::Plans;
use super::restore::Restoring;
use super::takeout;
use super::tell::{self, About};
use super::usage;
use crate::access::Access;
use crate::clock::Millis;
use crate::dispatch::Hosting;
use crate::model::{
    Action, BotId, Ending, HostingOrder, HostingStep, Jid, MessageId, Outgoing, PhoneNumber,
    SendMessage, StepName,
};
use crate::plugins::{
    FeatureState, HostOverview, HostingAnswer, HostingAsk, HostingRefusal, ReadError, RefusalReason,
};
use crate::store::{Actor, Deed, StoreError};

/// What the desk is made of.
pub struct DeskParts {
    /// All bots.
    pub fleet: Arc<Fleet>,
    /// Makes them.
    pub creation: Arc<Creation>,
    /// Ends them.
    pub endings: Arc<Endings>,
    /// Who operates the host, and whose they are.
    pub owners: Arc<Owners>,
    /// How long they run.
    pub plans: Arc<Plans>,
    /// Messages to all owners.
    pub broadcasts: Arc<Broadcasts>,
    /// What is switched and set.
    pub settings: Arc<HostSettings>,
    /// How far the start has come.
    pub restoring: Restoring,
    /// Lets owners in to their pages.
    pub access: Arc<Access>,
    /// The language that new bots begin with.
    pub language: String,
}

/// The desk at which plugins of the main bot ask.
pub struct HostingDesk {
    parts: DeskParts,
    started_at: Millis,
    tellers: TaskTracker,
}

impl HostingDesk {
    /// A desk of these.
    pub fn new(parts: DeskParts) -> Arc<Self> {
        Arc::new(Self {
            started_at: parts.fleet.parts.clock.now(),
            parts,
            tellers: TaskTracker::new(),
        })
    }

    /// Waits until everything that was under way is told. Comes after the services' own end.
    pub async fn shutdown(&self) {
        self.tellers.close();
        self.tellers.wait().await;
    }

    async fn look_up(&self, ask: HostingAsk) -> Result<HostingAnswer, ReadError> {
        let failed = |error: StoreError| ReadError(error.into());
        let registry = self.parts.fleet.parts.store.registry();
        Ok(match ask {
            HostingAsk::Request { number, method, by } => granted(
                self.parts
                    .creation
                    .check(&number, method, &by, Door::Chat)
                    .await,
            )?,
            HostingAsk::List { first, limit } => {
                HostingAnswer::Bots(registry.made(first, limit).await.map_err(failed)?)
            }
            HostingAsk::Find { number } => {
                let found = registry.by_number(&number).await.map_err(failed)?;
                HostingAnswer::Bots(found.into_iter().collect())
            }
            HostingAsk::OwnedBy { owner } => {
                let mut owned = registry.owned_by(&owner).await.map_err(failed)?;
                owned.retain(|bot| !bot.new);
                HostingAnswer::Bots(owned)
            }
            HostingAsk::Broadcast { by } => {
                match (self.parts.broadcasts.refusal().await, by.number()) {
                    (None, Some(number)) => HostingAnswer::Granted(number),
                    (Some(refusal), _) => HostingAnswer::Refused(refusal),
                    (None, None) => HostingAnswer::Refused(RefusalReason::Busy.into()),
                }
            }
            HostingAsk::Features => {
                let features = self.parts.settings.features().into_iter();
                let state = |(feature, on): (Feature, bool)| FeatureState {
                    name: feature.name().to_owned(),
                    on,
                };
                HostingAnswer::Features(features.map(state).collect())
            }
            HostingAsk::Usage { bot } => {
                let usage = usage::of(&self.parts.fleet, bot).await.map_err(failed)?;
                HostingAnswer::Usage(Box::new(usage))
            }
            HostingAsk::Offer { bot, number } => {
                granted(self.parts.owners.may_offer(bot, &number).await)?
            }
            HostingAsk::Take { by } => {
                let offered = self.parts.owners.may_take(&by).await.map_err(failed)?;
                match offered {
                    Ok(bot) => HostingAnswer::Bots(vec![bot]),
                    Err(refusal) => HostingAnswer::Refused(refusal),
                }
            }
            HostingAsk::SystemOwners => {
                HostingAnswer::SystemOwners(self.parts.owners.system_owners())
            }
            HostingAsk::NameSystemOwner { number } => {
                granted(self.parts.owners.may_name(&number).await)?
            }
            HostingAsk::DropSystemOwner { number } => {
                granted(Ok(self.parts.owners.may_drop(&number)))?
            }
            HostingAsk::Overview => HostingAnswer::Overview(self.overview().await.map_err(failed)?),
        })
    }

    async fn overview(&self) -> Result<HostOverview, StoreError> {
        let states = self.parts.fleet.parts.store.registry().counts().await?;
        Ok(HostOverview {
            slots: self.parts.creation.slots().await?,
            taken: states.iter().map(|(_, bots)| *bots).sum(),
            states,
            started_at: self.started_at,
            restoring: self.parts.restoring.left(),
            pages: self.parts.access.pages().map(str::to_owned),
            delay_ms: u64::try_from(self.parts.settings.delay().as_millis()).unwrap_or(u64::MAX),
        })
    }

    async fn create(&self, order: Request, about: About) {
        let number = order.number.clone();
        let step = match self.parts.creation.begin(order).await {
            Ok(Ok(steps)) => {
                let teller = Teller {
                    fleet: self.parts.fleet.clone(),
                    about,
                    number,
                };
                self.tellers.spawn(teller.tell(steps));
                return;
            }
            Ok(Err(HostingRefusal { reason, until, .. })) => HostingStep {
                until,
                reason: Some(reason.word().to_owned()),
                ..HostingStep::new(StepName::Refused, number)
            },
            Err(error) => {
                tracing::error!(%error, "an attempt to make a bot could not begin");
                HostingStep {
                    reason: Some("store".to_owned()),
                    ..HostingStep::new(StepName::Failed, number)
                }
            }
        };
        let fleet = &self.parts.fleet;
        tell::happened(fleet, fleet.new_message_id(), &about, step).await;
    }

    async fn say(&self, id: MessageId, bot: BotId, text: String) -> Result<(), StoreError> {
        let record = self.parts.fleet.parts.store.registry().get(bot).await?;
        let owner = record.and_then(|record| record.owner);
        let (Some(owner), Some(dispatch)) = (owner, self.parts.fleet.dispatch(bot)) else {
            return Ok(());
        };
        let action = text_to(owner, text);
        dispatch.post(vec![Outgoing { id, action }]).await
    }

    /// Keeps what was done. It is done already: that it can't be kept is told in the log.
    async fn note(&self, deed: Option<Deed>) {
        let Some(deed) = deed else { return };
        let audit = self.parts.fleet.parts.store.audit();
        if let Err(error) = audit.note(deed).await {
            tracing::error!(%error, "who did something could not be kept");
        }
    }

    /// Whose doing an order is. What concerns one bot is its owner's, unless it comes from a system owner's own chat; what concerns the
    /// host only system owners can order.
    fn actor(&self, order: &HostingOrder, with: Option<BotId>, chat: &Jid) -> Actor {
        let system_owners = &self.parts.fleet.parts.system_owners;
        let is_system_owner = |number| system_owners.contains(&number);
        match (order, with) {
            _ if chat.number().is_some_and(is_system_owner) => Actor::Operator,
            (HostingOrder::Create { .. }, _) => Actor::Visitor,
            (HostingOrder::SetPlan { .. }, _) | (_, None) => Actor::Operator,
            (_, Some(bot)) => Actor::Owner(bot),
        }
    }

    /// Sends a link to its owner. Asked again after a crash it sends another one under the same id, which phones show once.
    async fn sign_in(
        &self,
        id: MessageId,
        chat: Jid,
        bot: BotId,
        text: &str,
    ) -> Result<(), StoreError> {
        let Some(main) = self.parts.fleet.main_dispatch() else {
            return Ok(());
        };
        let Some(link) = self.parts.access.link(bot).await? else {
            return Ok(());
        };
        let action = text_to(chat, text.replace(HostingOrder::LINK, &link));
        main.post(vec![Outgoing { id, action }]).await
    }
}

/// What an order does, with which bot, and more of it; none for what is only said.
fn deed_of(order: &HostingOrder) -> Option<(&'static str, Option<BotId>, String)> {
    let none = String::new();
    Some(match order {
        HostingOrder::Create { number, .. } => ("create", None, number.digits().to_owned()),
        HostingOrder::Start { bot } => ("start", Some(*bot), none),
        HostingOrder::Stop { bot } => ("stop", Some(*bot), none),
        HostingOrder::End { bot, reason, .. } => {
            ("end", Some(*bot), reason.clone().unwrap_or_default())
        }
        HostingOrder::SetSlots { slots } => ("set-slots", None, slots.to_string()),
        HostingOrder::Broadcast { .. } => ("broadcast", None, none),
        HostingOrder::StopBroadcast => ("broadcast-stop", None, none),
        HostingOrder::Export { bot, .. } => ("export", Some(*bot), none),
        HostingOrder::Erase { bot, .. } => ("erase", Some(*bot), none),
        HostingOrder::SetPlan { bot, days, .. } => {
            let days = days.map(|days| days.to_string());
            ("set-plan", Some(*bot), days.unwrap_or_default())
        }
        HostingOrder::SetFeature { name, on: true } => ("switch-on", None, name.clone()),
        HostingOrder::SetFeature { name, on: false } => ("switch-off", None, name.clone()),
        HostingOrder::SetDelay { millis } => ("set-delay", None, millis.to_string()),
        HostingOrder::NameSystemOwner { number, .. } => {
            ("name-system-owner", None, number.digits().to_owned())
        }
        HostingOrder::DropSystemOwner { number, .. } => {
            ("drop-system-owner", None, number.digits().to_owned())
        }
        HostingOrder::Offer { bot, to, .. } => ("offer", Some(*bot), to.digits().to_owned()),
        HostingOrder::Withdraw { bot } => ("withdraw", Some(*bot), none),
        HostingOrder::Take { bot, .. } => ("take", Some(*bot), none),
        HostingOrder::SignIn { bot, .. } => ("sign-in-link", Some(*bot), none),
        HostingOrder::Say { .. } => return None,
    })
}

#[async_trait]
impl Hosting for HostingDesk {
    async fn answer(&self, ask: HostingAsk) -> Result<HostingAnswer, ReadError> {
        self.look_up(ask).await
    }

    async fn carry_out(&self, id: MessageId, chat: Jid, order: HostingOrder) {
        let deed = deed_of(&order).map(|(what, with, detail)| Deed {
            at: self.parts.fleet.parts.clock.now(),
            actor: self.actor(&order, with, &chat),
            by: format!("the main bot, in the chat {chat}"),
            what: what.to_owned(),
            with: with.map(|bot| bot.to_string()).unwrap_or_default(),
            detail,
        });
        let done = match order {
            HostingOrder::Create {
                plugin,
                number,
                method,
                owner,
            } => {
                let request = Request {
                    number,
                    method,
                    owner: owner.clone(),
                    name: String::new(),
                    language: self.parts.language.clone(),
                    door: Door::Chat,
                };
                let about = About {
                    chat,
                    person: owner,
                    plugin: Some(plugin),
                };
                self.create(request, about).await;
                Ok(())
            }
            HostingOrder::Start { bot } => self.parts.fleet.start(bot).await,
            HostingOrder::Stop { bot } => self.parts.fleet.stop(bot).await,
            HostingOrder::End {
                bot,
                plugin,
                reason,
            } => {
                let ending = Ending {
                    step: StepName::Ended,
                    plugin: Some(plugin),
                    reason,
                };
                self.parts.endings.begin(bot, ending).await
            }
            HostingOrder::Say { bot, text } => self.say(id, bot, text).await,
            HostingOrder::SignIn { bot, text } => self.sign_in(id, chat, bot, &text).await,
            HostingOrder::SetSlots { slots } => self.parts.creation.set_slots(slots).await,
            HostingOrder::Broadcast { plugin, text, by } => {
                let about = About {
                    chat,
                    person: by,
                    plugin: Some(plugin),
                };
                let broadcasts = &self.parts.broadcasts;
                let begun = broadcasts.begin(id.clone(), Some(about.clone()), text);
                match (begun.await, about.person.jid.number()) {
                    (Ok(false), Some(number)) => {
                        let step = HostingStep {
                            reason: Some(RefusalReason::Busy.word().to_owned()),
                            ..HostingStep::new(StepName::Refused, number)
                        };
                        tell::happened(&self.parts.fleet, id, &about, step).await;
                        Ok(())
                    }
                    (begun, _) => begun.map(drop),
                }
            }
            HostingOrder::StopBroadcast => {
                self.parts.broadcasts.stop().await;
                Ok(())
            }
            HostingOrder::Export { bot, plugin, to } => {
                takeout::send(&self.parts.fleet, id, bot, plugin, to).await
            }
            HostingOrder::Erase { bot, plugin } => {
                takeout::erase(&self.parts.fleet, id, bot, Some(plugin)).await
            }
            HostingOrder::SetPlan { bot, plugin, days } => {
                self.parts.plans.set(id, bot, Some(plugin), days).await
            }
            HostingOrder::SetFeature { name, on } => match Feature::named(&name) {
                Some(feature) => self.parts.settings.switch(feature, on).await,
                None => Ok(()),
            },
            HostingOrder::SetDelay { millis } => {
                let delay = Duration::from_millis(millis);
                self.parts.settings.set_delay(delay).await
            }
            HostingOrder::NameSystemOwner { plugin, number } => {
                self.parts.owners.name(id, Some(plugin), number).await
            }
            HostingOrder::DropSystemOwner { plugin, number } => {
                self.parts.owners.dismiss(id, Some(plugin), number).await
            }
            HostingOrder::Offer {
                bot,
                plugin,
                to,
                by,
            } => {
                let owners = &self.parts.owners;
                owners.offer(id, bot, Some(plugin), &to, &by).await
            }
            HostingOrder::Withdraw { bot } => self.parts.owners.withdraw(bot).await,
            HostingOrder::Take { bot, plugin, by } => {
                self.parts.owners.take(id, bot, plugin, by).await
            }
        };
        match done {
            Ok(()) => self.note(deed).await,
            // Somebody has ended the bot meanwhile.
            Err(StoreError::NoSuchBot(_)) => {}
            Err(error) => tracing::error!(%error, "what a plugin wanted of a bot is not done"),
        }
    }
}

/// What came of asking about a number.
fn granted(
    checked: Result<Result<PhoneNumber, HostingRefusal>, CreationError>,
) -> Result<HostingAnswer, ReadError> {
    match checked {
        Ok(Ok(number)) => Ok(HostingAnswer::Granted(number)),
        Ok(Err(refusal)) => Ok(HostingAnswer::Refused(refusal)),
        Err(error) => Err(ReadError(error.into())),
    }
}

/// Tells one attempt's steps.
struct Teller {
    fleet: Arc<Fleet>,
    about: About,
    number: PhoneNumber,
}

impl Teller {
    async fn tell(self, mut steps: mpsc::Receiver<Step>) {
        while let Some(step) = steps.recv().await {
            let opened = step == Step::Open;
            let told = self.told(step);
            tell::happened(&self.fleet, self.fleet.new_message_id(), &self.about, told).await;
            if opened {
                self.tell_system_owners().await;
            }
        }
    }

    fn told(&self, step: Step) -> HostingStep {
        let new = |name| HostingStep::new(name, self.number.clone());
        match step {
            Step::Qr { text, until } => match picture::png(&text) {
                Ok(picture) => HostingStep {
                    picture,
                    until: Some(until),
                    ..new(StepName::Qr)
                },
                Err(error) => {
                    tracing::error!(%error, "a QR code can't be shown");
                    new(StepName::Failed)
                }
            },
            Step::Code { code, until } => HostingStep {
                code: Some(code),
                until: Some(until),
                ..new(StepName::Code)
            },
            Step::PasskeyNeeded => new(StepName::PasskeyNeeded),
            Step::Open => new(StepName::Open),
            Step::Expired => new(StepName::Expired),
            Step::WrongNumber => new(StepName::WrongNumber),
            Step::Failed(cause) => HostingStep {
                reason: Some(cause.name().to_owned()),
                ..new(StepName::Failed)
            },
        }
    }

    /// All but the one who asked: they know.
    async fn tell_system_owners(&self) {
        let owners = self.fleet.parts.system_owners.all();
        let owners = owners.iter().map(Jid::of_number);
        for owner in owners.filter(|owner| *owner != self.about.person.jid) {
            let about = About::private(owner, self.about.plugin.clone());
            let step = HostingStep::new(StepName::Opened, self.number.clone());
            tell::happened(&self.fleet, self.fleet.new_message_id(), &about, step).await;
        }
    }
}

/// A text and nothing else.
fn text_to(chat: Jid, text: String) -> Action {
    Action::Send(SendMessage {
        chat,
        text,
        media: None,
        quote: None,
        mentions: Vec::new(),
        poll: None,
    })
}
