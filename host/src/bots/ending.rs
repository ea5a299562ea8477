//! The end of a bot, in stages: logged out on WhatsApp, taken down, its session's files deleted, its owner told, its record, key and
//! data deleted.
//!
//! It is taken down before anything is deleted, and not last: a client or a handler that still ran would have the files open and
//! write to them.
//!
//! That it ends is noted in the registry before anything is done, and each stage can be done twice. A host that is killed in
//! between goes on with it when it starts again.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::fleet::{Fleet, linked};
use super::status::BotState;
use super::supervisor::Instance;
use super::tell;
use crate::model::{BotId, BotRecord, Ending, HostingStep, MessageId, StepName};
use crate::store::StoreError;

/// How long a bot may take to connect when it is to be logged out, and then to log out. After that it is deleted all the same:
/// the phone's owner sees the device in their list and can remove it there.
const LOG_OUT: Duration = Duration::from_secs(20);

/// A stage of an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// Its device is unlinked at WhatsApp. Best effort: that WhatsApp can't be told is no reason to keep a bot.
    LogOut,
    /// Its events, its session and its instance are taken down: nobody has its files open from here on.
    Land,
    /// Its session's files are deleted.
    ForgetSession,
    /// Its owner is told, while it is known who that is.
    Tell,
    /// Its account is no bot's any more; its record and key are deleted, and what is left of its files.
    Remove,
}

/// All of them, in their order.
pub(super) const STAGES: [Stage; 5] = [
    Stage::LogOut,
    Stage::Land,
    Stage::ForgetSession,
    Stage::Tell,
    Stage::Remove,
];

/// Ends bots.
pub struct Endings {
    fleet: Arc<Fleet>,
    tasks: TaskTracker,
    stop: CancellationToken,
    under_way: watch::Sender<usize>,
    /// The bots that end. How one ends is what was said first: logging it out looks like being removed on the phone.
    ending: Mutex<HashSet<BotId>>,
}

impl Endings {
    /// For the bots of this fleet.
    pub fn new(fleet: Arc<Fleet>) -> Arc<Self> {
        Arc::new(Self {
            fleet,
            tasks: TaskTracker::new(),
            stop: CancellationToken::new(),
            under_way: watch::Sender::new(0),
            ending: Mutex::default(),
        })
    }

    /// Ends a bot from here on, whatever becomes of this process. One that ends already goes on as it does.
    ///
    /// # Errors
    ///
    /// When that can't be noted; nothing has happened then.
    pub async fn begin(self: &Arc<Self>, bot: BotId, ending: Ending) -> Result<(), StoreError> {
        if !self.ending().insert(bot) {
            return Ok(());
        }
        let registry = self.fleet.parts.store.registry();
        if let Err(error) = registry.set_ending(bot, ending.clone()).await {
            self.ending().remove(&bot);
            return Err(error);
        }
        self.go_on(bot, ending);
        Ok(())
    }

    /// Goes on with what a process before this one did not get to the end of.
    ///
    /// # Errors
    ///
    /// When the registry can't be read.
    pub async fn resume(self: &Arc<Self>) -> Result<(), StoreError> {
        for (bot, ending) in self.fleet.parts.store.registry().endings().await? {
            self.ending().insert(bot);
            self.go_on(bot, ending);
        }
        Ok(())
    }

    /// Ends bots whose devices were removed on their phones, until the host ends.
    pub async fn follow(self: Arc<Self>, mut logged_out: mpsc::Receiver<BotId>) {
        while let Some(bot) = logged_out.recv().await {
            let record = self.fleet.parts.store.registry().get(bot).await;
            // One that was never open belongs to an attempt, which cleans up after itself.
            if !matches!(record, Ok(Some(record)) if !record.new) {
                continue;
            }
            if let Err(error) = self.begin(bot, Ending::by_phone()).await {
                tracing::error!(%bot, %error, "a logged-out bot is not cleaned up");
            }
        }
    }

    /// How many are under way.
    pub fn under_way(&self) -> watch::Receiver<usize> {
        self.under_way.subscribe()
    }

    /// Leaves what is under way to the next start.
    pub async fn shutdown(&self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }

    fn go_on(self: &Arc<Self>, bot: BotId, ending: Ending) {
        self.under_way
            .send_modify(|count| *count = count.saturating_add(1));
        let this = self.clone();
        self.tasks.spawn(async move {
            let end = this.end(bot, &ending);
            match this.stop.run_until_cancelled(Box::pin(end)).await {
                Some(Ok(())) => {
                    this.ending().remove(&bot);
                    tracing::info!(%bot, "a bot has ended and everything of it is gone");
                }
                Some(Err(error)) => {
                    tracing::error!(%bot, %error, "a bot's end is cut short; it goes on at the next start");
                }
                None => {}
            }
            this.under_way.send_modify(|count| *count = count.saturating_sub(1));
        });
    }

    fn ending(&self) -> MutexGuard<'_, HashSet<BotId>> {
        self.ending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn end(&self, bot: BotId, ending: &Ending) -> Result<(), StoreError> {
        let Some(record) = self.fleet.parts.store.registry().get(bot).await? else {
            return Ok(());
        };
        for stage in STAGES {
            self.take(stage, &record, ending).await?;
        }
        Ok(())
    }

    /// Takes one stage, again if need be.
    pub(super) async fn take(
        &self,
        stage: Stage,
        record: &BotRecord,
        ending: &Ending,
    ) -> Result<(), StoreError> {
        let store = &self.fleet.parts.store;
        match stage {
            Stage::LogOut if ending.step != StepName::LoggedOut && linked(record) => {
                self.log_out(record).await;
            }
            Stage::LogOut => {}
            Stage::Land => self.fleet.land(record.id).await,
            Stage::ForgetSession => store.forget_session(record.id).await?,
            Stage::Tell => self.tell_owner(record, ending).await,
            Stage::Remove => {
                self.fleet.forget(record);
                match store.remove_bot(record.id).await {
                    Ok(()) | Err(StoreError::NoSuchBot(_)) => {}
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(())
    }

    async fn log_out(&self, record: &BotRecord) {
        let running = self.fleet.instances().get(record.id);
        let instance = match running {
            Some(instance) => instance,
            // It is being ended since before this process began.
            None => match self.fleet.launch(record).await {
                Ok(instance) => instance,
                Err(error) => {
                    tracing::warn!(bot = %record.id, %error, "a bot is deleted without being logged out");
                    return;
                }
            },
        };
        if tokio::time::timeout(LOG_OUT, logged_out(&instance))
            .await
            .is_err()
        {
            tracing::warn!(bot = %record.id, "a bot is deleted without being logged out: WhatsApp was not reached in time");
        }
    }

    /// The same event each time, so that the inbox takes it once.
    async fn tell_owner(&self, record: &BotRecord, ending: &Ending) {
        let (Some(owner), Some(number)) = (&record.owner, record.number()) else {
            return;
        };
        let Ok(id) = format!("END{}", record.id).parse::<MessageId>() else {
            return;
        };
        let step = HostingStep {
            reason: ending.reason.clone(),
            ..HostingStep::new(ending.step, number)
        };
        let about = tell::About::private(owner.clone(), ending.plugin.clone());
        tell::happened(&self.fleet, id, &about, step).await;
    }
}

/// Connects it if it is not connected, and logs it out. Resolves when there is nothing more to log out.
async fn logged_out(instance: &Instance) {
    let mut status = instance.watch();
    let _ = instance.start();
    let open = status
        .wait_for(|status| {
            matches!(
                status.state,
                BotState::Open | BotState::LoggedOut | BotState::Failed | BotState::Pairing(_)
            )
        })
        .await
        .is_ok_and(|status| status.state == BotState::Open);
    if !open || instance.log_out().is_err() {
        return;
    }
    let _ = status
        .wait_for(|status| status.state == BotState::LoggedOut)
        .await;
}
