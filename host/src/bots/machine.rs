//! From what a session tells to what its bot does next. Pure.

use crate::clock::{Millis, millis};
use crate::model::{Cause, PhoneNumber};
use crate::whatsapp::{DisconnectCause, SessionError, SessionState};

use super::status::{Account, BotState, BotStatus, Pairing};

/// How long a ban is waited out when WhatsApp did not say how long it is.
const UNKNOWN_BAN: Millis = 60 * 60 * 1000;

/// What the supervisor does after a transition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Then {
    /// Keep the session.
    Stay,
    /// The session is over; make a new one after a backoff.
    Retry,
    /// The session is over; make a new one at this time.
    RetryAt(Millis),
    /// The session is over, and a person has to want the next one.
    Rest,
    /// The wrong account was linked: unlink it, then rest.
    Unlink,
}

/// What bounds pairing.
#[derive(Debug, Clone)]
pub(super) struct PairingRules {
    /// How many more times new codes are shown without being asked for.
    pub(super) rounds_left: u32,
    /// The number that must be linked, if it matters.
    pub(super) expected: Option<PhoneNumber>,
}

/// Takes a session's word into the bot's status.
pub(super) fn follow(
    status: &mut BotStatus,
    told: SessionState,
    rules: &mut PairingRules,
    now: Millis,
) -> Then {
    match told {
        SessionState::Qr { code, valid_for } => {
            let until = now.saturating_add(millis(valid_for));
            pairing(
                status,
                Pairing::Qr {
                    code,
                    from: now,
                    until,
                },
                now,
            )
        }
        SessionState::Code { code, valid_for } => {
            let until = now.saturating_add(millis(valid_for));
            pairing(
                status,
                Pairing::Code {
                    code,
                    from: now,
                    until,
                },
                now,
            )
        }
        SessionState::PasskeyNeeded => pairing(status, Pairing::Passkey, now),
        SessionState::PairingExpired => expired(status, rules, now),
        SessionState::Paired { jid, lid } => {
            let linked = jid.number();
            status.go(BotState::Paired, now);
            if rules.expected.is_some() && rules.expected != linked {
                // WhatsApp takes no log-out before the device has logged in.
                status.cause = Some(Cause::WrongNumber);
                return Then::Stay;
            }
            status.account = Some(Account { jid, lid });
            status.cause = None;
            Then::Stay
        }
        SessionState::Open { jid, lid } => {
            if rules.expected.is_some() && rules.expected != jid.number() {
                status.account = None;
                status.cause = Some(Cause::WrongNumber);
                status.go(BotState::Failed, now);
                return Then::Unlink;
            }
            status.account = Some(Account { jid, lid });
            status.cause = None;
            status.go(BotState::Open, now);
            Then::Stay
        }
        SessionState::Closed { cause, retrying } => closed(status, cause, retrying, now),
    }
}

fn pairing(status: &mut BotStatus, pairing: Pairing, now: Millis) -> Then {
    status.cause = None;
    status.account = None;
    status.go(BotState::Pairing(pairing), now);
    Then::Stay
}

/// The codes of one round are used up.
pub(super) fn expired(status: &mut BotStatus, rules: &mut PairingRules, now: Millis) -> Then {
    status.cause = Some(Cause::PairingExpired);
    match rules.rounds_left.checked_sub(1) {
        Some(left) => {
            rules.rounds_left = left;
            status.go(BotState::Requested, now);
            Then::Retry
        }
        None => {
            status.go(BotState::Failed, now);
            Then::Rest
        }
    }
}

fn closed(status: &mut BotStatus, cause: DisconnectCause, retrying: bool, now: Millis) -> Then {
    status.cause = Some(cause.clone().into());
    let (state, then) = match cause {
        DisconnectCause::LoggedOut => {
            status.account = None;
            (BotState::LoggedOut, Then::Rest)
        }
        DisconnectCause::StreamReplaced => (BotState::Stopped, Then::Rest),
        DisconnectCause::ClientOutdated => (BotState::Failed, Then::Rest),
        DisconnectCause::TemporaryBan { until } => {
            let until = until.unwrap_or(now.saturating_add(UNKNOWN_BAN));
            status.go(BotState::Reconnecting, now);
            return Then::RetryAt(until);
        }
        DisconnectCause::Network | DisconnectCause::Server { .. } => {
            let state = if status.account.is_some() {
                BotState::Reconnecting
            } else {
                BotState::Requested
            };
            let then = if retrying { Then::Stay } else { Then::Retry };
            (state, then)
        }
    };
    status.go(state, now);
    then
}

/// A session could not even be started.
pub(super) fn not_started(status: &mut BotStatus, error: &SessionError, now: Millis) -> Then {
    match error {
        SessionError::WrongKey => {
            status.cause = Some(Cause::WrongKey);
            status.go(BotState::Failed, now);
            Then::Rest
        }
        SessionError::Damaged(_) => {
            status.cause = Some(Cause::Store);
            status.go(BotState::Failed, now);
            Then::Rest
        }
        SessionError::Store(_) | SessionError::Client(_) => {
            status.cause = Some(Cause::Store);
            status.go(BotState::Reconnecting, now);
            Then::Retry
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::Jid;

    const NOW: Millis = 1_000_000;

    fn jid() -> Jid {
        "6280000000900@s.whatsapp.net".parse().expect("jid")
    }

    fn rules(rounds_left: u32, expected: Option<&str>) -> PairingRules {
        PairingRules {
            rounds_left,
            expected: expected.map(|number| number.parse().expect("number")),
        }
    }

    fn linked() -> BotStatus {
        let account = Account {
            jid: jid(),
            lid: None,
        };
        BotStatus::requested(Some(account), 0)
    }

    fn closed(cause: DisconnectCause, retrying: bool) -> SessionState {
        SessionState::Closed { cause, retrying }
    }

    fn open() -> SessionState {
        SessionState::Open {
            jid: jid(),
            lid: None,
        }
    }

    #[test]
    fn the_way_from_a_qr_to_open() {
        let mut status = BotStatus::requested(None, 0);
        let mut rules = rules(0, None);
        let mut step = |status: &mut BotStatus, told| follow(status, told, &mut rules, NOW);
        let qr = SessionState::Qr {
            code: "ref".to_owned(),
            valid_for: Duration::from_secs(60),
        };
        assert_eq!(step(&mut status, qr), Then::Stay);
        let until = NOW + 60_000;
        let code = "ref".to_owned();
        let from = NOW;
        assert_eq!(
            status.state,
            BotState::Pairing(Pairing::Qr { code, from, until })
        );
        let paired = SessionState::Paired {
            jid: jid(),
            lid: None,
        };
        assert_eq!(step(&mut status, paired), Then::Stay);
        assert_eq!(status.state, BotState::Paired);
        assert_eq!(status.state.name(), "connecting");
        assert_eq!(step(&mut status, open()), Then::Stay);
        assert_eq!(status.state, BotState::Open);
        assert_eq!(status.since, NOW);
        assert_eq!(status.cause, None);
    }

    #[test]
    fn each_cause_has_its_consequence() {
        let until = NOW + 5_000;
        let cases = [
            (
                closed(DisconnectCause::Network, true),
                "reconnecting",
                Then::Stay,
            ),
            (
                closed(DisconnectCause::Network, false),
                "reconnecting",
                Then::Retry,
            ),
            (
                closed(DisconnectCause::Server { code: 503 }, true),
                "reconnecting",
                Then::Stay,
            ),
            (
                closed(DisconnectCause::StreamReplaced, false),
                "stopped",
                Then::Rest,
            ),
            (
                closed(DisconnectCause::LoggedOut, false),
                "logged-out",
                Then::Rest,
            ),
            (
                closed(DisconnectCause::ClientOutdated, false),
                "failed",
                Then::Rest,
            ),
            (
                closed(DisconnectCause::TemporaryBan { until: Some(until) }, false),
                "reconnecting",
                Then::RetryAt(until),
            ),
            (
                closed(DisconnectCause::TemporaryBan { until: None }, false),
                "reconnecting",
                Then::RetryAt(NOW + UNKNOWN_BAN),
            ),
        ];
        for (told, state, then) in cases {
            let mut status = linked();
            follow(&mut status, open(), &mut rules(0, None), NOW - 1);
            let shown = format!("{told:?}");
            assert_eq!(
                follow(&mut status, told, &mut rules(0, None), NOW),
                then,
                "{shown}"
            );
            assert_eq!(status.state.name(), state, "{shown}");
            assert_eq!(status.since, NOW, "{shown}");
            assert!(status.cause.is_some(), "{shown}");
            assert!(!status.next_step().is_empty());
        }
    }

    #[test]
    fn a_broken_connection_before_pairing_is_not_called_a_reconnection() {
        let mut status = BotStatus::requested(None, 0);
        let told = closed(DisconnectCause::Network, true);
        follow(&mut status, told, &mut rules(0, None), NOW);
        assert_eq!(status.state, BotState::Requested);
        assert_eq!(status.cause, Some(Cause::Network));
    }

    #[test]
    fn codes_are_shown_again_as_often_as_allowed() {
        let mut status = BotStatus::requested(None, 0);
        let mut rules = rules(1, None);
        let expired = SessionState::PairingExpired;
        assert_eq!(
            follow(&mut status, expired.clone(), &mut rules, NOW),
            Then::Retry
        );
        assert_eq!(status.state, BotState::Requested);
        assert_eq!(follow(&mut status, expired, &mut rules, NOW), Then::Rest);
        assert_eq!(status.state, BotState::Failed);
        assert_eq!(status.cause, Some(Cause::PairingExpired));
    }

    #[test]
    fn another_number_than_the_expected_one_is_unlinked_once_it_is_logged_in() {
        let paired = || SessionState::Paired {
            jid: jid(),
            lid: None,
        };
        let mut status = BotStatus::requested(None, 0);
        let mut other = rules(0, Some("6280000000901"));
        assert_eq!(follow(&mut status, paired(), &mut other, NOW), Then::Stay);
        assert_eq!(status.state, BotState::Paired);
        assert_eq!(status.state.name(), "connecting");
        assert_eq!(status.account, None);
        assert_eq!(follow(&mut status, open(), &mut other, NOW), Then::Unlink);
        assert_eq!(status.state, BotState::Failed);
        assert_eq!(status.cause, Some(Cause::WrongNumber));
        assert_eq!(status.account, None);

        let mut status = BotStatus::requested(None, 0);
        let mut right = rules(0, Some("6280000000900"));
        for told in [paired(), open()] {
            assert_eq!(follow(&mut status, told, &mut right, NOW), Then::Stay);
        }
        assert_eq!(status.state, BotState::Open);
    }

    #[test]
    fn a_wrong_key_and_a_damaged_file_need_a_person_and_a_full_disk_may_pass() {
        let mut status = linked();
        assert_eq!(
            not_started(&mut status, &SessionError::WrongKey, NOW),
            Then::Rest
        );
        assert_eq!(status.state, BotState::Failed);
        let damaged = SessionError::Damaged("malformed".into());
        assert_eq!(not_started(&mut status, &damaged, NOW), Then::Rest);
        assert_eq!(status.state, BotState::Failed);
        let full = SessionError::Store("disk full".into());
        assert_eq!(not_started(&mut status, &full, NOW), Then::Retry);
    }

    #[test]
    fn staying_in_a_state_keeps_its_beginning() {
        let mut status = linked();
        let told = || closed(DisconnectCause::Network, true);
        follow(&mut status, told(), &mut rules(0, None), NOW);
        follow(&mut status, told(), &mut rules(0, None), NOW + 500);
        assert_eq!(status.since, NOW);
    }
}
