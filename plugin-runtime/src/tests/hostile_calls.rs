//! Handlers that lie in wait where the host calls back: while it hands over a string, after it took the answer. And those that
//! hand it, or are handed, as much as they can.

use std::sync::Arc;

use super::super::*;
use super::support::{
    Data, MANIFEST, REALLOC, assert_well, assert_within, binary, input, plugin_file, run, run_wat,
    runtime, runtime_with, wat, wat_that_keeps_handles, with_manifest,
};
use jadi_model::EventKind;

/// Sends an empty message, which the host refuses with words: it asks the component for memory to put them into.
const ASK_FOR_WORDS: &str =
    "(call $chat-send (call $chat-draft (i32.const 0) (i32.const 0)) (i32.const 64)) (call $ok)";

/// A handler that asks the host for words and gives out memory like this.
fn with_realloc(locals_and_body: &str) -> String {
    let realloc = format!(
        r#"(func $realloc (export "realloc") (param i32 i32 i32) (param $size i32) (result i32) {locals_and_body})"#
    );
    wat(&["chat"], "", ASK_FOR_WORDS).replace(REALLOC, &realloc)
}

/// Runs it, checks that all is well afterwards, and tells what ended it.
async fn ended_by(wat: &str) -> Failure {
    let runtime = runtime();
    let outcome = run_wat(&runtime, wat).await;
    assert_within(&outcome, &runtime.limits().event);
    assert_well(&runtime).await;
    outcome.failure.expect("it failed")
}

fn limit(failure: &Failure) -> (Limit, u64) {
    match failure {
        Failure::Limit { limit, allowed, .. } => (*limit, *allowed),
        other => panic!("ended by {other:?}, not by a limit"),
    }
}

fn cause(failure: &Failure) -> &str {
    match failure {
        Failure::Trap { cause, .. } => cause,
        other => panic!("ended by {other:?}, not by a trap"),
    }
}

#[tokio::test]
async fn an_endless_loop_while_the_host_hands_over_a_string_is_stopped() {
    let failure = ended_by(&with_realloc("(loop $again (br $again)) unreachable")).await;
    assert_eq!(limit(&failure), (Limit::Cpu, 50));
    let frames = failure.backtrace();
    assert!(
        frames.first().is_some_and(|frame| frame == "realloc"),
        "{frames:?}"
    );
}

#[tokio::test]
async fn endless_recursion_while_the_host_hands_over_a_string_is_stopped() {
    let body = "(i32.add (i32.const 8) (call $realloc (i32.const 0) (i32.const 0) (i32.const 0) (local.get $size)))";
    assert_eq!(
        limit(&ended_by(&with_realloc(body)).await),
        (Limit::Stack, 512 << 10)
    );
}

#[tokio::test]
async fn a_memory_bomb_while_the_host_hands_over_a_string_is_stopped() {
    let body = "(loop $again (drop (memory.grow (i32.const 16))) (br $again)) unreachable";
    assert_eq!(
        limit(&ended_by(&with_realloc(body)).await),
        (Limit::Memory, 16 << 20)
    );
}

#[tokio::test]
async fn memory_that_is_not_there_is_not_written_to() {
    for place in ["65530", "-1", "-8", "0x7fffffff"] {
        let failure = ended_by(&with_realloc(&format!("(i32.const {place})"))).await;
        assert!(cause(&failure).contains("realloc"), "{failure}");
    }
}

#[tokio::test]
async fn a_trap_while_the_host_hands_over_a_string_is_told() {
    let failure = ended_by(&with_realloc("unreachable")).await;
    assert!(cause(&failure).contains("unreachable"), "{failure}");
}

#[tokio::test]
async fn the_host_is_not_called_from_where_it_calls_back() {
    // The canonical ABI forbids it: a component that could would run handlers inside of handlers.
    let wat = wat(&["chat"], "", ASK_FOR_WORDS);
    let wat = wat.replace(
        REALLOC,
        r#"(table (export "table") 1 funcref)
            (type $drop (func (param i32)))
            (func (export "realloc") (param i32 i32 i32 i32) (result i32)
                (call_indirect (type $drop) (i32.const 999) (i32.const 0)) (i32.const 64))"#,
    );
    let wat = wat.replace(
        r#"(import "libc" "memory" (memory 1))"#,
        r#"(import "libc" "memory" (memory 1)) (import "libc" "table" (table 1 funcref))
            (elem (i32.const 0) func $drop-event)"#,
    );
    let failure = ended_by(&wat).await;
    assert!(cause(&failure).contains("leave"), "{failure}");
}

#[tokio::test]
async fn an_endless_loop_after_the_answer_was_taken_is_stopped() {
    let after = r#"(func $after (export "after") (param i32) (loop $again (br $again)))"#;
    let wat = wat(&[], after, "(call $ok)")
        .replace(
            "(canon lift (core func $handle)",
            "(canon lift (core func $handle) (post-return $after)",
        )
        .replace(
            r#"(alias core export $main "handle" (core func $handle))"#,
            r#"(alias core export $main "handle" (core func $handle))
               (alias core export $main "after" (core func $after))"#,
        );
    let failure = ended_by(&wat).await;
    assert_eq!(limit(&failure), (Limit::Cpu, 50));
    assert!(failure.backtrace().iter().any(|frame| frame == "after"));
}

#[tokio::test]
async fn a_giant_string_does_not_fit_into_a_plugin() {
    // A memory allocator that grows the memory as it is asked to.
    let realloc = r#"(func (export "realloc") (param i32 i32 i32) (param $size i32) (result i32)
        (local $at i32)
        (local.set $at (i32.mul (memory.size) (i32.const 65536)))
        (drop (memory.grow (i32.add (i32.div_u (local.get $size) (i32.const 65536)) (i32.const 1))))
        (local.get $at))"#;
    let body = "(call $message-text (local.get $message) (i32.const 64))
        (call $drop-event (local.get $event)) (call $drop-message (local.get $message)) (call $ok)";
    let wat = wat_that_keeps_handles(&["text"], "", body).replace(REALLOC, realloc);
    // What 20 MiB cost in CPU time is not what this is about.
    let runtime = runtime_with(|limits| {
        limits.event.cpu_ms = 10_000;
        limits.most.cpu_ms = 10_000;
    });
    let plugin = runtime
        .load(&with_manifest(binary(&wat), MANIFEST))
        .expect("loads");
    let mut input = input();
    let mut event = (*input.event).clone();
    let EventKind::Message(message) = &mut event.kind else {
        panic!("a message");
    };
    message.text = "x".repeat(20 << 20);
    input.event = Arc::new(event);
    let outcome = runtime
        .handle(&plugin, input, Arc::new(Data::default()))
        .await;
    assert_within(&outcome, &runtime.limits().event);
    let failure = outcome.failure.expect("20 MiB do not fit into 16");
    assert_eq!(limit(&failure), (Limit::Memory, 16 << 20));
    assert_well(&runtime).await;
}

/// Sets keys of two bytes, each to `length` bytes, until one is refused, and answers with the refusal.
fn set_until_refused(length: u32) -> String {
    format!(
        "(drop (memory.grow (i32.const 4)))
        (loop $again
            (i32.store8 (i32.const 2048) (i32.add (i32.and (local.get $i) (i32.const 63)) (i32.const 33)))
            (i32.store8 (i32.const 2049) (i32.add (i32.shr_u (local.get $i) (i32.const 6)) (i32.const 33)))
            (local.set $i (i32.add (local.get $i) (i32.const 1)))
            (call $kv-set (i32.const 2048) (i32.const 2) (i32.const 8192) (i32.const {length}) (i32.const 64))
            (br_if $again (i32.eqz (i32.load8_u (i32.const 64)))))
        (call $refused (i32.const 64))"
    )
}

#[tokio::test]
async fn a_flood_of_keys_and_values_is_refused_by_name_and_not_kept() {
    let runtime = runtime();
    for (length, refusal) in [
        (65536, "5242880 bytes of keys and values"),
        (65537, "65536 bytes in a value"),
    ] {
        let outcome = run(&runtime, &["kv"], "", &set_until_refused(length)).await;
        assert_within(&outcome, &runtime.limits().event);
        match outcome.failure {
            Some(Failure::Handler { message }) => assert_eq!(message, refusal),
            other => panic!("ended by {other:?}"),
        }
        assert!(outcome.kv_writes.is_empty());
        assert_well(&runtime).await;
    }
}

#[tokio::test]
async fn a_flood_of_small_values_meets_the_limit_on_calls() {
    let runtime = runtime();
    let outcome = run(&runtime, &["kv"], "", &set_until_refused(1)).await;
    assert_eq!(
        limit(&outcome.failure.expect("a failure")),
        (Limit::HostCalls, 128)
    );
    assert!(outcome.kv_writes.is_empty());
    assert_well(&runtime).await;
}

#[tokio::test]
async fn a_plugin_that_panics_on_every_event_leaves_nothing_behind() {
    let runtime = runtime_with(|limits| {
        limits.pool.in_flight = 2;
        limits.event.cpu_ms = 10_000;
        limits.most.cpu_ms = 10_000;
    });
    // It fills all the memory that it may have before it panics.
    let body = "(drop (memory.grow (i32.const 255)))
        (memory.fill (i32.const 0) (i32.const 0xaa) (i32.const 16777216)) unreachable";
    let plugin = runtime.load(&plugin_file(&[], "", body)).expect("it loads");
    for _ in 0..100 {
        let outcome = runtime
            .handle(&plugin, input(), Arc::new(Data::default()))
            .await;
        assert_within(&outcome, &runtime.limits().event);
        let failure = outcome.failure.expect("a failure");
        assert!(cause(&failure).contains("unreachable"), "{failure}");
    }
    assert_well(&runtime).await;
}

#[tokio::test]
async fn a_function_with_a_giant_name_is_told_in_brief() {
    let name = format!("x{}\u{1b}[2J\ny", "n".repeat(90_000));
    let deep = format!(
        "(func $deep (@name \"{}\") (param $left i32)
            (if (local.get $left) (then (call $deep (i32.sub (local.get $left) (i32.const 1)))))
            unreachable)",
        name.replace('\u{1b}', "\\1b").replace('\n', "\\0a")
    );
    let runtime = runtime();
    let outcome = run(
        &runtime,
        &[],
        &deep,
        "(call $deep (i32.const 64)) (call $ok)",
    )
    .await;
    assert_within(&outcome, &runtime.limits().event);
    let failure = outcome.failure.expect("a failure");
    let frames = failure.backtrace();
    assert_eq!(frames.len(), 32);
    assert!(
        frames.iter().all(|frame| !frame.contains(char::is_control)),
        "{frames:?}"
    );
}
