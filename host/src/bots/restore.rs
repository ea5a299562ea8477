//! Bringing the bots up again when the host starts: those that were not stopped, a bounded number at a time, a jittered pause
//! apart. One that is broken is told and does not hold up the rest.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;

use super::fleet::{Fleet, linked};
use super::notices::{self, Notice};
use super::status::BotState;
use super::supervisor::Instance;
use crate::model::{BotId, BotRecord, BotRole, Cause, StateName};
use crate::store::StoreError;

/// How many bots connect at a time.
const AT_ONCE: usize = 8;
/// How long one may take before the next has its turn; it goes on connecting.
const PATIENCE: Duration = Duration::from_secs(30);
/// Bots that are read from the registry at a time.
const PAGE: u32 = 256;

/// How far a start has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// How many bots there are to bring up.
    pub total: u32,
    /// How many have had their turn.
    pub done: u32,
    /// How many of these can't run.
    pub broken: u32,
}

/// How far the start has come, for whoever wants to know. Cheap to clone.
#[derive(Clone, Default)]
pub struct Restoring(watch::Sender<Progress>);

impl Restoring {
    /// The progress, as it goes on.
    pub fn watch(&self) -> watch::Receiver<Progress> {
        self.0.subscribe()
    }

    /// How many bots have yet to have their turn.
    pub fn left(&self) -> u32 {
        let Progress { total, done, .. } = *self.0.borrow();
        total.saturating_sub(done)
    }
}

impl Fleet {
    /// Reads all sub-bots, makes their accounts known, and deletes what attempts left that a crash cut short. Returns those to
    /// bring up.
    ///
    /// # Errors
    ///
    /// When the registry can't be read.
    pub async fn muster(&self, restoring: &Restoring) -> Result<Vec<BotRecord>, StoreError> {
        let store = &self.parts.store;
        let registry = store.registry();
        store.sweep().await?;
        let ending: Vec<BotId> = registry
            .endings()
            .await?
            .into_iter()
            .map(|(bot, _)| bot)
            .collect();
        let mut bots = Vec::new();
        let mut after = None;
        loop {
            let page = registry.list(after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.id);
            bots.extend(page.into_iter().filter(|bot| bot.role == BotRole::Sub));
        }
        let (stay, attempts): (Vec<_>, Vec<_>) = bots.into_iter().partition(linked);
        for attempt in attempts {
            tracing::info!(bot = %attempt.id, "an attempt to make a bot that was cut short is deleted");
            if let Err(error) = store.remove_bot(attempt.id).await {
                tracing::error!(bot = %attempt.id, %error, "it could not be deleted");
            }
        }
        stay.iter().for_each(|bot| self.know(bot));
        let up: Vec<_> = stay
            .into_iter()
            .filter(|bot| !ending.contains(&bot.id))
            .collect();
        restoring.0.send_modify(|progress| {
            progress.total = u32::try_from(up.len()).unwrap_or(u32::MAX);
        });
        Ok(up)
    }

    /// Brings these up. Those that were stopped are there, and rest.
    pub async fn restore(self: Arc<Self>, bots: Vec<BotRecord>, restoring: Restoring) {
        let total = bots.len();
        if total == 0 {
            return;
        }
        let note = |works: bool| {
            restoring.0.send_modify(|progress| {
                progress.done = progress.done.saturating_add(1);
                progress.broken = progress.broken.saturating_add(u32::from(!works));
            });
        };
        let mut up = JoinSet::new();
        for bot in bots {
            if !bot.stopped {
                let pause = self
                    .parts
                    .delay
                    .get()
                    .mul_f64(0.5 + self.parts.random.fraction());
                self.parts.clock.sleep(pause).await;
            }
            while up.len() >= AT_ONCE
                && let Some(brought) = up.join_next().await
            {
                note(brought.unwrap_or(false));
            }
            let fleet = self.clone();
            up.spawn(async move { fleet.bring_up(bot).await });
        }
        while let Some(brought) = up.join_next().await {
            note(brought.unwrap_or(false));
        }
        let Progress { broken, .. } = *restoring.0.borrow();
        tracing::info!(
            bots = total,
            broken,
            "all bots have had their turn to come up"
        );
    }

    /// Launches one and waits for it, within reason. Whether it can run.
    async fn bring_up(&self, record: BotRecord) -> bool {
        let bot = record.id;
        // It may have been stopped while it waited for its turn.
        let record = match self.parts.store.registry().get(bot).await {
            Ok(Some(now)) => now,
            Ok(None) => return true,
            Err(_) => record,
        };
        match self.launch(&record).await {
            Ok(instance) => {
                let _ = tokio::time::timeout(PATIENCE, settled(&instance)).await;
                true
            }
            Err(error) => {
                tracing::error!(%bot, %error, "a bot can't be brought up; the others are");
                let at = self.parts.clock.now();
                let (cause, notice) = match error {
                    StoreError::BotKeyDamaged(_) => (Cause::WrongKey, Notice::WrongKey),
                    _ => (Cause::Store, Notice::Broken),
                };
                if record.cause.as_ref() != Some(&cause) {
                    notices::tell(self, bot, notice).await;
                }
                let fail = Box::new(move |record: &mut BotRecord| {
                    record.enter(StateName::Failed, Some(cause), at);
                });
                if let Err(error) = self.parts.store.registry().update(bot, fail).await {
                    tracing::error!(%bot, %error, "that could not be kept");
                }
                false
            }
        }
    }
}

/// Resolves when a bot is neither on its way up nor about to be.
async fn settled(instance: &Instance) {
    let mut status = instance.watch();
    let done = status.wait_for(|status| {
        !matches!(
            status.state,
            BotState::Requested | BotState::Paired | BotState::Connecting
        ) || status.cause.is_some()
    });
    let _ = done.await;
}
