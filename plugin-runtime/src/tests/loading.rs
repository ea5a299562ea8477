//! Files that are and aren't plugins: each wrong one is refused by its own error, before anything of it runs.

use std::fs;
use std::sync::Arc;

use jadi_model::clock::SystemClock;
use jadi_model::random::SystemRandom;
use jadi_plugin_manifest::{Capability, EventKind, LimitsClass};

use super::super::*;
use super::support::{MANIFEST, binary, plugin_file, runtime, runtime_with, wat, with_manifest};

fn refused(runtime: &Runtime, bytes: &[u8]) -> LoadError {
    runtime.load(bytes).expect_err("refused")
}

/// A component with this import beside a sound handler.
fn importing(import: &str) -> Vec<u8> {
    let sound = wat(&[], "", "(call $ok)");
    let wat = sound.replacen("(component", &format!("(component {import}"), 1);
    with_manifest(binary(&wat), MANIFEST)
}

fn good() -> Vec<u8> {
    plugin_file(&["kv", "log"], "", "(call $ok)")
}

#[test]
fn a_plugin_tells_its_name_digest_and_permissions() {
    let bytes = good();
    let plugin = runtime().load(&bytes).expect("loads");
    assert_eq!(plugin.manifest().name, "test");
    assert_eq!(*plugin.digest(), Digest::of(&bytes));
    let permissions = plugin.permissions();
    let capabilities: Vec<_> = permissions.iter().map(|p| p.capability()).collect();
    assert_eq!(capabilities, [Capability::Kv, Capability::Log]);
    let words: Vec<_> = permissions.iter().map(Permission::to_string).collect();
    assert_eq!(
        words,
        [
            "keep data of its own, apart for each bot",
            "write to its own log"
        ]
    );
}

#[test]
fn what_is_not_a_component_is_told_apart() {
    let runtime = runtime();
    for bytes in [&b""[..], b"MZ", b"#!/bin/sh\n", b"\0asm"] {
        let error = refused(&runtime, bytes);
        assert!(
            matches!(error, LoadError::NotWasm | LoadError::Damaged(_)),
            "{error}"
        );
    }
    let module = binary("(module (func))");
    assert!(matches!(refused(&runtime, &module), LoadError::CoreModule));
}

#[test]
fn machine_code_is_not_taken_from_others() {
    let runtime = runtime();
    let shape = engine::Shape::of(LimitsClass::Small);
    let engine = engine::engine(&runtime.limits().pool, &shape).expect("an engine");
    let code = engine.precompile_component(&good()).expect("compiles");
    let error = refused(&runtime, &code);
    assert!(matches!(error, LoadError::Precompiled), "{error}");
}

#[test]
fn a_file_that_is_too_large_is_not_even_parsed() {
    let runtime = runtime_with(|limits| limits.pool.component_bytes = 1024);
    let error = refused(&runtime, &good());
    assert!(
        matches!(error, LoadError::TooLarge { allowed: 1024, bytes } if bytes > 1024),
        "{error}"
    );
}

#[test]
fn a_manifest_is_there_once_and_valid() {
    let runtime = runtime();
    let bare = binary(&wat(&[], "", "(call $ok)"));
    assert!(matches!(refused(&runtime, &bare), LoadError::NoManifest));
    let twice = with_manifest(with_manifest(bare.clone(), MANIFEST), MANIFEST);
    assert!(matches!(
        refused(&runtime, &twice),
        LoadError::SeveralManifests { count: 2 }
    ));
    let forged = with_manifest(
        bare,
        r#"{"name":"../../etc","version":"1.0.0","languages":["en"]}"#,
    );
    let error = refused(&runtime, &forged);
    assert!(matches!(error, LoadError::Manifest(_)), "{error}");
    assert!(error.to_string().contains("name"), "{error}");
}

#[test]
fn imports_outside_the_contract_are_refused_by_name() {
    let runtime = runtime();
    let instance = "(instance (export \"x\" (func)))";
    let error = refused(
        &runtime,
        &importing(&format!(
            "(import \"jadi:plugin/telepathy@0.1.0\" {instance})"
        )),
    );
    assert!(
        matches!(&error, LoadError::UnknownImport { name } if name == "jadi:plugin/telepathy@0.1.0"),
        "{error}"
    );
    let error = refused(
        &runtime,
        &importing(&format!(
            "(import \"wasi:filesystem/types@0.2.6\" {instance})"
        )),
    );
    assert!(
        matches!(&error, LoadError::Wasi { names } if *names == ["wasi:filesystem/types@0.2.6"]),
        "{error}"
    );
    let error = refused(
        &runtime,
        &importing(&format!("(import \"jadi:plugin/kv@0.2.0\" {instance})")),
    );
    assert!(
        matches!(&error, LoadError::NewerContract { version, .. } if version.to_string() == "0.2.0"),
        "{error}"
    );
}

#[test]
fn an_interface_of_a_right_name_and_a_wrong_type_is_refused() {
    let runtime = runtime();
    let import =
        r#"(import "jadi:plugin/clock@0.1.0" (instance (export "now" (func (result string)))))"#;
    let error = refused(&runtime, &importing(import));
    assert!(matches!(error, LoadError::Mismatch(_)), "{error}");

    let handler = r#"(component
        (core module $m (func (export "handle")))
        (core instance $m (instantiate $m))
        (func $handle (canon lift (core func $m "handle")))
        (instance $on-message (export "handle" (func $handle)))
        (export "jadi:plugin/on-message@0.1.0" (instance $on-message)))"#;
    let error = refused(&runtime, &with_manifest(binary(handler), MANIFEST));
    assert!(matches!(error, LoadError::Mismatch(_)), "{error}");

    let empty = r#"(component
        (instance $on-message)
        (export "jadi:plugin/on-message@0.1.0" (instance $on-message)))"#;
    let error = refused(&runtime, &with_manifest(binary(empty), MANIFEST));
    assert!(matches!(error, LoadError::Mismatch(_)), "{error}");
}

#[test]
fn a_component_without_the_promised_handler_is_refused() {
    let runtime = runtime();
    let empty = binary("(component)");
    let error = refused(&runtime, &with_manifest(empty, MANIFEST));
    assert!(matches!(error, LoadError::NoHandler), "{error}");

    let newer = binary(
        r#"(component (instance $i) (export "jadi:plugin/on-message@0.9.0" (instance $i)))"#,
    );
    let error = refused(&runtime, &with_manifest(newer, MANIFEST));
    assert!(matches!(error, LoadError::NewerContract { .. }), "{error}");

    let manifest =
        r#"{"name":"test","version":"1.0.0","languages":["en"],"events":[{"event":"reaction"}]}"#;
    let only_messages = binary(&wat(&[], "", "(call $ok)"));
    let error = refused(&runtime, &with_manifest(only_messages, manifest));
    assert!(
        matches!(
            error,
            LoadError::HandlerMissing {
                kind: EventKind::Reaction
            }
        ),
        "{error}"
    );
}

#[test]
fn what_would_not_fit_into_a_place_of_the_pool_is_refused() {
    let runtime = runtime();
    let hungry = wat(&[], "(table 10001 funcref)", "(call $ok)");
    let error = refused(&runtime, &with_manifest(binary(&hungry), MANIFEST));
    assert!(
        matches!(
            error,
            LoadError::TooHungry {
                what: "table elements",
                ..
            }
        ),
        "{error}"
    );
    let hungry = wat(&[], "", "(call $ok)").replace(
        r#"(memory (export "memory") 1)"#,
        r#"(memory (export "memory") 257)"#,
    );
    let error = refused(&runtime, &with_manifest(binary(&hungry), MANIFEST));
    assert!(
        matches!(
            error,
            LoadError::TooHungry {
                needs: 257,
                allowed: 256,
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn a_plugin_with_an_interpreter_needs_the_operators_grant() {
    let manifest = r#"{"name":"test","version":"1.0.0","languages":["en"],"limits":"script"}"#;
    let component = binary(&wat(&[], "", "(call $ok)"));
    let file = with_manifest(component, manifest);
    let runtime = runtime();
    let error = refused(&runtime, &file);
    assert!(
        matches!(&error, LoadError::ScriptNotGranted { name } if name == "test"),
        "{error}"
    );
    assert_eq!(
        runtime.pool_use(LimitsClass::Script),
        None,
        "a host without such plugins pays nothing for them"
    );
    let plugin = runtime.load_with(&file, LoadOptions::ALL).expect("granted");
    assert_eq!(plugin.limits().memory_bytes, 64 << 20);
    assert!(runtime.pool_use(LimitsClass::Script).is_some());
}

#[test]
fn each_pool_forgets_what_of_its_own_is_not_needed() {
    let dir = tempfile::tempdir().expect("a directory");
    let cache = dir.path().join("compiled");
    let start = || {
        Runtime::start(RuntimeOptions {
            limits: Limits::default(),
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom),
            cache_dir: Some(cache.clone()),
        })
        .expect("a runtime")
    };
    let kept = |place: &str| {
        let entries = fs::read_dir(cache.join(place)).map(|entries| {
            let paths = entries.map(|entry| entry.expect("an entry").path());
            paths.filter(|path| path.is_file()).count()
        });
        entries.unwrap_or(0)
    };
    let small = plugin_file(&[], "", "(call $ok)");
    let manifest = MANIFEST.replacen('{', r#"{"limits":"script","#, 1);
    let script = with_manifest(binary(&wat(&[], "", "(call $ok)")), &manifest);
    let runtime = start();
    runtime.load(&small).expect("loads");
    runtime.load_with(&script, LoadOptions::ALL).expect("loads");
    assert_eq!((kept(""), kept("script")), (1, 1));
    let both = [Digest::of(&small), Digest::of(&script)];
    runtime.forget_compiled(&both).expect("tidied");
    assert_eq!((kept(""), kept("script")), (1, 1), "all is needed");
    runtime.forget_compiled(&both[..1]).expect("tidied");
    assert_eq!((kept(""), kept("script")), (1, 0));

    // After a start at which no interpreter is loaded nothing of theirs is needed.
    runtime.load_with(&script, LoadOptions::ALL).expect("loads");
    let runtime = start();
    runtime.forget_compiled(&both[..1]).expect("tidied");
    assert_eq!((kept(""), kept("script")), (1, 0));
    runtime.forget_compiled(&[]).expect("tidied once more");
    assert_eq!((kept(""), kept("script")), (0, 0));
}
