//! What the main bot's plugins ask of the host's bots, and want done with them.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::mpsc;
use tokio_util::task::TaskTracker;

use super::creation::{Creation, Request, Step};
use super::ending::Endings;
use super::fleet::Fleet;
use super::picture;
use super::restore::Restoring;
use super::tell::{self, About};
use crate::clock::Millis;
use crate::dispatch::Hosting;
use crate::model::{
    Action, BotId, BotRecord, Ending, HostingOrder, HostingStep, Jid, MessageId, Outgoing,
    PhoneNumber, SendMessage, StepName,
};
use crate::plugins::{HostOverview, HostingAnswer, HostingAsk, HostingRefusal, ReadError};
use crate::store::StoreError;

/// The desk at which plugins of the main bot ask.
pub struct HostingDesk {
    fleet: Arc<Fleet>,
    creation: Arc<Creation>,
    endings: Arc<Endings>,
    restoring: Restoring,
    language: String,
    system_owners: Vec<PhoneNumber>,
    started_at: Millis,
    tellers: TaskTracker,
}

impl HostingDesk {
    /// A desk for these.
    pub fn new(
        fleet: Arc<Fleet>,
        creation: Arc<Creation>,
        endings: Arc<Endings>,
        restoring: Restoring,
        language: String,
        system_owners: Vec<PhoneNumber>,
    ) -> Arc<Self> {
        Arc::new(Self {
            started_at: fleet.parts.clock.now(),
            fleet,
            creation,
            endings,
            restoring,
            language,
            system_owners,
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
        let registry = self.fleet.parts.store.registry();
        Ok(match ask {
            HostingAsk::Request { number, method, by } => {
                let checked = self.creation.check(&number, method, &by).await;
                match checked.map_err(|error| ReadError(error.into()))? {
                    Ok(number) => HostingAnswer::Granted(number),
                    Err(refusal) => HostingAnswer::Refused(refusal),
                }
            }
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
            HostingAsk::Overview => HostingAnswer::Overview(self.overview().await.map_err(failed)?),
        })
    }

    async fn overview(&self) -> Result<HostOverview, StoreError> {
        let states = self.fleet.parts.store.registry().counts().await?;
        Ok(HostOverview {
            slots: self.creation.slots().await?,
            taken: states.iter().map(|(_, bots)| *bots).sum(),
            states,
            started_at: self.started_at,
            restoring: self.restoring.left(),
        })
    }

    async fn create(&self, order: Request, about: About) {
        let number = order.number.clone();
        match self.creation.begin(order).await {
            Ok(Ok(steps)) => {
                let teller = Teller {
                    fleet: self.fleet.clone(),
                    about,
                    number,
                    system_owners: self.system_owners.clone(),
                };
                self.tellers.spawn(teller.tell(steps));
            }
            Ok(Err(HostingRefusal { reason, until, .. })) => {
                let step = HostingStep {
                    until,
                    reason: Some(reason.word().to_owned()),
                    ..HostingStep::new(StepName::Refused, number)
                };
                tell::happened(&self.fleet, new_id(&self.fleet), &about, step).await;
            }
            Err(error) => {
                tracing::error!(%error, "an attempt to make a bot could not begin");
                let step = HostingStep {
                    reason: Some("store".to_owned()),
                    ..HostingStep::new(StepName::Failed, number)
                };
                tell::happened(&self.fleet, new_id(&self.fleet), &about, step).await;
            }
        }
    }

    /// Brings a bot up that does not run.
    async fn start(&self, bot: BotId) -> Result<(), StoreError> {
        if let Some(instance) = self.fleet.instances().get(bot) {
            if instance.start().is_err() {
                tracing::warn!(%bot, "a bot does not listen");
            }
            return Ok(());
        }
        let registry = self.fleet.parts.store.registry();
        let record = registry
            .update(
                bot,
                Box::new(|record: &mut BotRecord| record.stopped = false),
            )
            .await?;
        self.fleet.launch(&record).await.map(drop)
    }

    async fn stop(&self, bot: BotId) -> Result<(), StoreError> {
        match self.fleet.instances().get(bot) {
            Some(instance) => {
                if instance.stop().is_err() {
                    tracing::warn!(%bot, "a bot does not listen");
                }
                Ok(())
            }
            None => {
                let registry = self.fleet.parts.store.registry();
                let stop = Box::new(|record: &mut BotRecord| record.stopped = true);
                registry.update(bot, stop).await.map(drop)
            }
        }
    }

    async fn say(&self, id: MessageId, bot: BotId, text: String) -> Result<(), StoreError> {
        let record = self.fleet.parts.store.registry().get(bot).await?;
        let owner = record.and_then(|record| record.owner);
        let (Some(owner), Some(dispatch)) = (owner, self.fleet.dispatch(bot)) else {
            return Ok(());
        };
        let action = Action::Send(SendMessage {
            chat: owner,
            text,
            media: None,
            quote: None,
            mentions: Vec::new(),
        });
        dispatch.post(vec![Outgoing { id, action }]).await
    }
}

#[async_trait]
impl Hosting for HostingDesk {
    async fn answer(&self, ask: HostingAsk) -> Result<HostingAnswer, ReadError> {
        self.look_up(ask).await
    }

    async fn carry_out(&self, id: MessageId, chat: Jid, order: HostingOrder) {
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
                    language: self.language.clone(),
                };
                let about = About {
                    chat,
                    person: owner,
                    plugin: Some(plugin),
                };
                self.create(request, about).await;
                Ok(())
            }
            HostingOrder::Start { bot } => self.start(bot).await,
            HostingOrder::Stop { bot } => self.stop(bot).await,
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
                self.endings.begin(bot, ending).await
            }
            HostingOrder::Say { bot, text } => self.say(id, bot, text).await,
            HostingOrder::SetSlots { slots } => self.creation.set_slots(slots).await,
        };
        match done {
            // Somebody has ended the bot meanwhile.
            Ok(()) | Err(StoreError::NoSuchBot(_)) => {}
            Err(error) => tracing::error!(%error, "what a plugin wanted of a bot is not done"),
        }
    }
}

/// Tells one attempt's steps.
struct Teller {
    fleet: Arc<Fleet>,
    about: About,
    number: PhoneNumber,
    system_owners: Vec<PhoneNumber>,
}

impl Teller {
    async fn tell(self, mut steps: mpsc::Receiver<Step>) {
        while let Some(step) = steps.recv().await {
            let opened = step == Step::Open;
            let told = self.told(step);
            tell::happened(&self.fleet, new_id(&self.fleet), &self.about, told).await;
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
        let owners = self.system_owners.iter().map(Jid::of_number);
        for owner in owners.filter(|owner| *owner != self.about.person.jid) {
            let about = About::private(owner, self.about.plugin.clone());
            let step = HostingStep::new(StepName::Opened, self.number.clone());
            tell::happened(&self.fleet, new_id(&self.fleet), &about, step).await;
        }
    }
}

/// A new event's id.
fn new_id(fleet: &Fleet) -> MessageId {
    let mut id = [0; 9];
    fleet.parts.random.fill(&mut id);
    MessageId::from_random(id)
}
