//! The programs that the tests need beside Rust: installed from Debian's packages where that is possible, else named.

use std::process::{Command, Stdio};

use anyhow::{Result, bail};

use super::tally::Tally;
use crate::workspace::{Workspace, check};

/// A program, how to see that it is there and good enough, and the Debian packages that bring it.
struct Need {
    what: &'static str,
    probe: &'static [&'static str],
    packages: &'static [&'static str],
}

const NEEDS: [Need; 9] = [
    Need {
        what: "rustfmt",
        probe: &["cargo", "fmt", "--version"],
        packages: &[],
    },
    Need {
        what: "clippy",
        probe: &["cargo", "clippy", "--version"],
        packages: &[],
    },
    Need {
        what: "a C compiler",
        probe: &["cc", "--version"],
        packages: &["gcc", "libc6-dev"],
    },
    // Both for the OpenSSL that SQLCipher is built with.
    Need {
        what: "perl",
        probe: &["perl", "--version"],
        packages: &["perl"],
    },
    Need {
        what: "make",
        probe: &["make", "--version"],
        packages: &["make"],
    },
    // For the check with Baileys, the example plugin in JavaScript, and for the runner's `--test-force-exit`.
    Need {
        what: "Node.js 20.14 or later",
        probe: &[
            "node",
            "-e",
            "const [major, minor] = process.versions.node.split('.'); process.exit(major > 20 || (major == 20 && minor >= 14) ? 0 : 1)",
        ],
        packages: &["nodejs"],
    },
    Need {
        what: "npm",
        probe: &["npm", "--version"],
        packages: &["npm"],
    },
    // For the example plugin in Python.
    Need {
        what: "Python 3.9 or later, with pip",
        probe: &[
            "sh",
            "-c",
            "python3 -c 'import sys; sys.exit(sys.version_info < (3, 9))' && python3 -m pip --version",
        ],
        packages: &["python3", "python3-pip"],
    },
    // For the tests of the pages.
    Need {
        what: "Chromium and ChromeDriver",
        probe: &["sh", "-c", "chromium --version && chromedriver --version"],
        packages: &["chromium", "chromium-driver"],
    },
];

/// Looks for each program and installs the missing ones.
///
/// # Errors
///
/// Names what is still missing, and the packages.
pub fn prepare(workspace: &Workspace) -> Result<Tally> {
    let missing = missing();
    let packages: Vec<&str> = missing
        .iter()
        .flat_map(|need| need.packages)
        .copied()
        .collect();
    if !packages.is_empty() && may_install() {
        println!("installing {}", packages.join(" "));
        let apt = |args: &[&str]| {
            let mut apt = workspace.command("apt-get");
            apt.args(args).env("DEBIAN_FRONTEND", "noninteractive");
            check(apt.stdin(Stdio::null()))
        };
        apt(&["update", "--quiet"])?;
        let mut install = vec!["install", "--quiet", "--yes", "--no-install-recommends"];
        install.extend(&packages);
        apt(&install)?;
    }
    let missing = self::missing();
    if missing.is_empty() {
        return Ok(Tally::one(true));
    }
    let list = missing.iter().map(|need| match need.packages {
        [] => format!("\n  {} (rustup component add {})", need.what, need.what),
        some => format!(
            "\n  {} (Debian: apt-get install {})",
            need.what,
            some.join(" ")
        ),
    });
    bail!("this machine lacks:{}", list.collect::<String>());
}

fn missing() -> Vec<&'static Need> {
    NEEDS.iter().filter(|need| !succeeds(need.probe)).collect()
}

fn may_install() -> bool {
    succeeds(&["apt-get", "--version"]) && succeeds(&["sh", "-c", "test \"$(id -u)\" = 0"])
}

fn succeeds(command: &[&str]) -> bool {
    let Some((program, args)) = command.split_first() else {
        return false;
    };
    Command::new(program)
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
