//! The contract's golden file, and the built-in plugins as the build tool makes them.

mod contract;
mod plugins;

use std::path::{Path, PathBuf};

fn workspace() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().expect("a workspace").to_path_buf()
}
