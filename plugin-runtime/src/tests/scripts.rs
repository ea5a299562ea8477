//! Plugins that bring an interpreter along: what they have of WASI is the event's, and nothing of the machine.

use std::sync::Arc;

use jadi_model::clock::SystemClock;
use jadi_model::random::SystemRandom;

use super::super::*;
use super::support::{Data, binary, input, wat, with_manifest};

const MANIFEST: &str = r#"{"name":"test","version":"1.0.0","languages":["en"],"limits":"script","commands":[{"name":"test","summary":"A test"}]}"#;

fn script(uses: &[&str], items: &str, body: &str) -> Vec<u8> {
    with_manifest(binary(&wat(uses, items, body)), MANIFEST)
}

/// A runtime with the machine's own time and chance.
fn runtime() -> Runtime {
    let mut limits = Limits::default();
    limits.pool.in_flight = 1;
    limits.script.in_flight = 2;
    limits.event.wall_ms = 60_000;
    Runtime::start(RuntimeOptions {
        limits,
        clock: Arc::new(SystemClock),
        random: Arc::new(SystemRandom),
        cache_dir: None,
    })
    .expect("a runtime")
}

/// Two letters for each byte, so that a message can tell any bytes.
const LETTERS: &str = "(func $letters (param $from i32) (param $to i32) (param $count i32)
        (local $i i32)
        (loop $again
            (i32.store8
                (i32.add (local.get $to) (i32.mul (local.get $i) (i32.const 2)))
                (i32.add (i32.const 97)
                    (i32.shr_u (i32.load8_u (i32.add (local.get $from) (local.get $i))) (i32.const 4))))
            (i32.store8 offset=1
                (i32.add (local.get $to) (i32.mul (local.get $i) (i32.const 2)))
                (i32.add (i32.const 97)
                    (i32.and (i32.load8_u (i32.add (local.get $from) (local.get $i))) (i32.const 15))))
            (local.set $i (i32.add (local.get $i) (i32.const 1)))
            (br_if $again (i32.lt_u (local.get $i) (local.get $count)))))";

/// Fails with all that it has of time and chance: by WASI, and by the contract in between.
const TIME_AND_CHANCE: &str = "(call $wasi-wall (i32.const 64))
    (i64.store (i32.const 80) (call $wasi-chance))
    (i64.store (i32.const 88) (call $random-number))
    (i64.store (i32.const 96) (call $wasi-chance))
    (i64.store (i32.const 104) (call $clock-now))
    (i64.store (i32.const 112) (call $wasi-steady))
    (call $letters (i32.const 64) (i32.const 1024) (i32.const 56))
    (call $fail (i32.const 1024) (i32.const 112))";

fn told(outcome: &Outcome) -> String {
    match &outcome.failure {
        Some(Failure::Handler { message }) => message.clone(),
        other => panic!("ended by {other:?}"),
    }
}

#[tokio::test]
async fn time_and_chance_of_wasi_are_the_events_and_come_again_exactly() {
    let file = script(&["clock", "random", "wasi"], LETTERS, TIME_AND_CHANCE);
    let runtime = runtime();
    let plugin = runtime.load_with(&file, LoadOptions::ALL).expect("loads");
    let run = || runtime.handle(&plugin, input(), Arc::new(Data::default()));
    let (one, other) = (run().await, run().await);
    assert_ne!(told(&one), told(&other), "chance differs between events");

    let recording = *one.recording.clone().expect("a failed event is recorded");
    let elsewhere = self::runtime();
    let again = elsewhere.load_with(&file, LoadOptions::ALL).expect("loads");
    let replayed = elsewhere.replay(&again, &recording).await;
    assert_eq!(told(&replayed.outcome), told(&one));
    assert_eq!(replayed.differences, [""; 0]);

    // Neither of them comes from elsewhere: with another seed or another time it is told otherwise.
    let mut seeded = recording.clone();
    seeded.seed[0] ^= 1;
    let seeded = told(&elsewhere.replay(&again, &seeded).await.outcome);
    let time = |told: &str| (told[..32].to_owned(), told[80..].to_owned());
    let chance = |told: &str| [32, 48, 64].map(|at| told[at..at + 16].to_owned());
    assert_eq!(time(&seeded), time(&told(&one)));
    for (now, then) in chance(&seeded).iter().zip(chance(&told(&one))) {
        assert_ne!(*now, then);
    }
    let mut later = recording;
    for told in &mut later.clock {
        told.at += 3_600_000;
    }
    let later = told(&elsewhere.replay(&again, &later).await.outcome);
    assert_eq!(chance(&later), chance(&told(&one)));
    assert_ne!(later[..16], told(&one)[..16], "seconds of the day");
}

#[tokio::test]
async fn nothing_of_the_machine_is_behind_it() {
    // A list that is empty has no elements, wherever it stands.
    let body = "(call $wasi-environment (i32.const 64))
        (call $wasi-arguments (i32.const 72))
        (call $wasi-directories (i32.const 80))
        (if (i32.or (i32.load (i32.const 68)) (i32.or (i32.load (i32.const 76)) (i32.load (i32.const 84))))
            (then unreachable))
        (call $ok)";
    let runtime = runtime();
    let file = script(&["wasi-machine"], "", body);
    let plugin = runtime.load_with(&file, LoadOptions::ALL).expect("loads");
    assert_eq!(plugin.permissions(), [], "it permits nothing");
    let outcome = runtime.handle(&plugin, input(), Arc::new(Data::default()));
    assert_eq!(outcome.await.failure, None);
}

#[test]
fn what_is_not_linked_is_refused_by_name() {
    let import = r#"(component (import "wasi:http/outgoing-handler@0.2.6" (instance)))"#;
    let error = runtime()
        .load_with(&with_manifest(binary(import), MANIFEST), LoadOptions::ALL)
        .expect_err("refused");
    assert!(
        matches!(&error, LoadError::WasiBeyond { names } if *names == ["wasi:http/outgoing-handler@0.2.6"]),
        "{error}"
    );
    // What only interpreters have is none of a compiled plugin's.
    let compiled = MANIFEST.replace(r#""limits":"script","#, "");
    let file = binary(&wat(&["clock", "random", "wasi"], LETTERS, TIME_AND_CHANCE));
    let error = runtime()
        .load_with(&with_manifest(file, &compiled), LoadOptions::ALL)
        .expect_err("refused");
    assert!(
        matches!(&error, LoadError::Wasi { names } if names.len() == 3),
        "{error}"
    );
}
