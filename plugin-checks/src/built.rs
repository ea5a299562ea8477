//! Where built plugins are. `cargo xtask test` builds them and says where with `JADI_PLUGINS` and `JADI_EXAMPLES`; without
//! these they are looked for where xtask puts them.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use jadi_plugin_runtime::{LoadOptions, Plugin, Runtime};

/// A built plugin's file.
#[derive(Debug, Clone)]
pub struct Built {
    /// Its name, without `.wasm`.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// The plugins in Rust: those that come with a host, and the examples.
///
/// # Errors
///
/// When there are none; says how to build them.
pub fn built_in() -> Result<Vec<Built>> {
    files("JADI_PLUGINS", "plugins", "cargo xtask plugins")
}

/// The example plugins in other languages.
///
/// # Errors
///
/// When there are none; says how to build them.
pub fn examples() -> Result<Vec<Built>> {
    files(
        "JADI_EXAMPLES",
        "example-plugins",
        "cargo xtask plugins --examples",
    )
}

/// Both.
///
/// # Errors
///
/// When there are none of one kind; says how to build them.
pub fn all() -> Result<Vec<Built>> {
    Ok([built_in()?, examples()?].concat())
}

fn files(variable: &str, place: &str, command: &str) -> Result<Vec<Built>> {
    let usual = || {
        let program = std::env::current_exe().unwrap_or_default();
        let target = program.ancestors().find(|dir| dir.join(place).is_dir());
        target.unwrap_or(&program).join(place)
    };
    let directory = std::env::var_os(variable).map_or_else(usual, PathBuf::from);
    let missing = || {
        format!(
            "no built plugins in {}: run `{command}`, or set {variable}",
            directory.display()
        )
    };
    let mut built = Vec::new();
    for entry in directory.read_dir().with_context(missing)? {
        let path = entry?.path();
        let is_plugin = path
            .extension()
            .is_some_and(|extension| extension == "wasm");
        if let (true, Some(name)) = (is_plugin, path.file_stem()) {
            built.push(Built {
                name: name.to_string_lossy().into_owned(),
                bytes: std::fs::read(&path)?,
            });
        }
    }
    ensure!(!built.is_empty(), missing());
    built.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(built)
}

/// Loads a plugin with all that an operator can grant.
///
/// # Errors
///
/// When the runtime refuses it.
pub fn load(runtime: &Runtime, built: &Built) -> Result<Arc<Plugin>> {
    runtime
        .load_with(&built.bytes, LoadOptions::ALL)
        .with_context(|| format!("{} is not loaded", built.name))
}
