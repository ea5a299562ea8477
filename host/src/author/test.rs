//! `jadi plugin test`: cargo's tests of a crate, with what a new author wonders about said before and after.

use std::io::Write;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, bail};

const AFTER: &str = "\
Examples:
  jadi plugin test                    all tests of the crate in this directory
  jadi plugin test ../dice            of another crate
  jadi plugin test . greets           those with `greets` in their names

A test talks to a bot that has the plugin:

  let bot = TestBot::of_this_crate();
  let alice = bot.private(\"6280000000101\").named(\"Alice\");
  assert_eq!(alice.says(\"!hello\").text(), \"Hello, Alice!\");

It is cargo's own test command: `cargo test` in the crate's directory is the same.
";

/// The arguments of `test`.
#[derive(Debug, Clone, clap::Args)]
#[command(after_help = AFTER)]
pub struct Args {
    /// The crate's directory
    #[arg(default_value = ".", value_name = "CRATE")]
    plugin: PathBuf,
    /// Which tests, and what else cargo's tests take
    #[arg(
        trailing_var_arg = true,
        allow_hyphen_values = true,
        value_name = "TESTS"
    )]
    tests: Vec<String>,
}

pub(super) fn run(args: &Args, out: &mut dyn Write) -> anyhow::Result<()> {
    // The same check, and the same words, as when it is built.
    jadi_plugin_build::cache_of(&args.plugin)?;
    writeln!(
        out,
        "Each test builds the plugin and runs it as a host would. The first time, the runtime is compiled: some minutes."
    )?;
    out.flush()?;
    let status = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["test", "--manifest-path"])
        .arg(args.plugin.join("Cargo.toml"))
        .args(&args.tests)
        .status()
        .context("cargo can't be started; is Rust installed?")?;
    if !status.success() {
        bail!("a test failed, or something did not compile: what and why stands above");
    }
    writeln!(out, "All tests passed. Next: jadi plugin build")?;
    Ok(())
}
