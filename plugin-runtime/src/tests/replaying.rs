//! Failed events run again: the same component fails the same way, a mended one goes on from where it went wrong.

use std::sync::Arc;

use super::super::*;
use super::support::{Data, input, plugin_file, runtime, runtime_with};

const AT: i64 = 1_700_000_000_000;

/// A failed event and the plugin that it failed in.
async fn fail(
    runtime: &Runtime,
    data: Data,
    uses: &[&str],
    items: &str,
    body: &str,
) -> FailedEvent {
    let plugin = runtime
        .load(&plugin_file(uses, items, body))
        .expect("loads");
    let outcome = runtime.handle(&plugin, input(), Arc::new(data)).await;
    let failure = outcome.failure.expect("it fails");
    let recording = *outcome.recording.expect("a failed event is recorded");
    let failed = FailedEvent::new(
        AT,
        FailedPlugin::from(&*plugin),
        failure,
        outcome.receipt,
        outcome.log,
        recording,
    );
    let file = failed.file().expect("a file");
    FailedEvent::parse(file.as_bytes()).expect("what was written is read")
}

/// Runs it again in this handler, in a runtime of its own.
async fn again(failed: &FailedEvent, uses: &[&str], items: &str, body: &str) -> Replayed {
    let runtime = runtime();
    let plugin = runtime
        .load(&plugin_file(uses, items, body))
        .expect("loads");
    runtime.replay(&plugin, &failed.recording).await
}

fn assert_same(failed: &FailedEvent, replayed: &Replayed) {
    assert_eq!(replayed.outcome.failure.as_ref(), Some(&failed.failure));
    assert!(
        replayed.differences.is_empty(),
        "{:?}",
        replayed.differences
    );
}

/// Fails with the value's error code when the plugin keeps more than 10 bytes, traps when it keeps none.
const DEPENDS: &str = "(call $kv-used (i32.const 64))
    (if (i64.eqz (i64.load offset=8 (i32.const 64))) (then unreachable))
    (if (i64.gt_u (i64.load offset=8 (i32.const 64)) (i64.const 10))
        (then (return (call $fail (i32.const 64) (i32.const 0)))))
    (call $ok)";

fn keeping(bytes: usize) -> Data {
    Data {
        kv: [("k".to_owned(), vec![1; bytes])].into(),
        ..Data::default()
    }
}

#[tokio::test]
async fn what_ends_well_leaves_no_recording() {
    let runtime = runtime();
    let plugin = runtime
        .load(&plugin_file(&["kv"], "", DEPENDS))
        .expect("loads");
    let outcome = runtime.handle(&plugin, input(), Arc::new(keeping(2))).await;
    assert_eq!(outcome.failure, None);
    assert!(outcome.recording.is_none());
}

#[tokio::test]
async fn a_trap_comes_again() {
    let items = "(func $oops unreachable)";
    let body =
        "(call $log-write (i32.const 1) (i32.const 1024) (i32.const 3)) (call $oops) (call $ok)";
    let failed = fail(&runtime(), Data::default(), &["log"], items, body).await;
    assert!(matches!(failed.failure, Failure::Trap { .. }));
    assert_eq!(failed.log.len(), 1);
    let replayed = again(&failed, &["log"], items, body).await;
    assert_same(&failed, &replayed);
    assert_eq!(replayed.outcome.log, failed.log);
}

#[tokio::test]
async fn a_limit_comes_again_as_it_was_then() {
    let runtime = runtime_with(|limits| limits.event.host_calls = 3);
    let body = "(loop $again (call $kv-used (i32.const 64)) (br $again)) (call $ok)";
    let failed = fail(&runtime, keeping(1), &["kv"], "", body).await;
    assert!(
        matches!(
            failed.failure,
            Failure::Limit {
                limit: Limit::HostCalls,
                allowed: 3,
                ..
            }
        ),
        "{:?}",
        failed.failure
    );
    let replayed = again(&failed, &["kv"], "", body).await;
    assert_same(&failed, &replayed);
}

#[tokio::test]
async fn a_loop_is_stopped_again() {
    let spin = "(func $spin (loop $again (br $again)))";
    let failed = fail(
        &runtime(),
        Data::default(),
        &[],
        spin,
        "(call $spin) (call $ok)",
    )
    .await;
    let replayed = again(&failed, &[], spin, "(call $spin) (call $ok)").await;
    let failure = replayed.outcome.failure.expect("it fails");
    assert!(failure.is_like(&failed.failure), "{failure}");
    assert!(matches!(
        failure,
        Failure::Limit {
            limit: Limit::Cpu,
            ..
        }
    ));
}

#[tokio::test]
async fn an_answer_that_never_came_does_not_come_again() {
    let runtime = runtime_with(|limits| limits.event.wall_ms = 100);
    let stuck = Data {
        stuck: true,
        ..Data::default()
    };
    let body = "(call $kv-used (i32.const 64)) (call $ok)";
    let failed = fail(&runtime, stuck, &["kv"], "", body).await;
    assert_eq!(
        failed.recording.reads,
        [Read {
            call: Call::KvBytes,
            answer: None
        }]
    );
    let replayed = again(&failed, &["kv"], "", body).await;
    assert_same(&failed, &replayed);
}

#[tokio::test]
async fn what_depended_on_the_bots_data_depends_on_it_again() {
    for (bytes, is_trap) in [(0, true), (50, false)] {
        let data = if bytes == 0 {
            Data::default()
        } else {
            keeping(bytes)
        };
        let failed = fail(&runtime(), data, &["kv"], "", DEPENDS).await;
        assert_eq!(matches!(failed.failure, Failure::Trap { .. }), is_trap);
        let replayed = again(&failed, &["kv"], "", DEPENDS).await;
        assert_same(&failed, &replayed);
    }
}

#[tokio::test]
async fn a_host_that_could_not_serve_can_not_serve_again() {
    let broken = Data {
        broken: true,
        ..Data::default()
    };
    let body = "(call $kv-used (i32.const 64)) (call $fail (i32.const 0) (i32.const 0))";
    let failed = fail(&runtime(), broken, &["kv"], "", body).await;
    assert!(matches!(failed.failure, Failure::Host { .. }));
    let replayed = again(&failed, &["kv"], "", body).await;
    assert_same(&failed, &replayed);
}

#[tokio::test]
async fn time_and_chance_are_those_of_then() {
    // The message of the error is the time and a number that fell.
    let body = "(i64.store (i32.const 64) (call $clock-now))
        (i64.store (i32.const 72) (call $random-number))
        (loop $again
            (i32.store8
                (i32.add (i32.const 1024) (local.get $i))
                (i32.add (i32.const 97) (i32.and (i32.const 15)
                    (i32.load8_u (i32.add (i32.const 64) (local.get $i))))))
            (local.set $i (i32.add (local.get $i) (i32.const 1)))
            (br_if $again (i32.lt_u (local.get $i) (i32.const 16))))
        (call $fail (i32.const 1024) (i32.const 16))";
    let uses = ["clock", "random"];
    let failed = fail(&runtime(), Data::default(), &uses, "", body).await;
    assert_eq!(failed.recording.clock.len(), 1);
    let mut other = failed.clone();
    let replayed = again(&failed, &uses, "", body).await;
    assert_same(&failed, &replayed);
    other.recording.clock[0].at += 1;
    let replayed = again(&other, &uses, "", body).await;
    assert_ne!(replayed.outcome.failure, Some(failed.failure.clone()));
    other = failed.clone();
    other.recording.seed[0] ^= 1;
    let replayed = again(&other, &uses, "", body).await;
    assert_ne!(replayed.outcome.failure, Some(failed.failure));
}

#[tokio::test]
async fn a_mended_component_works_on_the_same_answers() {
    let failed = fail(&runtime(), keeping(50), &["kv"], "", DEPENDS).await;
    let mended = "(call $kv-used (i32.const 64))
        (if (i64.ne (i64.load offset=8 (i32.const 64)) (i64.const 51)) (then unreachable))
        (call $ok)";
    let replayed = again(&failed, &["kv"], "", mended).await;
    assert_eq!(replayed.outcome.failure, None);
    assert!(
        replayed.differences.is_empty(),
        "{:?}",
        replayed.differences
    );
}

#[tokio::test]
async fn a_component_that_goes_another_way_is_told() {
    let failed = fail(&runtime(), keeping(50), &["kv"], "", DEPENDS).await;
    let replayed = again(&failed, &[], "", "(call $ok)").await;
    assert_eq!(
        replayed.differences,
        ["it ends before 1 of its 1 recorded reads"]
    );

    let failed = fail(&runtime(), Data::default(), &[], "", "unreachable").await;
    let body = "(call $kv-used (i32.const 64)) (call $ok)";
    let replayed = again(&failed, &["kv"], "", body).await;
    assert_eq!(
        replayed.differences,
        [
            "read 1: it asks for the size of its data, where it asked for nothing more; it was not asked for then, so that it \
             can't be served now"
        ]
    );
}

#[tokio::test]
async fn a_file_says_on_top_what_is_in_it() {
    let failed = fail(&runtime(), keeping(50), &["kv"], "", DEPENDS).await;
    let file = failed.file().expect("a file");
    let top: String = file.lines().take(7).collect();
    assert!(
        top.contains("WHAT PEOPLE WROTE") && top.contains("Hand it to nobody"),
        "{top}"
    );
    assert!(file.contains("!try this") && file.contains("6280000000101"));

    let newer = file.replacen("\"form\": 1", "\"form\": 2", 1);
    let error = FailedEvent::parse(newer.as_bytes()).expect_err("another form");
    assert!(error.to_string().contains("newer"), "{error}");
    FailedEvent::parse(b"{}").expect_err("no failed event");
}
