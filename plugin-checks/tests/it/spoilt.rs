//! Built plugins whose files were spoilt: flipped, spliced, cut off. Each is refused, or runs within its limits. This costs a
//! compilation for each case that still is a component; `PROPTEST_CASES` asks for more.

use std::sync::LazyLock;

use jadi_plugin_checks::{Bot, Built, Typed, built_in, runtime};
use jadi_plugin_runtime::{LoadError, Runtime};
use proptest::prelude::*;
use proptest::sample::Index;

/// Cases when nothing else is asked for.
const CASES: u32 = 24;

static CORE: LazyLock<Built> = LazyLock::new(|| {
    let built = built_in().expect("built plugins");
    let core = built.into_iter().find(|built| built.name == "core");
    core.expect("core among them")
});

/// Nothing is kept of what is compiled: nobody will see such a file again.
fn fresh() -> Runtime {
    runtime(1, None).expect("a runtime")
}

fn cases() -> ProptestConfig {
    match std::env::var_os("PROPTEST_CASES") {
        Some(_) => ProptestConfig::default(),
        None => ProptestConfig::with_cases(CASES),
    }
}

/// Loads the file and, when that works, runs each of its commands.
fn survives(runtime: &Runtime, bytes: &[u8]) {
    let Ok(plugin) = runtime.load(bytes) else {
        return;
    };
    let executor = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .expect("an executor");
    let bot = Bot::new('a', 7).expect("a bot");
    for command in plugin.manifest().commands.iter().take(4) {
        let (name, args) = (&command.name, "x");
        let input = bot.command(Typed { name, args }, "en").expect("a command");
        let outcome = executor.block_on(bot.run(runtime, &plugin, input));
        let limits = plugin.limits();
        assert!(outcome.receipt.peak_memory <= limits.memory_bytes);
        assert!(u64::from(outcome.receipt.host_calls) <= limits.host_calls);
        assert!(outcome.actions.len() as u64 <= limits.actions);
    }
    assert_eq!(runtime.free_slots(), 1);
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn flipped_bytes_are_refused_or_harmless(
        flips in prop::collection::vec((any::<Index>(), any::<u8>()), 1..4),
    ) {
        let mut bytes = CORE.bytes.clone();
        for (place, value) in flips {
            *place.get_mut(bytes.as_mut_slice()) = value;
        }
        survives(&fresh(), &bytes);
    }

    #[test]
    fn spliced_parts_are_refused_or_harmless(
        from in any::<Index>(),
        length in 1_usize..400,
        to in any::<Index>(),
        remove in 0_usize..400,
    ) {
        let from = from.index(CORE.bytes.len());
        let part: Vec<u8> = CORE.bytes.iter().copied().skip(from).take(length).collect();
        let mut bytes = CORE.bytes.clone();
        let to = to.index(bytes.len());
        let end = (to + remove).min(bytes.len());
        bytes.splice(to..end, part);
        survives(&fresh(), &bytes);
    }
}

#[test]
fn a_built_plugin_that_is_cut_off_is_refused() {
    let runtime = fresh();
    for length in (0..CORE.bytes.len()).step_by(CORE.bytes.len() / 500) {
        let part = CORE.bytes.get(..length).expect("a part");
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
