//! The evening of `docs/authors.md`, as a new author types it: the guide's own commands, in an empty directory outside the
//! checkout, with the SDK in packages, as a registry would hand it out.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn checkout() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().expect("a checkout").to_owned()
}

/// What `cargo xtask sdk` made.
fn sdk() -> PathBuf {
    let made = match std::env::var_os("JADI_SDK") {
        Some(directory) => directory.into(),
        None => target().join("sdk"),
    };
    assert!(
        made.is_dir(),
        "there is no SDK in {}: run `cargo xtask sdk`",
        made.display()
    );
    made
}

/// Where this test was built: the compiled dependencies are there.
fn target() -> &'static Path {
    let tmp = Path::new(env!("CARGO_TARGET_TMPDIR"));
    tmp.parent().expect("a target directory")
}

/// The guide's commands: the lines of its blocks that are marked as part of the evening.
fn commands() -> Vec<String> {
    let guide = fs::read_to_string(checkout().join("docs/authors.md")).expect("the guide");
    let mut commands = Vec::new();
    let mut inside = false;
    for line in guide.lines() {
        match line {
            "```sh evening" => inside = true,
            "```" => inside = false,
            line if inside => commands.push(line.to_owned()),
            _ => {}
        }
    }
    commands
}

/// What spares this test from compiling wasmtime once more: the versions, profile and features that the checkout was built
/// with. A new author has none of it, and more time. And it keeps the crate apart from what may stand in the directories above
/// the machine's temporary one.
fn prepare(plugin: &Path) {
    fs::copy(checkout().join("Cargo.lock"), plugin.join("Cargo.lock")).expect("copied");
    let root = fs::read_to_string(checkout().join("Cargo.toml")).expect("a manifest");
    let root: toml::Table = root.parse().expect("TOML");
    let mut profile = root["profile"]["dev"]
        .as_table()
        .expect("a profile")
        .clone();
    if let Some(packages) = profile
        .get_mut("package")
        .and_then(toml::Value::as_table_mut)
    {
        packages.retain(|package, _| package == "*");
    }
    let path = plugin.join("Cargo.toml");
    let manifest = fs::read_to_string(&path).expect("a manifest");
    let mut manifest: toml::Table = manifest.parse().expect("TOML");
    let dev = manifest["dev-dependencies"]
        .as_table_mut()
        .expect("a table");
    let hack = checkout().join("workspace-hack");
    let hack =
        toml::Table::from_iter([("path".to_owned(), hack.to_string_lossy().as_ref().into())]);
    dev.insert("workspace-hack".to_owned(), hack.into());
    let profile = toml::Table::from_iter([("dev".to_owned(), profile.into())]);
    manifest.insert("profile".to_owned(), profile.into());
    manifest.insert("workspace".to_owned(), toml::Table::new().into());
    fs::write(&path, manifest.to_string()).expect("written");
}

/// Types one of the guide's lines.
fn type_in(directory: &Path, line: &str) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_jadi"));
    let mut path = vec![program.parent().expect("a directory").to_owned()];
    path.extend(std::env::split_paths(
        &std::env::var_os("PATH").expect("a path"),
    ));
    let mut shell = Command::new("sh");
    // What cargo said to this test is not for the cargo that the line starts.
    for (name, _) in std::env::vars()
        .filter(|(name, _)| name.starts_with("CARGO_PKG_") || name.starts_with("JADI_"))
    {
        shell.env_remove(name);
    }
    let output = shell
        .args(["-c", line])
        .current_dir(directory)
        .env_remove("CARGO_MANIFEST_DIR")
        .env_remove("CARGO_MANIFEST_PATH")
        .env("PATH", std::env::join_paths(path).expect("a path"))
        .env("SDK", sdk())
        .env("CARGO_TARGET_DIR", target())
        .env("CARGO_NET_OFFLINE", "true")
        .output()
        .expect("a shell");
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{line}\n{told}\n{error}");
    told
}

#[test]
fn the_guides_evening_goes_as_it_is_written() {
    let home = tempfile::tempdir().expect("a directory");
    let mut directory = home.path().to_owned();
    let mut told = Vec::new();
    let commands = commands();
    assert!(commands.len() >= 5, "{commands:?}");
    for line in &commands {
        match line.strip_prefix("cd ") {
            Some(into) => {
                directory.push(into);
                prepare(&directory);
            }
            None => told.push((line.as_str(), type_in(&directory, line))),
        }
    }
    let of = |part: &str| {
        let said = told.iter().find(|(line, _)| line.contains(part));
        let said = said.unwrap_or_else(|| panic!("{part} in {commands:?}"));
        said.1.as_str()
    };
    assert!(of("plugin new").contains("jadi plugin test"));
    assert!(
        of("plugin test").contains("3 passed")
            && of("plugin test").contains("Next: jadi plugin build")
    );
    assert!(directory.join("hello.wasm").is_file());
    let check = of("plugin check");
    for part in [
        "hello 0.1.0",
        "!hello [name]",
        "keep data of its own, apart for each bot: \"To count how often it greeted somebody\"",
        "ms of 50",
        "compiling:",
    ] {
        assert!(check.contains(part), "{part} in {check}");
    }
    assert!(!check.contains("does not say what for"), "{check}");
}
