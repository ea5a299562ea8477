//! Which compiler, and where its standard library comes from.
//!
//! The usual way is `rustup target add wasm32-unknown-unknown`. A machine that can't reach rustup's servers can still build
//! the standard library from source, which Debian has in its archive. In this order:
//!
//! 1. a target that is installed already,
//! 2. rustup, with a short deadline; a failure is remembered for a day, so that an offline machine does not wait each time,
//! 3. a compiler that has the standard library's source with it,
//! 4. Debian's packages, installed when we may.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use crate::process::{self, ProcessError};

/// The target of every plugin.
pub const TARGET: &str = "wasm32-unknown-unknown";

const RUSTUP_DEADLINE: Duration = Duration::from_secs(60);
const RUSTUP_RETRY: Duration = Duration::from_secs(24 * 60 * 60);
const APT_DEADLINE: Duration = Duration::from_secs(10 * 60);
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_PACKAGES: [&str; 2] = ["rustc-web", "rust-web-src"];
/// The oldest compiler that builds the SDK, `rust-version` of this workspace.
const OLDEST: (u32, u32) = (1, 95);

/// A compiler that can build plugins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toolchain {
    pub(crate) rustc: PathBuf,
    pub(crate) std: Std,
    pub(crate) linker: Option<PathBuf>,
    version: String,
    source: Source,
}

/// Where the target's standard library comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Std {
    /// It is installed.
    Installed,
    /// Cargo builds it from source.
    FromSource,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    Installed,
    Rustup,
    Bundled,
    Debian,
}

impl fmt::Display for Toolchain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let source = match self.source {
            Source::Installed => "its installed target",
            Source::Rustup => "the target that rustup has just installed",
            Source::Bundled => "the standard library built from the source beside it",
            Source::Debian => "the standard library built from Debian's source package",
        };
        write!(f, "{} with {source}", self.version)
    }
}

/// No way led to a compiler.
#[derive(Debug, thiserror::Error)]
#[error(
    "no compiler here can build for {TARGET}.\n{}Do one of these:\n  rustup target add {TARGET}\n  \
     apt-get install --no-install-recommends {} {}   (Debian, as root)",
    tried.iter().map(|line| format!("  tried {line}\n")).collect::<String>(),
    DEBIAN_PACKAGES[0],
    DEBIAN_PACKAGES[1]
)]
pub struct ToolchainError {
    /// What was tried, and why it did not do.
    pub tried: Vec<String>,
}

impl Toolchain {
    /// Finds a compiler, or installs what is missing where that is possible. `cache` is a directory for what is remembered;
    /// `note` is told what takes a while.
    ///
    /// # Errors
    ///
    /// When no way led to one; the error lists what was tried and says what to install.
    pub fn find(cache: &Path, note: &mut dyn FnMut(&str)) -> Result<Self, ToolchainError> {
        let mut tried = Vec::new();
        let usual = PathBuf::from(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
        let usual = attempt(&mut tried, "rustc", Compiler::ask(usual));

        if let Some(found) = usual
            .as_ref()
            .and_then(|c| c.with_installed_target(Source::Installed))
        {
            return Ok(found);
        }
        tried.push(format!("the usual compiler: it has no {TARGET}"));

        if let Some(compiler) = &usual
            && attempt(&mut tried, "rustup", add_target(compiler, cache, note)).is_some()
            && let Some(found) = compiler.with_installed_target(Source::Rustup)
        {
            return Ok(found);
        }

        // Debian's compiler has no linker for wasm; the one on the path often has.
        let on_path = || Compiler::ask(PathBuf::from("rustc")).ok();
        let linker = usual
            .as_ref()
            .and_then(Compiler::rust_lld)
            .or_else(|| on_path()?.rust_lld());
        if let Some(found) = usual
            .as_ref()
            .and_then(|c| c.with_std_source(Source::Bundled, linker.clone()))
        {
            return Ok(found);
        }

        let debian = || Compiler::ask(PathBuf::from(DEBIAN_RUSTC));
        let from_debian = || {
            debian()
                .ok()
                .and_then(|c| c.with_std_source(Source::Debian, linker.clone()))
        };
        if let Some(found) = from_debian() {
            return Ok(found);
        }
        if attempt(&mut tried, "Debian's packages", install_debian(note)).is_some() {
            match from_debian() {
                Some(found) => return Ok(found),
                None => tried
                    .push("Debian's packages: too old, or without the library's source".to_owned()),
            }
        }
        Err(ToolchainError { tried })
    }
}

fn attempt<T, E: fmt::Display>(
    tried: &mut Vec<String>,
    what: &str,
    result: Result<T, E>,
) -> Option<T> {
    result
        .map_err(|error| tried.push(format!("{what}: {error}")))
        .ok()
}

/// A compiler and what it says about itself.
struct Compiler {
    path: PathBuf,
    version: String,
    host: String,
    sysroot: PathBuf,
}

impl Compiler {
    fn ask(path: PathBuf) -> Result<Self, ProcessError> {
        let about = process::output(Command::new(&path).arg("-vV"))?;
        let sysroot = process::output(Command::new(&path).args(["--print", "sysroot"]))?;
        let host = about.lines().find_map(|line| line.strip_prefix("host: "));
        Ok(Self {
            version: about.lines().next().unwrap_or_default().to_owned(),
            host: host.unwrap_or_default().to_owned(),
            sysroot: PathBuf::from(sysroot.trim()),
            path,
        })
    }

    fn rustlib(&self) -> PathBuf {
        self.sysroot.join("lib/rustlib")
    }

    fn new_enough(&self) -> bool {
        let mut numbers = self
            .version
            .split([' ', '.', '-'])
            .filter_map(|part| part.parse::<u32>().ok());
        (numbers.next(), numbers.next()) >= (Some(OLDEST.0), Some(OLDEST.1))
    }

    fn rust_lld(&self) -> Option<PathBuf> {
        let lld = self.rustlib().join(&self.host).join("bin/rust-lld");
        lld.is_file().then_some(lld)
    }

    fn with_installed_target(&self, source: Source) -> Option<Toolchain> {
        let library = self.rustlib().join(TARGET).join("lib");
        let has_std = library
            .read_dir()
            .ok()?
            .flatten()
            .any(|entry| entry.file_name().to_string_lossy().starts_with("libstd-"));
        (has_std && self.new_enough()).then(|| Toolchain {
            rustc: self.path.clone(),
            std: Std::Installed,
            linker: None,
            version: self.version.clone(),
            source,
        })
    }

    fn with_std_source(&self, source: Source, linker: Option<PathBuf>) -> Option<Toolchain> {
        let library = self.rustlib().join("src/rust/library/std/Cargo.toml");
        (library.is_file() && self.new_enough()).then(|| Toolchain {
            rustc: self.path.clone(),
            std: Std::FromSource,
            linker: self.rust_lld().or(linker),
            version: self.version.clone(),
            source,
        })
    }
}

/// Asks rustup for the target, unless it could not bring it a short while ago.
fn add_target(compiler: &Compiler, cache: &Path, note: &mut dyn FnMut(&str)) -> Result<(), String> {
    if !compiler
        .rustlib()
        .join("multirust-channel-manifest.toml")
        .is_file()
    {
        return Err("the usual compiler is not one of rustup's".to_owned());
    }
    let memory = cache.join("rustup-failed");
    let recently = std::fs::metadata(&memory)
        .and_then(|file| file.modified())
        .ok()
        .and_then(|then| SystemTime::now().duration_since(then).ok())
        .is_some_and(|ago| ago < RUSTUP_RETRY);
    if recently && std::fs::read_to_string(&memory).is_ok_and(|text| text == compiler.version) {
        return Err(format!(
            "failed within the last day; delete {} to try again",
            memory.display()
        ));
    }
    note(&format!("asking rustup for {TARGET}"));
    let mut rustup = Command::new("rustup");
    rustup.args(["target", "add", TARGET]);
    let added = process::output_within(&mut rustup, RUSTUP_DEADLINE);
    if added.is_err() {
        // Only a memory: when it can't be kept, rustup is asked again.
        let _ = std::fs::create_dir_all(cache)
            .and_then(|()| std::fs::write(&memory, &compiler.version));
    }
    added.map(drop).map_err(|error| error.to_string())
}

fn install_debian(note: &mut dyn FnMut(&str)) -> Result<(), String> {
    let user = process::output(Command::new("id").arg("-u")).map_err(|error| error.to_string())?;
    if user.trim() != "0" {
        return Err("not installed, and only root can".to_owned());
    }
    note("installing Debian's compiler and the standard library's source");
    let mut apt = Command::new("apt-get");
    apt.env("DEBIAN_FRONTEND", "noninteractive")
        .args(["install", "--yes", "--no-install-recommends"])
        .args(DEBIAN_PACKAGES);
    process::output_within(&mut apt, APT_DEADLINE)
        .map(drop)
        .map_err(|error| error.to_string())
}
