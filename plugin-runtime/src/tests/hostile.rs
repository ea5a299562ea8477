//! Handlers that take all they can get. Each is stopped by a limit that its failure names; the host and the others go on.

use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use jadi_model::clock::{Clock, Millis};

use super::super::*;
use super::support::{
    Data, MANIFEST, binary, good, input, plugin_file, run, runtime, runtime_at, runtime_with, wat,
    wat_that_keeps_handles, with_manifest,
};

const DEADLINE: Duration = Duration::from_secs(60);

/// Checks which limit ended the event, and that the backtrace names the function that did it.
fn assert_limit(outcome: &Outcome, expected: Limit, expected_allowed: u64, function: &str) {
    match &outcome.failure {
        Some(Failure::Limit {
            limit,
            allowed,
            backtrace,
        }) => {
            assert_eq!((*limit, *allowed), (expected, expected_allowed));
            assert!(
                backtrace.iter().any(|frame| frame.contains(function)),
                "{function} is not in {backtrace:?}"
            );
        }
        other => panic!("ended by {other:?}, not by {expected:?}"),
    }
    assert!(outcome.actions.is_empty() && outcome.kv_writes.is_empty());
}

fn handler_error(outcome: &Outcome) -> &str {
    match &outcome.failure {
        Some(Failure::Handler { message }) => message,
        other => panic!("ended by {other:?}, not by its own error"),
    }
}

const SPIN: &str = "(func $spin (loop $again (br $again)))";

#[tokio::test]
async fn an_endless_loop_is_stopped_and_its_neighbour_answers() {
    let runtime = runtime();
    let looping = runtime
        .load(&plugin_file(&[], SPIN, "(call $spin) (call $ok)"))
        .expect("loads");
    let good = runtime
        .load(&plugin_file(&[], "", "(call $ok)"))
        .expect("loads");
    let data = || Arc::new(Data::default());
    // One thread runs both: the neighbour gets its turns only because the loop yields.
    let (looped, answered) = tokio::join!(runtime.handle(&looping, input(), data()), async {
        let mut failures = 0;
        for _ in 0..20 {
            let outcome = runtime.handle(&good, input(), data()).await;
            failures += usize::from(outcome.failure.is_some());
            tokio::task::yield_now().await;
        }
        failures
    });
    assert_eq!(answered, 0);
    assert_limit(&looped, Limit::Cpu, 50, "spin");
    let failure = looped.failure.expect("a failure").to_string();
    assert_eq!(failure, "the plugin reached its limit of 50 ms of CPU time");
    assert!(looped.receipt.cpu_micros >= 50_000, "{:?}", looped.receipt);
    assert_eq!(runtime.free_slots(), 4);
}

/// A clock that says whether it is asked on another thread than this.
#[derive(Debug)]
struct Elsewhere(std::thread::ThreadId);

impl Clock for Elsewhere {
    fn now(&self) -> Millis {
        Millis::from(std::thread::current().id() != self.0)
    }

    fn sleep_until(&self, _: Millis) -> BoxFuture<'static, ()> {
        Box::pin(std::future::ready(()))
    }
}

/// What becomes of a handler that works a little and asks where it is, until it is elsewhere.
async fn until_elsewhere(limits: impl FnOnce(&mut Limits)) -> Outcome {
    let clock = Elsewhere(std::thread::current().id());
    let runtime = runtime_at(Arc::new(clock), limits);
    let body = "(loop $until
            (local.set $i (i32.const 1000000))
            (loop $work
                (local.set $i (i32.sub (local.get $i) (i32.const 1)))
                (br_if $work (local.get $i)))
            (br_if $until (i64.eqz (call $clock-now))))
        (call $ok)";
    run(&runtime, &["clock"], "", body).await
}

#[tokio::test]
async fn what_takes_longer_than_its_slice_leaves_the_thread_to_the_others() {
    let outcome = until_elsewhere(|limits| {
        limits.event.cpu_ms = limits.most.cpu_ms;
        limits.event.host_calls = limits.most.host_calls;
    });
    assert_eq!(outcome.await.failure, None);
    let outcome = until_elsewhere(|limits| {
        limits.event.host_calls = limits.most.host_calls;
        limits.event.slice_ms = limits.event.cpu_ms;
    });
    assert_limit(&outcome.await, Limit::Cpu, 50, "handle");
}

fn input_of(number: u8) -> EventInput {
    let own = format!("628000000{number:04}@s.whatsapp.net");
    EventInput {
        own: Some(own.parse().expect("an address")),
        ..input()
    }
}

#[tokio::test]
async fn a_bot_that_used_much_leaves_places_and_threads_to_the_others() {
    let runtime = runtime();
    let load = |uses: &[&str], functions: &str, body: &str| {
        let file = plugin_file(uses, functions, body);
        runtime.load(&file).expect("loads")
    };
    let looping = load(&[], SPIN, "(call $spin) (call $ok)");
    let waiting = load(&["kv"], "", "(call $kv-used (i32.const 64)) (call $ok)");
    let good = load(&[], "", "(call $ok)");
    let data = || Arc::new(Data::default());
    let looped = runtime.handle(&looping, input_of(1), data()).await;
    assert_limit(&looped, Limit::Cpu, 50, "spin");
    // As many events as there are places, and each waits for ever in the one that it gets.
    let stuck = Arc::new(Data {
        stuck: true,
        ..Data::default()
    });
    let hoarded = (0..4).map(|_| runtime.handle(&waiting, input_of(1), stuck.clone()));
    let hoarded = futures::future::join_all(hoarded);
    let answered = async {
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        runtime.handle(&good, input_of(2), data()).await
    };
    tokio::select! {
        _ = hoarded => panic!("they wait for ever"),
        answered = tokio::time::timeout(DEADLINE, answered) => {
            assert_eq!(answered.expect("a place").failure, None);
        }
    }
}

#[tokio::test]
async fn who_waits_for_servers_leaves_places_to_the_others() {
    let runtime = runtime();
    let manifest = MANIFEST.replacen('{', r#"{"http_hosts":["example.org"],"#, 1);
    let body = "(call $kv-used (i32.const 64)) (call $ok)";
    let asking = with_manifest(binary(&wat(&["kv", "http"], "", body)), &manifest);
    let asking = runtime.load_with(&asking, LoadOptions::ALL).expect("loads");
    let good = good(&runtime);
    let stuck = Arc::new(Data {
        stuck: true,
        ..Data::default()
    });
    // As many bots as there are places, each of which waits for ever for what it asks.
    let waiting = (0..4).map(|bot| runtime.handle(&asking, input_of(bot), stuck.clone()));
    let mut waiting = Box::pin(futures::future::join_all(waiting));
    assert!(futures::poll!(&mut waiting).is_pending());
    assert_eq!(runtime.free_slots(), 2);
    let answered = runtime.handle(&good, input_of(9), Arc::new(Data::default()));
    let answered = tokio::time::timeout(DEADLINE, answered).await;
    assert_eq!(answered.expect("a place").failure, None);
}

#[tokio::test]
async fn an_endless_start_is_stopped_too() {
    // The loop runs while the instance is made, before any handler is called.
    let outcome = run(
        &runtime(),
        &[],
        &format!("{SPIN} (start $spin)"),
        "(call $ok)",
    )
    .await;
    assert_limit(&outcome, Limit::Cpu, 50, "spin");
}

#[tokio::test]
async fn a_memory_bomb_meets_the_memory_limit() {
    let runtime = runtime();
    let bomb = "(func $bomb (loop $again (drop (memory.grow (i32.const 16))) (br $again)))";
    let outcome = run(&runtime, &[], bomb, "(call $bomb) (call $ok)").await;
    assert_limit(&outcome, Limit::Memory, 16 << 20, "bomb");
    assert_eq!(outcome.receipt.peak_memory, (16 << 20) - 15 * 65536);
}

#[tokio::test]
async fn a_table_bomb_meets_the_table_limit() {
    let bomb = "(table $t 1 funcref)\n(func $bomb (loop $again \
        (drop (table.grow $t (ref.null func) (i32.const 1000))) (br $again)))";
    let outcome = run(&runtime(), &[], bomb, "(call $bomb) (call $ok)").await;
    assert_limit(&outcome, Limit::Table, 10_000, "bomb");
}

#[tokio::test]
async fn endless_recursion_meets_the_stack_limit() {
    let deep = "(func $deep (param i32) (result i32) \
        (i32.add (i32.const 1) (call $deep (i32.add (local.get 0) (i32.const 1)))))";
    let body = "(drop (call $deep (i32.const 0))) (call $ok)";
    let outcome = run(&runtime(), &[], deep, body).await;
    assert_limit(&outcome, Limit::Stack, 512 << 10, "deep");
}

#[tokio::test]
async fn ten_thousand_host_calls_are_too_many() {
    let body = "(loop $again
            (call $kv-used (i32.const 64))
            (local.set $i (i32.add (local.get $i) (i32.const 1)))
            (br_if $again (i32.lt_u (local.get $i) (i32.const 10000))))
        (call $ok)";
    let outcome = run(&runtime(), &["kv"], "", body).await;
    assert_limit(&outcome, Limit::HostCalls, 128, "handle");
    assert_eq!(outcome.receipt.host_calls, 128);
}

#[tokio::test]
async fn a_giant_string_is_not_carried_into_the_host() {
    // 32 pages: 2 MiB of zeros in one log line.
    let body = "(drop (memory.grow (i32.const 40)))
        (call $log-write (i32.const 0) (i32.const 0) (i32.const 2097152)) (call $ok)";
    let outcome = run(&runtime(), &["log"], "", body).await;
    assert_limit(&outcome, Limit::CallBytes, 1 << 20, "handle");
}

#[tokio::test]
async fn a_giant_answer_is_not_carried_into_the_host() {
    let body = "(drop (memory.grow (i32.const 40))) (call $fail (i32.const 0) (i32.const 2097152))";
    let outcome = run(&runtime(), &[], "", body).await;
    assert!(
        matches!(
            outcome.failure,
            Some(Failure::Limit {
                limit: Limit::CallBytes,
                allowed: 1_048_576,
                ..
            })
        ),
        "{:?}",
        outcome.failure
    );
}

#[tokio::test]
async fn a_string_outside_the_memory_is_a_trap() {
    let body = "(call $log-write (i32.const 0) (i32.const 65000) (i32.const 2000)) (call $ok)";
    let outcome = run(&runtime(), &["log"], "", body).await;
    match outcome.failure {
        Some(Failure::Trap { cause, backtrace }) => {
            assert!(cause.contains("out of bounds"), "{cause}");
            assert_eq!(backtrace.first().map(String::as_str), Some("handle"));
        }
        other => panic!("ended by {other:?}, not by a trap"),
    }
}

#[tokio::test]
async fn a_log_flood_is_cut_off_and_the_handler_goes_on() {
    let body = "(loop $again
            (call $log-write (i32.const 1) (i32.const 1024) (i32.const 100))
            (local.set $i (i32.add (local.get $i) (i32.const 1)))
            (br_if $again (i32.lt_u (local.get $i) (i32.const 1000))))
        (call $ok)";
    let outcome = run(&runtime(), &["log"], "", body).await;
    assert_eq!(outcome.failure, None);
    let (last, lines) = outcome.log.split_last().expect("lines");
    assert!(lines.iter().map(|line| line.text.len()).sum::<usize>() <= 4096);
    assert_eq!(
        last.text,
        "the log is cut off here: one event may write 4096 bytes, and 960 lines did not fit"
    );
}

/// Sends `length` bytes of text until it is refused, and answers with the refusal.
fn send_until_refused(length: u32) -> String {
    format!(
        "(memory.fill (i32.const 8192) (i32.const 97) (i32.const 50000))
        (loop $again
            (call $chat-send (call $chat-draft (i32.const 8192) (i32.const {length})) (i32.const 64))
            (br_if $again (i32.eqz (i32.load8_u (i32.const 64)))))
        (call $refused (i32.const 64))"
    )
}

#[tokio::test]
async fn too_many_actions_are_refused_by_name() {
    let outcome = run(&runtime(), &["chat"], "", &send_until_refused(10)).await;
    assert_eq!(handler_error(&outcome), "8 actions");
    assert!(
        outcome.actions.is_empty(),
        "nothing of a failed event is kept"
    );
    assert_eq!(outcome.receipt.host_calls, 9);
}

#[tokio::test]
async fn too_much_text_is_refused_by_name() {
    let outcome = run(&runtime(), &["chat"], "", &send_until_refused(50_000)).await;
    assert_eq!(handler_error(&outcome), "65536 bytes of text in messages");
}

#[tokio::test]
async fn hoarded_handles_come_to_an_end() {
    let body = "(loop $again (drop (call $chat-draft (i32.const 0) (i32.const 0))) (br $again)) (call $ok)";
    let outcome = run(&runtime(), &["chat"], "", body).await;
    assert_limit(&outcome, Limit::Handles, 2048, "handle");
}

#[tokio::test]
async fn a_panic_is_a_trap_that_names_its_functions() {
    let items = "(func $_ZN7my_code4oops17h0123456789abcdefE unreachable)\n(func $helper (call $_ZN7my_code4oops17h0123456789abcdefE))";
    let outcome = run(&runtime(), &[], items, "(call $helper) (call $ok)").await;
    match outcome.failure {
        Some(Failure::Trap { cause, backtrace }) => {
            assert!(cause.contains("unreachable"), "{cause}");
            assert_eq!(backtrace, ["my_code::oops", "helper", "handle"]);
        }
        other => panic!("ended by {other:?}, not by a trap"),
    }
}

#[tokio::test]
async fn a_kept_handle_of_the_event_is_a_trap() {
    let wat = wat_that_keeps_handles(&[], "", "(call $ok)");
    let runtime = runtime();
    let plugin = runtime
        .load(&with_manifest(binary(&wat), MANIFEST))
        .expect("loads");
    let outcome = runtime
        .handle(&plugin, input(), Arc::new(Data::default()))
        .await;
    assert!(
        matches!(&outcome.failure, Some(Failure::Trap { cause, .. }) if cause.contains("borrow")),
        "{:?}",
        outcome.failure
    );
}

#[tokio::test]
async fn a_call_that_never_returns_meets_the_wall_limit_and_costs_no_cpu() {
    let runtime = runtime_with(|limits| limits.event.wall_ms = 300);
    let body = "(call $kv-used (i32.const 64)) (call $ok)";
    let plugin = runtime
        .load(&plugin_file(&["kv"], "", body))
        .expect("loads");
    let stuck = Data {
        stuck: true,
        ..Data::default()
    };
    let outcome = runtime.handle(&plugin, input(), Arc::new(stuck)).await;
    assert_eq!(
        outcome.failure,
        Some(Failure::Limit {
            limit: Limit::Wall,
            allowed: 300,
            backtrace: Vec::new()
        })
    );
    assert!(outcome.receipt.wall_micros >= 300_000);
    assert!(outcome.receipt.cpu_micros < 50_000, "{:?}", outcome.receipt);
    assert_eq!(runtime.free_slots(), 4);
}

#[tokio::test]
async fn more_events_than_places_wait_their_turn() {
    let runtime = runtime_with(|limits| limits.pool.in_flight = 1);
    let plugin = runtime
        .load(&plugin_file(&[], "", "(call $ok)"))
        .expect("loads");
    let events = (0..32).map(|_| runtime.handle(&plugin, input(), Arc::new(Data::default())));
    let outcomes = tokio::time::timeout(DEADLINE, futures::future::join_all(events))
        .await
        .expect("all end");
    assert!(outcomes.iter().all(|outcome| outcome.failure.is_none()));
}

#[tokio::test]
async fn an_event_that_is_given_up_gives_its_place_back() {
    let runtime = runtime_with(|limits| limits.pool.in_flight = 1);
    let body = "(call $kv-used (i32.const 64)) (call $ok)";
    let plugin = runtime
        .load(&plugin_file(&["kv"], "", body))
        .expect("loads");
    let stuck = Data {
        stuck: true,
        ..Data::default()
    };
    let mut given_up = Box::pin(runtime.handle(&plugin, input(), Arc::new(stuck)));
    assert!(futures::poll!(&mut given_up).is_pending());
    assert_eq!(runtime.free_slots(), 0);
    drop(given_up);
    assert_eq!(runtime.free_slots(), 1);
    let outcome = runtime
        .handle(&plugin, input(), Arc::new(Data::default()))
        .await;
    assert_eq!(outcome.failure, None);
}
