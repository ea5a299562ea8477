//! At least once in, effectively once out.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::sync::Notify;

use super::{ALICE, BOB, Fake, Place, answered, private_message, soon};
use crate::dispatch::{DispatchOptions, Handler};
use crate::plugins::Outcome;
use crate::store::{KeptBounds, Page, Wanted};
use crate::whatsapp::{DisconnectCause, Inbound, SendError, SessionState};

const CORE: &str = r#"{"name":"core","version":"1.0.0","languages":["en"],
    "commands":[{"name":"ping","summary":"x"},{"name":"menu","summary":"x"}]}"#;
const FIRST: &str = r#"{"name":"first","version":"1.0.0","languages":["en"],"priority":5,
    "events":[{"event":"message"}]}"#;
const SECOND: &str = r#"{"name":"second","version":"1.0.0","languages":["en"],
    "events":[{"event":"message"}]}"#;

#[tokio::test]
async fn a_message_that_comes_again_is_answered_once() {
    let place = Place::new();
    let host = place.start(vec![Fake::echo(CORE)]).await;
    let event = private_message(ALICE, "A1", "!ping");
    host.receive(vec![event.clone(), event.clone()]).await;
    assert_eq!(host.asks(event.clone()).await.len(), 1);
    assert_eq!(host.settled().await, ["core: !ping"]);
    let counts = host.dispatch.counters();
    assert_eq!(
        (
            counts.received.get(),
            counts.repeated.get(),
            counts.sent.get()
        ),
        (1, 2, 1)
    );
    host.end().await;

    let host = place.start(vec![Fake::echo(CORE)]).await;
    assert!(
        host.asks(event).await.is_empty(),
        "not after a restart either"
    );
    host.end().await;
}

#[tokio::test]
async fn what_was_received_before_a_crash_is_answered_after_it() {
    let place = Place::new();
    let host = place.start_offline(vec![Fake::echo(CORE)]).await;
    host.receive(vec![private_message(ALICE, "A1", "!ping")])
        .await;
    host.end().await;

    let host = place.start(vec![Fake::echo(CORE)]).await;
    assert_eq!(host.settled().await, ["core: !ping"]);
    host.end().await;
}

#[tokio::test]
async fn a_crash_between_commit_and_acknowledgement_keeps_the_id() {
    let place = Place::new();
    let host = place.start(vec![Fake::echo(CORE)]).await;
    host.session
        .next_attempts(vec![Err(SendError::Unavailable)]);
    host.receive(vec![private_message(ALICE, "A1", "!ping")])
        .await;
    host.session.until_attempted(1).await;
    let before = host.session.attempts();
    host.end().await;

    let host = place.start(vec![Fake::echo(CORE)]).await;
    host.settled().await;
    let after = host.session.attempts();
    assert_eq!((before.len(), after.len()), (1, 1));
    assert_eq!(before, after, "the same message under the same id");
    host.end().await;

    let host = place.start(vec![Fake::echo(CORE)]).await;
    assert!(
        host.settled().await.is_empty(),
        "acknowledged means never again"
    );
    host.end().await;
}

#[tokio::test]
async fn an_unavailable_connection_is_tried_again_with_the_same_id() {
    let place = Place::new();
    let host = place.start(vec![Fake::echo(CORE)]).await;
    host.session
        .next_attempts(vec![Err(SendError::Unavailable)]);
    host.receive(vec![private_message(ALICE, "A1", "!ping")])
        .await;
    host.settled().await;
    let attempts = host.session.attempts();
    assert_eq!(attempts.len(), 2);
    assert_eq!(attempts[0], attempts[1]);
    assert_eq!(host.data.totals().await.expect("totals").sent, 1);
    host.end().await;
}

#[tokio::test]
async fn a_new_connection_does_not_wait_for_the_pause_to_end() {
    let place = Place::new();
    let host = place.start(vec![Fake::echo(CORE)]).await;
    // The pauses of eight attempts add up to minutes.
    let lost = (0..8).map(|_| Err(SendError::Unavailable)).collect();
    host.session.next_attempts(lost);
    host.receive(vec![private_message(ALICE, "A1", "!ping")])
        .await;
    for attempts in 1..=8 {
        host.session.until_attempted(attempts).await;
        let closed = SessionState::Closed {
            cause: DisconnectCause::Network,
            retrying: true,
        };
        host.dispatch.state(closed).await;
        host.open().await;
    }
    assert_eq!(host.settled().await.len(), 9);
    host.end().await;
}

#[tokio::test]
async fn a_refused_message_is_given_up_and_holds_up_nothing() {
    let place = Place::new();
    let host = place.start(vec![Fake::echo(CORE)]).await;
    let refused = Err(SendError::Refused("not allowed".to_owned()));
    host.session.next_attempts(vec![refused]);
    host.receive(vec![
        private_message(ALICE, "A1", "!ping"),
        private_message(ALICE, "A2", "!menu"),
    ])
    .await;
    assert_eq!(host.settled().await, ["core: !ping", "core: !menu"]);
    let counts = host.dispatch.counters();
    assert_eq!((counts.sent.get(), counts.given_up.get()), (1, 1));
    host.end().await;
}

#[tokio::test]
async fn a_full_inbox_refuses_what_comes_so_that_whatsapp_keeps_it() {
    let place = Place::keeping(KeptBounds {
        inbox_events: 2,
        ..KeptBounds::default()
    });
    let host = place.start_offline(vec![Fake::echo(CORE)]).await;
    let ping = |id| private_message(ALICE, id, "!ping");
    host.receive(vec![ping("A1"), ping("A2")]).await;
    let full = host.dispatch.commit(vec![ping("A3")]).await;
    assert!(
        full.expect_err("full")
            .to_string()
            .contains("inbox is full")
    );
    let chatter = private_message(ALICE, "A4", "just talk");
    host.receive(vec![chatter]).await;
    host.open().await;
    host.settled().await;
    assert_eq!(host.asks(ping("A3")).await, ["core: !ping"]);
    host.end().await;
}

#[tokio::test]
async fn plugins_that_were_done_before_a_crash_are_not_run_again() {
    let place = Place::new();
    let runs = Arc::new(AtomicU32::new(0));
    let stuck = Arc::new(Notify::new());
    let first = || -> Arc<dyn Handler> {
        let runs = runs.clone();
        Fake::doing(FIRST, move |input, _| {
            runs.fetch_add(1, Ordering::Relaxed);
            Box::pin(async move { answered(&input.event, "first") })
        })
    };
    let hanging = {
        let stuck = stuck.clone();
        Fake::doing(SECOND, move |_, _| {
            stuck.notify_one();
            Box::pin(std::future::pending::<Outcome>())
        })
    };
    let host = place.start(vec![first(), hanging]).await;
    host.receive(vec![private_message(ALICE, "A1", "hello")])
        .await;
    soon(stuck.notified()).await;
    host.end().await;

    let host = place.start(vec![first(), Fake::echo(SECOND)]).await;
    let sent = host.settled().await;
    assert!(sent.contains(&"second: hello".to_owned()), "{sent:?}");
    assert_eq!(runs.load(Ordering::Relaxed), 1);
    host.end().await;
}

#[tokio::test]
async fn a_stopped_dispatch_takes_nothing() {
    let place = Place::new();
    let host = place.start(vec![Fake::echo(CORE)]).await;
    soon(host.dispatch.shutdown()).await;
    let late = host
        .dispatch
        .commit(vec![private_message(BOB, "A1", "!ping")])
        .await;
    late.expect_err("not kept, so that WhatsApp delivers it again");
    assert!(host.data.waiting().await.expect("inbox").is_empty());
    host.end().await;
}

#[tokio::test]
async fn what_was_handled_is_recognised_for_two_weeks_and_then_forgotten() {
    let place = Place::new();
    let host = place.start(vec![Fake::echo(SECOND)]).await;
    let one = || private_message(ALICE, "A1", "one");
    assert_eq!(host.asks(one()).await, ["second: one"]);
    let receipts = async || {
        let wanted = Wanted {
            plugin: None,
            page: Page::Latest(10),
        };
        host.data.receipts(wanted).await.expect("receipts").len()
    };
    let day = Duration::from_secs(24 * 3600);
    host.clock.advance(day * 13);
    assert_eq!(host.asks(one()).await.len(), 0, "it is known");
    let two = private_message(ALICE, "A2", "two");
    assert_eq!(host.asks(two).await, ["second: two"]);
    assert_eq!(receipts().await, 2);
    // The host cleans up by itself, every interval.
    host.clock.advance(day * 2);
    soon(async {
        while receipts().await > 1 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    assert_eq!(host.asks(one()).await, ["second: one"], "as if it were new");
    host.end().await;
}

#[tokio::test]
async fn a_session_gives_room_back_every_interval_while_it_runs() {
    let place = Place::new();
    let host = place.start(Vec::new()).await;
    soon(async {
        while host.session.gave_back() < 2 {
            host.clock.advance(DispatchOptions::default().interval);
            tokio::task::yield_now().await;
        }
    })
    .await;
    host.end().await;
}
