//! One bot of this host in a group, not two: whoever comes second says so once and leaves or, where the operator has relaxed
//! the rule, is silent there.
//!
//! A seat is taken when the bot comes into a group, or when the first event there is to be handled, and is the bot's until it
//! leaves. A bot that comes in sees who was there before, also when nobody has spoken to that one yet. A bot that has lost its
//! place without being told, such as one that was removed while it was away, loses its seat to the first that asks. Leaving needs
//! no admin, so that it is always the second bot itself that goes.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{mpsc, watch};

use super::caller::{Account, KnownBots};
use super::core::Core;
use super::notices::SecondInGroup;
use crate::clock::Millis;
use crate::model::{
    Action, BotId, Event, EventKind, GroupChange, GroupInfo, Jid, Outgoing, Person,
};
use crate::store::{Seat, Seats, StoreError};

/// How many groups that the bot came into or left may wait to be looked at. What is too much is seen at the next event there.
const MOVES: usize = 256;
/// Groups in which the bot is known to have the seat.
const KNOWN: usize = 4_096;

/// What all bots of a host share about groups.
#[derive(Clone)]
pub struct Seating {
    seats: Arc<dyn Seats>,
    leaves: Arc<AtomicBool>,
}

impl Seating {
    /// With this table of seats. The second in a group leaves it.
    pub fn new(seats: Arc<dyn Seats>) -> Self {
        Self {
            seats,
            leaves: Arc::new(AtomicBool::new(true)),
        }
    }

    /// Says whether the second bot in a group leaves it, or stays and is silent.
    pub fn set_leaves(&self, leaves: bool) {
        self.leaves.store(leaves, Ordering::Relaxed);
    }

    /// Whether the second bot in a group leaves it.
    pub fn leaves(&self) -> bool {
        self.leaves.load(Ordering::Relaxed)
    }
}

/// The bot itself came into a group or left it.
#[derive(Debug)]
pub(super) enum Move {
    Came(Jid),
    Went(Jid),
}

/// What an event says about the bot's own place in its group.
pub(super) fn own_move(event: &Event, account: Option<&Account>) -> Option<Move> {
    let account = account?;
    let is_in = |people: &[Person]| {
        people.iter().any(|person| {
            account.is(&person.jid) || person.lid.as_ref().is_some_and(|lid| account.is(lid))
        })
    };
    let group = event.chat.jid.clone();
    match &event.kind {
        EventKind::GroupAdd { people } if is_in(people) => Some(Move::Came(group)),
        EventKind::GroupRemove { people } if is_in(people) => Some(Move::Went(group)),
        _ => None,
    }
}

/// One bot's places in its groups.
pub(super) struct Places {
    seating: Seating,
    /// Groups whose seat it has.
    own: Mutex<HashSet<Jid>>,
    /// Groups that it is leaving, so that it says so once.
    leaving: Mutex<HashSet<Jid>>,
    moves: mpsc::Sender<Move>,
    /// How many of these are not looked at yet; changes are told.
    unseen: watch::Sender<usize>,
}

impl Places {
    pub(super) fn new(seating: Seating) -> (Self, mpsc::Receiver<Move>) {
        let (moves, receiver) = mpsc::channel(MOVES);
        let places = Self {
            seating,
            own: Mutex::default(),
            leaving: Mutex::default(),
            moves,
            unseen: watch::Sender::new(0),
        };
        (places, receiver)
    }

    /// The bot came into a group or left it.
    pub(super) fn moved(&self, moved: Move) {
        let (Move::Came(group) | Move::Went(group)) = &moved;
        lock(&self.own).remove(group);
        lock(&self.leaving).remove(group);
        self.unseen.send_modify(|unseen| *unseen += 1);
        if self.moves.try_send(moved).is_err() {
            // It is seen at the next event there.
            self.seen();
        }
    }

    /// How many groups that the bot came into or left are not looked at yet; changes are told.
    pub(super) fn unseen(&self) -> watch::Receiver<usize> {
        self.unseen.subscribe()
    }

    fn seen(&self) {
        let one_less = |unseen: &mut usize| *unseen = unseen.saturating_sub(1);
        self.unseen.send_modify(one_less);
    }

    /// What is known may have changed while the bot was away.
    pub(super) fn forget(&self) {
        lock(&self.own).clear();
    }

    /// Whether the bot is the one that answers in a group, of whose people this is known.
    pub(super) async fn is_ours(
        &self,
        group: &GroupInfo,
        bot: BotId,
        now: Millis,
    ) -> Result<bool, StoreError> {
        if lock(&self.own).contains(&group.jid) {
            return Ok(true);
        }
        loop {
            match self.seating.seats.claim(&group.jid, bot, now).await? {
                Seat::Own => break,
                Seat::Taken { accounts, .. }
                    if accounts
                        .iter()
                        .any(|account| group.participant(account).is_some()) =>
                {
                    return Ok(false);
                }
                // It is not there any more.
                Seat::Taken { by, .. } => self.seating.seats.vacate(&group.jid, by).await?,
            }
        }
        let mut own = lock(&self.own);
        if own.len() >= KNOWN {
            own.clear();
        }
        own.insert(group.jid.clone());
        Ok(true)
    }

    /// The bot came into a group: the seat, when it is free, is of a bot that is there already. Of two that come in at once, whoever
    /// looks first gives it to the other.
    async fn yields(
        &self,
        group: &GroupInfo,
        known: &KnownBots,
        account: &Account,
        now: Millis,
    ) -> Result<(), StoreError> {
        let people = group.participants.iter();
        let accounts = people.flat_map(|person| [Some(&person.jid), person.lid.as_ref()]);
        let others: Vec<&Jid> = accounts
            .flatten()
            .filter(|jid| known.contains(jid) && !account.is(jid))
            .collect();
        for other in others {
            self.seating.seats.place(&group.jid, other, now).await?;
        }
        Ok(())
    }

    /// Whether the bot is to say that it leaves, and leave: not again while it does.
    fn leaves(&self, group: &Jid) -> bool {
        self.seating.leaves() && lock(&self.leaving).insert(group.clone())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Core {
    /// The bot is the second of this host in a group.
    pub(super) async fn second_in(&self, group: &GroupInfo) -> Result<(), StoreError> {
        if !self.places.leaves(&group.jid) {
            return Ok(());
        }
        tracing::info!(bot = %self.id, "another bot of this host is in a group already; this one leaves it");
        let notice = SecondInGroup.to(group.jid.clone(), &self.settings().language);
        let leave = Action::Group {
            group: group.jid.clone(),
            change: GroupChange::Leave,
            asker: None,
        };
        let outgoing = [notice, leave].map(|action| Outgoing {
            id: self.new_id(),
            action,
        });
        self.post(outgoing.into()).await
    }
}

/// Looks at the groups that the bot came into, and gives up the seats of those that it left.
pub(super) async fn follow_moves(core: Arc<Core>, mut moves: mpsc::Receiver<Move>) {
    while let Some(moved) = core.stop.run_until_cancelled(moves.recv()).await.flatten() {
        core.until_stopped(|_| follow_move(&core, &moved)).await;
        core.places.seen();
    }
}

/// One try. `None` means: again, unless the host stops.
async fn follow_move(core: &Core, moved: &Move) -> Result<Option<()>, StoreError> {
    let group = match moved {
        Move::Went(group) => {
            core.places.seating.seats.vacate(group, core.id).await?;
            return Ok(Some(()));
        }
        Move::Came(group) => group,
    };
    let Some(connected) = core.connected().await else {
        return Ok(None);
    };
    let now = core.clock.now();
    let asked = core.callers.group(group, connected.session.as_ref(), now);
    match asked.await {
        Err(_) => return Ok(None),
        // It is not there any more.
        Ok(None) => {}
        Ok(Some(info)) => {
            if let Some(account) = core.account() {
                let known = &core.known_bots;
                core.places.yields(&info, known, &account, now).await?;
            }
            if !core.places.is_ours(&info, core.id, now).await? {
                core.second_in(&info).await?;
            }
        }
    }
    Ok(Some(()))
}
