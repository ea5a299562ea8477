//! `jadi plugin new`: a crate to begin with.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use jadi_plugin_manifest::is_plugin_name;

const AFTER: &str = "\
Examples:
  jadi plugin new hello --sdk ~/jadi/target/sdk   a crate in ./hello, with the SDK that `cargo xtask sdk` made in ~/jadi
  jadi plugin new hello --sdk ~/sdk --path ~/bots/hello
  jadi plugin new hello                           with the SDK of crates.io, where it is not published yet

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
    /// Take the SDK from here, as long as it is not published: what `cargo xtask sdk` makes in a checkout of Jadi
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
    let sdk = args.sdk.as_deref().map(Sdk::find).transpose()?;
    let version = sdk.as_ref().map_or(PUBLISHED, |sdk| &sdk.version);
    for (file, text) in FILES {
        let path = directory.join(file);
        let text = text
            .replace("{{name}}", name)
            .replace("{{version}}", version);
        write(&path, &text)?;
    }
    if let Some(sdk) = &sdk {
        append(&directory, &sdk.patch())?;
    }
    let workspace = workspace_around(&directory);
    if let Some(workspace) = &workspace {
        append(
            &directory,
            "\n# It stands in a directory of another workspace, and apart from it.\n[workspace]\n",
        )?;
        let workspace = workspace.display();
        writeln!(
            out,
            "It stands apart from the workspace in {workspace}; to join, take [workspace] out."
        )?;
    }
    if args.sdk.is_none() {
        writeln!(
            out,
            "Its Cargo.toml names the SDK of crates.io, where it is not published yet: make one with `cargo xtask sdk` in a checkout of Jadi, and give it as --sdk to build this today."
        )?;
    }
    let directory = directory.display();
    writeln!(
        out,
        "{name} is there, in {directory}. Next:\n  cd {directory}\n  jadi plugin test\n  jadi plugin build"
    )?;
    Ok(())
}

/// The version on crates.io that goes with this program.
const PUBLISHED: &str = concat!(
    env!("CARGO_PKG_VERSION_MAJOR"),
    ".",
    env!("CARGO_PKG_VERSION_MINOR")
);

/// An SDK that stands in a directory: unpacked packages, each in a directory of its own.
struct Sdk {
    version: String,
    /// Each package's name and place.
    crates: BTreeMap<String, PathBuf>,
}

impl Sdk {
    fn find(directory: &Path) -> anyhow::Result<Self> {
        let shown = directory.display();
        let entries = directory
            .read_dir()
            .with_context(|| format!("--sdk {shown} can't be read"))?;
        let mut version = None;
        let mut crates = BTreeMap::new();
        for entry in entries {
            let path = entry?.path().canonicalize()?;
            let manifest = fs::read_to_string(path.join("Cargo.toml")).unwrap_or_default();
            let manifest: toml::Table = manifest.parse().unwrap_or_default();
            let package = |key: &str| manifest.get("package")?.get(key)?.as_str();
            // In a checkout the version is the workspace's, and cargo finds the crates of each other by their paths.
            if let (Some(name), Some(its)) = (package("name"), package("version")) {
                if name == "jadi-plugin-sdk" {
                    version = Some(its.to_owned());
                }
                crates.insert(name.to_owned(), path);
            }
        }
        let version = version.filter(|_| crates.contains_key("jadi-plugin-test"));
        let version = version.with_context(|| {
            format!("{shown} is no SDK: run `cargo xtask sdk` in a checkout of Jadi, and give the directory that it names")
        })?;
        Ok(Self { version, crates })
    }

    /// What tells cargo to take the packages from here.
    fn patch(&self) -> String {
        let patch =
            "\n# The SDK is not on crates.io yet. When it is, take this out.\n[patch.crates-io]\n";
        self.crates
            .iter()
            .fold(patch.to_owned(), |patch, (name, path)| {
                let path = toml::Value::String(path.to_string_lossy().into_owned());
                format!("{patch}{name} = {{ path = {path} }}\n")
            })
    }
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    let failed = || format!("{} can't be written", path.display());
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).with_context(failed)?;
    }
    fs::write(path, text).with_context(failed)
}

/// Adds to a new crate's `Cargo.toml`.
fn append(directory: &Path, text: &str) -> anyhow::Result<()> {
    let path = directory.join("Cargo.toml");
    let before = fs::read_to_string(&path)?;
    write(&path, &(before + text))
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
    fn with_an_sdk_of_a_directory_it_takes_all_packages_there() {
        let dir = tempfile::tempdir().expect("a directory");
        let sdk = dir.path().join("the sdk");
        for name in ["jadi-plugin-sdk", "jadi-plugin-test", "jadi-model"] {
            let text = format!("[package]\nname = \"{name}\"\nversion = \"0.3.1\"\n");
            write(&sdk.join(format!("{name}-0.3.1/Cargo.toml")), &text).expect("written");
        }
        make(&dir.path().join("dice"), "dice", Some(&sdk)).expect("made");
        let manifest = manifest(&dir.path().join("dice"));
        let version = manifest["dev-dependencies"]["jadi-plugin-test"].as_str();
        assert_eq!(version, Some("0.3.1"));
        let patch = manifest["patch"]["crates-io"].as_table().expect("a table");
        assert_eq!(patch.len(), 3);
        let path = patch["jadi-model"]["path"].as_str().expect("a path");
        let path = Path::new(path);
        assert!(
            path.is_absolute() && path.ends_with("the sdk/jadi-model-0.3.1"),
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
        let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        for (at, name, sdk, expected) in [
            ("a", "My Dice", None, "is not a plugin's name"),
            (".", "dice", None, "not empty"),
            ("file/dice", "dice", None, "can't be written"),
            (
                "b",
                "dice",
                Some(dir.path()),
                "is no SDK: run `cargo xtask sdk`",
            ),
            (
                "b",
                "dice",
                Some(&checkout),
                "is no SDK: run `cargo xtask sdk`",
            ),
            ("b", "dice", Some(&dir.path().join("c")), "can't be read"),
        ] {
            let error = make(&dir.path().join(at), name, sdk).expect_err(expected);
            let error = format!("{error:#}");
            assert!(error.contains(expected), "{error:?} lacks {expected:?}");
        }
    }
}
