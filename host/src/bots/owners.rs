//! Who operates the host, and whose a bot is: system owners that are named and dropped while it runs, and bots that their owners
//! give to somebody else.
//!
//! No number is a system owner's and a sub-bot's: whoever comes second is refused. A bot is offered, and changes hands when the
//! other person takes it: nobody gets a bot, and with it the end of their right to make one, without having asked. And nobody loses
//! one to who has got at a program's token: what a program offers, the owner confirms with a code that they are told in chat.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::confirming::Codes;
use super::creation::{Creation, CreationError, Door};
use super::fleet::Fleet;
use super::hourly::Hourly;
use super::tell::{self, About};
use crate::clock::{Millis, millis};
use crate::model::{
    BotId, BotRecord, BotRole, HostingStep, Jid, MessageId, Person, PhoneNumber, StepName,
};
use crate::plugins::{HostingRefusal, RefusalReason, SystemOwner};
use crate::store::{Offer, Ownership, StoreError};

/// How long somebody has to take what is offered to them.
const OFFERED: Duration = Duration::from_secs(24 * 3600);

/// How many a bot's owner may make within an hour.
const OFFERS: usize = 5;
/// For how many of these a bot's programs may ask within an hour.
const CODES: usize = 5;

/// What may be, or what speaks against it.
type Verdict<T> = Result<Result<T, HostingRefusal>, CreationError>;

/// Names system owners, and gives bots.
pub struct Owners {
    fleet: Arc<Fleet>,
    creation: Arc<Creation>,
    ownership: Arc<dyn Ownership>,
    /// Each offer is a message to somebody who has not asked for one.
    offers: Mutex<Hourly<BotId>>,
    /// What programs want to offer.
    codes: Mutex<Codes>,
}

impl Owners {
    /// For the bots of this fleet; who was named before counts from here on.
    ///
    /// # Errors
    ///
    /// When the registry can't be read.
    pub async fn open(fleet: Arc<Fleet>, creation: Arc<Creation>) -> Result<Arc<Self>, StoreError> {
        let ownership = fleet.parts.store.ownership();
        let owners = Self {
            fleet,
            creation,
            ownership,
            offers: Mutex::new(Hourly::new(OFFERS)),
            codes: Mutex::new(Codes::new(CODES)),
        };
        owners.count_named().await?;
        Ok(Arc::new(owners))
    }

    /// Lets exactly those count who are kept as named.
    async fn count_named(&self) -> Result<(), StoreError> {
        let named = self.ownership.system_owners().await?;
        self.fleet.parts.system_owners.set_named(named);
        Ok(())
    }

    /// All system owners.
    pub fn system_owners(&self) -> Vec<SystemOwner> {
        let owners = &self.fleet.parts.system_owners;
        let all = owners.all().into_iter();
        all.map(|number| SystemOwner {
            configured: owners.is_configured(&number),
            number,
        })
        .collect()
    }

    /// Whether the person with this number may become a system owner.
    pub async fn may_name(&self, typed: &str) -> Verdict<PhoneNumber> {
        let number = match self
            .creation
            .on_whatsapp(typed, "a system owner", Door::Chat)
            .await?
        {
            Ok(number) => number,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let refusal = if self.fleet.parts.system_owners.contains(&number) {
            Some(RefusalReason::SystemOwner)
        } else if self.is_sub_bot(&number).await? {
            Some(RefusalReason::IsBot)
        } else {
            None
        };
        Ok(refusal.map_or(Ok(number), |reason| Err(reason.into())))
    }

    /// Whether they may be one no more.
    pub fn may_drop(&self, typed: &str) -> Result<PhoneNumber, HostingRefusal> {
        let owners = &self.fleet.parts.system_owners;
        let Ok(number) = typed.parse::<PhoneNumber>() else {
            return Err(RefusalReason::NotANumber.into());
        };
        if !owners.contains(&number) {
            Err(RefusalReason::NoSystemOwner.into())
        } else if owners.is_configured(&number) {
            Err(RefusalReason::Configured.into())
        } else if owners.all().len() < 2 {
            Err(RefusalReason::Last.into())
        } else {
            Ok(number)
        }
    }

    /// Makes somebody a system owner and tells them. What came in between is looked at again.
    pub async fn name(
        &self,
        id: MessageId,
        plugin: Option<String>,
        number: PhoneNumber,
    ) -> Result<(), StoreError> {
        let _turn = self.creation.turn().await;
        if self.is_sub_bot(&number).await? {
            return Ok(());
        }
        let now = self.fleet.parts.clock.now();
        self.ownership.name_system_owner(&number, now).await?;
        self.count_named().await?;
        tracing::info!("a system owner was named");
        let step = HostingStep::new(StepName::Named, number.clone());
        self.tell(id, Jid::of_number(&number), plugin, step).await;
        Ok(())
    }

    /// Makes somebody a system owner no more and tells them.
    pub async fn dismiss(
        &self,
        id: MessageId,
        plugin: Option<String>,
        number: PhoneNumber,
    ) -> Result<(), StoreError> {
        let _turn = self.creation.turn().await;
        // Of two who drop each other at once one stays.
        if self.may_drop(number.digits()).is_err() {
            return Ok(());
        }
        self.ownership.drop_system_owner(&number).await?;
        self.count_named().await?;
        tracing::info!("a system owner was dropped");
        let step = HostingStep::new(StepName::Dropped, number.clone());
        self.tell(id, Jid::of_number(&number), plugin, step).await;
        Ok(())
    }

    /// Whether a bot may be offered to the person with this number.
    ///
    /// # Errors
    ///
    /// When it can't be asked.
    pub async fn may_offer(&self, bot: BotId, typed: &str) -> Verdict<PhoneNumber> {
        let registry = self.fleet.parts.store.registry();
        if let Some(again) = self.offers().too_often(&bot, self.now()) {
            return Ok(Err(HostingRefusal {
                until: Some(again),
                ..RefusalReason::TooOften.into()
            }));
        }
        let asker = bot.to_string();
        let number = match self.creation.on_whatsapp(typed, &asker, Door::Chat).await? {
            Ok(number) => number,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let taker = Jid::of_number(&number);
        let given = registry.get(bot).await?;
        let is_theirs = given.is_some_and(|given| given.owner.as_ref() == Some(&taker));
        // The phone whose number the bot has may well own it.
        let other = registry.by_number(&number).await?;
        let is_bot = other.is_some_and(|other| other.id != bot);
        let refusal = if is_theirs {
            Some(RefusalReason::Yours)
        } else if is_bot {
            Some(RefusalReason::IsBot)
        } else if !registry.owned_by(&taker).await?.is_empty() {
            Some(RefusalReason::OwnsOne)
        } else {
            None
        };
        Ok(refusal.map_or(Ok(number), |reason| Err(reason.into())))
    }

    /// A program wants to offer a bot to somebody: the bot's owner is told a code in chat, with which the program shows that they
    /// want it. Until when it is good; or when another one may be asked for.
    pub async fn ask_to_confirm(
        &self,
        bot: &BotRecord,
        owner: &Jid,
        to: &PhoneNumber,
    ) -> Result<Millis, HostingRefusal> {
        let random = &*self.fleet.parts.random;
        let (code, until) = self
            .codes()
            .give(bot.id, to, self.now(), random)
            .map_err(|again| HostingRefusal {
                until: Some(again),
                ..RefusalReason::TooOften.into()
            })?;
        if let Some(number) = bot.number() {
            let step = HostingStep {
                code: Some(code),
                until: Some(until),
                other: Some(to.clone()),
                ..HostingStep::new(StepName::Giving, number)
            };
            let id = self.fleet.new_message_id();
            self.tell(id, owner.clone(), None, step).await;
        }
        Ok(until)
    }

    /// Whether this is the code by which a bot's owner wants it offered to this person. Each is good for one try.
    pub fn confirms(&self, bot: BotId, to: &PhoneNumber, code: &str) -> bool {
        self.codes().take(bot, to, code, self.now())
    }

    /// To whom a bot is offered, and until when.
    ///
    /// # Errors
    ///
    /// When the registry can't be read.
    pub async fn offered(&self, bot: BotId) -> Result<Option<Offer>, StoreError> {
        self.ownership.offer_of(bot, self.now()).await
    }

    /// Offers a bot to somebody and tells them.
    ///
    /// # Errors
    ///
    /// When it can't be kept.
    pub async fn offer(
        &self,
        id: MessageId,
        bot: BotId,
        plugin: Option<String>,
        to: &PhoneNumber,
        by: &Jid,
    ) -> Result<(), StoreError> {
        let record = self.fleet.parts.store.registry().get(bot).await?;
        let Some(number) = record.and_then(|record| record.number()) else {
            return Ok(());
        };
        let until = self.now().saturating_add(millis(OFFERED));
        let taker = Jid::of_number(to);
        let offer = Offer {
            bot,
            taker: taker.clone(),
            until,
        };
        self.ownership.offer(offer).await?;
        self.offers().note(bot, self.now());
        let step = HostingStep {
            until: Some(until),
            other: by.number(),
            ..HostingStep::new(StepName::Offered, number)
        };
        self.tell(id, taker, plugin, step).await;
        Ok(())
    }

    /// The name of an event of the host's own.
    pub fn new_message_id(&self) -> MessageId {
        self.fleet.new_message_id()
    }

    /// Takes an offer back.
    ///
    /// # Errors
    ///
    /// When that can't be kept.
    pub async fn withdraw(&self, bot: BotId) -> Result<(), StoreError> {
        self.ownership.withdraw(bot).await
    }

    /// The bot that somebody may take.
    pub(super) async fn may_take(
        &self,
        by: &Person,
    ) -> Result<Result<BotRecord, HostingRefusal>, StoreError> {
        let registry = self.fleet.parts.store.registry();
        let offer = self.ownership.offered_to(&by.jid, self.now()).await?;
        let record = match offer {
            Some(offer) => registry.get(offer.bot).await?,
            None => None,
        };
        let Some(record) = record else {
            return Ok(Err(RefusalReason::NotOffered.into()));
        };
        Ok(match self.creation.owns(&by.jid).await? {
            None => Ok(record),
            Some(refusal) => Err(refusal),
        })
    }

    /// Makes a bot its taker's, and tells both sides.
    pub(super) async fn take(
        &self,
        id: MessageId,
        bot: BotId,
        plugin: String,
        by: Person,
    ) -> Result<(), StoreError> {
        // A request for a bot of one's own waits, so that nobody has two.
        let turn = self.creation.turn().await;
        let busy = self.creation.owns(&by.jid).await?;
        let given = match &busy {
            None => self.ownership.hand_over(bot, &by.jid, self.now()).await?,
            Some(_) => None,
        };
        drop(turn);
        let Some(before) = given else {
            return self.not_taken(id, bot, plugin, by, busy).await;
        };
        if let Some(dispatch) = self.fleet.dispatch(bot) {
            let set = dispatch.set_owner(Some(by.jid.clone())).await;
            if let Err(error) = set {
                tracing::error!(%bot, %error, "a bot's webhooks are silent until the host starts again");
            }
        }
        tracing::info!(%bot, "a bot has changed hands");
        let Some(number) = before.number() else {
            return Ok(());
        };
        let about = |name, other: &Option<Jid>| HostingStep {
            other: other.as_ref().and_then(Jid::number),
            ..HostingStep::new(name, number.clone())
        };
        if let Some(giver) = &before.owner {
            let step = about(StepName::Given, &Some(by.jid.clone()));
            self.tell(id.clone(), giver.clone(), Some(plugin.clone()), step)
                .await;
        }
        let step = about(StepName::Taken, &before.owner);
        self.tell(id, by.jid, Some(plugin), step).await;
        Ok(())
    }

    /// It was done before a crash, or something has come in between.
    async fn not_taken(
        &self,
        id: MessageId,
        bot: BotId,
        plugin: String,
        by: Person,
        busy: Option<HostingRefusal>,
    ) -> Result<(), StoreError> {
        let record = self.fleet.parts.store.registry().get(bot).await?;
        let Some((number, owner)) =
            record.and_then(|record| Some((record.number()?, record.owner)))
        else {
            return Ok(());
        };
        let step = if owner.as_ref() == Some(&by.jid) {
            HostingStep::new(StepName::Taken, number)
        } else {
            let reason = busy.map_or(RefusalReason::NotOffered, |busy| busy.reason);
            HostingStep {
                reason: Some(reason.word().to_owned()),
                ..HostingStep::new(StepName::Refused, number)
            }
        };
        self.tell(id, by.jid, Some(plugin), step).await;
        Ok(())
    }

    async fn is_sub_bot(&self, number: &PhoneNumber) -> Result<bool, StoreError> {
        let bot = self.fleet.parts.store.registry().by_number(number).await?;
        Ok(bot.is_some_and(|bot| bot.role == BotRole::Sub))
    }

    /// In a private chat of theirs. The same order tells the same once: a chat and an id are one event.
    async fn tell(&self, id: MessageId, person: Jid, plugin: Option<String>, step: HostingStep) {
        let about = About::private(person, plugin);
        tell::happened(&self.fleet, id, &about, step).await;
    }

    fn offers(&self) -> MutexGuard<'_, Hourly<BotId>> {
        self.offers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn codes(&self) -> MutexGuard<'_, Codes> {
        self.codes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Millis {
        self.fleet.parts.clock.now()
    }
}
