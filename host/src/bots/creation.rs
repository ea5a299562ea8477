//! Making a bot of somebody's number: the one service behind chat and pages.
//!
//! A request is checked, gets a record of its own in the registry and is launched like any bot, with its number expected. What
//! happens is told step by step. An attempt that ends without an open bot leaves nothing behind: no record, no key, no file; one
//! that a crash cut short is deleted at the next start.
//!
//! # Layout
//!
//! - `asked`: what is under way, and how often anybody has asked. `following`: an attempt from its launch to its end.

mod asked;
mod following;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::features::Feature;
use super::fleet::Fleet;
use crate::clock::{Millis, millis};
use crate::model::{BotRecord, BotRole, Jid, LinkMethod, Person, PhoneNumber, StateName};
use crate::plugins::{HostingRefusal, RefusalReason};
use crate::store::{Registry, StoreError};
use crate::whatsapp::SendError;
use asked::{Attempt, State};
use following::ATTEMPT;
pub use following::Step;

/// Steps of one attempt that may wait to be told.
const STEPS: usize = 32;
/// How many attempts of visitors may be under way: nobody knows who they are.
const ON_PAGES: u32 = 8;
/// How long a visitor's attempt may take to end.
const ENDS: Duration = Duration::from_secs(20);
/// The host setting that says how many sub-bots there may be.
const SLOTS: &str = "slots";

/// Where people ask for bots.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Door {
    /// In a chat with the main bot.
    Chat,
    /// On the page or through the API.
    Page,
}

impl Door {
    /// What opens it.
    fn feature(self) -> Feature {
        match self {
            Self::Chat => Feature::Jadibot,
            Self::Page => Feature::ConnectPage,
        }
    }
}

/// What somebody asks for.
#[derive(Debug, Clone)]
pub struct Request {
    /// The number that becomes a bot.
    pub number: PhoneNumber,
    /// How it is linked.
    pub method: LinkMethod,
    /// Who asks, and owns it.
    pub owner: Person,
    /// What the bot is called; may be empty.
    pub name: String,
    /// The language that its owner is told in.
    pub language: String,
    /// Where it is asked for.
    pub door: Door,
}

/// Makes bots.
pub struct Creation {
    fleet: Arc<Fleet>,
    /// How many slots there are when nobody has set it.
    slots: u32,
    /// One request at a time is checked and kept, so that two never get the last slot.
    turn: tokio::sync::Mutex<()>,
    state: Mutex<State>,
    tasks: TaskTracker,
    ending: CancellationToken,
    /// How many attempts are under way.
    under_way: watch::Sender<usize>,
}

impl Creation {
    /// A service for this fleet, with so many slots until that is changed.
    pub fn new(fleet: Arc<Fleet>, slots: u32) -> Arc<Self> {
        Arc::new(Self {
            fleet,
            slots,
            turn: tokio::sync::Mutex::default(),
            state: Mutex::default(),
            tasks: TaskTracker::new(),
            ending: CancellationToken::new(),
            under_way: watch::Sender::new(0),
        })
    }

    /// Whether this person may have a bot of this number now: the number, or what speaks against it. Looks the number up on
    /// WhatsApp.
    ///
    /// # Errors
    ///
    /// When that, or the registry, can't be asked now.
    pub async fn check(
        &self,
        number: &str,
        method: Option<LinkMethod>,
        by: &Person,
        door: Door,
    ) -> Result<Result<PhoneNumber, HostingRefusal>, CreationError> {
        if !self.is_open(door) {
            return Ok(Err(RefusalReason::Off.into()));
        }
        let number = match self.on_whatsapp(number, by.jid.as_str(), door).await? {
            Ok(number) => number,
            Err(refusal) => return Ok(Err(refusal)),
        };
        if let Some(refusal) = self.refusal(&number, by, door).await? {
            return Ok(Err(refusal));
        }
        match method {
            Some(_) => Ok(Ok(number)),
            None => Ok(Err(RefusalReason::MethodMissing.into())),
        }
    }

    /// Begins an attempt; what happens to it is told on the channel, which ends with it. What was checked before is checked
    /// again.
    ///
    /// # Errors
    ///
    /// When the registry can't be used.
    pub async fn begin(
        self: &Arc<Self>,
        request: Request,
    ) -> Result<Result<mpsc::Receiver<Step>, HostingRefusal>, CreationError> {
        let _turn = self.turn.lock().await;
        if self.ending.is_cancelled() {
            return Err(CreationError::Ending);
        }
        if !self.is_open(request.door) {
            return Ok(Err(RefusalReason::Off.into()));
        }
        let (number, by, door) = (&request.number, &request.owner, request.door);
        if let Some(refusal) = self.refusal(number, by, door).await? {
            return Ok(Err(refusal));
        }
        if let Some(attempt) = self.under_way_of(&by.jid) {
            attempt.end.cancel();
            let ended = attempt.gone.cancelled();
            let ended = tokio::time::timeout(ENDS, ended).await;
            // It may have become a bot in the meantime.
            let refusal = self.refusal(number, by, door).await?;
            let late = || refused(RefusalReason::AskedAlready, Some(attempt.until));
            if let Some(refusal) = refusal.or_else(|| ended.is_err().then(late)) {
                return Ok(Err(refusal));
            }
        }
        if door == Door::Page && self.on_pages() >= self.most_on_pages().await? {
            return Ok(Err(RefusalReason::Busy.into()));
        }
        let parts = &self.fleet.parts;
        let now = parts.clock.now();
        let id = self.fleet.new_id();
        let mut record = BotRecord::requested(id, BotRole::Sub, request.method, now);
        record.jid = Some(Jid::of_number(&request.number));
        record.owner = Some(request.owner.jid.clone());
        record.name = request.name;
        record.language = request.language;
        match parts.store.add_bot(&record).await {
            Ok(()) => {}
            Err(StoreError::Taken(_)) => return Ok(Err(RefusalReason::Hosted.into())),
            Err(error) => return Err(error.into()),
        }
        let instance = match self.fleet.launch(&record).await {
            Ok(instance) => instance,
            Err(error) => {
                self.delete(&record).await;
                return Err(error.into());
            }
        };
        let owner = request.owner.jid;
        let attempt = Attempt {
            bot: id,
            until: now.saturating_add(millis(ATTEMPT)),
            door,
            end: CancellationToken::new(),
            gone: CancellationToken::new(),
        };
        {
            let mut state = self.state();
            state.attempts.insert(owner.clone(), attempt.clone());
            state.asked.note((door, owner.clone()), now);
        }
        self.under_way
            .send_modify(|attempts| *attempts = attempts.saturating_add(1));
        let (steps, told) = mpsc::channel(STEPS);
        let creation = self.clone();
        self.tasks.spawn(async move {
            creation
                .see_through(record, owner, attempt, instance, steps)
                .await;
            creation
                .under_way
                .send_modify(|attempts| *attempts = attempts.saturating_sub(1));
        });
        Ok(Ok(told))
    }

    /// Whether people get bots there.
    pub fn is_open(&self, door: Door) -> bool {
        self.fleet.parts.features.is_on(door.feature())
    }

    /// Whether who gets a bot from the page, or a program, needs an invite code.
    pub fn wants_invites(&self) -> bool {
        self.fleet.parts.features.is_on(Feature::InviteCodes)
    }

    /// How many sub-bots the host takes.
    ///
    /// # Errors
    ///
    /// When the registry can't be read.
    pub async fn slots(&self) -> Result<u32, StoreError> {
        let set = self.registry().host_setting(SLOTS).await?;
        Ok(set.and_then(|set| set.parse().ok()).unwrap_or(self.slots))
    }

    /// Sets that, and keeps it over restarts.
    ///
    /// # Errors
    ///
    /// When it can't be kept.
    pub async fn set_slots(&self, slots: u32) -> Result<(), StoreError> {
        let registry = self.registry();
        registry
            .set_host_setting(SLOTS, Some(slots.to_string()))
            .await
    }

    /// How many of them are taken, attempts included.
    ///
    /// # Errors
    ///
    /// When the registry can't be read.
    pub async fn taken(&self) -> Result<u32, StoreError> {
        let counts: Vec<(StateName, u32)> = self.registry().counts().await?;
        Ok(counts.iter().map(|(_, bots)| *bots).sum())
    }

    /// How many visitors' attempts are under way.
    fn on_pages(&self) -> u32 {
        let state = self.state();
        let of_pages = state.attempts.values();
        let count = of_pages
            .filter(|attempt| attempt.door == Door::Page)
            .count();
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    /// How many there may be: no more than half of the slots that are free but for them, so that people in chat find some, and one.
    async fn most_on_pages(&self) -> Result<u32, StoreError> {
        let taken = self.taken().await?.saturating_sub(self.on_pages());
        let free = self.slots().await?.saturating_sub(taken);
        Ok((free / 2).clamp(1, ON_PAGES))
    }

    /// Ends what is under way. Attempts are deleted at the next start.
    pub async fn shutdown(&self) {
        self.ending.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }

    fn registry(&self) -> Arc<dyn Registry> {
        self.fleet.parts.store.registry()
    }

    /// While it is held, nobody else gets a bot.
    pub(super) async fn turn(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.turn.lock().await
    }

    /// The number that is typed, when somebody has it on WhatsApp. Who asks for many has to wait, whatever `by` names them with.
    pub(super) async fn on_whatsapp(
        &self,
        typed: &str,
        by: &str,
        door: Door,
    ) -> Result<Result<PhoneNumber, HostingRefusal>, CreationError> {
        let Ok(number) = typed.parse::<PhoneNumber>() else {
            return Ok(Err(RefusalReason::NotANumber.into()));
        };
        let main = self.fleet.instances().main();
        let session = main.and_then(|main| main.session().borrow().clone());
        let session = session.ok_or(SendError::Unavailable)?;
        let now = self.fleet.parts.clock.now();
        if let Err(again) = self.state().look_up(by, door, now) {
            return Ok(Err(refused(RefusalReason::TooOften, Some(again))));
        }
        Ok(if session.is_on_whatsapp(&number).await? {
            Ok(number)
        } else {
            Err(RefusalReason::NotOnWhatsApp.into())
        })
    }

    /// What keeps somebody from having a bot: that they have one, or a request under way.
    pub(super) async fn owns(&self, person: &Jid) -> Result<Option<HostingRefusal>, StoreError> {
        self.has(person, Door::Page).await
    }

    /// The same, for somebody who asks there.
    async fn has(&self, person: &Jid, door: Door) -> Result<Option<HostingRefusal>, StoreError> {
        let under_way = self.under_way_of(person);
        let mut owned = self.registry().owned_by(person).await?;
        owned.retain(|bot| {
            under_way
                .as_ref()
                .is_none_or(|attempt| attempt.bot != bot.id)
        });
        Ok(match (owned.pop(), under_way) {
            (Some(bot), _) => Some(HostingRefusal {
                bot: Some(Box::new(bot)),
                ..RefusalReason::OwnsOne.into()
            }),
            (None, Some(attempt)) if !attempt.gives_way_to(door) => {
                Some(refused(RefusalReason::AskedAlready, Some(attempt.until)))
            }
            (None, _) => None,
        })
    }

    /// What speaks against a bot, in the product's order.
    async fn refusal(
        &self,
        number: &PhoneNumber,
        by: &Person,
        door: Door,
    ) -> Result<Option<HostingRefusal>, StoreError> {
        let under_way = self.under_way_of(&by.jid);
        if let Some(bot) = self.registry().by_number(number).await? {
            // One's own request is told as that.
            if under_way.is_none_or(|attempt| attempt.bot != bot.id) {
                return Ok(Some(HostingRefusal {
                    reason: RefusalReason::Hosted,
                    bot: Some(Box::new(bot)),
                    until: None,
                }));
            }
        }
        if self.fleet.parts.system_owners.contains(number) {
            return Ok(Some(RefusalReason::SystemOwner.into()));
        }
        if let Some(refusal) = self.has(&by.jid, door).await? {
            return Ok(Some(refusal));
        }
        let now = self.fleet.parts.clock.now();
        let asked = (door, by.jid.clone());
        if let Some(again) = self.state().asked.too_often(&asked, now) {
            return Ok(Some(refused(RefusalReason::TooOften, Some(again))));
        }
        if self.taken().await? >= self.slots().await? {
            return Ok(Some(RefusalReason::Full.into()));
        }
        Ok(None)
    }

    fn under_way_of(&self, person: &Jid) -> Option<Attempt> {
        self.state().attempts.get(person).cloned()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A refusal that ends then.
fn refused(reason: RefusalReason, until: Option<Millis>) -> HostingRefusal {
    HostingRefusal {
        until,
        ..reason.into()
    }
}

/// Why a request can't even be answered.
#[derive(Debug, thiserror::Error)]
pub enum CreationError {
    /// WhatsApp can't be asked.
    #[error("the number can't be looked up now: {0}")]
    LookUp(#[from] SendError),
    /// The registry can't be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The host is shutting down.
    #[error("the host is shutting down")]
    Ending,
}
