//! What of a bot's connection its owner is told: that it has come to an end, or to a long pause, about which a person has to know.
//! Each trouble is told once, until the bot has been open again.

use super::fleet::linked;
use super::notices::Notice;
use super::status::{BotState, BotStatus};
use crate::clock::Millis;
use crate::model::{BotRecord, Cause, StateName};

/// By how much a ban must end later than was told to be told again, milliseconds.
const LONGER: Millis = 60_000;
const MINUTE: Millis = 60_000;

/// What was told of a bot's connection last.
#[derive(Debug)]
pub(super) struct Troubles {
    /// Until it has been open, whoever makes it is told how that goes.
    linked: bool,
    told: Option<Cause>,
}

impl Troubles {
    /// As if told was what is kept of the bot: another start of the host is no news.
    pub(super) fn after(record: &BotRecord) -> Self {
        Self {
            linked: linked(record),
            // A file that could not be used then may be damaged now.
            told: record
                .cause
                .clone()
                .filter(|cause| *cause != Cause::Store || record.state == StateName::Failed),
        }
    }

    /// What is to be told of this status now.
    pub(super) fn look(&mut self, status: &BotStatus, now: Millis) -> Option<Notice> {
        if status.state == BotState::Open {
            self.linked = true;
            self.told = None;
        }
        let cause = status.cause.as_ref().filter(|_| self.linked)?;
        let notice = match (cause, &status.state) {
            (Cause::Store, BotState::Failed) => Notice::Broken,
            _ => notice(cause, now)?,
        };
        if self.told.as_ref().is_some_and(|told| same(told, cause)) {
            return None;
        }
        self.told = Some(cause.clone());
        Some(notice)
    }
}

/// Of causes that pass by themselves in a moment, and of those that somebody brought about here, nothing is told.
fn notice(cause: &Cause, now: Millis) -> Option<Notice> {
    match cause {
        Cause::StreamReplaced => Some(Notice::Replaced),
        Cause::ClientOutdated => Some(Notice::Outdated),
        Cause::WrongKey => Some(Notice::WrongKey),
        Cause::TemporaryBan { until } => {
            let left = until.map(|until| until.saturating_sub(now).max(1));
            let minutes = left.map(|left| left.saturating_add(MINUTE - 1) / MINUTE);
            Some(Notice::Banned { minutes })
        }
        Cause::Network
        | Cause::Server { .. }
        | Cause::LoggedOut
        | Cause::PairingExpired
        | Cause::WrongNumber
        | Cause::Store
        | Cause::Stopped
        | Cause::OverBudget { .. } => None,
    }
}

/// Whether it is no news after what was told.
fn same(told: &Cause, cause: &Cause) -> bool {
    match (told, cause) {
        (Cause::TemporaryBan { until: Some(told) }, Cause::TemporaryBan { until: Some(until) }) => {
            until.saturating_sub(*told) < LONGER
        }
        _ => told.name() == cause.name(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{BotId, BotRole, LinkMethod};

    const NOW: Millis = 1_000_000;

    fn record(new: bool, cause: Option<Cause>) -> BotRecord {
        let id = BotId::from_random([1; 16]);
        let mut record = BotRecord::requested(id, BotRole::Sub, LinkMethod::Qr, 1);
        record.new = new;
        record.cause = cause;
        record
    }

    fn status(state: BotState, cause: Option<Cause>) -> BotStatus {
        let mut status = BotStatus::requested(None, NOW);
        status.go(state, NOW);
        status.cause = cause;
        status
    }

    fn banned(until: Millis) -> BotStatus {
        let until = Some(until);
        status(BotState::Reconnecting, Some(Cause::TemporaryBan { until }))
    }

    #[test]
    fn each_trouble_is_told_once_until_the_bot_was_open_again() {
        let all = [
            (BotState::Stopped, Cause::StreamReplaced, Notice::Replaced),
            (BotState::Failed, Cause::ClientOutdated, Notice::Outdated),
            (BotState::Failed, Cause::WrongKey, Notice::WrongKey),
            (BotState::Failed, Cause::Store, Notice::Broken),
            (
                BotState::Reconnecting,
                Cause::TemporaryBan { until: None },
                Notice::Banned { minutes: None },
            ),
        ];
        for (state, cause, notice) in all {
            let mut troubles = Troubles::after(&record(false, None));
            let trouble = status(state, Some(cause.clone()));
            assert_eq!(troubles.look(&trouble, NOW), Some(notice));
            assert_eq!(troubles.look(&trouble, NOW), None);
            // It tried again, and nothing has changed.
            let tries = status(BotState::Connecting, None);
            assert_eq!(troubles.look(&tries, NOW), None);
            assert_eq!(troubles.look(&trouble, NOW), None);
            assert_eq!(troubles.look(&status(BotState::Open, None), NOW), None);
            assert_eq!(troubles.look(&trouble, NOW), Some(notice));
            // Nor has it for the next process.
            let mut kept = record(false, Some(cause));
            kept.state = trouble.state.kept();
            let mut troubles = Troubles::after(&kept);
            assert_eq!(troubles.look(&trouble, NOW), None);
        }
    }

    #[test]
    fn a_longer_ban_is_told_with_its_minutes() {
        let mut troubles = Troubles::after(&record(false, None));
        let told = |minutes| {
            Some(Notice::Banned {
                minutes: Some(minutes),
            })
        };
        assert_eq!(troubles.look(&banned(NOW + 60_001), NOW), told(2));
        assert_eq!(troubles.look(&banned(NOW + 61_000), NOW), None);
        assert_eq!(troubles.look(&banned(NOW + 600_000), NOW), told(10));
    }

    #[test]
    fn what_passes_by_itself_and_what_somebody_wanted_is_not_told() {
        let mut troubles = Troubles::after(&record(false, None));
        for cause in [
            Cause::Network,
            Cause::Server { code: 503 },
            Cause::Stopped,
            Cause::LoggedOut,
        ] {
            let status = status(BotState::Reconnecting, Some(cause));
            assert_eq!(troubles.look(&status, NOW), None);
        }
    }

    #[test]
    fn a_bot_that_is_being_made_is_told_of_by_who_makes_it() {
        let mut troubles = Troubles::after(&record(true, None));
        let outdated = status(BotState::Failed, Some(Cause::ClientOutdated));
        assert_eq!(troubles.look(&outdated, NOW), None);
    }
}
