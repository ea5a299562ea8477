//! What a component file says before anything of it is compiled or run: its kind, its manifest, its imports and exports.

use jadi_plugin_manifest::{Capability, EventKind, LimitsClass, Manifest, SECTION};
use wasmparser::{ComponentExternalKind, ComponentInstance, Encoding, Parser, Payload};
use wasmtime::Engine;

use super::contract::{self, Import};
use super::limits::Limits;
use super::load_error::LoadError;
use super::permissions::Permission;
use super::runtime::LoadOptions;

/// A component file that is worth compiling.
#[derive(Debug)]
pub struct Inspected {
    /// Its manifest, checked.
    pub manifest: Manifest,
    /// What it may do, in the contract's order.
    pub permissions: Vec<Permission>,
}

/// What stands at the top level of a component, and what its modules start with.
#[derive(Debug, Default)]
struct TopLevel<'a> {
    manifests: Vec<&'a [u8]>,
    imports: Vec<&'a str>,
    exports: Vec<&'a str>,
    /// Pages that its largest memory starts with.
    memory: u64,
    /// Elements that its largest table starts with.
    table: u64,
    /// Bytes of its largest function.
    function: u64,
    /// Local variables of the function that has most of them.
    locals: u64,
    /// Modules and components in it, at all depths.
    parts: u64,
    /// At most so many instances come of it; see [`TopLevel::multiply`].
    instances: u64,
}

impl TopLevel<'_> {
    /// Takes note of a component inside that makes `count` instances of others. A component that makes two instances of the
    /// one before it doubles all that is in that, and thirty such are a billion instances in a file of a few kilobytes: the
    /// engine would unfold them all. No more come of a file than the product over its components, counted here without
    /// looking which instantiates which.
    fn multiply(&mut self, count: u64) {
        self.instances = self
            .instances
            .max(1)
            .saturating_mul(count.saturating_add(1));
    }
}

/// A page of linear memory, bytes.
const PAGE: u64 = 64 * 1024;
/// The largest function, bytes: the time to compile one grows faster than its size. CPython's largest has 430 KB.
const FUNCTION: u64 = 512 * 1024;
/// The most local variables of a function. CPython has one with 271.
const LOCALS: u64 = 4096;
/// The most modules and components in a component. Python's have 40.
const PARTS: u64 = 256;
/// The most instances of components in a component. An ordinary one has two, one put together of others a few dozen.
const INSTANCES: u64 = 1024;

/// Inspects a component file, without compiling it.
///
/// # Errors
///
/// The first reason for which the file is not a plugin of this contract.
pub fn inspect(
    bytes: &[u8],
    limits: &Limits,
    options: LoadOptions,
) -> Result<Inspected, LoadError> {
    let size = bytes.len() as u64;
    let most = limits.pool.component_bytes;
    if size > most {
        return Err(LoadError::TooLarge {
            bytes: size,
            allowed: most,
        });
    }
    if Engine::detect_precompiled(bytes).is_some() {
        return Err(LoadError::Precompiled);
    }
    if !bytes.starts_with(b"\0asm") {
        return Err(LoadError::NotWasm);
    }
    let top = top_level(bytes)?;
    let manifest = match top.manifests.as_slice() {
        [] => return Err(LoadError::NoManifest),
        [json] => Manifest::parse(json)?,
        several => {
            return Err(LoadError::SeveralManifests {
                count: several.len(),
            });
        }
    };
    if manifest.limits == LimitsClass::Script && !options.script {
        return Err(LoadError::ScriptNotGranted {
            name: manifest.name,
        });
    }
    let permissions = permissions(&top.imports, manifest.limits)?;
    check_size(&top)?;
    check_needs(&top, &manifest, limits)?;
    check_exports(&manifest, &permissions, &top.exports)?;
    Ok(Inspected {
        manifest,
        permissions,
    })
}

fn top_level(bytes: &[u8]) -> Result<TopLevel<'_>, LoadError> {
    let mut top = TopLevel::default();
    let mut depth = 0_u32;
    // Instances that the components around this place have made so far, the outermost first.
    let mut made: Vec<u64> = Vec::new();
    for payload in Parser::new(0).parse_all(bytes) {
        let payload = payload.map_err(LoadError::damaged)?;
        match payload {
            Payload::Version { encoding, .. } => {
                if depth == 0 && encoding == Encoding::Module {
                    return Err(LoadError::CoreModule);
                }
                made.push(0);
            }
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => {
                depth = depth.saturating_add(1);
                top.parts = top.parts.saturating_add(1);
            }
            Payload::CodeSectionEntry(body) => {
                let range = body.range();
                let bytes = range.end.saturating_sub(range.start) as u64;
                top.function = top.function.max(bytes);
                let mut locals = 0_u64;
                for group in body.get_locals_reader().map_err(LoadError::damaged)? {
                    let (count, _) = group.map_err(LoadError::damaged)?;
                    locals = locals.saturating_add(u64::from(count));
                }
                top.locals = top.locals.max(locals);
            }
            Payload::End(_) => {
                depth = depth.saturating_sub(1);
                top.multiply(made.pop().unwrap_or(0));
            }
            Payload::ComponentInstanceSection(section) => {
                for instance in section {
                    let instance = instance.map_err(LoadError::damaged)?;
                    if let (ComponentInstance::Instantiate { .. }, Some(count)) =
                        (instance, made.last_mut())
                    {
                        *count = count.saturating_add(1);
                    }
                }
            }
            Payload::MemorySection(section) => {
                for memory in section {
                    let pages = memory.map_err(LoadError::damaged)?.initial;
                    top.memory = top.memory.max(pages);
                }
            }
            Payload::TableSection(section) => {
                for table in section {
                    let elements = table.map_err(LoadError::damaged)?.ty.initial;
                    top.table = top.table.max(elements);
                }
            }
            Payload::CustomSection(section) if depth == 0 && section.name() == SECTION => {
                top.manifests.push(section.data());
            }
            Payload::ComponentImportSection(section) if depth == 0 => {
                for import in section {
                    top.imports
                        .push(import.map_err(LoadError::damaged)?.name.name);
                }
            }
            Payload::ComponentExportSection(section) if depth == 0 => {
                for export in section {
                    let export = export.map_err(LoadError::damaged)?;
                    if export.kind == ComponentExternalKind::Instance {
                        top.exports.push(export.name.name);
                    }
                }
            }
            _ => {}
        }
    }
    Ok(top)
}

/// What the imports permit; refuses any that the contract does not have.
fn permissions(imports: &[&str], class: LimitsClass) -> Result<Vec<Permission>, LoadError> {
    let mut permissions = Vec::new();
    let mut wasi = Vec::new();
    for name in imports {
        match contract::import(name) {
            Import::Types => {}
            Import::Capability(capability) => permissions.push(Permission::new(capability)),
            Import::Newer { version } => {
                return Err(LoadError::NewerContract {
                    name: (*name).to_owned(),
                    version,
                });
            }
            // With nothing behind it, it permits nothing.
            Import::Wasi { linked: true } if class == LimitsClass::Script => {}
            Import::Wasi { .. } => wasi.push((*name).to_owned()),
            Import::Unknown => {
                return Err(LoadError::UnknownImport {
                    name: (*name).to_owned(),
                });
            }
        }
    }
    if !wasi.is_empty() {
        return Err(match class {
            LimitsClass::Small | LimitsClass::Heavy => LoadError::Wasi { names: wasi },
            LimitsClass::Script => LoadError::WasiBeyond { names: wasi },
        });
    }
    permissions.sort_unstable();
    Ok(permissions)
}

/// A file that takes long to compile would take that from the host's events.
fn check_size(top: &TopLevel<'_>) -> Result<(), LoadError> {
    let checks = [
        ("bytes in one function", top.function, FUNCTION),
        ("local variables in one function", top.locals, LOCALS),
        ("modules and components inside of it", top.parts, PARTS),
        ("instances of components", top.instances, INSTANCES),
    ];
    match checks
        .into_iter()
        .find(|(_, count, allowed)| count > allowed)
    {
        Some((what, count, allowed)) => Err(LoadError::TooComplex {
            what,
            count,
            allowed,
        }),
        None => Ok(()),
    }
}

/// An instance that starts with more than it may have would fail at every event.
fn check_needs(top: &TopLevel<'_>, manifest: &Manifest, limits: &Limits) -> Result<(), LoadError> {
    let checks = [
        (
            "pages (64 KiB) of memory",
            top.memory,
            limits.of(manifest).memory_bytes / PAGE,
        ),
        (
            "table elements",
            top.table,
            u64::from(limits.pool_of(manifest.limits).table_elements),
        ),
    ];
    match checks
        .into_iter()
        .find(|(_, needs, allowed)| needs > allowed)
    {
        Some((what, needs, allowed)) => Err(LoadError::TooHungry {
            what,
            needs,
            allowed,
        }),
        None => Ok(()),
    }
}

/// A manifest must not promise what the component has no handler for.
fn check_exports(
    manifest: &Manifest,
    permissions: &[Permission],
    exports: &[&str],
) -> Result<(), LoadError> {
    let handlers: Vec<_> = exports
        .iter()
        .filter_map(|name| contract::export(name))
        .collect();
    if handlers.is_empty() {
        if let Some((name, version)) = exports
            .iter()
            .find_map(|name| Some((*name, contract::newer(name)?)))
        {
            return Err(LoadError::NewerContract {
                name: name.to_owned(),
                version,
            });
        }
        return Err(LoadError::NoHandler);
    }
    // What it schedules has to come back to somebody.
    let schedules = permissions
        .iter()
        .any(|permission| permission.capability() == Capability::Schedule);
    let promised = contract::promised(manifest).chain(schedules.then_some(EventKind::Schedule));
    for kind in promised {
        if !handlers.contains(&kind) {
            return Err(LoadError::HandlerMissing { kind });
        }
    }
    Ok(())
}
