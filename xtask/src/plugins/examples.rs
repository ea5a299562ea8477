//! The example plugins in JavaScript and Python, each to one component file.
//!
//! Their tools come from the npm registry and PyPI, pinned by lock file and hash, and are installed beside the build output.
//! What is built is kept beside a record of all that it was made from, and built again only when that has changed: it takes half
//! a minute.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result};
use jadi_plugin_build::Component;
use jadi_plugin_manifest::Manifest;

use crate::workspace::{Workspace, check};

/// A language: its directory under `plugins/examples`, what pins its tools, and how these are installed and make a component.
struct Language {
    directory: &'static str,
    /// The files that say which tools there have to be.
    pins: &'static [&'static str],
    /// Installs the tools into the directory that it is given, where the pins are.
    install: fn(&Workspace, &Path) -> Result<()>,
    /// Makes a component of the sources in the second directory with the tools in the first.
    make: fn(&Workspace, &Path, &Path, &Path) -> Result<()>,
}

const LANGUAGES: [Language; 2] = [
    Language {
        directory: "javascript",
        pins: &["package.json", "package-lock.json", ".npmrc"],
        install: npm,
        make: componentize_js,
    },
    Language {
        directory: "python",
        pins: &["requirements.txt"],
        install: pip,
        make: componentize_py,
    },
];

/// Where the built examples are: apart from the built-in plugins, so that no host takes them by itself.
pub fn directory(workspace: &Workspace) -> PathBuf {
    workspace.target().join("example-plugins")
}

/// Builds what has changed.
///
/// # Errors
///
/// When Node.js, npm, Python or pip is missing, or an example does not build.
pub fn build(workspace: &Workspace) -> Result<Vec<Component>> {
    LANGUAGES
        .iter()
        .map(|language| {
            let about = || format!("the example in {}", language.directory);
            built(workspace, language).with_context(about)
        })
        .collect()
}

/// For each example that was built, a directory of plugins for a host that has it and `core`, and its transcripts.
///
/// # Errors
///
/// When it was not built, or files can't be copied.
pub fn worlds(workspace: &Workspace) -> Result<Vec<(PathBuf, Vec<PathBuf>)>> {
    LANGUAGES
        .iter()
        .map(|language| {
            let source = source(workspace, language);
            let manifest = manifest(&source)?;
            let mut transcripts = Vec::new();
            for entry in source.read_dir()? {
                let path = entry?.path();
                if path.extension().is_some_and(|end| end == "chat") {
                    transcripts.push(path);
                }
            }
            let plugins = tools(workspace, language).join("plugins");
            let copy = |from: &Path, name: &str| {
                let file = format!("{name}.wasm");
                let content = fs::read(from.join(&file)).with_context(|| format!("no {file}"))?;
                put(&plugins.join(file), &content)
            };
            copy(&super::directory(workspace), "core")?;
            copy(&directory(workspace), &manifest.name)?;
            Ok((plugins, transcripts))
        })
        .collect()
}

fn source(workspace: &Workspace, language: &Language) -> PathBuf {
    let examples = workspace.root().join("plugins/examples");
    examples.join(language.directory)
}

/// Where an example's tools are, and what is made of it.
fn tools(workspace: &Workspace, language: &Language) -> PathBuf {
    directory(workspace).join("build").join(language.directory)
}

fn manifest(source: &Path) -> Result<Manifest> {
    let json = fs::read(source.join("manifest.json")).context("it has no manifest.json")?;
    Ok(Manifest::parse(&json)?)
}

fn built(workspace: &Workspace, language: &Language) -> Result<Component> {
    let source = source(workspace, language);
    let tools = tools(workspace, language);
    fs::create_dir_all(&tools).with_context(|| format!("can't make {}", tools.display()))?;
    let manifest = manifest(&source)?;
    let mut inputs = files_in(&source, Path::new(""))?;
    inputs.extend(files_in(&source.join("wit"), Path::new("wit"))?);
    inputs.extend(files_in(
        &workspace.root().join("wit"),
        Path::new("wit/deps/jadi-plugin"),
    )?);
    let bare = tools.join("plugin.component.wasm");
    let record = format!("{inputs:?}");
    once(&tools.join("made-from"), record.as_bytes(), &bare, || {
        let sources = tools.join("sources");
        if sources.is_dir() {
            fs::remove_dir_all(&sources)?;
        }
        for (name, content) in &inputs {
            put(&sources.join(name), content)?;
            if language.pins.iter().any(|pin| Path::new(pin) == name) {
                put(&tools.join(name), content)?;
            }
        }
        let pins: Vec<_> = inputs
            .iter()
            .filter(|(name, _)| language.pins.iter().any(|pin| Path::new(pin) == name))
            .collect();
        let installed = tools.join("installed");
        once(
            &installed,
            format!("{pins:?}").as_bytes(),
            &installed,
            || (language.install)(workspace, &tools),
        )?;
        eprintln!("building the plugin {} …", manifest.name);
        (language.make)(workspace, &tools, &sources, &bare)
    })?;
    let component = fs::read(&bare).context("its tool wrote no component")?;
    Ok(jadi_plugin_build::pack(&component, manifest)?)
}

/// Does `work`, which makes `result`, unless that is there and the record says that it was made from the same.
fn once(
    record: &Path,
    from: &[u8],
    result: &Path,
    work: impl FnOnce() -> Result<()>,
) -> Result<()> {
    if result.is_file() && fs::read(record).is_ok_and(|before| before == from) {
        return Ok(());
    }
    // Removed first: what fails half-way is not taken for done the next time.
    drop(fs::remove_file(record));
    work()?;
    put(record, from)
}

fn put(path: &Path, content: &[u8]) -> Result<()> {
    let failed = || format!("can't write {}", path.display());
    let parent = path.parent().with_context(failed)?;
    fs::create_dir_all(parent).with_context(failed)?;
    fs::write(path, content).with_context(failed)
}

/// The files right in `directory` that a component is made from, named as if they stood in `place`.
fn files_in(directory: &Path, place: &Path) -> Result<Vec<(PathBuf, Vec<u8>)>> {
    let failed = || format!("{} can't be read", directory.display());
    let mut files = Vec::new();
    for entry in directory.read_dir().with_context(failed)? {
        let path = entry.with_context(failed)?.path();
        let told = path
            .extension()
            .is_some_and(|end| end == "md" || end == "chat");
        if let (true, false, Some(name)) = (path.is_file(), told, path.file_name()) {
            files.push((place.join(name), fs::read(&path).with_context(failed)?));
        }
    }
    files.sort();
    Ok(files)
}

/// By the lock file; no script of a package runs.
///
/// # Errors
///
/// When npm is missing, or a package can't be had.
pub fn npm(workspace: &Workspace, tools: &Path) -> Result<()> {
    let mut npm = workspace.command("npm");
    npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
    check(npm.current_dir(tools).stdin(Stdio::null()))
}

/// Node looks for packages in the directories above a program too, where they are installed.
fn componentize_js(workspace: &Workspace, _tools: &Path, sources: &Path, to: &Path) -> Result<()> {
    let mut node = workspace.command("node");
    check(node.arg("build.js").arg(to).current_dir(sources))
}

/// By its hash, into a directory of its own: no virtual environment is needed, and nothing of the machine's Python changes.
///
/// # Errors
///
/// When pip is missing, or a package can't be had.
pub fn pip(workspace: &Workspace, tools: &Path) -> Result<()> {
    let mut pip = workspace.command("python3");
    pip.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--root-user-action=ignore",
    ])
    .args([
        "--disable-pip-version-check",
        "--no-deps",
        "--only-binary=:all:",
    ])
    .args(["--require-hashes", "--upgrade"])
    .args(["--requirement", "requirements.txt", "--target", "packages"]);
    check(pip.current_dir(tools).stdin(Stdio::null()))
}

fn componentize_py(workspace: &Workspace, tools: &Path, sources: &Path, to: &Path) -> Result<()> {
    const MAIN: &str = "import sys; from componentize_py import script; sys.exit(script())";
    let mut python = workspace.command("python3");
    python
        .args(["-c", MAIN, "--wit-path", "wit", "--world", "quotes"])
        .args(["componentize", "app", "--output"])
        .arg(to)
        .env("PYTHONPATH", tools.join("packages"))
        .env_remove("VIRTUAL_ENV");
    check(python.current_dir(sources))
}
