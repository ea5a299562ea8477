//! `jadi plugin pack`: a manifest into a component of another language.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use jadi_plugin_manifest::Manifest;

use super::build::write;
use super::report::kib;
use crate::plugins::{Limits, LoadOptions, inspect};

const AFTER: &str = "\
Examples:
  jadi plugin pack quote.wasm --manifest manifest.toml               to NAME.wasm, named by the manifest
  jadi plugin pack build/out.wasm --manifest manifest.json -o quote.wasm

A manifest in TOML:

  name = \"quote\"
  version = \"1.0.0\"
  languages = [\"en\"]

  [[commands]]
  name = \"quote\"
  usage = \"[author]\"
  summary = \"A quotation, by somebody or by an author\"

The component exports `jadi:plugin/on-message` for commands. `jadi plugin build` does this by itself for plugins in Rust.
";

/// The arguments of `pack`.
#[derive(Debug, Clone, clap::Args)]
#[command(after_help = AFTER)]
pub struct Args {
    /// The component
    #[arg(value_name = "FILE")]
    component: PathBuf,
    /// Its manifest, in TOML or JSON
    #[arg(long, value_name = "FILE")]
    manifest: PathBuf,
    /// Write the plugin to this file [default: NAME.wasm]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(super) fn run(args: &Args, out: &mut dyn Write) -> anyhow::Result<()> {
    let read =
        |file: &Path| fs::read(file).with_context(|| format!("{} can't be read", file.display()));
    let manifest = manifest(&args.manifest, &read(&args.manifest)?)?;
    let packed = jadi_plugin_build::pack(&read(&args.component)?, manifest)
        .with_context(|| format!("{} is not packed", args.component.display()))?;
    // What no host would take is not worth writing.
    inspect(&packed.component, &Limits::default(), LoadOptions::ALL)
        .with_context(|| format!("{} is not packed", args.component.display()))?;
    let file = args
        .output
        .clone()
        .unwrap_or_else(|| PathBuf::from(format!("{}.wasm", packed.manifest.name)));
    write(&file, &packed.component)?;
    let (name, version) = (&packed.manifest.name, &packed.manifest.version);
    let size = kib(packed.component.len());
    let file = file.display();
    writeln!(
        out,
        "{name} {version} is packed: {file} ({size})\nNext: jadi plugin check {file}"
    )?;
    Ok(())
}

/// Reads a manifest by the form that its file's name tells.
fn manifest(file: &Path, content: &[u8]) -> anyhow::Result<Manifest> {
    let wrong = || format!("{} is no manifest", file.display());
    match file.extension().and_then(|end| end.to_str()) {
        Some("json") => Manifest::parse(content).with_context(wrong),
        Some("toml") => {
            let text = std::str::from_utf8(content).with_context(wrong)?;
            let manifest: Manifest = toml::from_str(text).with_context(wrong)?;
            manifest.check().with_context(wrong)?;
            Ok(manifest)
        }
        _ => bail!("{}: a manifest is a .toml or .json file", file.display()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_is_read_in_both_forms() {
        let toml = "name = \"a\"\nversion = \"1.0.0\"\nlanguages = [\"en\"]\n[[commands]]\nname = \"a\"\nsummary = \"A\"\n";
        let json = r#"{"name":"a","version":"1.0.0","languages":["en"],"commands":[{"name":"a","summary":"A"}]}"#;
        let read = |file: &str, content: &str| manifest(Path::new(file), content.as_bytes());
        assert_eq!(
            read("m.toml", toml).expect("TOML"),
            read("m.json", json).expect("JSON")
        );
        for (file, content, expected) in [
            ("m.yaml", toml, ".toml or .json"),
            ("m.toml", "name = 5", "m.toml is no manifest"),
            ("m.json", "{}", "missing field `name`"),
            ("m.toml", &toml.replace("\"a\"", "\"A B\""), "is not a name"),
        ] {
            let error = format!("{:#}", read(file, content).expect_err(expected));
            assert!(error.contains(expected), "{error:?} lacks {expected:?}");
        }
    }
}
