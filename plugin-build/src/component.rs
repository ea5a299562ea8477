//! From a core module to a component, the manifest as a section at its top, and what it imports.

use jadi_plugin_manifest::{Manifest, ManifestError, SECTION};
use wasm_encoder::{ComponentSection, CustomSection, RawSection, Section};
use wasmparser::{BinaryReaderError, Encoding, Parser, Payload};
use wit_component::ComponentEncoder;

/// A plugin as one file.
#[derive(Debug, Clone)]
pub struct Component {
    /// The file's content.
    pub component: Vec<u8>,
    /// Its manifest.
    pub manifest: Manifest,
    /// The interfaces that it imports, such as `jadi:plugin/clock@0.1.0`.
    pub imports: Vec<String>,
    /// The interfaces that it exports.
    pub exports: Vec<String>,
    /// How many bytes of it are function names, which backtraces show and nothing else needs.
    pub name_bytes: usize,
}

/// Why a module is not a plugin.
#[derive(Debug, thiserror::Error)]
pub enum ComponentError {
    /// The module can't be read.
    #[error("the module can't be read: {0}")]
    Module(#[from] BinaryReaderError),
    /// It carries no manifest.
    #[error(
        "the module has no section {SECTION}; is there a module marked with #[jadi_plugin_sdk::plugin(…)]?"
    )]
    NoManifest,
    /// It carries one that no host would accept.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// It can't be made a component.
    #[error("the module can't be made a component: {0}")]
    Encode(String),
}

/// Makes a component of a core module that has its manifest and its type in custom sections.
pub fn encode(module: &[u8]) -> Result<Component, ComponentError> {
    let taken = take_sections(module)?;
    let manifest = Manifest::parse(&taken.manifest.ok_or(ComponentError::NoManifest)?)?;
    let encode_error = |error| ComponentError::Encode(format!("{error:#}"));
    let mut component = ComponentEncoder::default()
        .validate(true)
        .module(&taken.module)
        .map_err(encode_error)?
        .encode()
        .map_err(encode_error)?;
    append_manifest(&mut component, &manifest)?;
    let (imports, exports) = interfaces(&component)?;
    Ok(Component {
        component,
        manifest,
        imports,
        exports,
        name_bytes: taken.name_bytes,
    })
}

/// Adds the manifest's section at the component's top.
pub(crate) fn append_manifest(
    component: &mut Vec<u8>,
    manifest: &Manifest,
) -> Result<(), ManifestError> {
    let section = CustomSection {
        name: SECTION.into(),
        data: manifest.to_json()?.into(),
    };
    section.append_to_component(component);
    Ok(())
}

struct Taken {
    module: Vec<u8>,
    manifest: Option<Vec<u8>>,
    name_bytes: usize,
}

/// Copies a module without its manifest and debug sections. Two sections of one name would have been joined by the linker,
/// and what two manifests make together is no JSON.
fn take_sections(module: &[u8]) -> Result<Taken, ComponentError> {
    let mut taken = Taken {
        module: wasm_encoder::Module::HEADER.to_vec(),
        manifest: None,
        name_bytes: 0,
    };
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload?;
        if let Payload::CustomSection(section) = &payload {
            match section.name() {
                SECTION => {
                    taken.manifest = Some(section.data().to_vec());
                    continue;
                }
                "name" => taken.name_bytes = section.data().len(),
                name if name.starts_with(".debug") => continue,
                _ => {}
            }
        }
        if let Some((id, range)) = payload.as_section() {
            let data = &module[range];
            RawSection { id, data }.append_to(&mut taken.module);
        }
    }
    Ok(taken)
}

/// The names of what a component imports and exports.
pub(crate) fn interfaces(
    component: &[u8],
) -> Result<(Vec<String>, Vec<String>), BinaryReaderError> {
    let (mut imports, mut exports) = (Vec::new(), Vec::new());
    let mut depth = 0_u32;
    for payload in Parser::new(0).parse_all(component) {
        match payload? {
            Payload::Version {
                encoding: Encoding::Component | Encoding::Module,
                ..
            } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::ComponentImportSection(section) if depth == 1 => {
                for import in section {
                    imports.push(import?.name.name.to_owned());
                }
            }
            Payload::ComponentExportSection(section) if depth == 1 => {
                for export in section {
                    exports.push(export?.name.name.to_owned());
                }
            }
            _ => {}
        }
    }
    Ok((imports, exports))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn module_with(section: Option<&[u8]>) -> Vec<u8> {
        let mut module = wasm_encoder::Module::new();
        if let Some(data) = section {
            module.section(&CustomSection {
                name: SECTION.into(),
                data: data.into(),
            });
        }
        module.finish()
    }

    #[test]
    fn what_is_not_a_plugin_is_refused() {
        let error = |module: &[u8]| encode(module).expect_err("not a plugin").to_string();
        assert!(error(&module_with(None)).contains("has no section jadi:manifest"));
        assert!(error(&module_with(Some(b"{}"))).contains("missing field `name`"));
        let manifest = br#"{"name":"a","version":"1.0.0","languages":["en"]}"#;
        let twice = [&manifest[..], manifest].concat();
        assert!(error(&module_with(Some(&twice))).contains("trailing characters"));
        assert!(error(b"#!/bin/sh").contains("can't be read"));
        assert!(error(&module_with(Some(manifest))[..20]).contains("can't be read"));
    }

    #[test]
    fn manifest_and_debug_sections_are_taken_out_and_the_rest_stays() {
        let section = |name: &'static str| CustomSection {
            name: name.into(),
            data: b"{}".as_slice().into(),
        };
        let mut module = wasm_encoder::Module::new();
        let mut types = wasm_encoder::TypeSection::new();
        types.ty().function([], []);
        module.section(&types);
        for name in ["kept", SECTION, ".debug_info"] {
            module.section(&section(name));
        }
        let taken = take_sections(&module.finish()).expect("a module");
        assert_eq!(taken.manifest.as_deref(), Some(&b"{}"[..]));
        let mut expected = wasm_encoder::Module::new();
        expected.section(&types);
        expected.section(&section("kept"));
        assert_eq!(taken.module, expected.finish());
    }
}
