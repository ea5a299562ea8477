//! `jadi plugin build`: a crate to one component file.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use jadi_plugin_build::{Component, Toolchain, cache_of};

use super::report::kib;

const AFTER: &str = "\
Examples:
  jadi plugin build                   the crate in this directory, to NAME.wasm beside its Cargo.toml
  jadi plugin build ../dice           another crate
  jadi plugin build -o /tmp/dice.wasm to another file

Rust needs the target wasm32-unknown-unknown: `rustup target add wasm32-unknown-unknown`. When it is not there this tries
rustup itself, then other ways, and says which one it used.
";

/// The arguments of `build`.
#[derive(Debug, Clone, clap::Args)]
#[command(after_help = AFTER)]
pub struct Args {
    /// The crate's directory
    #[arg(default_value = ".", value_name = "CRATE")]
    plugin: PathBuf,
    /// Write the component to this file
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(super) fn run(args: &Args, out: &mut dyn Write) -> anyhow::Result<()> {
    let built = build(&args.plugin)?;
    let file = args
        .output
        .clone()
        .unwrap_or_else(|| file_of(&args.plugin, &built.manifest.name));
    write(&file, &built.component)?;
    let manifest = &built.manifest;
    let size = kib(built.component.len());
    writeln!(
        out,
        "{} {} is built: {} ({size})\nNext: jadi plugin check {}",
        manifest.name,
        manifest.version,
        file.display(),
        file.display(),
    )?;
    Ok(())
}

/// Builds the crate in a directory. What takes a while is told on standard error, where the compiler talks too.
///
/// # Errors
///
/// When it is no crate, does not compile, or is no plugin.
pub(super) fn build(plugin: &Path) -> anyhow::Result<Component> {
    let cache = cache_of(plugin)?;
    let toolchain = Toolchain::find(&cache, &mut |note| eprintln!("{note} …"))?;
    eprintln!("building with {toolchain} …");
    Ok(jadi_plugin_build::build(plugin, &toolchain, &cache)?)
}

/// `NAME.wasm` in the crate's directory.
fn file_of(plugin: &Path, name: &str) -> PathBuf {
    let file = format!("{name}.wasm");
    match plugin == Path::new(".") {
        true => PathBuf::from(file),
        false => plugin.join(file),
    }
}

/// Writes a file whole or not at all: a host may be watching it.
///
/// # Errors
///
/// When it can't be written.
pub(super) fn write(file: &Path, content: &[u8]) -> anyhow::Result<()> {
    let draft = file.with_extension(format!("wasm.{}", std::process::id()));
    let written = fs::write(&draft, content).and_then(|()| fs::rename(&draft, file));
    if written.is_err() {
        // What is half written has no use; that it can't be removed either is the smaller trouble.
        drop::<io::Result<()>>(fs::remove_file(&draft));
    }
    written.with_context(|| format!("{} can't be written", file.display()))
}
