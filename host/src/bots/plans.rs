//! The end of a bot's plan: its owner is told before and after, and the bot is stopped with its session kept. Another end starts
//! it again.
//!
//! What was done is noted in the registry, so that everybody is told once, and a bot that its owner has stopped stays so.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;

use super::fleet::Fleet;
use super::tell::{self, About};
use crate::clock::{Millis, millis};
use crate::model::{BotId, BotRecord, BotRole, HostingStep, MessageId, StepName};
use crate::store::{PlanNote, StoreError};

const DAY: Duration = Duration::from_secs(24 * 3600);
/// How long before the end its owner is told, each a stage.
const WARNINGS: [Duration; 2] = [DAY.saturating_mul(3), DAY];
/// The stage after the end.
const OVER: u8 = 3;
/// Plans are looked at that often at least.
const LOOK: Duration = Duration::from_secs(3600);
/// The pause after the registry could not be used.
const PAUSE: Duration = Duration::from_secs(30);

/// How far it has come with a plan.
fn stage(ends: Millis, now: Millis) -> u8 {
    let left = ends.saturating_sub(now);
    if left <= 0 {
        return OVER;
    }
    let told = WARNINGS.iter().filter(|before| left <= millis(**before));
    u8::try_from(told.count()).unwrap_or(OVER)
}

/// When it goes on.
fn next(ends: Millis, now: Millis) -> Option<Millis> {
    let stages = WARNINGS
        .iter()
        .map(|before| ends.saturating_sub(millis(*before)));
    stages.chain([ends]).find(|at| *at > now)
}

/// Follows plans.
pub struct Plans {
    fleet: Arc<Fleet>,
    notes: Arc<dyn crate::store::Plans>,
    changed: Notify,
    /// One change or look after another.
    turn: tokio::sync::Mutex<()>,
}

impl Plans {
    /// For the bots of this fleet. Before they come up: those whose plans ended meanwhile are to rest.
    ///
    /// # Errors
    ///
    /// When the registry can't be used.
    pub async fn open(fleet: Arc<Fleet>) -> Result<Arc<Self>, StoreError> {
        let plans = Self {
            notes: fleet.parts.store.plans(),
            fleet,
            changed: Notify::new(),
            turn: tokio::sync::Mutex::default(),
        };
        let now = plans.now();
        for (bot, note) in plans.notes.planned().await? {
            plans.stop_when_over(&bot, note, now).await?;
        }
        Ok(Arc::new(plans))
    }

    /// Does what is to be done at its time, until the host ends.
    pub async fn follow(self: Arc<Self>) {
        loop {
            let now = self.now();
            let until = match self.look(now).await {
                Ok(next) => next,
                Err(error) => {
                    tracing::error!(%error, "plans can't be looked at; it is tried again");
                    now.saturating_add(millis(PAUSE))
                }
            };
            tokio::select! {
                () = self.fleet.parts.clock.sleep_until(until) => {}
                () = self.changed.notified() => {}
            }
        }
    }

    /// Looks at all plans. When the next thing is to be done.
    async fn look(&self, now: Millis) -> Result<Millis, StoreError> {
        let _turn = self.turn.lock().await;
        let mut then = now.saturating_add(millis(LOOK));
        for (bot, note) in self.notes.planned().await? {
            let Some(ends) = bot.expires else { continue };
            then = next(ends, now).map_or(then, |at| at.min(then));
            let mut note = self.stop_when_over(&bot, note, now).await?;
            let stage = stage(ends, now);
            if stage > note.stage {
                self.tell(&bot, stage, ends).await;
                note.stage = stage;
                self.note(bot.id, Some(note)).await?;
            }
        }
        Ok(then)
    }

    /// Stops a bot whose plan is over. What is noted then.
    async fn stop_when_over(
        &self,
        bot: &BotRecord,
        note: Option<PlanNote>,
        now: Millis,
    ) -> Result<PlanNote, StoreError> {
        let ends = bot.expires.unwrap_or(Millis::MAX);
        let fresh = PlanNote {
            ends,
            ..PlanNote::default()
        };
        let mut note = note.filter(|note| note.ends == ends).unwrap_or(fresh);
        if stage(ends, now) < OVER || bot.stopped || bot.role == BotRole::Main {
            return Ok(note);
        }
        note.stopped = true;
        self.note(bot.id, Some(note)).await?;
        tracing::info!(bot = %bot.id, "a bot's plan is over; it is stopped");
        self.fleet.stop(bot.id).await?;
        Ok(note)
    }

    /// Makes a plan end after so many days, or never. Its owner is told, and a bot that was stopped because of the former end is
    /// started.
    ///
    /// # Errors
    ///
    /// When there is no such bot, or the registry can't be used.
    pub async fn set(
        &self,
        id: MessageId,
        bot: BotId,
        plugin: Option<String>,
        days: Option<u32>,
    ) -> Result<(), StoreError> {
        let turn = self.turn.lock().await;
        let now = self.now();
        let ends = days.map(|days| now.saturating_add(millis(DAY.saturating_mul(days))));
        let registry = self.fleet.parts.store.registry();
        let change = Box::new(move |record: &mut BotRecord| {
            record.plan = days.map(|days| format!("{days} days"));
            record.expires = ends;
        });
        let record = registry.update(bot, change).await?;
        let before = self.notes.plan_note(bot).await?;
        // What it says of itself now is told at once.
        let note = ends.map(|ends| PlanNote {
            ends,
            stage: stage(ends, now),
            stopped: false,
        });
        self.notes.note_plan(bot, note).await?;
        drop(turn);
        self.changed.notify_one();
        if before.is_some_and(|before| before.stopped) {
            self.fleet.start(bot).await?;
        }
        if let (Some(number), Some(owner)) = (record.number(), record.owner) {
            let step = HostingStep {
                until: ends,
                ..HostingStep::new(StepName::PlanSet, number)
            };
            let about = About::private(owner, plugin);
            tell::happened(&self.fleet, id, &about, step).await;
        }
        Ok(())
    }

    /// The same event each time, so that the inbox takes it once.
    async fn tell(&self, bot: &BotRecord, stage: u8, ends: Millis) {
        let (Some(owner), Some(number)) = (&bot.owner, bot.number()) else {
            return;
        };
        let Ok(id) = format!("PLAN{}{ends}{stage}", bot.id).parse::<MessageId>() else {
            return;
        };
        let name = if stage == OVER {
            StepName::PlanOver
        } else {
            StepName::PlanEnds
        };
        let step = HostingStep {
            until: Some(ends),
            ..HostingStep::new(name, number)
        };
        let about = About::private(owner.clone(), None);
        tell::happened(&self.fleet, id, &about, step).await;
    }

    /// Somebody may have ended the bot meanwhile.
    async fn note(&self, bot: BotId, note: Option<PlanNote>) -> Result<(), StoreError> {
        match self.notes.note_plan(bot, note).await {
            Err(StoreError::NoSuchBot(_)) => Ok(()),
            noted => noted,
        }
    }

    fn now(&self) -> Millis {
        self.fleet.parts.clock.now()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_has_two_warnings_and_an_end() {
        let day = millis(DAY);
        let ends = 10 * day;
        for (now, expected, then) in [
            (0, 0, Some(7 * day)),
            (7 * day - 1, 0, Some(7 * day)),
            (7 * day, 1, Some(9 * day)),
            (9 * day - 1, 1, Some(9 * day)),
            (9 * day, 2, Some(10 * day)),
            (10 * day, OVER, None),
            (99 * day, OVER, None),
        ] {
            assert_eq!(
                (stage(ends, now), next(ends, now)),
                (expected, then),
                "{now}"
            );
        }
    }
}
