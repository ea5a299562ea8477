//! What the client tells about its connection and pairing, in the seam's words and in order.
//!
//! Events about the connection come over the client's ordered mailbox, failures to open a socket from the socket factory;
//! both go into one queue that one task drains into [`Inbound::state`](crate::whatsapp::Inbound::state).

use tokio::sync::mpsc;
use whatsapp_rust::Client;
use whatsapp_rust::prelude::{Event, EventKind};
use whatsapp_rust::types::events::ConnectFailureReason;

use super::address::NumberBook;
use crate::clock::Millis;
use crate::whatsapp::{DisconnectCause, PairingMethod, SessionState};

/// The events that [`state`] understands.
pub(super) const KINDS: &[EventKind] = &[
    EventKind::Connected,
    EventKind::Disconnected,
    EventKind::PairSuccess,
    EventKind::PairError,
    EventKind::LoggedOut,
    EventKind::PairingQrCode,
    EventKind::PairingCode,
    EventKind::PairingCodeError,
    EventKind::PairingQrCodesExhausted,
    EventKind::PairPasskeyRequest,
    EventKind::PairPasskeyConfirmation,
    EventKind::PairPasskeyError,
    EventKind::ClientOutdated,
    EventKind::StreamReplaced,
    EventKind::TemporaryBan,
    EventKind::ConnectFailure,
];

/// How many states may wait to be told. They come a few per connection; the receiver only notes them.
pub(super) const QUEUE: usize = 64;

/// Where states are told from anywhere in the client.
#[derive(Clone)]
pub(super) struct StateSink(pub(super) mpsc::Sender<SessionState>);

impl StateSink {
    pub(super) fn tell(&self, state: SessionState) {
        if let Err(error) = self.0.try_send(state) {
            tracing::warn!(state = ?error.into_inner(), "a session state could not be told");
        }
    }
}

/// The account that the client is logged in as: its address and its linked identity.
pub(super) fn own(client: &Client) -> Option<(crate::model::Jid, Option<crate::model::Jid>)> {
    let own = NumberBook::default().fold(&client.pn()?, client.lid().as_ref())?;
    Some((own.jid, own.lid))
}

/// The state that an event means, or nothing when the person in front of the bot would see no difference.
///
/// `own` is the account's address when logged in, `now` the time that durations count from.
pub(super) fn state(
    event: &Event,
    pairing: &PairingMethod,
    own: Option<(crate::model::Jid, Option<crate::model::Jid>)>,
    now: Millis,
) -> Option<SessionState> {
    let ended = |cause| {
        Some(SessionState::Closed {
            cause,
            retrying: false,
        })
    };
    match event {
        Event::PairingQrCode(qr) if *pairing == PairingMethod::Qr => Some(SessionState::Qr {
            code: qr.code.clone(),
            valid_for: qr.timeout,
        }),
        Event::PairingCode(code) => Some(SessionState::Code {
            code: code.code.replace('-', ""),
            valid_for: code.timeout,
        }),
        Event::PairingQrCodesExhausted(exhausted) => {
            let waits_for_code = *pairing != PairingMethod::Qr && !exhausted.disconnected;
            (!waits_for_code).then_some(SessionState::PairingExpired)
        }
        Event::PairingCodeError(refused) => ended(match &refused.rejection {
            Some(rejection) => server(rejection.code()),
            None => DisconnectCause::Network,
        }),
        Event::PairPasskeyRequest(_) | Event::PairPasskeyConfirmation(_) => {
            Some(SessionState::PasskeyNeeded)
        }
        Event::PairPasskeyError(_) | Event::PairError(_) => Some(SessionState::PairingExpired),
        Event::PairSuccess(paired) => {
            let account = NumberBook::default().fold(&paired.id, Some(&paired.lid))?;
            Some(SessionState::Paired {
                jid: account.jid,
                lid: account.lid,
            })
        }
        Event::Connected(_) => own.map(|(jid, lid)| SessionState::Open { jid, lid }),
        Event::Disconnected(_) => Some(SessionState::Closed {
            cause: DisconnectCause::Network,
            retrying: true,
        }),
        Event::LoggedOut(_) => ended(DisconnectCause::LoggedOut),
        Event::StreamReplaced(_) => ended(DisconnectCause::StreamReplaced),
        Event::ClientOutdated(_) => ended(DisconnectCause::ClientOutdated),
        Event::TemporaryBan(ban) => ended(DisconnectCause::TemporaryBan {
            until: Some(now.saturating_add(ban.expire.num_milliseconds())),
        }),
        Event::ConnectFailure(failure) => Some(SessionState::Closed {
            cause: match failure.reason {
                ConnectFailureReason::TempBanned => DisconnectCause::TemporaryBan { until: None },
                reason => server(reason.code()),
            },
            retrying: failure.reason.should_reconnect(),
        }),
        _ => None,
    }
}

fn server(code: i32) -> DisconnectCause {
    DisconnectCause::Server {
        code: u16::try_from(code).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;
    use whatsapp_rust::types::events as wa;
    use whatsapp_rust::wacore::chrono;

    fn by_code() -> PairingMethod {
        PairingMethod::Code {
            number: "6280000000101".parse().expect("number"),
        }
    }

    fn qr() -> Event {
        Event::PairingQrCode(
            wa::PairingQrCode::builder()
                .code("ref,a,b,c".to_owned())
                .timeout(Duration::from_secs(60))
                .build(),
        )
    }

    fn exhausted(disconnected: bool) -> Event {
        Event::PairingQrCodesExhausted(
            wa::PairingQrCodesExhausted::builder()
                .disconnected(disconnected)
                .build(),
        )
    }

    #[test]
    fn a_qr_is_for_those_who_scan() {
        let told = state(&qr(), &PairingMethod::Qr, None, 0);
        assert!(
            matches!(told, Some(SessionState::Qr { code, valid_for }) if code == "ref,a,b,c" && valid_for == Duration::from_secs(60))
        );
        assert_eq!(state(&qr(), &by_code(), None, 0), None);
    }

    #[test]
    fn used_up_qr_codes_do_not_end_a_code_that_is_still_good() {
        let expired = Some(SessionState::PairingExpired);
        assert_eq!(
            state(&exhausted(true), &PairingMethod::Qr, None, 0),
            expired
        );
        assert_eq!(state(&exhausted(false), &by_code(), None, 0), None);
        assert_eq!(state(&exhausted(true), &by_code(), None, 0), expired);
    }

    #[test]
    fn a_code_is_told_without_its_dash() {
        let code = Event::PairingCode(
            wa::PairingCode::builder()
                .code("ABCD-2345".to_owned())
                .timeout(Duration::from_secs(180))
                .build(),
        );
        assert!(
            matches!(state(&code, &by_code(), None, 0), Some(SessionState::Code { code, .. }) if code == "ABCD2345")
        );
    }

    #[test]
    fn a_ban_ends_when_whatsapp_says() {
        let ban = Event::TemporaryBan(
            wa::TemporaryBan::builder()
                .code(wa::TempBanReason::BlockedByUsers)
                .expire(chrono::Duration::seconds(60))
                .build(),
        );
        let closed = SessionState::Closed {
            cause: DisconnectCause::TemporaryBan {
                until: Some(61_000),
            },
            retrying: false,
        };
        assert_eq!(state(&ban, &PairingMethod::Qr, None, 1_000), Some(closed));
    }

    #[test]
    fn a_failure_says_whether_the_client_tries_again() {
        let failure = |reason| {
            let event = Event::ConnectFailure(wa::ConnectFailure::builder().reason(reason).build());
            state(&event, &PairingMethod::Qr, None, 0)
        };
        let closed = |code, retrying| {
            Some(SessionState::Closed {
                cause: DisconnectCause::Server { code },
                retrying,
            })
        };
        assert_eq!(
            failure(ConnectFailureReason::ServiceUnavailable),
            closed(503, true)
        );
        assert_eq!(failure(ConnectFailureReason::Generic), closed(400, false));
    }
}
