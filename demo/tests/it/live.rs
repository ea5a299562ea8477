//! A running host and the command line beside it, as its operator has both.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use jadi_demo::world::{World, WorldOptions};
use jadi_simulator::Phone;
use tokio::process::Command;

use super::built;
use super::support::{DEADLINE, options};

/// A world, and a directory for files.
pub(super) struct Live {
    pub(super) world: World,
    dir: tempfile::TempDir,
}

impl Live {
    pub(super) async fn start() -> Self {
        Self::with(options()).await
    }

    /// A world with these options, but for its directory.
    pub(super) async fn with(options: WorldOptions) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        // Sends are paced for people; nobody waits here.
        fs::write(dir.path().join("jadi.toml"), "delay = \"1ms\"\n").expect("written");
        let options = WorldOptions {
            data: Some(dir.path().to_owned()),
            ..options
        };
        let world = World::start(options, &|_| {}).await.expect("a world");
        Self { world, dir }
    }

    /// A file of this world.
    pub(super) fn file(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.dir.path().join(name);
        fs::write(&path, content).expect("written");
        path
    }

    /// `echo` in another version.
    pub(super) fn version(&self, n: usize) -> PathBuf {
        self.file(&format!("echo-{n}.wasm"), &echo(n))
    }

    /// `jadi plugin …`, as an operator beside the host starts it.
    pub(super) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(built("JADI_BIN", "bin/jadi-simulated"));
        // What the tests are told by is no configuration.
        for (variable, _) in std::env::vars().filter(|(name, _)| name.starts_with("JADI_")) {
            command.env_remove(variable);
        }
        command
            .current_dir(self.dir.path())
            .arg("plugin")
            .args(arguments)
            .arg("--data-dir")
            .arg(self.dir.path().join("host"))
            // Needed by this build's configuration, used by `run` only.
            .env("JADI_SIMULATOR_URL", "ws://127.0.0.1:9/ws/chat")
            .env("JADI_SIMULATOR_MEDIA", "http://127.0.0.1:9")
            .stdin(Stdio::null());
        command
    }

    pub(super) async fn plugin(&self, arguments: &[&str]) -> Output {
        let run = self.command(arguments).output();
        let output = tokio::time::timeout(DEADLINE, run).await;
        output.expect("in time").expect("the program")
    }

    /// Runs it; it has to go well. Returns what it prints.
    pub(super) async fn done(&self, arguments: &[&str]) -> String {
        let output = self.plugin(arguments).await;
        let (told, error) = texts(&output);
        assert!(output.status.success(), "{arguments:?}: {told}\n{error}");
        told
    }

    /// Runs it; it has to be refused. Returns why.
    pub(super) async fn refused(&self, arguments: &[&str]) -> String {
        let output = self.plugin(arguments).await;
        let (told, error) = texts(&output);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {told}");
        error
    }

    pub(super) async fn phone(&self, name: &str, number: &str) -> Phone {
        self.world.phone(name, number).await.expect("a phone")
    }
}

/// What a program has printed, and what it told of errors.
pub(super) fn texts(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr))
}

/// A file as an argument.
pub(super) fn path(file: &Path) -> &str {
    file.to_str().expect("a path of this test")
}

/// The built `echo` as version `0.1.n`.
pub(super) fn echo(n: usize) -> Vec<u8> {
    let echo = fs::read(built("JADI_PLUGINS", "plugins").join("echo.wasm")).expect("echo");
    replaced(
        &echo,
        b"\"version\":\"0.1.0\"",
        format!("\"version\":\"0.1.{n}\"").as_bytes(),
        |_| true,
    )
}

/// Those occurrences of `old` that `which` picks by their number, replaced by as many bytes.
pub(super) fn replaced(bytes: &[u8], old: &[u8], new: &[u8], which: fn(usize) -> bool) -> Vec<u8> {
    assert_eq!(old.len(), new.len());
    let places: Vec<usize> = bytes
        .windows(old.len())
        .enumerate()
        .filter(|(_, window)| *window == old)
        .map(|(place, _)| place)
        .collect();
    assert!(!places.is_empty(), "the built plugin has it");
    let mut bytes = bytes.to_vec();
    for (number, place) in places.into_iter().enumerate() {
        if which(number) {
            bytes[place..place + old.len()].copy_from_slice(new);
        }
    }
    bytes
}
