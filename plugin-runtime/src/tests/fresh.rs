//! Memory and tables are fresh at every event, whoever had the place in the pool before.

use std::sync::Arc;

use super::support::{Data, assert_well, input, plugin_file, runtime_with};

/// Takes all the memory that it may have, looks for anything that is not zero, and then fills it. The first 8 KiB hold what the
/// handler itself needs.
fn memory(canary: u8) -> Vec<u8> {
    let body = format!(
        "(drop (memory.grow (i32.const 255)))
        (local.set $i (i32.const 8192))
        (loop $again
            (if (i64.ne (i64.load (local.get $i)) (i64.const 0))
                (then (return (call $fail (local.get $i) (i32.const 8)))))
            (local.set $i (i32.add (local.get $i) (i32.const 8)))
            (br_if $again (i32.lt_u (local.get $i) (i32.const 16777216))))
        (memory.fill (i32.const 8192) (i32.const {canary}) (i32.const 16769024))
        (call $ok)"
    );
    plugin_file(&[], "", &body)
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
    // One place, so that every instance gets what the one before it had.
    let runtime = runtime_with(|limits| {
        limits.pool.in_flight = 1;
        limits.event.cpu_ms = 60_000;
        limits.most.cpu_ms = 60_000;
    });
    let image = plugin_file(&[], r#"(data (i32.const 20000) "abcdefgh")"#, IMAGE);
    let table = plugin_file(
        &[],
        "(table $t 9999 funcref) (elem declare func $ok)",
        TABLE,
    );
    let files = [memory(0xaa), memory(0x55), image, table];
    let plugins = files.map(|file| runtime.load(&file).expect("loads"));
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
    assert_well(&runtime).await;
}
