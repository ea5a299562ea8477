//! `jadi plugin new`: a crate to begin with.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use jadi_plugin_manifest::is_plugin_name;

const AFTER: &str = "\
Examples:
  jadi plugin new hello --sdk ~/jadi  a crate in ./hello, with the SDK of a checkout of Jadi
  jadi plugin new hello --sdk ~/jadi --path ~/bots/hello
  jadi plugin new hello               with the SDK of crates.io, where it is not published yet

Then:
  cd hello
  jadi plugin test                    talk to it in a test
  jadi plugin build                   make hello.wasm
  jadi plugin check hello.wasm        see what it may do and what it costs
";

/// A new crate's files: where, and what stands in them.
const FILES: [(&str, &str); 5] = [
    ("Cargo.toml", include_str!("template/Cargo.toml.txt")),
    ("src/lib.rs", include_str!("template/lib.rs.txt")),
    ("tests/chat.rs", include_str!("template/chat.rs.txt")),
    ("README.md", include_str!("template/README.md.txt")),
    (".gitignore", include_str!("template/gitignore.txt")),
];

/// The arguments of `new`.
#[derive(Debug, Clone, clap::Args)]
#[command(after_help = AFTER)]
pub struct Args {
    /// The plugin's name: lower-case letters, digits and dashes
    name: String,
    /// Make it in this directory [default: NAME]
    #[arg(long, value_name = "DIR")]
    path: Option<PathBuf>,
    /// Take SDK and test library from this checkout of Jadi, as long as they are not published
    #[arg(long, value_name = "DIR")]
    sdk: Option<PathBuf>,
}

pub(super) fn run(args: &Args, out: &mut dyn Write) -> anyhow::Result<()> {
    let name = &args.name;
    if !is_plugin_name(name) {
        bail!(
            "{name:?} is not a plugin's name: use a lower-case letter, then letters, digits and dashes, at most 32"
        );
    }
    let directory = args.path.clone().unwrap_or_else(|| PathBuf::from(name));
    if directory
        .read_dir()
        .is_ok_and(|mut all| all.next().is_some())
    {
        bail!(
            "{} is there already and not empty; choose another --path",
            directory.display()
        );
    }
    let sdk = dependency(args.sdk.as_deref(), "plugin-sdk")?;
    let test = dependency(args.sdk.as_deref(), "plugin-test")?;
    for (file, text) in FILES {
        let path = directory.join(file);
        let text = text
            .replace("{{name}}", name)
            .replace("{{sdk}}", &sdk)
            .replace("{{test}}", &test);
        write(&path, &text).with_context(|| format!("{} can't be written", path.display()))?;
    }
    let workspace = workspace_around(&directory);
    if let Some(workspace) = &workspace {
        let path = directory.join("Cargo.toml");
        let apart =
            "\n# It stands in a directory of another workspace, and apart from it.\n[workspace]\n";
        let text = fs::read_to_string(&path)? + apart;
        write(&path, &text).with_context(|| format!("{} can't be written", path.display()))?;
        let workspace = workspace.display();
        writeln!(
            out,
            "It stands apart from the workspace in {workspace}; to join, take [workspace] out."
        )?;
    }
    if args.sdk.is_none() {
        writeln!(
            out,
            "Its Cargo.toml names the SDK of crates.io, where it is not published yet: give --sdk with a checkout of Jadi to build it today."
        )?;
    }
    let directory = directory.display();
    writeln!(
        out,
        "{name} is there, in {directory}. Next:\n  cd {directory}\n  jadi plugin test\n  jadi plugin build"
    )?;
    Ok(())
}

/// How a crate of ours is depended upon: by version, or as a directory of a checkout.
fn dependency(checkout: Option<&Path>, directory: &str) -> anyhow::Result<String> {
    let Some(checkout) = checkout else {
        let (major, minor) = (
            env!("CARGO_PKG_VERSION_MAJOR"),
            env!("CARGO_PKG_VERSION_MINOR"),
        );
        return Ok(format!("\"{major}.{minor}\""));
    };
    let path = checkout.join(directory);
    let path = path
        .join("Cargo.toml")
        .is_file()
        .then(|| path.canonicalize().ok())
        .flatten()
        .with_context(|| {
            let checkout = checkout.display();
            format!(
                "{checkout} has no {directory}: --sdk takes the directory of a checkout of Jadi"
            )
        })?;
    let path = toml::Value::String(path.to_string_lossy().into_owned());
    Ok(format!("{{ path = {path} }}"))
}

fn write(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::write(path, text)
}

/// The workspace that cargo would take the crate for a member of.
fn workspace_around(directory: &Path) -> Option<PathBuf> {
    let directory = directory.canonicalize().ok()?;
    let mut above = directory.ancestors().skip(1);
    above
        .find(|above| {
            let manifest = fs::read_to_string(above.join("Cargo.toml")).unwrap_or_default();
            let manifest: toml::Table = manifest.parse().unwrap_or_default();
            manifest.contains_key("workspace")
        })
        .map(Path::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn make(directory: &Path, name: &str, sdk: Option<&Path>) -> anyhow::Result<String> {
        let args = Args {
            name: name.to_owned(),
            path: Some(directory.to_owned()),
            sdk: sdk.map(Path::to_owned),
        };
        let mut out = Vec::new();
        run(&args, &mut out)?;
        Ok(String::from_utf8(out)?)
    }

    fn manifest(directory: &Path) -> toml::Table {
        let text = fs::read_to_string(directory.join("Cargo.toml")).expect("a manifest");
        text.parse().expect("it is TOML")
    }

    #[test]
    fn a_new_crate_has_every_file_filled_in() {
        let dir = tempfile::tempdir().expect("a directory");
        let at = dir.path().join("bots/dice");
        let told = make(&at, "dice", None).expect("made");
        assert!(told.contains("jadi plugin test"), "{told}");
        for (file, _) in FILES {
            let text = fs::read_to_string(at.join(file)).expect(file);
            assert!(!text.contains("{{"), "{file}: {text}");
        }
        let manifest = manifest(&at);
        assert_eq!(manifest["package"]["name"].as_str(), Some("dice"));
        assert_eq!(
            manifest["dependencies"]["jadi-plugin-sdk"].as_str(),
            Some("0.1")
        );
        assert!(!manifest.contains_key("workspace"));
    }

    #[test]
    fn with_a_checkout_it_takes_the_sdk_there() {
        let dir = tempfile::tempdir().expect("a directory");
        let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        make(&dir.path().join("dice"), "dice", Some(&checkout)).expect("made");
        let manifest = manifest(&dir.path().join("dice"));
        let path = manifest["dev-dependencies"]["jadi-plugin-test"]["path"].as_str();
        let path = Path::new(path.expect("a path"));
        assert!(
            path.is_absolute() && path.ends_with("plugin-test"),
            "{}",
            path.display()
        );
    }

    #[test]
    fn within_another_workspace_it_stands_apart() {
        let dir = tempfile::tempdir().expect("a directory");
        fs::write(dir.path().join("Cargo.toml"), "[workspace]\n").expect("written");
        let told = make(&dir.path().join("dice"), "dice", None).expect("made");
        assert!(told.contains("apart from the workspace"), "{told}");
        assert!(manifest(&dir.path().join("dice")).contains_key("workspace"));
    }

    #[test]
    fn what_can_not_be_made_is_told() {
        let dir = tempfile::tempdir().expect("a directory");
        fs::write(dir.path().join("file"), "").expect("written");
        for (at, name, sdk, expected) in [
            ("a", "My Dice", None, "is not a plugin's name"),
            (".", "dice", None, "not empty"),
            ("file/dice", "dice", None, "can't be written"),
            ("b", "dice", Some(dir.path()), "has no plugin-sdk"),
        ] {
            let error = make(&dir.path().join(at), name, sdk).expect_err(expected);
            let error = format!("{error:#}");
            assert!(error.contains(expected), "{error:?} lacks {expected:?}");
        }
    }
}
