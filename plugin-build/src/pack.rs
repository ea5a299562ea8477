//! A manifest into a component that another language's tools have made.

use jadi_plugin_manifest::{EventKind, Manifest, ManifestError, SECTION};
use wasmparser::{BinaryReaderError, Encoding, Parser, Payload};

use crate::component::{Component, append_manifest, interfaces};

/// Why a component and a manifest don't make a plugin.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// Not WebAssembly, or cut off.
    #[error("the file is no WebAssembly that can be read: {0}")]
    Unreadable(#[from] BinaryReaderError),
    /// A core module.
    #[error(
        "the file is a core module, not a component; let your language's tool make a component of the world \
         `jadi:plugin/plugin`, or wrap the module with `wasm-tools component new`"
    )]
    CoreModule,
    /// It has a manifest already, and a second one would make it worthless.
    #[error(
        "the component has a manifest already; pack the file that your language's tool made, not a packed one"
    )]
    Packed,
    /// The manifest breaks a rule.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// The manifest promises what the component does not handle.
    #[error(
        "the manifest asks for {}, and the component does not export `jadi:plugin/{}@…`; export it, or take that out of \
         the manifest", asked(*.0), interface(*.0)
    )]
    NoHandler(EventKind),
    /// The component handles what the manifest never asks for.
    #[error(
        "the component exports {0}, and the manifest asks for nothing that it would get; add a command or an event to \
         the manifest, or don't export it"
    )]
    NeverCalled(String),
}

/// Puts a manifest into a component and checks that the two fit.
///
/// # Errors
///
/// When the file is no component, has a manifest already, or handles other events than the manifest asks for.
pub fn pack(component: &[u8], manifest: Manifest) -> Result<Component, PackError> {
    manifest.check()?;
    check_bare(component)?;
    let (imports, exports) = interfaces(component)?;
    let wanted = wanted(&manifest);
    for kind in &wanted {
        if !exports.iter().any(|export| handles(export, *kind)) {
            return Err(PackError::NoHandler(*kind));
        }
    }
    let handler = |export: &&String| export.starts_with("jadi:plugin/on-");
    for export in exports.iter().filter(handler) {
        if !wanted.iter().any(|kind| handles(export, *kind)) {
            return Err(PackError::NeverCalled(export.clone()));
        }
    }
    let mut packed = component.to_vec();
    append_manifest(&mut packed, &manifest)?;
    Ok(Component {
        component: packed,
        manifest,
        imports,
        exports,
        name_bytes: 0,
    })
}

/// A component without a manifest at its top.
fn check_bare(component: &[u8]) -> Result<(), PackError> {
    let mut depth = 0_u32;
    for payload in Parser::new(0).parse_all(component) {
        match payload? {
            Payload::Version { encoding, .. } => {
                if depth == 0 && encoding == Encoding::Module {
                    return Err(PackError::CoreModule);
                }
                depth += 1;
            }
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::CustomSection(section) if depth == 1 && section.name() == SECTION => {
                return Err(PackError::Packed);
            }
            _ => {}
        }
    }
    Ok(())
}

/// The events that a manifest asks for, each once.
fn wanted(manifest: &Manifest) -> Vec<EventKind> {
    let by_command = !manifest.commands.is_empty() || manifest.unknown_commands;
    let mut kinds: Vec<_> = manifest.events.iter().map(|filter| filter.event).collect();
    kinds.extend(by_command.then_some(EventKind::Message));
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

/// The name of the interface that handles such events: as events are named in the manifest.
fn interface(kind: EventKind) -> String {
    let name = serde_json::to_value(kind).ok();
    let name = name.as_ref().and_then(serde_json::Value::as_str);
    format!("on-{}", name.unwrap_or_default())
}

fn asked(kind: EventKind) -> String {
    match kind {
        EventKind::Message => "commands or messages".to_owned(),
        other => format!(
            "events of the kind {}",
            interface(other).trim_start_matches("on-")
        ),
    }
}

fn handles(export: &str, kind: EventKind) -> bool {
    export
        .strip_prefix("jadi:plugin/")
        .and_then(|rest| rest.split('@').next())
        .is_some_and(|name| name == interface(kind))
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_encoder::{
        Component as Encoder, ComponentExportKind, ComponentExportSection,
        ComponentInstanceSection, CustomSection,
    };

    fn manifest(json: &str) -> Manifest {
        serde_json::from_str(json).expect("a manifest's shape")
    }

    fn with_command() -> Manifest {
        manifest(
            r#"{"name":"a","version":"1.0.0","languages":["en"],"commands":[{"name":"a","summary":"A"}]}"#,
        )
    }

    /// A component that exports an empty instance under each name.
    fn component(exports: &[&str]) -> Vec<u8> {
        let mut component = Encoder::new();
        let mut instances = ComponentInstanceSection::new();
        let mut section = ComponentExportSection::new();
        for (index, name) in exports.iter().enumerate() {
            let none: [(&str, ComponentExportKind, u32); 0] = [];
            instances.export_items(none);
            let index = u32::try_from(index).expect("a few");
            section.export(*name, ComponentExportKind::Instance, index, None);
        }
        component.section(&instances);
        component.section(&section);
        component.finish()
    }

    const ON_MESSAGE: &str = "jadi:plugin/on-message@0.1.0";

    #[test]
    fn a_manifest_is_put_where_hosts_look_for_it() {
        let bare = component(&[ON_MESSAGE]);
        let packed = pack(&bare, with_command()).expect("they fit");
        assert!(packed.component.starts_with(&bare));
        assert_eq!(packed.exports, [ON_MESSAGE]);
        let again = pack(&packed.component, with_command()).expect_err("twice");
        assert!(matches!(again, PackError::Packed), "{again}");
    }

    #[test]
    fn what_does_not_fit_is_told_with_what_to_change() {
        let error = |component: &[u8], manifest| {
            pack(component, manifest)
                .expect_err("no plugin")
                .to_string()
        };
        let reactions =
            r#"{"name":"a","version":"1.0.0","languages":["en"],"events":[{"event":"reaction"}]}"#;
        let nothing = r#"{"name":"a","version":"1.0.0","languages":["en"]}"#;
        let broken = r#"{"name":"A","version":"1.0.0","languages":["en"]}"#;
        let cases = [
            (
                component(&[]),
                with_command(),
                "asks for commands or messages",
            ),
            (
                component(&[ON_MESSAGE]),
                manifest(reactions),
                "`jadi:plugin/on-reaction@…`",
            ),
            (
                component(&[ON_MESSAGE]),
                manifest(nothing),
                "asks for nothing that it would get",
            ),
            (
                component(&[ON_MESSAGE]),
                manifest(broken),
                "\"A\" is not a name",
            ),
            (
                wasm_encoder::Module::new().finish(),
                with_command(),
                "a core module",
            ),
            (b"#!/bin/sh".to_vec(), with_command(), "no WebAssembly"),
        ];
        for (component, manifest, expected) in cases {
            let error = error(&component, manifest);
            assert!(error.contains(expected), "{error:?} lacks {expected:?}");
        }
    }

    #[test]
    fn a_manifest_deeper_inside_is_not_the_components_own() {
        let mut inner = Encoder::new();
        inner.section(&CustomSection {
            name: SECTION.into(),
            data: b"{}".as_slice().into(),
        });
        let mut outer = Encoder::new();
        outer.section(&wasm_encoder::NestedComponentSection(&inner));
        check_bare(&outer.finish()).expect("it has none at its top");
    }
}
