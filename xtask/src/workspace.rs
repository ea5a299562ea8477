//! Where the workspace is, where cargo builds to, and how to call cargo.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// This checkout.
pub struct Workspace {
    root: PathBuf,
    target: PathBuf,
}

impl Workspace {
    /// Finds the checkout that this xtask is run from, and asks cargo for its target directory.
    ///
    /// Cargo says where that is. What was compiled in is only for an xtask that is called by its path: checkouts that
    /// share a target directory share this program, too.
    ///
    /// # Errors
    ///
    /// When cargo can't read the workspace.
    pub fn find() -> Result<Self> {
        let root = std::env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from)
            .parent()
            .context("xtask stands in no workspace")?
            .to_path_buf();
        let mut cargo = cargo_in(&root);
        cargo.args(["metadata", "--no-deps", "--format-version", "1"]);
        let metadata: serde_json::Value = serde_json::from_str(&stdout_of(&mut cargo)?)
            .context("cargo metadata is not the JSON that was expected")?;
        let target = metadata["target_directory"]
            .as_str()
            .context("cargo metadata tells no target directory")?;
        Ok(Self {
            target: PathBuf::from(target),
            root,
        })
    }

    /// The checkout's directory.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where cargo builds to: `CARGO_TARGET_DIR`, or `target` in the checkout.
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// The cargo that runs this xtask, in the checkout's directory.
    pub fn cargo(&self) -> Command {
        cargo_in(&self.root)
    }

    /// Any other program, in the checkout's directory.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root);
        command
    }
}

fn cargo_in(root: &Path) -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(root);
    cargo
}

/// Runs a command to its end, its output on this terminal.
///
/// # Errors
///
/// When it can't be started or ends with another status than 0; the error shows the command line.
pub fn check(command: &mut Command) -> Result<()> {
    let status = command
        .status()
        .with_context(|| format!("can't start {}", shown(command)))?;
    if !status.success() {
        bail!("{} ended with {status}", shown(command));
    }
    Ok(())
}

/// Runs a command to its end and gives back what it printed; its errors go to this terminal.
///
/// # Errors
///
/// As for [`check`]; also when the output is not UTF-8.
pub fn stdout_of(command: &mut Command) -> Result<String> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("can't start {}", shown(command)))?;
    if !output.status.success() {
        bail!("{} ended with {}", shown(command), output.status);
    }
    String::from_utf8(output.stdout)
        .with_context(|| format!("{} printed something that is not UTF-8", shown(command)))
}

/// A command as one would type it.
pub fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program())
        .file_name()
        .unwrap_or(command.get_program());
    std::iter::once(program)
        .chain(command.get_args())
        .map(OsStr::to_string_lossy)
        .collect::<Vec<_>>()
        .join(" ")
}
