//! Built plugins, as `cargo xtask plugins --examples` makes them: kept apart, spoilt, and in other languages.

mod isolation;
mod scripts;
mod spoilt;

use std::path::{Path, PathBuf};

/// Where compiled code is kept, for all tests and for the next run: compiling an interpreter takes long.
fn compiled() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("compiled")
}
