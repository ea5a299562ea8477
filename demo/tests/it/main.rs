//! The whole system: the project's transcripts, plugins that change on a running host, what the demo's program says when
//! something is not as it should be, the pages in a browser, and what needs more people or more care than a transcript.
//!
//! The host is a program of its own, built for the simulator. `cargo xtask test` builds it and says where it is with
//! `JADI_BIN` and `JADI_PLUGINS`; without these it is looked for where xtask puts it.

mod api;
mod big_group;
mod broken;
mod calls;
mod cases;
mod connect;
mod crash;
mod every_page;
mod figures;
mod hostile;
mod hostile_servers;
mod http;
mod invites;
mod leaks;
mod line;
mod linking;
mod live;
mod live_plugins;
mod operator;
mod owner;
mod page;
mod pairing;
mod program;
mod programs;
mod proxy;
mod resend;
mod shutdown;
mod support;
mod ticks;
mod transcripts;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The checkout.
fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().expect("the package stands in a checkout")
}

/// A built file: as the variable says, or where `cargo xtask demo` puts it.
fn built(variable: &str, place: &str) -> PathBuf {
    let usual = || {
        let test = std::env::current_exe().expect("this program");
        let target = test.ancestors().nth(3).expect("<target>/debug/deps/it");
        target.join(place)
    };
    let path = std::env::var_os(variable).map_or_else(usual, PathBuf::from);
    assert!(
        path.exists(),
        "{} is not there: run `cargo xtask test`, which builds it, or set {variable}",
        path.display()
    );
    path
}

/// The demo's program with what it needs.
fn demo() -> Command {
    let mut demo = Command::new(env!("CARGO_BIN_EXE_jadi-demo"));
    demo.current_dir(root())
        .env("JADI_BIN", built("JADI_BIN", "bin/jadi-simulated"))
        .env("JADI_PLUGINS", built("JADI_PLUGINS", "plugins"));
    demo
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}
