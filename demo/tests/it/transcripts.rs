//! Every transcript of `tests/chats` goes as it is written; and one that does not is told.

use std::fs;

use super::{demo, root, stdout};

#[test]
fn all_transcripts_of_the_project_pass() {
    let chats = root().join("tests/chats");
    let mut files: Vec<_> = fs::read_dir(&chats)
        .expect("tests/chats")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|end| end == "chat"))
        .map(|path| path.strip_prefix(root()).expect("below").to_owned())
        .collect();
    files.sort();
    assert!(files.len() > 10, "{files:?}");
    let output = demo()
        .arg("--script")
        .args(&files)
        .output()
        .expect("the demo");
    let told = stdout(&output);
    let sum = format!("\n{} passed, 0 failed\n", files.len());
    let failures = told.find("\nfailed: ").map(|at| &told[at..]);
    assert!(failures.is_none(), "{}", failures.unwrap_or_default());
    assert!(output.status.success() && told.ends_with(&sum), "{told}");
}

#[test]
fn what_does_not_come_and_what_comes_too_much_fail_with_their_lines() {
    let dir = tempfile::tempdir().expect("a directory");
    let script = |name: &str, steps: &str| {
        let path = dir.path().join(name);
        fs::write(&path, format!("phone alice 6280000000101\n{steps}\n")).expect("written");
        path
    };
    let wrong = script(
        "wrong.chat",
        "alice -> main: !ping\nalice <- main within 5s: Pang",
    );
    let much = script("much.chat", "alice -> main: !ping\nalice <- main: nothing");
    let early = script(
        "early.chat",
        "alice -> main: !ping\nalice -> main: !help ping\nalice <- main: *!ping*...\nalice <- main within 2s: /Pong/",
    );
    let state = script("state.chat", "main is stopped within 1s");
    let files = [&wrong, &much, &early, &state];
    let output = demo()
        .arg("--script")
        .args(files)
        .output()
        .expect("the demo");
    let told = stdout(&output);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.ends_with("\n0 passed, 4 failed\n"), "{told}");
    for (file, line, expected, came) in [
        (
            &wrong,
            3,
            "a message `Pang` for alice in main within 5s",
            "main: *Pong* ",
        ),
        (
            &much,
            3,
            "nothing further for alice in main",
            "main: *Pong* ",
        ),
        (
            &early,
            5,
            "a message `/Pong/`",
            "out of order, before what was already met: main: *Pong* ",
        ),
        (&state, 2, "main stopped within 1s", "the main bot is open"),
    ] {
        let head = format!("{}:{line}: ", file.display());
        let place = told
            .find(&head)
            .unwrap_or_else(|| panic!("{head} in {told}"));
        let rest = &told[place..];
        assert!(rest.contains(expected), "{expected} in {rest}");
        assert!(rest.contains(came), "{came} in {rest}");
        assert!(rest.contains("the end of the host's log:"), "{rest}");
        assert!(told.contains(&format!("\nfailed: {head}")), "{told}");
    }
}
