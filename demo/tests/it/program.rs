//! The demo's program: its tour, its errors, and that nothing is left behind when it ends.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::{demo, stdout};

/// The usual ports may be in use, by another test for one.
const FREE_PORTS: [&str; 4] = ["--port", "0", "--phones-port", "0"];

#[test]
fn the_tour_passes_and_ends() {
    let output = demo().args(FREE_PORTS).arg("--once").output();
    let output = output.expect("the demo");
    let told = stdout(&output);
    assert!(output.status.success(), "{told}\n{output:?}");
    assert!(told.contains("alice → main"), "{told}");
}

#[test]
fn a_script_that_cannot_be_run_is_told_before_anything_starts() {
    let dir = tempfile::tempdir().expect("a directory");
    let wrong = dir.path().join("wrong.chat");
    fs::write(&wrong, "phone alice\n").expect("written");
    let later = dir.path().join("later.chat");
    fs::write(&later, "phone alice 6280000000101\n\nalice scans page\n").expect("written");
    let gone = dir.path().join("gone.chat");
    let started = Instant::now();
    let files = [&wrong, &later, &gone];
    let output = demo()
        .arg("--script")
        .args(files)
        .output()
        .expect("the demo");
    let told = stdout(&output);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(started.elapsed() < Duration::from_secs(5), "{told}");
    let expected = [
        format!("{}:1: expected a phone number", wrong.display()),
        format!("{}:3: alice scans page", later.display()),
        format!("cannot read the transcript {}", gone.display()),
        "\n0 passed, 3 failed\n".to_owned(),
    ];
    for part in expected {
        assert!(told.contains(&part), "{part} in {told}");
    }
}

#[test]
fn a_missing_host_is_named_with_what_to_do() {
    let output = Command::new(env!("CARGO_BIN_EXE_jadi-demo"))
        .args(["--once", "--jadi", "/nonexistent/jadi", "--plugins", "."])
        .output()
        .expect("the demo");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success());
    assert!(
        told.contains("/nonexistent/jadi") && told.contains("cargo xtask demo"),
        "{told}"
    );
}

#[test]
fn it_stays_up_answers_and_leaves_nothing_when_it_is_asked_to_end() {
    let temporary = tempfile::tempdir().expect("a directory");
    let mut child = demo()
        .args(FREE_PORTS)
        .env("TMPDIR", temporary.path())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the demo");
    let lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    let mut told = Vec::new();
    for line in lines.map_while(Result::ok) {
        let last = line.contains("Ctrl-C ends it");
        told.push(line);
        if last {
            break;
        }
    }
    let url = |what: &str| {
        let line = told.iter().find(|line| line.contains(what));
        let line = line.unwrap_or_else(|| panic!("{what} in {told:#?}"));
        let url = line
            .split_whitespace()
            .find(|word| word.starts_with("http://"));
        url.expect("an address").to_owned()
    };
    for page in [url("phones page"), url("host's page")] {
        let answer = ureq::get(&page).call().expect("a page");
        assert_eq!(answer.status(), 200, "{page}");
    }
    let host = host_pid(temporary.path());

    let pid = Pid::from_raw(child.id().cast_signed()).expect("its id");
    kill_process(pid, Signal::INT).expect("a signal");
    let status = child.wait().expect("it ends");
    assert!(status.success(), "{status}");
    assert!(
        !fs::exists(format!("/proc/{host}")).expect("proc"),
        "the host still runs"
    );
    let left: Vec<_> = fs::read_dir(temporary.path()).expect("list").collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn what_is_kept_is_gone_on_with_and_needs_no_new_pairing() {
    let data = tempfile::tempdir().expect("a directory");
    let start = || {
        let mut demo = demo();
        let demo = demo.args(FREE_PORTS).arg("--once").arg("--data");
        let output = demo.arg(data.path()).output().expect("the demo");
        assert!(output.status.success(), "{output:?}");
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    assert!(start().contains("pairing the main bot"));
    assert!(!start().contains("pairing the main bot"));
}

/// The id of the host's process, from the world's directory.
fn host_pid(temporary: &std::path::Path) -> u64 {
    let world = fs::read_dir(temporary).expect("list").next();
    let world = world
        .expect("a world's directory")
        .expect("an entry")
        .path();
    let run = fs::read_to_string(world.join("host/run.json")).expect("run.json");
    let run: serde_json::Value = serde_json::from_str(&run).expect("JSON");
    run["pid"].as_u64().expect("a process id")
}
