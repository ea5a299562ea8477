//! One message, from outbox row to acknowledgement.

use std::sync::Arc;
use std::time::Duration;

use super::changed;
use super::core::{Connected, Core};
use super::desk::SwitchError;
use super::queue::Served;
use super::quota::Turn;
use crate::clock::{Millis, millis};
use crate::model::{Action, BotChange, ChangeOutcome};
use crate::store::{Attempt, Row, StoreError, Unsent};
use crate::whatsapp::SendError;

/// How long one attempt may take.
const DEADLINE: Duration = Duration::from_secs(30);
/// The pause after the first attempt that did not get through; doubled each time.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// After so many attempts on an open connection it is given up: about ten minutes.
const ATTEMPTS: u32 = 16;

/// Sends a row of the outbox, as often as it takes.
pub(super) async fn send(core: Arc<Core>, row: Row) -> Served {
    core.until_stopped(|_| try_send(&core, row)).await
}

async fn try_send(core: &Core, row: Row) -> Result<Option<()>, StoreError> {
    let mut tried = None;
    while let Some(unsent) = core.data.unsent(row).await? {
        if let Action::Bot { change, .. } = &unsent.outgoing.action {
            if core.wait_until(unsent.next_try).await.is_none() {
                return Ok(None);
            }
            let done = change_bot(core, change).await;
            let ended = outcome(core, &unsent, done);
            core.data.attempted(row, ended).await?;
            continue;
        }
        if let Action::Hosting { chat, order } = unsent.outgoing.action {
            // Not for WhatsApp, so that it waits for no connection and no pace.
            if let Some(hosting) = &core.hosting {
                hosting.carry_out(unsent.outgoing.id, chat, *order).await;
            }
            core.data.attempted(row, Attempt::CarriedOut).await?;
            continue;
        }
        let Some(connected) = turn(core, unsent.next_try, tried).await else {
            return Ok(None);
        };
        tried = Some(connected.opened);
        let session = connected.session.as_ref();
        let ended = match changed::wanted(&unsent.outgoing) {
            None => {
                let sent = tokio::time::timeout(DEADLINE, session.send(&unsent.outgoing)).await;
                let sent = sent.unwrap_or(Err(SendError::Unavailable));
                core.settle_quota(sent.is_ok());
                outcome(core, &unsent, sent)
            }
            Some(wanted) => {
                let tried = session.change_people(&unsent.outgoing);
                let tried = tokio::time::timeout(DEADLINE, tried).await;
                let tried = tried.unwrap_or(Err(SendError::Unavailable));
                let (sent, people) = match tried {
                    Ok(people) => (Ok(()), people),
                    Err(SendError::Refused(why)) => {
                        let people = wanted.all(ChangeOutcome::Refused);
                        (Err(SendError::Refused(why)), people)
                    }
                    Err(SendError::Unavailable) => {
                        let people = wanted.all(ChangeOutcome::Unavailable);
                        (Err(SendError::Unavailable), people)
                    }
                };
                core.settle_quota(sent.is_ok());
                let ended = outcome(core, &unsent, sent);
                if !matches!(ended, Attempt::Later { .. }) {
                    // Before the row is done with: after a crash in between it is tried once more, and the same event is not kept
                    // twice.
                    let event = wanted.event(&unsent.outgoing.id, people, core.clock.now());
                    core.accept(vec![event]).await?;
                }
                ended
            }
        };
        core.data.attempted(row, ended).await?;
    }
    Ok(Some(()))
}

/// Changes the bot itself. It needs no connection, and doing it again changes nothing.
async fn change_bot(core: &Core, change: &BotChange) -> Result<(), SendError> {
    let BotChange::Plugin { name, enabled } = change;
    match core.desk.switch(core.id, name, *enabled).await {
        Ok(()) => Ok(()),
        Err(SwitchError::Refused(why)) => {
            tracing::warn!(bot = %core.id, plugin = name, why, "a plugin is not switched");
            Err(SendError::Refused(why))
        }
        Err(SwitchError::Unavailable(why)) => {
            tracing::warn!(bot = %core.id, plugin = name, why, "a plugin is not switched yet");
            Err(SendError::Unavailable)
        }
    }
}

/// Waits until a message may go: its pause is over or there is a new connection, pace and quota allow it, and the connection is
/// open. `None` when the host stops before that.
async fn turn(core: &Core, next_try: Millis, tried: Option<u64>) -> Option<Connected> {
    core.wait_until_or_anew(next_try, tried).await?;
    core.wait_until(core.next_send_at()).await?;
    while let Turn::At(at) = core.ask_quota() {
        core.wait_until(at).await?;
    }
    core.connected().await
}

/// What an attempt means for its row.
fn outcome(core: &Core, unsent: &Unsent, sent: Result<(), SendError>) -> Attempt {
    let (now, row) = (core.clock.now(), unsent.row);
    match sent {
        Ok(()) => {
            core.counters.sent.one();
            Attempt::Sent { at: now }
        }
        Err(SendError::Refused(_)) => {
            tracing::warn!(bot = %core.id, row, "WhatsApp refused a message; it is given up");
            core.counters.given_up.one();
            Attempt::GivenUp
        }
        Err(SendError::Unavailable) if unsent.attempts.saturating_add(1) >= ATTEMPTS => {
            tracing::warn!(bot = %core.id, row, attempts = ATTEMPTS, "a message did not get through; it is given up");
            core.counters.given_up.one();
            Attempt::GivenUp
        }
        Err(SendError::Unavailable) => {
            core.counters.retried.one();
            let pause = pause(unsent.attempts, core.random.fraction());
            Attempt::Later {
                next_try: now.saturating_add(pause),
            }
        }
    }
}

/// The pause before the next attempt: doubled each time, then up to a quarter more by chance.
fn pause(attempts: u32, chance: f64) -> Millis {
    let doubled = FIRST_PAUSE.saturating_mul(1 << attempts.min(16));
    millis(doubled.min(LONGEST_PAUSE).mul_f64(1.0 + chance / 4.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_minute_and_a_quarter() {
        let pauses: Vec<_> = [0, 1, 2, 5, 6, 40].map(|n| pause(n, 0.0)).into();
        assert_eq!(pauses, [1_000, 2_000, 4_000, 32_000, 60_000, 60_000]);
        assert_eq!(pause(40, 1.0), 75_000);
    }
}
