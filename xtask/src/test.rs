//! `cargo xtask test`: everything that says whether this checkout is sound, in one command.
//!
//! The stages are in [`STAGES`], cheap ones first. A failed stage does not stop the others, so that one run tells all. Each
//! stage gives counts; a stage that is one check counts as one. The last line is the sum, alone on its line.
//!
//! The host's feature `simulator` changes what is compiled of the WhatsApp client, so the host is tested twice: as it is
//! shipped, and as the simulator needs it. The two are never built by one cargo call, and neither is `--workspace` used:
//! features of all packages in a call are united, and the ordinary binary would get the feature that it must not have.

mod baileys;
mod licences;
mod machine;
mod packages;
mod rooms;
mod stages;
mod tally;
mod tools;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Result;

use self::packages::Packages;
use self::stages::STAGES;
use self::tally::Tally;
use crate::workspace::Workspace;

/// Runs all tests and checks: the one test command
///
/// Installs what the machine lacks when it is a Debian and you are root, and names it otherwise. Exits with a failure when
/// anything failed.
#[derive(clap::Args)]
#[command(after_help = stages::help())]
pub struct Args {
    /// Run this stage only; may be given several times
    #[arg(long, value_name = "STAGE", value_parser = stages::names())]
    only: Vec<String>,
    /// Leave this stage out; may be given several times
    #[arg(long, value_name = "STAGE", value_parser = stages::names())]
    skip: Vec<String>,
}

/// What a stage works on.
struct Suite<'a> {
    workspace: &'a Workspace,
    packages: Packages,
}

/// How a stage ended.
struct Report {
    name: &'static str,
    about: &'static str,
    tally: Tally,
    took: Duration,
}

pub fn run(workspace: &Workspace, args: Args) -> Result<ExitCode> {
    let suite = Suite {
        workspace,
        packages: Packages::read(workspace)?,
    };
    let wanted = |name: &str| {
        (args.only.is_empty() || args.only.iter().any(|one| one == name))
            && !args.skip.iter().any(|one| one == name)
    };
    let mut reports = Vec::new();
    for stage in STAGES.iter().filter(|stage| wanted(stage.name)) {
        println!("\n━━ {} ━━ {}", stage.name, stage.about);
        let start = Instant::now();
        let tally = (stage.run)(&suite).unwrap_or_else(|error| {
            println!("error: {error:#}");
            Tally::one(false)
        });
        let took = start.elapsed();
        println!("── {}: {tally} in {}", stage.name, shown(took));
        reports.push(Report {
            name: stage.name,
            about: stage.about,
            tally,
            took,
        });
    }
    Ok(summary(&reports))
}

fn summary(reports: &[Report]) -> ExitCode {
    let width = reports.iter().map(|one| one.name.len()).max().unwrap_or(0);
    println!("\n━━ summary");
    for report in reports {
        let mark = if report.tally.sound() { "ok  " } else { "FAIL" };
        println!(
            "{mark}  {:width$}  {:>7}  {:>5} passed {:>4} failed   {}",
            report.name,
            shown(report.took),
            report.tally.passed,
            report.tally.failed,
            report.about,
        );
    }
    let sum: Tally = reports.iter().map(|report| report.tally).sum();
    println!(
        "total time {}",
        shown(reports.iter().map(|one| one.took).sum())
    );
    if sum.ignored > 0 {
        println!(
            "{} tests were not run: they are marked as ignored",
            sum.ignored
        );
    }
    println!("\n{} passed, {} failed", sum.passed, sum.failed);
    if sum.sound() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Minutes and seconds.
fn shown(time: Duration) -> String {
    let seconds = time.as_secs();
    format!("{}:{:02}", seconds / 60, seconds % 60)
}
