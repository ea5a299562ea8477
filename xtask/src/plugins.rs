//! `cargo xtask plugins`: each crate in `plugins/` and `plugins/examples/` to one component file in the target directory; with
//! `--examples`, those in other languages too.

pub mod examples;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use jadi_plugin_build::{Component, Toolchain};

use crate::workspace::Workspace;

/// Builds each plugin to one component file.
#[derive(clap::Args)]
pub struct Args {
    /// Only builds and checks; the files in the target directory stay as they are.
    #[arg(long)]
    check: bool,
    /// Also builds the examples in JavaScript and Python; their tools come from the npm registry and PyPI.
    #[arg(long)]
    examples: bool,
}

/// Where the built plugins are, as the host's default expects them beside its binary's directory.
pub fn directory(workspace: &Workspace) -> PathBuf {
    workspace.target().join("plugins")
}

/// Builds the plugin that takes all that it can get: no bot's, but for benches and tests.
pub fn hostile(workspace: &Workspace) -> Result<PathBuf> {
    let cache = workspace.target().join("wasm");
    let toolchain = Toolchain::find(&cache, &mut |note| eprintln!("{note} …"))?;
    let source = workspace.root().join("plugin-checks/hostile");
    let built = jadi_plugin_build::build(&source, &toolchain, &cache)?;
    let file = cache.join("hostile.wasm");
    std::fs::write(&file, built.component)?;
    Ok(file)
}

pub fn run(workspace: &Workspace, args: Args) -> Result<ExitCode> {
    let cache = workspace.target().join("wasm");
    let toolchain = Toolchain::find(&cache, &mut |note| eprintln!("{note} …"))?;
    let mut built: Vec<Component> = Vec::new();
    let plugins = workspace.root().join("plugins");
    let mut all = crates(&plugins)?;
    all.extend(crates(&plugins.join("examples"))?);
    for plugin in all {
        let component = jadi_plugin_build::build(&plugin, &toolchain, &cache)
            .with_context(|| format!("plugin {}", plugin.display()))?;
        let name = &component.manifest.name;
        if built.iter().any(|other| other.manifest.name == *name) {
            bail!("two plugins call themselves {name}");
        }
        built.push(component);
    }
    if !args.check {
        write(&directory(workspace), &built)?;
    }
    println!("{toolchain}");
    print!("{}", table(&built));
    if args.examples {
        let examples = examples::build(workspace)?;
        if !args.check {
            write(&examples::directory(workspace), &examples)?;
        }
        print!("{}", table(&examples));
    }
    Ok(ExitCode::SUCCESS)
}

/// The directories of the crates in `plugins`, by name.
fn crates(plugins: &Path) -> Result<Vec<PathBuf>> {
    let read = || format!("{} can't be read", plugins.display());
    let mut crates = Vec::new();
    for entry in plugins.read_dir().with_context(read)? {
        let path = entry.with_context(read)?.path();
        if path.join("Cargo.toml").is_file() {
            crates.push(path);
        }
    }
    crates.sort();
    Ok(crates)
}

/// Writes what has changed, and removes the file of a plugin that is no more. A file that stays the same keeps its time, so
/// that who watches the directory sees real changes only; each is put in place whole.
fn write(directory: &Path, built: &[Component]) -> Result<()> {
    let failed = || format!("{} can't be written", directory.display());
    std::fs::create_dir_all(directory).with_context(failed)?;
    for component in built {
        let path = directory.join(format!("{}.wasm", component.manifest.name));
        if std::fs::read(&path).is_ok_and(|old| old == component.component) {
            continue;
        }
        let fresh = path.with_extension("wasm.new");
        std::fs::write(&fresh, &component.component).with_context(failed)?;
        std::fs::rename(&fresh, &path).with_context(failed)?;
    }
    for entry in directory.read_dir().with_context(failed)? {
        let path = entry.with_context(failed)?.path();
        let current = |component: &Component| {
            path.file_stem()
                .is_some_and(|stem| stem == component.manifest.name.as_str())
        };
        let is_component = path
            .extension()
            .is_some_and(|extension| extension == "wasm");
        if is_component && !built.iter().any(current) {
            std::fs::remove_file(&path).with_context(failed)?;
        }
    }
    Ok(())
}

fn table(built: &[Component]) -> String {
    let mut table = format!(
        "{:<12} {:<9} {:>8} {:>8}  {:<40} {}\n",
        "plugin", "version", "KiB", "names", "imports", "commands"
    );
    for component in built {
        let manifest = &component.manifest;
        let commands: Vec<&str> = manifest
            .commands
            .iter()
            .map(|command| command.name.as_str())
            .collect();
        // WASI has nothing behind it and says nothing about what a plugin may do.
        let imports = component.imports.iter().map(|name| short(name));
        let imports: Vec<&str> = imports.filter(|name| !name.starts_with("wasi:")).collect();
        table.push_str(&format!(
            "{:<12} {:<9} {:>8.1} {:>8.1}  {:<40} {}\n",
            manifest.name,
            manifest.version,
            kib(component.component.len()),
            kib(component.name_bytes),
            imports.join(" "),
            commands.join(" ")
        ));
    }
    table
}

/// `clock` of `jadi:plugin/clock@0.1.0`; what is not of the contract stays whole.
fn short(interface: &str) -> &str {
    interface
        .strip_prefix("jadi:plugin/")
        .and_then(|name| name.split('@').next())
        .unwrap_or(interface)
}

fn kib(bytes: usize) -> f64 {
    bytes as f64 / 1024.0
}
