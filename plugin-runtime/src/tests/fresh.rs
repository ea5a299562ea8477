//! Memory and tables are fresh at every event, whoever had the place in the pool before.

use std::sync::Arc;

use super::super::{LoadOptions, Runtime};
use super::support::{
    Data, MANIFEST, assert_well, binary, input, runtime_with, wat, with_manifest,
};

/// Takes all the memory that it may have, so many pages, looks for anything that is not zero, and then fills it. The first 8 KiB
/// hold what the handler itself needs.
fn memory(canary: u8, pages: u32) -> String {
    let (more, end) = (pages - 1, pages * 65_536);
    let filled = end - 8192;
    format!(
        "(drop (memory.grow (i32.const {more})))
        (local.set $i (i32.const 8192))
        (loop $again
            (if (i64.ne (i64.load (local.get $i)) (i64.const 0))
                (then (return (call $fail (local.get $i) (i32.const 8)))))
            (local.set $i (i32.add (local.get $i) (i32.const 8)))
            (br_if $again (i32.lt_u (local.get $i) (i32.const {end}))))
        (memory.fill (i32.const 8192) (i32.const {canary}) (i32.const {filled}))
        (call $ok)"
    )
}

/// Has its own bytes in memory from the start, and checks that they are as they stand in its file before it spoils them.
const IMAGE: &str = "(if (i64.ne (i64.load (i32.const 20000)) (i64.const 0x6867666564636261))
        (then (return (call $fail (i32.const 20000) (i32.const 8)))))
    (if (i64.ne (i64.load (i32.const 60000)) (i64.const 0))
        (then (return (call $fail (i32.const 60000) (i32.const 8)))))
    (memory.fill (i32.const 8192) (i32.const 0xee) (i32.const 57344))
    (call $ok)";

/// Looks for anything in its table, and then fills it.
const TABLE: &str = "(loop $again
        (if (i32.eqz (ref.is_null (table.get $t (local.get $i)))) (then unreachable))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br_if $again (i32.lt_u (local.get $i) (i32.const 9999))))
    (table.fill $t (i32.const 0) (ref.func $ok) (i32.const 9999))
    (call $ok)";

#[tokio::test]
async fn whatever_one_leaves_no_other_finds() {
    let runtime = runtime();
    fresh_for_each(&runtime, MANIFEST, 256).await;
    assert_well(&runtime).await;
}

#[tokio::test]
async fn nor_in_the_pool_of_interpreters() {
    let script = MANIFEST.replacen('{', r#"{"limits":"script","#, 1);
    fresh_for_each(&runtime(), &script, 1024).await;
}

/// One place in each pool, so that every instance gets what the one before it had.
fn runtime() -> Runtime {
    runtime_with(|limits| {
        limits.pool.in_flight = 1;
        limits.script.in_flight = 1;
        limits.event.cpu_ms = 60_000;
        limits.most.cpu_ms = 60_000;
    })
}

async fn fresh_for_each(runtime: &Runtime, manifest: &str, pages: u32) {
    let file = |items: &str, body: &str| with_manifest(binary(&wat(&[], items, body)), manifest);
    let files = [
        file("", &memory(0xaa, pages)),
        file("", &memory(0x55, pages)),
        file(r#"(data (i32.const 20000) "abcdefgh")"#, IMAGE),
        file("(table $t 9999 funcref) (elem declare func $ok)", TABLE),
    ];
    let load = |file: Vec<u8>| runtime.load_with(&file, LoadOptions::ALL).expect("loads");
    let plugins = files.map(load);
    for round in 0..3 {
        // Each of them after each of them, itself among these.
        for first in &plugins {
            for second in &plugins {
                for plugin in [first, second] {
                    let data = Arc::new(Data::default());
                    let outcome = runtime.handle(plugin, input(), data).await;
                    assert_eq!(outcome.failure, None, "in round {round}");
                }
            }
        }
    }
}
