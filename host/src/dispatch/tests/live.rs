//! Plugins that come, go and change while events flow.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::{Semaphore, watch};

use super::{ALICE, Fake, Place, answered, private_message, said, soon};
use crate::dispatch::Handler;
use crate::plugins::Outcome;

const SIGN: &str = r#"{"name":"sign","version":"1.0.0","languages":["en"],
    "events":[{"event":"message"}]}"#;
const GUARD: &str = r#"{"name":"guard","version":"1.0.0","languages":["en"],"priority":10,
    "events":[{"event":"message"}]}"#;
const GUEST: &str = r#"{"name":"guest","version":"1.0.0","languages":["en"],
    "events":[{"event":"message"}]}"#;

/// The plugin `sign` in some version: it answers with its version and the text.
fn sign(version: u32) -> Arc<dyn Handler> {
    Fake::doing(SIGN, move |input, _| {
        let text = format!("v{version} {}", said(&input.event));
        Box::pin(async move { answered(&input.event, &text) })
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn upgrades_and_switches_lose_no_event_and_repeat_none() {
    const MESSAGES: usize = 240;
    let place = Place::with_grace();
    let host = place.start(vec![sign(0)]).await;
    let (received, mut done) = watch::channel(false);
    let dispatch = host.dispatch.clone();
    let writers = tokio::spawn(async move {
        for n in 0..MESSAGES {
            let chat = format!("628000000010{}@s.whatsapp.net", n % 4);
            let event = private_message(&chat, &format!("A{n}"), &format!("m{n}"));
            crate::whatsapp::Inbound::commit(&*dispatch, vec![event])
                .await
                .expect("kept");
        }
        received.send_replace(true);
    });
    let mut version = 0;
    while !*done.borrow_and_update() || !idle(&host.dispatch).await {
        version += 1;
        let guest = (version % 2 == 0).then(|| Fake::echo(GUEST));
        host.enable(guest.into_iter().chain([sign(version)]).collect());
        tokio::task::yield_now().await;
    }
    writers.await.expect("all were received");
    let mut answers: HashMap<String, u32> = HashMap::new();
    let mut versions: Vec<String> = Vec::new();
    for text in host.settled().await {
        let (by, message) = text.split_once(' ').expect("who and what");
        let who = if by.starts_with('v') { "sign" } else { by };
        *answers.entry(format!("{who} {message}")).or_default() += 1;
        versions.push(by.to_owned());
    }
    for n in 0..MESSAGES {
        assert_eq!(answers.get(&format!("sign m{n}")), Some(&1), "m{n}");
    }
    assert!(
        answers.values().all(|times| *times == 1),
        "a switched plugin answers each message once at most: {answers:?}"
    );
    versions.sort_unstable();
    versions.dedup();
    assert!(versions.len() > 3, "several versions served: {versions:?}");
    host.end().await;
}

/// Whether nothing is under way right now.
async fn idle(dispatch: &super::Dispatch) -> bool {
    tokio::select! {
        biased;
        () = dispatch.idle() => true,
        () = std::future::ready(()) => false,
    }
}

#[tokio::test]
async fn what_is_under_way_ends_on_the_version_that_it_began_with() {
    let place = Place::new();
    let (gate, begun) = (Arc::new(Semaphore::new(0)), watch::Sender::new(0));
    let slow = {
        let (gate, begun) = (gate.clone(), begun.clone());
        Fake::doing(SIGN, move |input, _| {
            let gate = gate.clone();
            begun.send_modify(|begun| *begun += 1);
            Box::pin(async move {
                gate.acquire().await.expect("open").forget();
                answered(&input.event, &format!("v1 {}", said(&input.event)))
            })
        })
    };
    let host = place.start(vec![slow]).await;
    host.receive(vec![
        private_message(ALICE, "A1", "one"),
        private_message(ALICE, "A2", "two"),
    ])
    .await;
    let mut begun = begun.subscribe();
    soon(begun.wait_for(|begun| *begun == 1))
        .await
        .expect("it has begun");
    host.enable(vec![sign(2)]);
    gate.add_permits(1);
    assert_eq!(host.settled().await, ["v1 one", "v2 two"]);
    assert_eq!(*begun.borrow(), 1, "the old version began nothing more");
    host.end().await;
}

#[tokio::test]
async fn what_a_disabled_plugin_was_waiting_for_is_let_go() {
    let place = Place::new();
    let host = place.start_offline(vec![sign(1)]).await;
    host.receive(vec![private_message(ALICE, "A1", "one")])
        .await;
    host.enable(Vec::new());
    host.open().await;
    assert!(host.settled().await.is_empty());
    host.enable(vec![sign(2)]);
    let sent = host.asks(private_message(ALICE, "A2", "two")).await;
    assert_eq!(sent, ["v2 two"], "and does not come back");
    host.end().await;
}

/// A plugin that consumes what says so.
fn guard() -> Arc<dyn Handler> {
    Fake::doing(GUARD, |input, _| {
        let consumed = said(&input.event).starts_with("spam");
        let actions = if consumed {
            answered(&input.event, "guard").actions
        } else {
            Vec::new()
        };
        Box::pin(async move {
            Outcome {
                actions,
                consumed,
                ..answered(&input.event, "")
            }
        })
    })
}

#[tokio::test]
async fn a_consumed_event_is_not_seen_by_those_whose_turn_comes_later() {
    let place = Place::new();
    let host = place.start(vec![sign(1), guard(), Fake::echo(GUEST)]).await;
    let sent = host.asks(private_message(ALICE, "A1", "spam!")).await;
    assert_eq!(sent, ["guard"]);
    let sent = host.asks(private_message(ALICE, "A2", "hello")).await;
    assert_eq!(sent, ["guest: hello", "v1 hello"]);
    assert!(host.data.waiting().await.expect("inbox").is_empty());
    host.end().await;

    let host = place.start(vec![sign(1)]).await;
    assert!(
        host.settled().await.is_empty(),
        "nor by those of the next start"
    );
    host.end().await;
}
