//! What is checked, in which order.

use std::process::Command;

use anyhow::{Result, bail};
use clap::builder::PossibleValuesParser;

use super::packages::select;
use super::tally::{Dialect, Tally, counted};
use super::{Suite, baileys, licences, machine, rooms, tools};
use crate::workspace::{check, stdout_of};
use crate::{binaries, plugins, sdk};

/// The host's package.
const HOST: &str = "jadi";
/// The tests of built plugins, which have a stage of their own.
const CHECKS: &str = "jadi-plugin-checks";
/// What exists for the simulator only.
const SIMULATED_ONLY: [&str; 2] = ["jadi-simulator", "jadi-demo"];
/// The host's feature for the simulator, as cargo wants it when several packages are selected.
const SIMULATED: &str = "jadi/simulator";
/// The client's feature that no ordinary build may have.
const DANGER: &str = "danger-skip-cert-chain-verify";

/// A part of the test command.
pub struct Stage {
    /// For `--only` and `--skip`.
    pub name: &'static str,
    /// What it checks.
    pub about: &'static str,
    /// Checks it.
    pub run: fn(&Suite<'_>) -> Result<Tally>,
}

/// All stages, cheap ones first; what is built by an earlier one is used by later ones.
pub const STAGES: [Stage; 13] = [
    Stage {
        name: "machine",
        about: "the programs that the tests need",
        run: |suite| machine::prepare(suite.workspace),
    },
    Stage {
        name: "fmt",
        about: "formatting",
        run: |suite| passes(suite.workspace.cargo().args(["fmt", "--all", "--check"])),
    },
    Stage {
        name: "rooms",
        about: "each library in its room of the host, no arrow backwards",
        run: |suite| rooms::check(&suite.workspace.root().join("host/src")),
    },
    Stage {
        name: "features",
        about: "no ordinary build trusts a forged certificate",
        run: features,
    },
    Stage {
        name: "licences",
        about: "licences and sources of all dependencies; nothing AGPL for plugin authors",
        run: |suite| licences::check(suite.workspace, &suite.packages),
    },
    Stage {
        name: "clippy",
        about: "lints, warnings denied",
        run: clippy,
    },
    Stage {
        name: "docs",
        about: "documentation, warnings denied",
        run: docs,
    },
    Stage {
        name: "plugins",
        about: "the built-in plugins, each to one component",
        run: |suite| {
            passes(
                suite
                    .workspace
                    .command(std::env::current_exe()?)
                    .arg("plugins"),
            )
        },
    },
    Stage {
        name: "light",
        about: "tests of contract, SDK and build tools",
        run: light,
    },
    Stage {
        name: "host",
        about: "tests of the host as it is shipped, and of plugins in its runtime",
        run: host,
    },
    Stage {
        name: "simulated",
        about: "tests of simulator and demo, transcripts against the whole system",
        run: simulated,
    },
    Stage {
        name: "examples",
        about: "plugins in JavaScript and Python; every plugin under two bots, and spoilt",
        run: examples,
    },
    Stage {
        name: "baileys",
        about: "an independent WhatsApp client against the simulator",
        run: |suite| baileys::check(suite.workspace),
    },
];

/// What `--only` and `--skip` take.
pub fn names() -> PossibleValuesParser {
    PossibleValuesParser::new(STAGES.iter().map(|stage| stage.name))
}

/// The stages, for `--help`.
pub fn help() -> String {
    STAGES.iter().fold("Stages:".to_owned(), |text, stage| {
        format!("{text}\n  {:10} {}", stage.name, stage.about)
    })
}

/// One check: a command that must succeed.
fn passes(command: &mut Command) -> Result<Tally> {
    check(command)?;
    Ok(Tally::one(true))
}

fn features(suite: &Suite<'_>) -> Result<Tally> {
    // Each package with the features that are on: features that the root switches on are no edges of the tree.
    let tree = |features: &[&str]| {
        let mut cargo = suite.workspace.cargo();
        cargo.args(["tree", "--locked", "--package", HOST, "--prefix", "none"]);
        stdout_of(cargo.args(["--format", "{p} {f}"]).args(features))
    };
    if !tree(&["--features", "simulator"])?.contains(DANGER) {
        bail!(
            "the feature {DANGER} is not in a build for the simulator either: this check looks for the wrong name"
        );
    }
    if tree(&[])?.contains(DANGER) {
        bail!(
            "an ordinary build of {HOST} has the feature {DANGER}; `cargo tree -p {HOST} -e features -i whatsapp-rust` shows from where"
        );
    }
    Ok(Tally::one(true))
}

fn clippy(suite: &Suite<'_>) -> Result<Tally> {
    let lint = |packages: &[&str], features: &[&str]| {
        let mut cargo = suite.workspace.cargo();
        cargo.args(["clippy", "--locked", "--all-targets"]);
        select(&mut cargo, packages).args(features);
        passes(cargo.args(["--", "--deny", "warnings"]))
    };
    Ok([
        lint(&suite.packages.light(), &[])?,
        lint(&shipped(suite), &[])?,
        lint(&suite.packages.heavy(), &["--features", SIMULATED])?,
    ]
    .into_iter()
    .sum())
}

fn docs(suite: &Suite<'_>) -> Result<Tally> {
    let document = |packages: &[&str]| {
        let mut cargo = suite.workspace.cargo();
        cargo.args(["doc", "--locked", "--no-deps", "--document-private-items"]);
        passes(select(&mut cargo, packages).env("RUSTDOCFLAGS", "--deny warnings"))
    };
    Ok([
        document(&suite.packages.light())?,
        document(&suite.packages.heavy())?,
    ]
    .into_iter()
    .sum())
}

fn light(suite: &Suite<'_>) -> Result<Tally> {
    let mut cargo = tests(suite);
    counted(select(&mut cargo, &suite.packages.light()), Dialect::Cargo)
}

fn host(suite: &Suite<'_>) -> Result<Tally> {
    let simulator = baileys::simulator(suite.workspace)?;
    let mut cargo = tests(suite);
    let mut packages = shipped(suite);
    packages.retain(|package| *package != CHECKS);
    let kit = sdk::directory(suite.workspace);
    sdk::make(suite.workspace, &kit)?;
    select(&mut cargo, &packages)
        .env("JADI_SIMULATOR", simulator)
        .env("JADI_SDK", kit);
    counted(&mut cargo, Dialect::Cargo)
}

/// Builds the plugins in other languages, runs each one's transcript against the whole system, and tests all built plugins.
fn examples(suite: &Suite<'_>) -> Result<Tally> {
    let workspace = suite.workspace;
    let mut xtask = workspace.command(std::env::current_exe()?);
    check(xtask.args(["plugins", "--examples"]))?;
    let world = binaries::simulated(workspace)?;
    let mut tally = Tally::default();
    for (plugins, transcripts) in plugins::examples::worlds(workspace)? {
        let mut demo = workspace.command(&world.demo);
        demo.arg("--plugins").arg(plugins).arg("--script");
        demo.args(transcripts).env("JADI_BIN", &world.host);
        tally = [tally, passes(&mut demo)?].into_iter().sum();
    }
    let mut cargo = tests(suite);
    select(&mut cargo, &[CHECKS])
        .env("JADI_PLUGINS", plugins::directory(workspace))
        .env("JADI_EXAMPLES", plugins::examples::directory(workspace));
    Ok([tally, counted(&mut cargo, Dialect::Cargo)?]
        .into_iter()
        .sum())
}

fn simulated(suite: &Suite<'_>) -> Result<Tally> {
    let plugins = binaries::plugins(suite.workspace)?;
    let host = binaries::simulated_host(suite.workspace)?;
    let simulator = baileys::simulator(suite.workspace)?;
    let mut cargo = tests(suite);
    cargo.env("JADI_PLUGINS", plugins).env("JADI_BIN", host);
    cargo.env("JADI_SIMULATOR", simulator);
    cargo.env("JADI_HOSTILE", plugins::hostile(suite.workspace)?);
    let axe = tools::npm(suite.workspace, "axe")?;
    cargo.env("JADI_AXE", axe.join("node_modules/axe-core/axe.min.js"));
    cargo.env(
        "JADI_SCHEMATHESIS",
        tools::pip(suite.workspace, "schemathesis")?,
    );
    // What has no part in the feature was tested with the host as it is shipped.
    let packages = [&[HOST][..], &SIMULATED_ONLY].concat();
    select(&mut cargo, &packages).args(["--features", SIMULATED]);
    counted(&mut cargo, Dialect::Cargo)
}

/// The host as it is shipped, with the parts of it that are packages of their own, and what runs plugins for their tests.
fn shipped<'s>(suite: &'s Suite<'_>) -> Vec<&'s str> {
    let mut packages = suite.packages.heavy();
    packages.retain(|package| !SIMULATED_ONLY.contains(package));
    packages
}

fn tests(suite: &Suite<'_>) -> Command {
    let mut cargo = suite.workspace.cargo();
    cargo.args(["test", "--locked", "--no-fail-fast"]);
    cargo
}
