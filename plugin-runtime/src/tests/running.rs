//! Well-behaved handlers: what comes of an event, and what the next one can't see of it.

use std::sync::Arc;

use super::super::*;
use super::support::{Data, input, plugin_file, run, runtime, runtime_with};
use jadi_model::Action;

/// Sends the 5 bytes at 1024.
const HELLO: &str = r#"
    (i64.store (i32.const 1024) (i64.const 0x6f6c6c6548))
    (call $chat-send (call $chat-draft (i32.const 1024) (i32.const 5)) (i32.const 64))
    (i32.store (i32.const 128) (i32.load offset=4 (i32.const 64)))
    (i32.store (i32.const 0) (i32.const 0))
    (i32.store (i32.const 4) (i32.const 128))
    (i32.store (i32.const 8) (i32.const 1))
    (i32.const 0)"#;

#[tokio::test]
async fn what_a_handler_returns_is_its_outcome() {
    let outcome = run(&runtime(), &["chat"], "", HELLO).await;
    assert_eq!(outcome.failure, None);
    let [Action::Send(message)] = outcome.actions.as_slice() else {
        panic!("one message, not {:?}", outcome.actions);
    };
    assert_eq!(message.text, "Hello");
    assert_eq!(message.chat, input().event.chat.jid);
}

#[tokio::test]
async fn an_action_that_is_not_returned_is_not_done() {
    let body = format!("(drop (block (result i32) {HELLO})) (call $ok)");
    let outcome = run(&runtime(), &["chat"], "", &body).await;
    assert_eq!(outcome.failure, None);
    assert!(outcome.actions.is_empty());
}

#[tokio::test]
async fn a_receipt_tells_what_an_event_cost() {
    let body = r#"(call $log-write (i32.const 1) (i32.const 0) (i32.const 10))
        (call $kv-used (i32.const 64))
        (loop $again
            (local.set $i (i32.add (local.get $i) (i32.const 1)))
            (br_if $again (i32.lt_u (local.get $i) (i32.const 2000000))))
        (drop (memory.grow (i32.const 2)))
        (call $ok)"#;
    let outcome = run(&runtime(), &["log", "kv"], "", body).await;
    assert_eq!(outcome.failure, None);
    let receipt = outcome.receipt;
    assert!(receipt.cpu_micros > 100, "{receipt:?}");
    assert!(receipt.wall_micros >= receipt.cpu_micros / 2, "{receipt:?}");
    assert_eq!(receipt.peak_memory, 3 * 65536);
    assert_eq!(receipt.host_calls, 1);
    assert_eq!(outcome.log.len(), 1);
}

#[tokio::test]
async fn no_event_finds_what_another_left_in_memory() {
    // One place in the pool, so that every event gets the memory that the one before it had.
    let runtime = runtime_with(|limits| limits.pool.in_flight = 1);
    let body = r#"(if (i32.or (i32.load (i32.const 60000)) (global.get $mark))
            (then (return (call $fail (i32.const 60000) (i32.const 4)))))
        (if (i32.load (i32.const 100000)) (then unreachable))
        (i32.store (i32.const 60000) (i32.const 0x79727464))
        (i32.store (i32.const 100000) (i32.const 1))
        (global.set $mark (i32.const 1))
        (call $ok)"#;
    let body = format!("(drop (memory.grow (i32.const 1))) {body}");
    let plugin = runtime
        .load(&plugin_file(
            &[],
            "(global $mark (mut i32) (i32.const 0))",
            &body,
        ))
        .expect("loads");
    for _ in 0..20 {
        let outcome = runtime
            .handle(&plugin, input(), Arc::new(Data::default()))
            .await;
        assert_eq!(outcome.failure, None);
    }
}

#[tokio::test]
async fn a_handler_that_the_host_could_not_serve_is_not_to_blame() {
    let runtime = runtime();
    let body = "(call $kv-used (i32.const 64)) (call $fail (i32.const 0) (i32.const 0))";
    let plugin = runtime
        .load(&plugin_file(&["kv"], "", body))
        .expect("loads");
    let broken = Data {
        broken: true,
        ..Data::default()
    };
    let outcome = runtime.handle(&plugin, input(), Arc::new(broken)).await;
    match outcome.failure {
        Some(Failure::Host { message }) => assert!(message.contains("the disk is gone")),
        other => panic!("ended by {other:?}"),
    }
    let outcome = runtime
        .handle(&plugin, input(), Arc::new(Data::default()))
        .await;
    assert_eq!(
        outcome.failure,
        Some(Failure::Handler {
            message: String::new()
        })
    );
}
