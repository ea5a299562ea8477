//! Nothing lost, nothing twice, wherever the process ends.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use tokio::sync::watch;

use super::{ALICE, BOB, Fake, Place, ScriptedSession, answered, private_message, said, soon};
use crate::dispatch::Handler;
use crate::model::{Action, Event, Outgoing};
use crate::plugins::{KvWrite, Outcome};
use crate::whatsapp::{Inbound, SendError};

const COUNTING: &str = r#"{"name":"counting","version":"1.0.0","languages":["en"],
    "events":[{"event":"message"}]}"#;
const ECHO: &str = r#"{"name":"echo","version":"1.0.0","languages":["en"],
    "events":[{"event":"message"}]}"#;

/// Answers each message with how many the plugin has counted, and tells `begun` of each run.
fn counting(begun: &watch::Sender<u16>) -> Arc<dyn Handler> {
    let begun = begun.clone();
    Fake::doing(COUNTING, move |input, reads| {
        begun.send_modify(|begun| *begun += 1);
        Box::pin(async move {
            let count = match reads.kv_get("count").await {
                Ok(kept) => kept.map_or(0, |bytes| bytes[0]) + 1,
                Err(_) => return answered(&input.event, "the host runs this again"),
            };
            Outcome {
                kv_writes: vec![KvWrite::Set {
                    key: "count".to_owned(),
                    value: vec![count],
                }],
                ..answered(&input.event, &format!("{count} {}", said(&input.event)))
            }
        })
    })
}

/// Answers each message with its text, and tells `begun` of each run.
fn echo(begun: &watch::Sender<u16>) -> Arc<dyn Handler> {
    let begun = begun.clone();
    Fake::doing(ECHO, move |input, _| {
        begun.send_modify(|begun| *begun += 1);
        let outcome = answered(&input.event, &format!("echo: {}", said(&input.event)));
        Box::pin(async move { outcome })
    })
}

/// One life of the process.
#[derive(Debug, Clone)]
struct Life {
    /// It ends when so many runs of plugins have begun …
    runs: u16,
    /// … and other tasks have had so many turns since.
    turns: u16,
    /// Which attempts to send lose their acknowledgement.
    lost: Vec<bool>,
}

fn lives() -> impl Strategy<Value = Vec<Life>> {
    let life = (
        0..8u16,
        0..300u16,
        prop::collection::vec(any::<bool>(), 0..4),
    )
        .prop_map(|(runs, turns, lost)| Life { runs, turns, lost });
    prop::collection::vec(life, 1..5)
}

fn messages() -> Vec<Event> {
    let of = |sender, count: u8| {
        (1..=count).map(move |n| private_message(sender, &format!("A{n}"), &format!("m{n}")))
    };
    of(ALICE, 4).chain(of(BOB, 3)).collect()
}

fn script(session: &ScriptedSession, life: &Life) {
    let ends = life.lost.iter().map(|lost| match lost {
        true => Err(SendError::Unavailable),
        false => Ok(()),
    });
    session.next_attempts(ends.collect());
}

/// What phones show: each id once, in order of arrival, by chat.
fn shown(attempts: &[Outgoing]) -> BTreeMap<String, Vec<String>> {
    let mut ids = BTreeSet::new();
    let mut chats = BTreeMap::<_, Vec<_>>::new();
    for attempt in attempts {
        let Action::Send(message) = &attempt.action else {
            panic!("{attempt:?}");
        };
        if ids.insert(attempt.id.clone()) {
            let chat = chats.entry(message.chat.to_string()).or_default();
            chat.push(message.text.clone());
        }
    }
    chats
}

/// Lets other tasks have their turn, so many times: where the process ends is a matter of turns, not of time.
async fn turns(count: u16) {
    for _ in 0..count {
        tokio::task::yield_now().await;
    }
}

async fn live_through(lives: Vec<Life>) {
    let place = Place::new();
    let mut attempts = Vec::new();
    let mut unacknowledged = messages();
    for life in lives {
        let begun = watch::Sender::new(0);
        let host = place.start(vec![counting(&begun), echo(&begun)]).await;
        script(&host.session, &life);
        // What was not acknowledged comes again, and some of the rest too: an acknowledgement can be lost as well.
        let batch: Vec<_> = unacknowledged.iter().take(3).cloned().collect();
        let living = async {
            host.dispatch.commit(batch).await.expect("kept");
            unacknowledged.drain(..unacknowledged.len().min(2));
            soon(host.dispatch.idle()).await;
        };
        let ending = async {
            let mut begun = begun.subscribe();
            let enough = begun.wait_for(|begun| *begun >= life.runs);
            enough.await.expect("the sender is there");
            turns(life.turns).await;
        };
        tokio::select! {
            () = living => {}
            () = ending => {}
        }
        attempts.extend(host.session.attempts());
        host.end().await;
    }
    let begun = watch::Sender::new(0);
    let host = place.start(vec![counting(&begun), echo(&begun)]).await;
    host.receive(messages()).await;
    host.settled().await;
    attempts.extend(host.session.attempts());
    host.end().await;

    let shown = shown(&attempts);
    let mut counts = Vec::new();
    for (chat, count) in [(ALICE, 4), (BOB, 3)] {
        let mut counted = Vec::new();
        let mut echoed = Vec::new();
        for text in &shown[chat] {
            match text.split_once(": ") {
                Some((_, said)) => echoed.push(said.to_owned()),
                None => {
                    let (n, said) = text.split_once(' ').expect("a count and a text");
                    counts.push(n.parse::<u8>().expect("a count"));
                    counted.push(said.to_owned());
                }
            }
        }
        let expected: Vec<_> = (1..=count).map(|n| format!("m{n}")).collect();
        assert_eq!(counted, expected, "each message once and in order");
        assert_eq!(echoed, expected, "by both plugins");
    }
    counts.sort_unstable();
    assert_eq!(counts, [1, 2, 3, 4, 5, 6, 7], "each counted once");
}

#[test]
fn wherever_the_process_ends_each_message_is_answered_once_and_in_order() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .expect("runtime");
    let config = Config {
        failure_persistence: None,
        ..Config::with_cases(12)
    };
    TestRunner::new(config)
        .run(&lives(), |lives| {
            runtime.block_on(live_through(lives));
            Ok(())
        })
        .expect("nothing lost, nothing twice");
}
