//! Order within a chat, at the same time over chats, and plugins that do not hold up each other.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::sync::{Semaphore, watch};

use super::{ALICE, BOB, Fake, Place, answered, private_message, said, soon};
use crate::dispatch::Handler;
use crate::plugins::{Failure, KvWrite, Outcome};

const ALL: &str = r#"{"name":"all","version":"1.0.0","languages":["en"],
    "events":[{"event":"message"}]}"#;

/// A plugin that waits for a permit before it answers, and counts who has begun.
fn gated(gate: &Arc<Semaphore>, begun: &watch::Sender<usize>) -> Arc<dyn Handler> {
    let (gate, begun) = (gate.clone(), begun.clone());
    Fake::doing(ALL, move |input, _| {
        let gate = gate.clone();
        begun.send_modify(|begun| *begun += 1);
        Box::pin(async move {
            gate.acquire().await.expect("open").forget();
            let text = said(&input.event).to_owned();
            answered(&input.event, &text)
        })
    })
}

async fn until(begun: &watch::Sender<usize>, count: usize) {
    let mut begun = begun.subscribe();
    let enough = begun.wait_for(|begun| *begun >= count);
    soon(enough).await.expect("the sender is there");
}

#[tokio::test]
async fn one_chat_is_in_order_and_does_not_hold_up_another() {
    let place = Place::new();
    let (gate, begun) = (Arc::new(Semaphore::new(0)), watch::Sender::new(0));
    let host = place.start(vec![gated(&gate, &begun)]).await;
    host.receive(vec![
        private_message(ALICE, "A1", "one"),
        private_message(ALICE, "A2", "two"),
        private_message(ALICE, "A3", "three"),
        private_message(BOB, "A1", "of bob"),
    ])
    .await;
    until(&begun, 2).await;
    gate.add_permits(4);
    let sent = host.settled().await;
    let of_alice: Vec<_> = sent.iter().filter(|text| *text != "of bob").collect();
    assert_eq!(of_alice, ["one", "two", "three"]);
    assert_eq!(sent.len(), 4);
    host.end().await;
}

#[tokio::test]
async fn at_most_four_events_of_a_bot_are_under_way() {
    let place = Place::new();
    let (gate, begun) = (Arc::new(Semaphore::new(0)), watch::Sender::new(0));
    let host = place.start(vec![gated(&gate, &begun)]).await;
    let chats = (1..=9).map(|n| format!("628000000010{n}@s.whatsapp.net"));
    let events = chats
        .map(|chat| private_message(&chat, "A1", "x"))
        .collect();
    host.receive(events).await;
    until(&begun, 4).await;
    for done in 1..=5 {
        gate.add_permits(1);
        until(&begun, 4 + done).await;
        assert_eq!(*begun.borrow(), 4 + done, "one ends, one begins");
    }
    gate.add_permits(4);
    assert_eq!(host.settled().await.len(), 9);
    host.end().await;
}

#[tokio::test]
async fn idle_means_that_nothing_is_under_way() {
    let place = Place::new();
    let (gate, begun) = (Arc::new(Semaphore::new(0)), watch::Sender::new(0));
    let host = place.start(vec![gated(&gate, &begun)]).await;
    soon(host.dispatch.idle()).await;
    host.receive(vec![private_message(ALICE, "A1", "one")])
        .await;
    until(&begun, 1).await;
    let idle = tokio::time::timeout(Duration::from_millis(50), host.dispatch.idle()).await;
    assert!(idle.is_err(), "an event is under way");
    gate.add_permits(1);
    assert_eq!(host.settled().await, ["one"]);
    host.end().await;
}

#[tokio::test]
async fn a_failing_plugin_does_not_keep_others_from_the_event() {
    let failing = r#"{"name":"failing","version":"1.0.0","languages":["en"],"priority":9,
        "events":[{"event":"message"}]}"#;
    let fail = |_, _| -> futures::future::BoxFuture<'static, Outcome> {
        Box::pin(async {
            Outcome {
                actions: Vec::new(),
                kv_writes: Vec::new(),
                setting_writes: Vec::new(),
                schedule_writes: Vec::new(),
                bot_writes: Vec::new(),
                log: Vec::new(),
                receipt: crate::plugins::Receipt::default(),
                consumed: false,
                recording: None,
                failure: Some(Failure::Handler {
                    message: "broken".to_owned(),
                }),
            }
        })
    };
    let place = Place::new();
    let host = place
        .start(vec![Fake::doing(failing, fail), Fake::echo(ALL)])
        .await;
    assert_eq!(
        host.asks(private_message(ALICE, "A1", "x")).await,
        ["all: x"]
    );
    let counts = host.dispatch.counters();
    assert_eq!((counts.failed.get(), counts.handled.get()), (1, 1));
    host.end().await;
}

#[tokio::test]
async fn what_plugins_add_up_at_the_same_time_is_not_lost() {
    let place = Place::new();
    let counting = Fake::doing(ALL, |input, reads| {
        Box::pin(async move {
            let Ok(kept) = reads.kv_get("count").await else {
                return answered(&input.event, "never kept: the host runs the event again");
            };
            let count = kept.map_or(0, |bytes| bytes[0]) + 1;
            // A second read lets others in between.
            if reads.kv_bytes().await.is_err() {
                return answered(&input.event, "never kept: the host runs the event again");
            }
            Outcome {
                kv_writes: vec![KvWrite::Set {
                    key: "count".to_owned(),
                    value: vec![count],
                }],
                ..answered(&input.event, &format!("{count}"))
            }
        })
    });
    let host = place.start(vec![counting]).await;
    let chats = (10..34).map(|n| format!("62800000001{n}@s.whatsapp.net"));
    let events = chats
        .map(|chat| private_message(&chat, "A1", "x"))
        .collect();
    host.receive(events).await;
    let mut counts: Vec<u8> = host
        .settled()
        .await
        .iter()
        .map(|text| text.parse().expect("a count"))
        .collect();
    counts.sort_unstable();
    assert_eq!(counts, (1..=24).collect::<Vec<_>>(), "each count once");
    host.end().await;
}

#[tokio::test]
async fn an_event_that_the_host_could_not_serve_is_tried_again() {
    let place = Place::new();
    let failures = AtomicU32::new(2);
    let unlucky = Fake::doing(ALL, move |input, _| {
        let fails = failures
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                left.checked_sub(1)
            })
            .is_ok();
        Box::pin(async move {
            let mut outcome = answered(&input.event, "at last");
            if fails {
                let message = "no room in the pool".to_owned();
                outcome.actions.clear();
                outcome.failure = Some(Failure::Host { message });
            }
            outcome
        })
    });
    let host = place.start(vec![unlucky]).await;
    assert_eq!(
        host.asks(private_message(ALICE, "A1", "x")).await,
        ["at last"]
    );
    let counts = host.dispatch.counters();
    assert_eq!((counts.failed.get(), counts.handled.get()), (0, 1));
    host.end().await;
}

#[tokio::test]
async fn what_is_under_way_ends_within_the_grace_and_nothing_else_begins() {
    let place = Place::with_grace();
    let (gate, begun) = (Arc::new(Semaphore::new(0)), watch::Sender::new(0));
    let host = place.start(vec![gated(&gate, &begun)]).await;
    host.receive(vec![
        private_message(ALICE, "A1", "one"),
        private_message(ALICE, "A2", "two"),
    ])
    .await;
    until(&begun, 1).await;
    let ending = host.dispatch.shutdown();
    let gate_opens = async { gate.add_permits(2) };
    soon(async { tokio::join!(ending, gate_opens) }).await;
    let left = host.data.waiting().await.expect("inbox");
    assert_eq!((*begun.borrow(), left.len()), (1, 1));
    host.end().await;

    let host = place.start(vec![gated(&gate, &begun)]).await;
    assert_eq!(host.settled().await, ["one", "two"], "in order, each once");
    host.end().await;
}
