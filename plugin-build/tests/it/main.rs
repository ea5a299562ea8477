//! The contract's golden file and what was released of it, and the built-in plugins as the build tool makes them.

mod contract;
mod plugins;
mod released;

use std::path::{Path, PathBuf};

fn workspace() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().expect("a workspace").to_path_buf()
}
