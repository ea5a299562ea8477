//! Attempts that were started from the web, by the id that lets their starter follow them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::answer::Problem;
use crate::bots::{BotState, BotStatus, Creation, Door, Instance, Instances, Request, Step};
use crate::clock::{Millis, SharedClock};
use crate::model::{Cause, Jid, LinkMethod, Person, PhoneNumber};
use crate::plugins::{HostingRefusal, RefusalReason};
use crate::random::SharedRandom;
use crate::store::Registry;
use crate::web::shared::HostingParts;

/// How long an attempt can be looked at after it ended.
const KEPT: Millis = 3_600_000;
/// How many are kept; what ended first goes first.
const MOST: usize = 2_000;

/// What a visitor asks for.
#[derive(Debug, Clone)]
pub(in crate::web) struct Asked {
    /// The number, as typed.
    pub(super) number: String,
    /// What the bot is called; may be empty.
    pub(super) name: String,
    /// How it is linked.
    pub(super) method: LinkMethod,
}

/// One attempt.
#[derive(Clone)]
pub(in crate::web) struct Attempt {
    /// What was asked for.
    pub(super) asked: Asked,
    /// The number.
    pub(super) number: PhoneNumber,
    /// How it is.
    pub(super) status: watch::Receiver<BotStatus>,
}

impl Attempt {
    /// The number that becomes a bot.
    pub(in crate::web) fn number(&self) -> &PhoneNumber {
        &self.number
    }
}

/// All of them.
pub(in crate::web) struct Attempts {
    creation: Arc<Creation>,
    registry: Arc<dyn Registry>,
    instances: Instances,
    clock: SharedClock,
    random: SharedRandom,
    language: String,
    by_id: Mutex<HashMap<String, Attempt>>,
    tasks: TaskTracker,
    ending: CancellationToken,
}

impl Attempts {
    /// None yet.
    pub(in crate::web) fn new(
        hosting: &HostingParts,
        instances: Instances,
        clock: SharedClock,
    ) -> Arc<Self> {
        Arc::new(Self {
            creation: hosting.creation.clone(),
            registry: hosting.registry.clone(),
            instances,
            clock,
            random: hosting.random.clone(),
            language: hosting.language.clone(),
            by_id: Mutex::default(),
            tasks: TaskTracker::new(),
            ending: CancellationToken::new(),
        })
    }

    /// Begins one and says under which id it can be followed.
    pub(super) async fn begin(
        self: &Arc<Self>,
        asked: Asked,
    ) -> Result<(String, Attempt), Problem> {
        let number: PhoneNumber = asked
            .number
            .parse()
            .map_err(|_| Problem::from(HostingRefusal::from(RefusalReason::NotANumber)))?;
        // Who links a phone from a page has shown that it is theirs: the bot is its number's.
        let owner = Person {
            jid: Jid::of_number(&number),
            lid: None,
            name: asked.name.clone(),
        };
        let checked = self
            .creation
            .check(&asked.number, Some(asked.method), &owner, Door::Page)
            .await?;
        let number = checked.map_err(Problem::from)?;
        let request = Request {
            number: number.clone(),
            method: asked.method,
            owner,
            name: asked.name.clone(),
            language: self.language.clone(),
            door: Door::Page,
        };
        let steps = self.creation.begin(request).await?.map_err(Problem::from)?;
        let instance = match self.registry.by_number(&number).await {
            Ok(Some(record)) => self.instances.get(record.id),
            _ => None,
        };
        let now = self.clock.now();
        let (status, watched) = watch::channel(BotStatus::requested(None, now));
        let attempt = Attempt {
            asked,
            number,
            status: watched,
        };
        let id = self.add(attempt.clone(), now);
        let (clock, ending) = (self.clock.clone(), self.ending.clone());
        self.tasks.spawn(async move {
            ending
                .run_until_cancelled(follow(instance, steps, status, clock))
                .await;
        });
        Ok((id, attempt))
    }

    /// The attempt with this id.
    pub(in crate::web) fn get(&self, id: &str) -> Option<Attempt> {
        self.all().get(id).cloned()
    }

    /// Stops following; attempts themselves are their service's.
    pub(in crate::web) async fn shutdown(&self) {
        self.ending.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }

    fn add(&self, attempt: Attempt, now: Millis) -> String {
        let mut id = [0; 32];
        self.random.fill(&mut id);
        let id = hex::encode(id);
        let mut all = self.all();
        all.retain(|_, attempt| !is_over(attempt, now.saturating_sub(KEPT)));
        if all.len() >= MOST {
            let oldest = all
                .iter()
                .min_by_key(|(_, attempt)| attempt.status.borrow().since)
                .map(|(id, _)| id.clone());
            if let Some(oldest) = oldest {
                all.remove(&oldest);
            }
        }
        all.insert(id.clone(), attempt);
        id
    }

    fn all(&self) -> MutexGuard<'_, HashMap<String, Attempt>> {
        self.by_id.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether nothing more can come of an attempt, and that since before `at`.
fn is_over(attempt: &Attempt, at: Millis) -> bool {
    let status = attempt.status.borrow();
    let ended = matches!(
        status.state,
        BotState::Open | BotState::Failed | BotState::LoggedOut
    );
    ended && status.since < at
}

/// Keeps an attempt's status in step with its bot, until it has become one or has failed.
async fn follow(
    instance: Option<Instance>,
    mut steps: mpsc::Receiver<Step>,
    told: watch::Sender<BotStatus>,
    clock: SharedClock,
) {
    let mut status = instance.map(|instance| instance.watch());
    let mut last = None;
    loop {
        let changed = async {
            match &mut status {
                Some(status) => status.changed().await.is_ok(),
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            going_on = changed => {
                if !going_on {
                    status = None;
                    continue;
                }
                if let Some(status) = &mut status {
                    let now = status.borrow_and_update().clone();
                    told.send_replace(now);
                }
            }
            step = steps.recv() => match step {
                Some(step) => last = Some(step),
                None => break,
            }
        }
    }
    let (state, cause) = match last {
        Some(Step::Open) => (BotState::Open, None),
        Some(Step::Expired) => (BotState::Failed, Some(Cause::PairingExpired)),
        Some(Step::WrongNumber) => (BotState::Failed, Some(Cause::WrongNumber)),
        Some(Step::Failed(cause)) => (BotState::Failed, Some(cause)),
        // The host ends.
        Some(Step::Qr { .. } | Step::Code { .. } | Step::PasskeyNeeded) | None => return,
    };
    let now = clock.now();
    told.send_modify(|status| {
        if status.state != state {
            status.since = now;
        }
        status.state = state;
        status.cause = cause;
    });
}
