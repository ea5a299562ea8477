//! From the crate under test to a component, once for each test program.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use jadi_plugin_build::Toolchain;

/// A built crate.
#[derive(Debug, Clone)]
pub(crate) struct Built {
    /// The component file.
    pub(crate) component: Arc<[u8]>,
    /// Where what is compiled from it is kept for the next test program.
    pub(crate) compiled: PathBuf,
}

/// What this program has built, or why it could not: ten tests of one crate ask for the same, and a crate that does not
/// compile is told ten times with one compiler run. A cache, not state: every entry is the same whoever asks first.
static BUILT: Mutex<BTreeMap<PathBuf, Result<Built, String>>> = Mutex::new(BTreeMap::new());

/// Builds the crate in `directory`. Others that want it meanwhile wait.
pub(crate) fn crate_in(directory: &Path) -> Result<Built, String> {
    let mut all = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = all.get(directory) {
        return known.clone();
    }
    let built = build(directory).map_err(|error| error.to_string());
    all.insert(directory.to_owned(), built.clone());
    built
}

fn build(directory: &Path) -> Result<Built, Box<dyn std::error::Error>> {
    let cache = jadi_plugin_build::cache_of(directory)?;
    let toolchain = Toolchain::find(&cache, &mut |note| eprintln!("{note} …"))?;
    let built = jadi_plugin_build::build(directory, &toolchain, &cache)?;
    Ok(Built {
        component: built.component.into(),
        compiled: cache.join("compiled"),
    })
}
