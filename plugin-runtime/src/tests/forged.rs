//! Files made to cheat or to overwhelm whoever loads them. None of them runs, or it runs within its limits.

use std::fmt::Write as _;

use super::super::*;
use super::support::{
    MANIFEST, assert_well, assert_within, binary, leb128, run_wat, runtime, wat, with_manifest,
};

/// Loads a component with this manifest, which must be refused.
fn refused_for(manifest: &str) -> LoadError {
    let component = binary(&wat(&[], "", "(call $ok)"));
    runtime()
        .load(&with_manifest(component, manifest))
        .expect_err("refused")
}

/// Loads this text, which must be refused, and checks that another plugin still loads and runs.
async fn refused(wat: &str) -> String {
    let runtime = runtime();
    let error = runtime
        .load(&with_manifest(binary(wat), MANIFEST))
        .expect_err("refused");
    assert_well(&runtime).await;
    error.to_string()
}

/// A sound component with `items` before all else.
fn sound_with(items: &str) -> String {
    wat(&[], "", "(call $ok)").replacen("(component", &format!("(component {items}"), 1)
}

fn repeated(count: usize, one: impl Fn(usize) -> String) -> String {
    (0..count).fold(String::new(), |mut all, number| {
        _ = writeln!(all, "{}", one(number));
        all
    })
}

#[test]
fn a_name_never_leads_out_of_a_directory() {
    for name in [
        "..",
        ".",
        "",
        "../other",
        "/etc/passwd",
        "a/b",
        "a\\\\b",
        "a\\u0000b",
        "a\\nb",
        "C:",
        "con.",
        "a.wasm",
        "UPPER",
        "\u{202e}evil",
        "a-name-that-is-much-longer-than-a-name-may-be",
    ] {
        let error = refused_for(&format!(
            r#"{{"name":"{name}","version":"1.0.0","languages":["en"]}}"#
        ));
        assert!(matches!(error, LoadError::Manifest(_)), "{name}: {error}");
        assert!(error.to_string().contains("name"), "{name}: {error}");
    }
}

#[test]
fn a_manifest_is_bounded_in_size_and_depth() {
    let huge = format!(
        r#"{{"name":"test","version":"1.0.0","languages":["en"],"authors":["{}"]}}"#,
        "x".repeat(100_000)
    );
    let error = refused_for(&huge).to_string();
    assert!(error.contains("at most 65536"), "{error}");

    let deep = format!(
        r#"{{"name":"test","version":"1.0.0","languages":{}"#,
        "[".repeat(60_000)
    );
    let error = refused_for(&deep).to_string();
    assert!(error.contains("can't be read"), "{error}");

    let wide = format!(
        r#"{{"name":"test","version":"1.0.0","languages":["en"],"authors":[{}]}}"#,
        vec!["\"a\""; 10_000].join(",")
    );
    let error = refused_for(&wide).to_string();
    assert!(error.contains("at most 64"), "{error}");
}

#[test]
fn a_manifest_says_a_thing_once_and_nothing_unknown() {
    for (manifest, word) in [
        (
            r#"{"name":"a","name":"b","version":"1.0.0","languages":["en"]}"#,
            "duplicate field",
        ),
        (
            r#"{"name":"a","version":"1.0.0","languages":["en"],"trusted":true}"#,
            "unknown field",
        ),
        (
            r#"{"name":"a","version":"1.0.0","languages":["en"],"limits":"unlimited"}"#,
            "unknown variant",
        ),
        (
            r#"{"name":"a","version":"1.0.0","languages":["en"]} {}"#,
            "trailing",
        ),
        ("", "can't be read"),
        ("\u{0}\u{1}\u{2}", "can't be read"),
    ] {
        let error = refused_for(manifest).to_string();
        assert!(error.contains(word), "{manifest}: {error}");
    }
}

#[test]
fn only_a_manifest_at_the_top_counts() {
    // One inside of a nested component or module is its author's own business, and permits nothing.
    let nested = format!(
        r#"(component (@custom "jadi:manifest" "{}"))"#,
        MANIFEST.replace('"', "\\22").replace('\n', " ")
    );
    let bare = binary(&sound_with(&nested));
    let error = runtime().load(&bare).expect_err("no manifest");
    assert!(matches!(error, LoadError::NoManifest), "{error}");
}

#[tokio::test]
async fn thousands_of_nested_things_are_refused_or_harmless() {
    let wide = repeated(20_000, |_| "(component)".to_owned());
    let modules = repeated(20_000, |_| "(core module)".to_owned());
    let types = repeated(50_000, |_| "(type (list u8))".to_owned());
    let memories = repeated(2_000, |_| "(core module (memory 1))".to_owned());
    for (what, items) in [
        ("wide", wide),
        ("modules", modules),
        ("types", types),
        ("memories", memories),
    ] {
        let runtime = runtime();
        let file = with_manifest(binary(&sound_with(&items)), MANIFEST);
        // What is loaded all the same never becomes an instance: nothing instantiates it.
        if let Err(error) = runtime.load(&file) {
            assert!(
                matches!(error, LoadError::Damaged(_) | LoadError::TooComplex { .. }),
                "{what}: {error}"
            );
        }
        assert_well(&runtime).await;
    }
}

#[tokio::test]
async fn components_inside_of_components_are_refused_or_harmless() {
    for depth in [50, 200, 5_000] {
        let mut inner = b"\0asm\x0d\0\x01\0".to_vec();
        for _ in 0..depth {
            let mut outer = b"\0asm\x0d\0\x01\0\x04".to_vec();
            leb128(&mut outer, inner.len());
            outer.append(&mut inner);
            inner = outer;
        }
        let runtime = runtime();
        // A sound plugin that has them inside.
        let sound = binary(&wat(&[], "", "(call $ok)"));
        let mut section = vec![4];
        leb128(&mut section, inner.len());
        let file = [sound, section, inner].concat();
        if let Err(error) = runtime.load(&with_manifest(file, MANIFEST)) {
            assert!(
                matches!(error, LoadError::Damaged(_) | LoadError::TooComplex { .. }),
                "{depth}: {error}"
            );
        }
        assert_well(&runtime).await;
    }
}

#[tokio::test]
async fn more_instances_than_a_place_of_the_pool_has_are_refused() {
    let instances = format!(
        "(core module $m) {}",
        repeated(1000, |_| "(core instance (instantiate $m))".to_owned())
    );
    let error = refused(&sound_with(&instances)).await;
    assert!(error.contains("instances"), "{error}");

    let memories = format!(
        "(core module $m (memory 1)) {}",
        repeated(8, |_| "(core instance (instantiate $m))".to_owned())
    );
    let error = refused(&sound_with(&memories)).await;
    assert!(error.contains("memories"), "{error}");

    let tables = format!(
        "(core module $m (table 1 funcref)) {}",
        repeated(8, |_| "(core instance (instantiate $m))".to_owned())
    );
    let error = refused(&sound_with(&tables)).await;
    assert!(error.contains("tables"), "{error}");
}

#[tokio::test]
async fn instances_that_double_at_every_level_are_refused() {
    // Thirty levels: a billion instances, were they all made.
    let mut levels = "(component $c0 (core module $m) (core instance (instantiate $m)))".to_owned();
    for level in 1..30 {
        let below = level - 1;
        _ = write!(
            levels,
            "(component $c{level} (alias outer 1 $c{below} (component $b))
                (instance (instantiate $b)) (instance (instantiate $b)))"
        );
    }
    let wat = sound_with(&format!("{levels} (instance (instantiate $c29))"));
    let error = refused(&wat).await;
    assert!(error.contains("instances of components"), "{error}");
}

#[tokio::test]
async fn types_that_double_at_every_level_are_refused() {
    let mut types = "(type $t0 (tuple u8 u8))".to_owned();
    for level in 1..30 {
        let below = level - 1;
        _ = write!(types, "(type $t{level} (tuple $t{below} $t{below}))");
    }
    let error = refused(&sound_with(&types)).await;
    assert!(error.contains("type size"), "{error}");
}

#[tokio::test]
async fn features_that_no_plugin_needs_are_refused() {
    for (what, module) in [
        ("threads", "(core module (memory 1 1 shared))"),
        ("memory64", "(core module (memory i64 1))"),
        ("multi-memory", "(core module (memory 1) (memory 1))"),
        ("exceptions", "(core module (tag))"),
        ("gc", "(core module (type (struct (field i32))))"),
    ] {
        let error = refused(&sound_with(module)).await;
        assert!(
            error.contains("damaged or can't run here"),
            "{what}: {error}"
        );
    }
}

#[tokio::test]
async fn a_start_that_traps_fails_each_event_and_nothing_else() {
    let runtime = runtime();
    let text = wat(&[], "(func $boom unreachable) (start $boom)", "(call $ok)");
    let outcome = run_wat(&runtime, &text).await;
    assert_within(&outcome, &runtime.limits().event);
    match &outcome.failure {
        Some(Failure::Trap { cause, backtrace }) => {
            assert!(cause.contains("unreachable"), "{cause}");
            assert_eq!(backtrace.first().map(String::as_str), Some("boom"));
        }
        other => panic!("ended by {other:?}, not by a trap"),
    }
    assert_well(&runtime).await;
}

#[tokio::test]
async fn data_outside_of_its_memory_fails_each_event_and_nothing_else() {
    let runtime = runtime();
    for items in [
        r#"(data (i32.const 65530) "0123456789")"#,
        "(table 1 funcref) (elem (i32.const 5) func $ok)",
    ] {
        let outcome = run_wat(&runtime, &wat(&[], items, "(call $ok)")).await;
        assert_within(&outcome, &runtime.limits().event);
        let failure = outcome.failure.expect("a failure");
        assert!(failure.to_string().contains("out of bounds"), "{failure}");
        assert_well(&runtime).await;
    }
}

#[tokio::test]
async fn a_function_that_would_take_minutes_to_compile_is_refused() {
    // Compiling takes time that grows faster than the function; a host must not be kept from its events by one file.
    let body = "(i32.store (i32.const 0) (i32.add (i32.load (i32.const 4)) (i32.const 1)))"
        .repeat(150_000);
    let error = refused(&wat(&[], &format!("(func {body})"), "(call $ok)")).await;
    assert!(error.contains("bytes in one function"), "{error}");
}
