//! What plugins cost: what a neighbour feels of one that takes all it can get, loading, instances, events, and the messages that
//! are for none of them.
//!
//! `cargo xtask bench` runs this. The store and WhatsApp are left out: what a handler reads is answered from memory. Each table
//! begins with a calibration, the same work every time: what differs there is the machine's noise.

mod events;
mod filtered;
mod neighbours;
mod table;

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use jadi_plugin_checks::Built;

fn main() -> Result<()> {
    let mut plugins = Vec::new();
    let mut hostile = None;
    for path in std::env::args_os().skip(1).map(PathBuf::from) {
        let bytes =
            std::fs::read(&path).with_context(|| format!("can't read {}", path.display()))?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let name = name.into_owned();
        let built = Built { name, bytes };
        match built.name.as_str() {
            "hostile" => hostile = Some(built),
            _ => plugins.push(built),
        }
    }
    let core = plugins.iter().find(|built| built.name == "core");
    if let Some((hostile, core)) = hostile.as_ref().zip(core) {
        neighbours::measure(hostile, core)?;
    }
    let manifests = plugins.iter().map(events::measure);
    let manifests = manifests.collect::<Result<Vec<_>>>()?;
    filtered::measure(&manifests)
}
