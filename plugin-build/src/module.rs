//! Cargo, from a crate to a core module.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::toolchain::{Std, TARGET, Toolchain};

/// Why there is no module.
#[derive(Debug, thiserror::Error)]
pub enum ModuleError {
    /// Cargo can't be started.
    #[error("cargo can't be started: {0}")]
    Start(#[source] std::io::Error),
    /// The crate does not compile.
    #[error("{} does not compile; the compiler's messages stand above", .0.display())]
    Compile(PathBuf),
    /// It is no library that makes a module.
    #[error("{} makes no module; its Cargo.toml needs crate-type = [\"cdylib\"] under [lib]", .0.display())]
    NoModule(PathBuf),
    /// The module is there and can't be read.
    #[error("{} can't be read: {source}", path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// Compiles the crate in the directory `plugin` and returns its core module.
pub fn build(plugin: &Path, toolchain: &Toolchain, cache: &Path) -> Result<Vec<u8>, ModuleError> {
    let manifest = plugin.join("Cargo.toml");
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo
        .args(["build", "--lib", "--release", "--target", TARGET])
        .arg("--manifest-path")
        .arg(&manifest)
        .arg("--target-dir")
        .arg(cache)
        .arg("--message-format=json-render-diagnostics")
        .env("RUSTC", &toolchain.rustc)
        .env("CARGO_ENCODED_RUSTFLAGS", rustflags(plugin))
        .envs(PROFILE);
    // What another cargo or clippy set for itself must not reach this one.
    for variable in [
        "RUSTFLAGS",
        "RUSTC_WRAPPER",
        "RUSTC_WORKSPACE_WRAPPER",
        "CARGO_BUILD_TARGET",
    ] {
        cargo.env_remove(variable);
    }
    if let Some(linker) = &toolchain.linker {
        cargo.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
    }
    if toolchain.std == Std::FromSource {
        cargo
            .arg("-Zbuild-std=std,panic_abort")
            .env("RUSTC_BOOTSTRAP", "1");
    }
    let output = cargo
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(ModuleError::Start)?;
    if !output.status.success() {
        return Err(ModuleError::Compile(plugin.to_path_buf()));
    }
    let path = module_of(&output.stdout, &manifest)
        .ok_or_else(|| ModuleError::NoModule(plugin.to_path_buf()))?;
    std::fs::read(&path).map_err(|source| ModuleError::Read { path, source })
}

/// Small code; functions keep their names, which a trap's backtrace shows. A panic ends the instance anyway.
const PROFILE: [(&str, &str); 6] = [
    ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "s"),
    ("CARGO_PROFILE_RELEASE_LTO", "fat"),
    ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "1"),
    ("CARGO_PROFILE_RELEASE_PANIC", "abort"),
    ("CARGO_PROFILE_RELEASE_DEBUG", "false"),
    ("CARGO_PROFILE_RELEASE_STRIP", "none"),
];

/// Memory that a component has for its data from the start, bytes: enough for most events, so that they need not ask for more. What
/// an event does not touch costs nothing.
const HEAP: u32 = 256 * 1024;

/// Panic messages carry paths of source files: the machine's own directories are taken out, so that a component tells nothing
/// of who built it and is the same wherever it is built.
fn rustflags(plugin: &Path) -> OsString {
    let home = std::env::var_os("HOME").map(PathBuf::from);
    let cargo_home = std::env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| home.map(|home| home.join(".cargo")));
    let workspace = std::path::absolute(plugin).ok().and_then(|path| {
        path.ancestors()
            .filter(|parent| parent.join("Cargo.lock").is_file())
            .last()
            .map(Path::to_path_buf)
    });
    let mut flags = OsString::from(format!("-Clink-arg=--initial-heap={HEAP}"));
    for (path, name) in [(cargo_home, "cargo"), (workspace, "")] {
        let Some(path) = path else { continue };
        flags.push("\x1f--remap-path-prefix=");
        flags.push(path);
        flags.push(format!("={name}"));
    }
    flags
}

/// The module among the artefacts that cargo lists, one JSON object a line.
fn module_of(messages: &[u8], manifest: &Path) -> Option<PathBuf> {
    let manifest = manifest.canonicalize().ok()?;
    messages
        .split(|byte| *byte == b'\n')
        .filter_map(|line| serde_json::from_slice::<Value>(line).ok())
        .filter(|message| message["reason"] == "compiler-artifact")
        .filter(|message| {
            message["manifest_path"]
                .as_str()
                .and_then(|path| Path::new(path).canonicalize().ok())
                .is_some_and(|path| path == manifest)
        })
        .flat_map(|message| message["filenames"].as_array().cloned().unwrap_or_default())
        .filter_map(|file| file.as_str().map(PathBuf::from))
        .find(|file| {
            file.extension()
                .is_some_and(|extension| extension == "wasm")
        })
}
