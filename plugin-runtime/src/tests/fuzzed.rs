//! Files that were sound and are not any more: cut off, flipped, spliced. Loading one gives an error of this room or a plugin
//! that runs within its limits; it never panics. `PROPTEST_CASES` asks for more of them.

use std::sync::{Arc, LazyLock};

use jadi_plugin_manifest::LimitsClass;
use proptest::prelude::*;
use proptest::sample::Index;
use tokio::runtime as tokio_runtime;

use super::super::*;
use super::support::{Data, assert_within, good, input, plugin_file, runtime};

/// A small plugin with all that the tests' plugins can have.
static SOUND: LazyLock<Vec<u8>> = LazyLock::new(|| {
    plugin_file(
        &["kv", "log", "chat", "text"],
        "(table 2 funcref) (elem (i32.const 0) func $ok) (global $mark (mut i32) (i32.const 0))",
        "(call $log-write (i32.const 0) (i32.const 1024) (i32.const 4))
        (call $kv-used (i32.const 64))
        (loop $again
            (local.set $i (i32.add (local.get $i) (i32.const 1)))
            (br_if $again (i32.lt_u (local.get $i) (i32.const 10))))
        (drop (call $chat-draft (i32.const 0) (i32.const 3)))
        (call $ok)",
    )
});

/// Loads a file and, when that works, runs an event in it.
fn survives(runtime: &Runtime, bytes: &[u8]) {
    let Ok(plugin) = runtime.load(bytes) else {
        return;
    };
    let executor = tokio_runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .expect("an executor");
    let outcome = executor.block_on(runtime.handle(&plugin, input(), Arc::new(Data::default())));
    assert_within(&outcome, plugin.limits());
    let sound = good(runtime);
    let outcome = executor.block_on(runtime.handle(&sound, input(), Arc::new(Data::default())));
    assert_eq!(outcome.failure, None);
    let left = runtime.pool_use(LimitsClass::Small);
    assert_eq!(left.map(|left| left.instances), Some(0));
}

#[test]
fn the_file_that_the_others_are_made_from_is_sound() {
    let runtime = runtime();
    let plugin = runtime.load(&SOUND).expect("loads");
    let executor = tokio_runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .expect("an executor");
    let outcome = executor.block_on(runtime.handle(&plugin, input(), Arc::new(Data::default())));
    assert_eq!(outcome.failure, None);
}

#[test]
fn a_file_that_is_cut_off_is_refused_wherever_it_is_cut() {
    let runtime = runtime();
    for length in 0..SOUND.len() {
        let part = SOUND.get(..length).expect("a part");
        let error = runtime.load(part).expect_err("a part is no plugin");
        assert!(
            matches!(
                error,
                LoadError::NotWasm | LoadError::Damaged(_) | LoadError::NoManifest
            ),
            "cut at {length}: {error}"
        );
    }
}

proptest! {
    #[test]
    fn flipped_bytes_are_refused_or_harmless(
        flips in prop::collection::vec((any::<Index>(), any::<u8>()), 1..8),
    ) {
        let runtime = RUNTIME.with(Arc::clone);
        let mut bytes = SOUND.clone();
        for (place, value) in flips {
            *place.get_mut(bytes.as_mut_slice()) = value;
        }
        survives(&runtime, &bytes);
    }

    #[test]
    fn spliced_parts_are_refused_or_harmless(
        from in any::<Index>(),
        length in 1_usize..200,
        to in any::<Index>(),
        remove in 0_usize..200,
    ) {
        let runtime = RUNTIME.with(Arc::clone);
        let from = from.index(SOUND.len());
        let part: Vec<u8> = SOUND.iter().copied().skip(from).take(length).collect();
        let mut bytes = SOUND.clone();
        let to = to.index(bytes.len());
        let end = (to + remove).min(bytes.len());
        bytes.splice(to..end, part);
        survives(&runtime, &bytes);
    }

    #[test]
    fn any_bytes_behind_a_header_are_refused_or_harmless(
        kind in prop::sample::select(vec![[0x0d, 0, 1, 0], [1, 0, 0, 0]]),
        rest in prop::collection::vec(any::<u8>(), 0..512),
    ) {
        let runtime = RUNTIME.with(Arc::clone);
        let bytes = [&b"\0asm"[..], &kind, &rest].concat();
        survives(&runtime, &bytes);
    }
}

thread_local! {
    /// One runtime for all cases of a test, which is one thread.
    static RUNTIME: Arc<Runtime> = Arc::new(runtime());
}
