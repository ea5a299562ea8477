//! Counts, and how they are read off what test runners print.

use std::fmt;
use std::io::{BufRead, BufReader};
use std::iter::Sum;
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use crate::workspace::shown;

/// How many checks passed and failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Checks that held.
    pub passed: u64,
    /// Checks that did not.
    pub failed: u64,
    /// Tests that are there but were not run.
    pub ignored: u64,
}

impl Tally {
    /// A stage that is one check.
    pub fn one(passed: bool) -> Self {
        Self {
            passed: u64::from(passed),
            failed: u64::from(!passed),
            ignored: 0,
        }
    }

    /// Whether something was checked and nothing failed.
    pub fn sound(self) -> bool {
        self.failed == 0 && self.passed > 0
    }

    /// Adds what a line of a runner's output says.
    fn read(&mut self, line: &str, dialect: Dialect) {
        match dialect {
            Dialect::Cargo => {
                if let Some(counts) = line.strip_prefix("test result: ") {
                    for part in counts.split(['.', ';']) {
                        self.add(part);
                    }
                }
            }
            Dialect::Tap => {
                if let Some(counts) = line.strip_prefix("# ") {
                    let mut words = counts.split(' ');
                    if let (Some(what), Some(number), None) =
                        (words.next(), words.next(), words.next())
                    {
                        let what = match what {
                            "pass" => "passed",
                            "fail" | "cancelled" => "failed",
                            "skipped" | "todo" => "ignored",
                            _ => return,
                        };
                        self.add(&format!("{number} {what}"));
                    }
                }
            }
        }
    }

    /// `12 passed`.
    fn add(&mut self, count: &str) {
        let Some((number, what)) = count.trim().split_once(' ') else {
            return;
        };
        let Ok(number) = number.parse::<u64>() else {
            return;
        };
        match what {
            "passed" => self.passed += number,
            "failed" => self.failed += number,
            "ignored" => self.ignored += number,
            _ => {}
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}

impl Sum for Tally {
    fn sum<I: Iterator<Item = Self>>(tallies: I) -> Self {
        tallies.fold(Self::default(), |sum, one| Self {
            passed: sum.passed + one.passed,
            failed: sum.failed + one.failed,
            ignored: sum.ignored + one.ignored,
        })
    }
}

/// How a test runner tells its counts.
#[derive(Debug, Clone, Copy)]
pub enum Dialect {
    /// `test result: ok. 3 passed; 0 failed; …`, once for each test binary.
    Cargo,
    /// `# pass 3`, as Node's runner has it at the end.
    Tap,
}

/// Runs a test runner, shows what it prints as it comes, and counts. A runner that fails without saying that a test failed
/// (because something did not compile, or a test binary crashed) counts as one failure, and so does one that ran nothing.
///
/// # Errors
///
/// When it can't be started or its output can't be read.
pub fn counted(command: &mut Command, dialect: Dialect) -> Result<Tally> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("can't start {}", shown(command)))?;
    let mut tally = Tally::default();
    if let Some(output) = child.stdout.take() {
        for line in BufReader::new(output).split(b'\n') {
            let line = line.context("can't read what the test runner prints")?;
            let line = String::from_utf8_lossy(&line);
            println!("{line}");
            tally.read(&line, dialect);
        }
    }
    let status = child.wait().context("can't wait for the test runner")?;
    if !status.success() && tally.failed == 0 {
        println!("{} ended with {status}", shown(command));
        tally.failed += 1;
    } else if status.success() && tally.passed == 0 {
        println!("{} ran no test", shown(command));
        tally.failed += 1;
    }
    Ok(tally)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &[&str], dialect: Dialect) -> (u64, u64, u64) {
        let mut tally = Tally::default();
        for line in lines {
            tally.read(line, dialect);
        }
        (tally.passed, tally.failed, tally.ignored)
    }

    #[test]
    fn cargo_counts_are_summed_over_binaries() {
        let lines = [
            "test a ... ok",
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s",
            "test result: FAILED. 4 passed; 2 failed; 0 ignored; 0 measured; 7 filtered out; finished in 1.20s",
        ];
        assert_eq!(read(&lines, Dialect::Cargo), (7, 2, 1));
    }

    #[test]
    fn tap_counts_come_once_at_the_end() {
        let lines = [
            "ok 1 - pairs",
            "# tests 5",
            "# pass 3",
            "# fail 1",
            "# cancelled 1",
            "# duration_ms 12.5",
        ];
        assert_eq!(read(&lines, Dialect::Tap), (3, 2, 0));
    }

    fn sh(script: &str) -> Tally {
        counted(Command::new("sh").args(["-c", script]), Dialect::Cargo).expect("sh starts")
    }

    #[test]
    fn a_runner_that_fails_without_a_failed_test_is_a_failure() {
        let tally = sh("echo 'test result: ok. 2 passed; 0 failed'; exit 101");
        assert_eq!((tally.passed, tally.failed), (2, 1));
    }

    #[test]
    fn a_runner_that_ran_nothing_is_a_failure() {
        assert!(!sh("true").sound());
    }
}
