//! An attempt from its launch to its end, step by step.

use std::time::Duration;

use tokio::sync::mpsc;

use super::Creation;
use super::asked::Attempt;
use crate::bots::status::{BotState, BotStatus, Pairing};
use crate::bots::supervisor::Instance;
use crate::clock::Millis;
use crate::model::{BotRecord, Cause, Jid};

/// How long an attempt may take in all, from the request to the open bot.
pub(super) const ATTEMPT: Duration = Duration::from_secs(300);

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

impl Creation {
    /// Follows an attempt to its end and tells its steps.
    pub(super) async fn see_through(
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
    pub(super) async fn delete(&self, record: &BotRecord) {
        self.fleet.forget(record);
        if let Err(error) = self.fleet.parts.store.remove_bot(record.id).await {
            tracing::error!(bot = %record.id, %error, "an attempt is not deleted; it will be at the next start");
        }
    }
}

impl Step {
    pub(in crate::bots) fn name(&self) -> &'static str {
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
