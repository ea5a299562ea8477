//! Builds a plugin crate to one component file.
//!
//! ```no_run
//! use std::path::Path;
//!
//! let cache = Path::new("target/wasm");
//! let toolchain = jadi_plugin_build::Toolchain::find(cache, &mut |note| eprintln!("{note}"))?;
//! let built = jadi_plugin_build::build(Path::new("plugins/core"), &toolchain, cache)?;
//! std::fs::write(format!("{}.wasm", built.manifest.name), &built.component)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! What is built is always for `wasm32-unknown-unknown`, never for a WASI target: a Rust plugin needs no WASI, and a
//! component that imports none shows at a glance what it may do.
//!
//! # Layout
//!
//! - `toolchain`: which compiler, and where its standard library comes from; installs it where it can.
//! - `process`: running other programs, with a deadline where they use the network.
//! - `module`: cargo, from a crate to a core module.
//! - `cache`: where cargo keeps what it builds.
//! - `component`: from a core module to a component, the manifest as a section at its top, and what it imports.
//! - `pack`: a manifest into a component that another language's tools have made.

mod cache;
mod component;
mod module;
mod pack;
mod process;
mod toolchain;

use std::path::Path;

pub use cache::{CacheError, cache_of};
pub use component::{Component, ComponentError};
pub use module::ModuleError;
pub use pack::{PackError, pack};
pub use process::ProcessError;
pub use toolchain::{Toolchain, ToolchainError};

/// Builds the crate in the directory `plugin` to a component. Cargo keeps its files, the standard library's among them, under
/// `cache`: when nothing has changed this takes about a second. Nothing else is written.
///
/// # Errors
///
/// When the crate does not compile (the compiler's messages are on standard error), or is not a plugin.
pub fn build(plugin: &Path, toolchain: &Toolchain, cache: &Path) -> Result<Component, BuildError> {
    let module = module::build(plugin, toolchain, cache)?;
    Ok(component::encode(&module)?)
}

/// Why a plugin was not built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// There is no module.
    #[error(transparent)]
    Module(#[from] ModuleError),
    /// The module is not a plugin.
    #[error(transparent)]
    Component(#[from] ComponentError),
}
