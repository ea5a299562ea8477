//! Attempts that were started from the web, by the id that lets their starter follow them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::answer::Problem;
use super::api::no_store;
use super::countries::no_number;
use crate::access::{Invited, Invites};
use crate::bots::{
    BotState, BotStatus, Creation, CreationError, Door, Instance, Instances, Request, Step, is_name,
};
use crate::clock::{Millis, SharedClock};
use crate::model::{Cause, Jid, LinkMethod, Person, PhoneNumber};
use crate::random::SharedRandom;
use crate::store::Registry;
use crate::web::shared::HostingParts;

/// How long an attempt can be looked at after it began, which is longer than it takes.
const KEPT: Millis = 3_600_000;
/// How many are kept; what began first goes first.
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
    /// The invite code, as typed; may be empty.
    pub(super) invite: String,
}

/// One attempt.
#[derive(Clone)]
pub(in crate::web) struct Attempt {
    /// What was asked for.
    pub(super) asked: Asked,
    /// The number.
    pub(super) number: PhoneNumber,
    /// How it is, and then how the bot is that has come of it.
    pub(super) status: watch::Receiver<BotStatus>,
    begun: Millis,
}

impl Attempt {
    /// The number that becomes a bot.
    pub(in crate::web) fn number(&self) -> &PhoneNumber {
        &self.number
    }
}

/// What was begun.
struct Created {
    number: PhoneNumber,
    instance: Option<Instance>,
    steps: mpsc::Receiver<Step>,
}

/// All of them.
pub(in crate::web) struct Attempts {
    creation: Arc<Creation>,
    invites: Arc<Invites>,
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
            invites: hosting.invites.clone(),
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
        let attempts = self.clone();
        // In a task of its own: who goes away meanwhile takes nobody's use of an invite code along.
        let begun = self.tasks.spawn(async move {
            let invited = attempts.let_in(&asked.invite).await?;
            match attempts.create(&asked).await {
                Ok(created) => Ok(attempts.watch(asked, created, invited)),
                Err(problem) => {
                    attempts.give_back(invited).await;
                    Err(problem)
                }
            }
        });
        begun
            .await
            .unwrap_or_else(|_| Err(CreationError::Ending.into()))
    }

    /// Takes a use of the invite code, where one is wanted.
    async fn let_in(&self, code: &str) -> Result<Option<Invited>, Problem> {
        if !self.creation.is_open(Door::Page) || !self.creation.wants_invites() {
            return Ok(None);
        }
        if code.trim().is_empty() {
            return Err(Problem::no_invite());
        }
        let invited = self.invites.take(code).await.map_err(no_store)?;
        invited.map(Some).ok_or_else(Problem::wrong_invite)
    }

    /// Gives the use back, since no bot came of it.
    async fn give_back(&self, invited: Option<Invited>) {
        let Some(invited) = invited else {
            return;
        };
        if let Err(error) = self.invites.give_back(invited).await {
            tracing::error!(%error, "a use of an invite code of which nothing came is lost");
        }
    }

    async fn create(&self, asked: &Asked) -> Result<Created, Problem> {
        let number: PhoneNumber = asked
            .number
            .parse()
            .map_err(|error| no_number(&asked.number, &error))?;
        if !is_name(&asked.name) {
            return Err(Problem::no_name());
        }
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
        Ok(Created {
            number,
            instance,
            steps,
        })
    }

    /// Follows what was created, under an id.
    fn watch(
        self: &Arc<Self>,
        asked: Asked,
        created: Created,
        invited: Option<Invited>,
    ) -> (String, Attempt) {
        let now = self.clock.now();
        let (status, watched) = watch::channel(BotStatus::requested(None, now));
        let attempt = Attempt {
            asked,
            number: created.number,
            status: watched,
            begun: now,
        };
        let id = self.add(attempt.clone(), now);
        let attempts = self.clone();
        self.tasks.spawn(async move {
            let followed = follow(created.instance.clone(), created.steps, &status);
            let end = attempts
                .ending
                .run_until_cancelled(followed)
                .await
                .flatten();
            if !matches!(end, Some((BotState::Open, _))) {
                attempts.give_back(invited).await;
            }
            let Some((state, cause)) = end else {
                return;
            };
            let now = attempts.clock.now();
            status.send_modify(|status| {
                if status.state != state {
                    status.since = now;
                }
                status.state = state.clone();
                status.cause = cause;
            });
            if let (BotState::Open, Some(bot)) = (state, created.instance) {
                let accompanied = attempts.accompany(&bot, &status);
                attempts.ending.run_until_cancelled(accompanied).await;
            }
        });
        (id, attempt)
    }

    /// Tells how a bot that an attempt has made goes on, for as long as the attempt can be looked at.
    async fn accompany(&self, bot: &Instance, told: &watch::Sender<BotStatus>) {
        let mut status = bot.watch();
        status.mark_changed();
        let going_on = async {
            // Its instance ends with the bot itself, whose end is its log-out.
            while status.changed().await.is_ok() {
                told.send_replace(status.borrow_and_update().clone());
            }
        };
        tokio::select! {
            () = going_on => {}
            () = told.closed() => return,
        }
        let now = self.clock.now();
        told.send_if_modified(|status| {
            let ends = status.state != BotState::LoggedOut;
            if ends {
                status.state = BotState::LoggedOut;
                status.cause = Some(Cause::LoggedOut);
                status.account = None;
                status.since = now;
            }
            ends
        });
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
        all.retain(|_, attempt| attempt.begun >= now.saturating_sub(KEPT));
        if all.len() >= MOST {
            let oldest = all
                .iter()
                .min_by_key(|(_, attempt)| attempt.begun)
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

/// Keeps an attempt's status in step with its bot, until it has become one or has failed, which it gives back. None when the host
/// ends before that.
///
/// That it has failed is told by who asked for this, once nothing of the attempt is left: the next one can begin at once then.
async fn follow(
    instance: Option<Instance>,
    mut steps: mpsc::Receiver<Step>,
    told: &watch::Sender<BotStatus>,
) -> Option<(BotState, Option<Cause>)> {
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
                    if !matches!(now.state, BotState::Failed | BotState::LoggedOut | BotState::Stopped) {
                        told.send_replace(now);
                    }
                }
            }
            step = steps.recv() => match step {
                Some(step) => last = Some(step),
                None => break,
            }
        }
    }
    match last? {
        Step::Open => Some((BotState::Open, None)),
        Step::Expired => Some((BotState::Failed, Some(Cause::PairingExpired))),
        Step::WrongNumber => Some((BotState::Failed, Some(Cause::WrongNumber))),
        Step::Failed(cause) => Some((BotState::Failed, Some(cause))),
        Step::Qr { .. } | Step::Code { .. } | Step::PasskeyNeeded => None,
    }
}

#[cfg(test)]
mod tests;
