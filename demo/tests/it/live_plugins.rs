//! Plugins of a running host, through the command line, while people write.
//!
//! The versions are the built `echo` with another version in its manifest.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::process::Stdio;

use jadi_demo::MAIN_NUMBER;
use jadi_simulator::{ChatId, Outgoing, Phone};
use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout};

use super::live::{Live, echo, path, replaced, texts};
use super::support::DEADLINE;

/// How many messages each person writes.
const MESSAGES: usize = 30;

fn bot() -> ChatId {
    ChatId::Direct(MAIN_NUMBER.to_owned())
}

async fn write(phone: &Phone, text: &str) {
    let message = Outgoing {
        text: Some(text.to_owned()),
        ..Outgoing::default()
    };
    phone.send(&bot(), message).await.expect("sent");
}

/// What the bot has said to a phone.
fn heard(phone: &Phone) -> Vec<String> {
    let messages = phone.messages(&bot()).into_iter();
    messages
        .filter(|message| !message.from_me)
        .map(|message| message.text)
        .collect()
}

/// Waits until a phone has heard `count` answers.
async fn until_heard(phone: &Phone, count: usize) {
    let mut events = phone.subscribe();
    let enough = async {
        while heard(phone).len() < count {
            // That some were missed is no matter: what was heard is looked at anew.
            let _ = events.recv().await;
        }
    };
    if tokio::time::timeout(DEADLINE, enough).await.is_err() {
        panic!(
            "{} of {count} answers: {:?}",
            heard(phone).len(),
            heard(phone)
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_message_is_answered_once_while_its_plugin_is_replaced() {
    let live = Live::start().await;
    let people = [
        live.phone("alice", "6280000000101").await,
        live.phone("bob", "6280000000102").await,
    ];
    let writers: Vec<_> = people
        .iter()
        .map(|phone| {
            let phone = phone.clone();
            tokio::spawn(async move {
                for n in 0..MESSAGES {
                    write(&phone, &format!("!echo {} {n}", phone.name())).await;
                }
            })
        })
        .collect();
    let mut changes = 0;
    for n in 1..=5 {
        let file = live.version(n);
        let told = live
            .done(&["install", path(&file), "--yes", "--replace"])
            .await;
        assert!(
            told.contains(&format!("echo 0.1.{n} is installed and serves all bots.")),
            "{told}"
        );
        changes += 1;
        if n % 2 == 0 {
            live.done(&["rollback", "echo"]).await;
            changes += 1;
        }
    }
    assert_eq!(changes, 7);
    for writer in writers {
        writer.await.expect("all was written");
    }
    for phone in &people {
        until_heard(phone, MESSAGES).await;
    }
    live.world.idle().await.expect("idle");
    for phone in &people {
        let mut times: HashMap<String, usize> = HashMap::new();
        for text in heard(phone) {
            *times.entry(text).or_default() += 1;
        }
        let expected: HashMap<String, usize> = (0..MESSAGES)
            .map(|n| (format!("{} {n}", phone.name()), 1))
            .collect();
        assert_eq!(times, expected, "each once, to {}", phone.name());
        assert_eq!(phone.duplicates(), [], "nothing was delivered twice");
    }
    let told = live.done(&["list"]).await;
    let line = told.lines().find(|line| line.starts_with("echo "));
    let line = line.unwrap_or_else(|| panic!("{told}"));
    assert!(
        line.contains("0.1.5") && line.contains("all bots"),
        "{line}"
    );
    live.world.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operator_is_told_what_would_not_go_well() {
    let live = Live::start().await;
    let alice = live.phone("alice", "6280000000101").await;
    let whole = echo(1);
    let half = live.file("half.wasm", &whole[..whole.len() - 8]);
    let text = live.file("text.wasm", b"hello");
    let next = live.version(1);
    // A plugin of another name with the same commands.
    let other = live.file(
        "other.wasm",
        // The manifest stands in the component twice, and has the plugin's name first and its command's next.
        &replaced(
            &whole,
            b"\"name\":\"echo\"",
            b"\"name\":\"ecco\"",
            |number| number % 2 == 0,
        ),
    );
    let yes = |file: &Path| {
        [
            "install".to_owned(),
            path(file).to_owned(),
            "--yes".to_owned(),
        ]
    };
    for (file, expected) in [
        (Path::new("nothing.wasm"), "there is no file nothing.wasm"),
        (
            &half,
            "not a plugin that this host can run: the component is damaged",
        ),
        (&text, "this is not a WebAssembly file"),
        (
            &next,
            "a plugin that comes with the host is called echo too",
        ),
    ] {
        let arguments = yes(file);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let error = live.refused(&arguments).await;
        assert!(error.contains(expected), "{expected}: {error}");
    }
    let error = live.refused(&["install", path(&other)]).await;
    assert!(error.contains("say --yes"), "{error}");
    let told = live.done(&["install", path(&other), "--yes"]).await;
    for part in [
        "ecco 0.1.1: Says back what you write",
        "say",
        "(for group admins, in groups)",
        "(its author: \"To answer\")",
        "Cost, on this machine",
        "compiling: ",
        "!say",
        "serves no bot yet",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    let error = live.refused(&["enable", "ecco"]).await;
    for part in ["ecco", "echo", "both have the command"] {
        assert!(error.contains(part), "{part}: {error}");
    }
    let error = live.refused(&["remove", "echo", "--yes"]).await;
    assert!(error.contains("comes with the host"), "{error}");

    // Nothing of that has changed what people have; what goes well does.
    write(&alice, "!echo one").await;
    until_heard(&alice, 1).await;
    live.done(&["disable", "echo"]).await;
    live.done(&["enable", "ecco", "--bot", MAIN_NUMBER]).await;
    write(&alice, "!echo two").await;
    until_heard(&alice, 2).await;
    assert_eq!(heard(&alice), ["one", "two"]);
    let told = live.done(&["list"]).await;
    assert!(
        told.lines()
            .any(|line| line.starts_with("ecco ") && line.contains(MAIN_NUMBER)),
        "{told}"
    );
    live.done(&["remove", "ecco", "--yes"]).await;
    write(&alice, "!echo three").await;
    until_heard(&alice, 3).await;
    assert!(heard(&alice)[2] != "three", "{:?}", heard(&alice));
    live.world.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_interpreter_is_asked_about_in_plain_words() {
    let live = Live::start().await;
    let alice = live.phone("alice", "6280000000101").await;
    let file = live.file("script.wasm", &scripted());
    let look = ["install", path(&file), "--replace"];
    let output = live.plugin(&look).await;
    let (told, error) = texts(&output);
    let words =
        "bring the interpreter of its language along, and use more memory than other plugins";
    assert_eq!(output.status.code(), Some(1), "{told}");
    for part in [format!("  - {words}"), format!("+ NEW: it may {words}")] {
        assert!(told.contains(&part), "{part}: {told}");
    }
    assert!(error.contains("say --yes"), "{error}");
    let grants = live.done(&["grants", "echo"]).await;
    assert!(!grants.contains("interpreter"), "{grants}");

    live.done(&["install", path(&file), "--replace", "--yes"])
        .await;
    let grants = live.done(&["grants", "echo"]).await;
    assert!(grants.contains(words), "{grants}");
    write(&alice, "!echo one").await;
    until_heard(&alice, 1).await;
    assert_eq!(heard(&alice), ["one"]);
    live.world.shutdown().await;
}

/// The built `echo`, with a manifest that says that an interpreter is in it.
fn scripted() -> Vec<u8> {
    let summary = r#""summary":{"en":"Says back what you write","es":"Repite lo que escribes","id":"Mengulang yang kamu tulis"}"#;
    let script = format!("{:<width$}", r#""limits":"script""#, width = summary.len());
    replaced(&echo(1), summary.as_bytes(), script.as_bytes(), |_| true)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plugin_without_a_capability_goes_on_without_it() {
    let live = Live::start().await;
    let alice = live.phone("alice", "6280000000101").await;
    let told = live.done(&["grants", "core"]).await;
    assert!(
        told.contains("commands") && told.contains("see which commands"),
        "{told}"
    );
    let error = live.refused(&["grants", "core", "--deny", "clock"]).await;
    assert!(error.contains("clock can't be denied"), "{error}");
    let told = live.done(&["grants", "core", "--deny", "commands"]).await;
    assert!(told.contains("(denied by you)"), "{told}");
    write(&alice, "!ping").await;
    until_heard(&alice, 1).await;
    assert!(heard(&alice)[0].contains("Pong"), "{:?}", heard(&alice));
    live.done(&["grants", "core", "--allow", "commands"]).await;
    write(&alice, "!menu").await;
    until_heard(&alice, 2).await;
    assert!(heard(&alice)[1].contains("!ping"), "{:?}", heard(&alice));
    live.world.shutdown().await;
}

/// What a program prints, by lines.
type Printed = Lines<BufReader<ChildStdout>>;

fn lines_of(program: &mut Child) -> Printed {
    BufReader::new(program.stdout.take().expect("its output")).lines()
}

/// Waits for a line with this in it.
async fn until_told(lines: &mut Printed, part: &str) -> String {
    let line = async {
        while let Some(line) = lines.next_line().await.expect("text") {
            if line.contains(part) {
                return line;
            }
        }
        panic!("it ended before it told {part}");
    };
    let told = tokio::time::timeout(DEADLINE, line).await;
    told.unwrap_or_else(|_| panic!("it did not tell {part}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn how_a_plugin_does_is_told_by_the_running_host() {
    let live = Live::start().await;
    let alice = live.phone("alice", "6280000000101").await;
    write(&alice, "!ping").await;
    until_heard(&alice, 1).await;
    let mut follow = live
        .command(&["logs", "core", "--follow"])
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("the program");
    let mut lines = lines_of(&mut follow);
    let line = until_told(&mut lines, "core 0.1.0").await;
    assert!(line.contains(" ok: cpu "), "{line}");
    // It may do nothing more: the next event fails, and whoever follows sees it.
    let told = live.done(&["limits", "core", "host_calls=0"]).await;
    assert!(
        told.lines()
            .any(|line| line.starts_with("host_calls = 0 ") && line.contains("this plugin")),
        "{told}"
    );
    write(&alice, "!ping").await;
    until_heard(&alice, 2).await;
    let answer = heard(&alice).pop().unwrap_or_default();
    assert!(answer.starts_with("That did not work"), "{answer}");
    let line = until_told(&mut lines, "FAILED").await;
    assert!(line.contains("core 0.1.0"), "{line}");
    until_told(&mut lines, "limit of 0 calls into the host").await;

    let told = live.done(&["failures", "core"]).await;
    let number = told
        .lines()
        .find(|line| line.contains("limit of 0 calls into the host"))
        .and_then(|line| line.split_whitespace().next())
        .unwrap_or_else(|| panic!("{told}"));
    let told = live
        .done(&["failures", "core", "--export", number, "--to", "kept.json"])
        .await;
    assert!(told.contains("kept.json"), "{told}");
    let told = live.done(&["replay", "kept.json"]).await;
    assert!(told.contains("It failed the same way."), "{told}");

    live.done(&["limits", "core", "host_calls="]).await;
    write(&alice, "!ping").await;
    until_heard(&alice, 3).await;
    let answer = heard(&alice).pop().unwrap_or_default();
    assert!(answer.contains("Pong"), "{answer}");
    let told = live.done(&["release", "core"]).await;
    assert_eq!(told, "core is left alone in no bot\n");
    let error = live.refused(&["limits", "nothing"]).await;
    assert!(error.contains("there is no plugin nothing"), "{error}");
    live.world.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_authors_save_is_live_while_people_write() {
    let live = Live::start().await;
    let alice = live.phone("alice", "6280000000101").await;
    let file = live.file("echo.wasm", &echo(1));
    let mut dev = live
        .command(&["dev", path(&file), "--yes", "--replace"])
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("the program");
    let mut lines = lines_of(&mut dev);
    let mut until_told = async |part: &str| until_told(&mut lines, part).await;
    until_told("echo 0.1.1").await;
    until_told("Watching").await;
    write(&alice, "!echo one").await;
    until_heard(&alice, 1).await;
    // As a build tool does: another file in the old one's place.
    let next = live.file("echo.new", &echo(2));
    fs::rename(next, &file).expect("in place");
    let line = until_told("echo 0.1.2").await;
    assert!(
        line.contains("is live") && line.contains("ms after it was saved"),
        "{line}"
    );
    write(&alice, "!echo two").await;
    until_heard(&alice, 2).await;
    // What is no plugin is told, and what was live stays.
    fs::write(&file, b"hello").expect("written");
    until_told("Not live: this is not a plugin").await;
    write(&alice, "!echo three").await;
    until_heard(&alice, 3).await;
    fs::write(&file, echo(3)).expect("written");
    until_told("echo 0.1.3").await;
    assert_eq!(heard(&alice), ["one", "two", "three"]);
    let pid = dev.id().and_then(|id| Pid::from_raw(id.cast_signed()));
    kill_process(pid.expect("it runs"), Signal::INT).expect("told to end");
    let ended = tokio::time::timeout(DEADLINE, dev.wait()).await;
    assert!(ended.expect("in time").expect("ended").success());
    // Saves are not kept: what was there before them is the version before.
    let told = live.done(&["rollback", "echo"]).await;
    assert!(told.contains("back at 0.1.0"), "{told}");
    live.world.shutdown().await;
}
