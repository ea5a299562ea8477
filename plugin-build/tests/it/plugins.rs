//! The built-in plugins, built as `cargo xtask plugins` builds them, with the same cache.

use std::path::Path;

use jadi_plugin_build::{Component, Toolchain, build};
use jadi_plugin_manifest::{Manifest, SECTION};
use wasmparser::{Encoding, Parser, Payload, Validator};

use crate::workspace;

fn built(plugin: &str) -> Component {
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .parent()
        .expect("a target directory")
        .join("wasm");
    let toolchain =
        Toolchain::find(&cache, &mut |note| eprintln!("{note}")).expect("a compiler for wasm");
    build(
        &workspace().join("plugins").join(plugin),
        &toolchain,
        &cache,
    )
    .expect(plugin)
}

#[test]
fn core_is_one_valid_component_that_imports_only_what_it_uses() {
    let core = built("core");
    Validator::new()
        .validate_all(&core.component)
        .expect("it is a valid component");

    let interface = |name: &str| format!("jadi:plugin/{name}@0.1.0");
    let mut imports = core.imports.clone();
    imports.sort();
    assert_eq!(
        imports,
        ["chat", "clock", "commands", "types"].map(interface)
    );
    assert_eq!(core.exports, [interface("on-message")]);

    let names: Vec<&str> = core
        .manifest
        .commands
        .iter()
        .map(|command| command.name.as_str())
        .collect();
    assert_eq!(names, ["ping", "runtime", "menu", "help"]);
    assert!(core.manifest.unknown_commands);
    assert!(core.name_bytes > 0, "backtraces need function names");
}

#[test]
fn the_manifest_stands_once_at_the_top() {
    let core = built("core");
    let mut depth = 0;
    let mut found = Vec::new();
    for payload in Parser::new(0).parse_all(&core.component) {
        match payload.expect("it can be read") {
            Payload::Version {
                num: _, encoding, ..
            } => {
                assert!(depth > 0 || encoding == Encoding::Component);
                depth += 1;
            }
            Payload::End(_) => depth -= 1,
            Payload::CustomSection(section) if section.name() == SECTION => {
                found.push((depth, section.data().to_vec()));
            }
            _ => {}
        }
    }
    let [(1, json)] = &found[..] else {
        panic!(
            "sections at depths {:?}",
            found.iter().map(|(depth, _)| depth).collect::<Vec<_>>()
        );
    };
    assert_eq!(
        Manifest::parse(json).expect("it is a manifest"),
        core.manifest
    );
}

#[test]
fn a_component_tells_nothing_of_the_machine_that_built_it() {
    let core = built("core");
    let home = std::env::var("HOME").expect("a home directory");
    let root = workspace();
    for path in [home.as_str(), root.to_str().expect("a path in UTF-8")] {
        let place = core
            .component
            .windows(path.len())
            .position(|part| part == path.as_bytes());
        let shown = place.map(|at| {
            String::from_utf8_lossy(&core.component[at..(at + 120).min(core.component.len())])
                .into_owned()
        });
        assert_eq!(shown, None, "{path} stands in the component");
    }
}
