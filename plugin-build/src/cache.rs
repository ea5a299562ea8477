//! Where cargo keeps what it builds of plugins.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// Cargo does not know the crate.
#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    /// There is no crate.
    #[error("there is no crate in {}: it has no Cargo.toml; `jadi plugin new` makes one", .0.display())]
    NoCrate(PathBuf),
    /// Cargo can't be started.
    #[error("cargo can't be started: {0}; is Rust installed?")]
    Start(#[source] std::io::Error),
    /// Cargo can't read its manifest.
    #[error("cargo can't read the crate in {}: {message}", directory.display())]
    Unreadable {
        /// The crate.
        directory: PathBuf,
        /// What cargo said.
        message: String,
    },
}

/// The directory for what is built of the crate in `plugin`: `wasm` in its target directory, the same whoever builds, so that
/// the standard library is compiled for plugins once.
///
/// # Errors
///
/// When there is no crate.
pub fn cache_of(plugin: &Path) -> Result<PathBuf, CacheError> {
    let manifest = plugin.join("Cargo.toml");
    if !manifest.is_file() {
        return Err(CacheError::NoCrate(plugin.to_owned()));
    }
    let unreadable = |message: String| CacheError::Unreadable {
        directory: plugin.to_owned(),
        message,
    };
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args([
            "metadata",
            "--no-deps",
            "--format-version",
            "1",
            "--manifest-path",
        ])
        .arg(&manifest)
        .stdin(Stdio::null())
        .output()
        .map_err(CacheError::Start)?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(unreadable(said.trim().to_owned()));
    }
    let told = serde_json::from_slice::<Value>(&output.stdout)
        .map_err(|error| unreadable(error.to_string()))?;
    match told["target_directory"].as_str() {
        Some(target) => Ok(Path::new(target).join("wasm")),
        None => Err(unreadable("it tells no target directory".to_owned())),
    }
}
