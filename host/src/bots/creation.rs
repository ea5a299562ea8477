//! Making a bot of somebody's number: the one service behind chat and pages.
//!
//! A request is checked, gets a record of its own in the registry and is launched like any bot, with its number expected. What
//! happens is told step by step. An attempt that ends without an open bot leaves nothing behind: no record, no key, no file; one
//! that a crash cut short is deleted at the next start.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::features::Feature;
use super::fleet::Fleet;
use super::hourly::Hourly;
use super::status::{BotState, BotStatus, Pairing};
use super::supervisor::Instance;
use crate::clock::{Millis, millis};
use crate::model::{
    BotId, BotRecord, BotRole, Cause, Jid, LinkMethod, Person, PhoneNumber, StateName,
};
use crate::plugins::{HostingRefusal, RefusalReason};
use crate::store::{Registry, StoreError};
use crate::whatsapp::SendError;

/// How long an attempt may take in all, from the request to the open bot.
const ATTEMPT: Duration = Duration::from_secs(300);
/// Steps of one attempt that may wait to be told.
const STEPS: usize = 32;
/// How many attempts of visitors may be under way: nobody knows who they are.
const ON_PAGES: u32 = 8;
/// How long a visitor's attempt may take to end.
const ENDS: Duration = Duration::from_secs(20);
/// How many attempts one person may begin within an hour.
const ATTEMPTS: usize = 5;
/// How many numbers WhatsApp is asked about within an hour, for one who asks and for all together. It looks at accounts that ask
/// about many, and the main bot's is everybody's.
const LOOK_UPS: usize = 20;
const ALL_LOOK_UPS: usize = 300;
/// How many of them visitors may use up.
const VISITORS_LOOK_UPS: usize = 150;
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

/// What happens to an attempt.
#[derive(Clone, PartialEq, Eq)]
pub enum Step {
    /// A QR code to scan, again each time that it is a new one.
    Qr {
        /// The text in it.
        text: String,
        /// When it stops being good.
        until: Millis,
    },
    /// A code to type.
    Code {
        /// Eight characters, without the dash.
        code: String,
        /// When it stops being good.
        until: Millis,
    },
    /// WhatsApp wants a passkey confirmed on the phone.
    PasskeyNeeded,
    /// It is a bot now. The last step of an attempt, as are all below.
    Open,
    /// Nobody linked it in time.
    Expired,
    /// Another number was linked, and is logged out again.
    WrongNumber,
    /// Something broke.
    Failed(Cause),
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

struct State {
    /// By who asked.
    attempts: HashMap<Jid, Attempt>,
    /// Who has asked how often, and where: anybody can ask on the page with somebody's number.
    asked: Hourly<(Door, Jid)>,
    /// For whom WhatsApp was asked about numbers, and how often in all.
    looked_up: Hourly<(Door, String)>,
    visitors_looked_up: Hourly<()>,
    all_looked_up: Hourly<()>,
}

impl State {
    /// Counts one more question to WhatsApp, or says when it may be asked again.
    fn look_up(&mut self, by: &str, door: Door, now: Millis) -> Result<(), Millis> {
        let by = (door, by.to_owned());
        let own = self.looked_up.too_often(&by, now);
        let visitors = match door {
            Door::Chat => None,
            Door::Page => self.visitors_looked_up.too_often(&(), now),
        };
        let all = self.all_looked_up.too_often(&(), now);
        if let Some(again) = own.or(visitors).or(all) {
            return Err(again);
        }
        self.looked_up.note(by, now);
        if door == Door::Page {
            self.visitors_looked_up.note((), now);
        }
        self.all_looked_up.note((), now);
        Ok(())
    }
}

impl Default for State {
    fn default() -> Self {
        Self {
            attempts: HashMap::new(),
            asked: Hourly::new(ATTEMPTS),
            looked_up: Hourly::new(LOOK_UPS),
            visitors_looked_up: Hourly::new(VISITORS_LOOK_UPS),
            all_looked_up: Hourly::new(ALL_LOOK_UPS),
        }
    }
}

#[derive(Clone)]
struct Attempt {
    bot: BotId,
    until: Millis,
    door: Door,
    /// Ends it.
    end: CancellationToken,
    /// Nothing is left of it.
    gone: CancellationToken,
}

impl Attempt {
    /// Whether it ends for another of the same person: who asks on the page is anybody, who asks in chat is that person.
    fn gives_way_to(&self, door: Door) -> bool {
        self.door == Door::Page && door == Door::Chat
    }
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

    /// Follows an attempt to its end and tells its steps.
    async fn see_through(
        &self,
        record: BotRecord,
        owner: Jid,
        attempt: Attempt,
        instance: Instance,
        steps: mpsc::Sender<Step>,
    ) {
        let followed = self.follow(&record, &owner, &instance, &steps);
        let last = tokio::select! {
            last = followed => last,
            // Somebody else's turn: its code is no good any more.
            () = attempt.end.cancelled() => Some(Step::Expired),
        };
        let Some(mut last) = last else {
            // The host ends. What is left of the attempt is deleted when it starts again.
            return;
        };
        if last == Step::Open && !self.is_kept(&record, &instance).await {
            last = Step::Failed(Cause::LoggedOut);
        }
        if last != Step::Open {
            self.fleet.land(record.id).await;
            self.delete(&record).await;
        }
        self.state().attempts.remove(&owner);
        attempt.gone.cancel();
        tracing::info!(bot = %record.id, came = last.name(), "an attempt to make a bot has ended");
        let _ = steps.send(last).await;
    }

    /// Makes an attempt that has come to its end a bot like any other. False when it was logged out before that: nobody else
    /// would clean up after it then.
    async fn is_kept(&self, record: &BotRecord, instance: &Instance) -> bool {
        let settle = Box::new(|record: &mut BotRecord| record.new = false);
        if let Err(error) = self.registry().update(record.id, settle).await {
            tracing::error!(bot = %record.id, %error, "a new bot's record could not be kept");
        }
        instance.status().state != BotState::LoggedOut
    }

    /// The last step; none when the host ends before.
    async fn follow(
        &self,
        record: &BotRecord,
        owner: &Jid,
        instance: &Instance,
        steps: &mpsc::Sender<Step>,
    ) -> Option<Step> {
        let clock = &self.fleet.parts.clock;
        let deadline = clock.sleep(ATTEMPT);
        tokio::pin!(deadline);
        let mut status = instance.watch();
        status.mark_changed();
        let mut shown = None;
        loop {
            tokio::select! {
                () = self.ending.cancelled() => return None,
                changed = status.changed() => changed.ok()?,
                () = &mut deadline => {
                    let cause = status.borrow().cause.clone();
                    tracing::info!(bot = %record.id, "an attempt to make a bot took too long");
                    return Some(cause.map_or(Step::Expired, Step::Failed));
                }
            }
            let step = next(&status.borrow_and_update());
            let Some(step) = step.filter(|step| shown.as_ref() != Some(step)) else {
                continue;
            };
            match &step {
                Step::Qr { until, .. } | Step::Code { until, .. } => {
                    if let Some(attempt) = self.state().attempts.get_mut(owner) {
                        attempt.until = *until;
                    }
                }
                Step::PasskeyNeeded => {}
                _ => return Some(step),
            }
            shown = Some(step.clone());
            // Nobody listening is no reason to stop: the code may be on a page.
            let _ = steps.send(step).await;
        }
    }

    /// Deletes what there is of an attempt.
    async fn delete(&self, record: &BotRecord) {
        self.fleet.forget(record);
        if let Err(error) = self.fleet.parts.store.remove_bot(record.id).await {
            tracing::error!(bot = %record.id, %error, "an attempt is not deleted; it will be at the next start");
        }
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

impl Step {
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Qr { .. } => "qr",
            Self::Code { .. } => "code",
            Self::PasskeyNeeded => "passkey-needed",
            Self::Open => "open",
            Self::Expired => "expired",
            Self::WrongNumber => "wrong-number",
            Self::Failed(_) => "failed",
        }
    }
}

/// The step that a status means, if there is anything to tell.
fn next(status: &BotStatus) -> Option<Step> {
    match (&status.state, &status.cause) {
        (BotState::Pairing(Pairing::Qr { code, until, .. }), _) => Some(Step::Qr {
            text: code.clone(),
            until: *until,
        }),
        (BotState::Pairing(Pairing::Code { code, until, .. }), _) => Some(Step::Code {
            code: code.clone(),
            until: *until,
        }),
        (BotState::Pairing(Pairing::Passkey), _) => Some(Step::PasskeyNeeded),
        (BotState::Open, _) => Some(Step::Open),
        (BotState::Failed, Some(Cause::PairingExpired)) => Some(Step::Expired),
        (BotState::Failed, Some(Cause::WrongNumber)) => Some(Step::WrongNumber),
        (BotState::Failed | BotState::LoggedOut | BotState::Stopped, cause) => {
            Some(Step::Failed(cause.clone().unwrap_or(Cause::Network)))
        }
        (
            BotState::Requested | BotState::Paired | BotState::Connecting | BotState::Reconnecting,
            _,
        ) => None,
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
