//! The program as a person meets it: help, the config check, and errors that say what to do.

use std::path::Path;
use std::process::{Command, Output};

pub fn jadi(dir: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_jadi"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("JADI_")) {
        command.env_remove(name);
    }
    if cfg!(feature = "simulator") {
        command.env("JADI_SIMULATOR_URL", "ws://127.0.0.1:9/ws/chat");
        command.env("JADI_SIMULATOR_MEDIA", "http://127.0.0.1:9");
    }
    command
        .current_dir(dir)
        .args(arguments)
        .envs(environment.iter().copied())
        .output()
        .expect("the program runs")
}

pub fn texts(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("text");
    (text(&output.stdout), text(&output.stderr))
}

#[test]
fn help_teaches_the_first_start() {
    let dir = tempfile::tempdir().expect("a directory");
    let output = jadi(dir.path(), &["--help"], &[]);
    let (out, _) = texts(&output);
    assert!(output.status.success());
    for wanted in [
        "config check",
        "JADI_DATA_DIR",
        "Linked devices",
        "--owners",
    ] {
        assert!(out.contains(wanted), "{wanted} in {out}");
    }
}

#[test]
fn a_checked_config_tells_values_and_where_they_came_from() {
    let dir = tempfile::tempdir().expect("a directory");
    std::fs::write(dir.path().join("jadi.toml"), "language = \"id\"\n").expect("a file");
    let key = "a".repeat(64);
    let environment = [("JADI_MASTER_KEY", key.as_str()), ("JADI_SLOT", "3")];
    let output = jadi(
        dir.path(),
        &["config", "check", "--port", "0"],
        &environment,
    );
    let (out, error) = texts(&output);
    assert!(output.status.success(), "{error}");
    let origin = |key: &str| {
        let line = out
            .lines()
            .find(|line| line.starts_with(&format!("{key} =")));
        let line = line.unwrap_or_else(|| panic!("{key} in {out}"));
        line.split_once("# ").expect("an origin").1.to_owned()
    };
    assert_eq!(origin("language"), "file jadi.toml");
    assert_eq!(origin("slot"), "environment variable JADI_SLOT");
    assert_eq!(origin("listen"), "flag --listen");
    assert_eq!(origin("delay"), "default");
    assert!(!out.contains("aaaa"), "{out}");
    let values: toml::Table = out.parse().expect("the output is TOML");
    assert_eq!(values["slot"].as_integer(), Some(3));
    assert!(
        dir.path().read_dir().expect("list").count() == 1,
        "checking writes nothing"
    );
}

#[test]
fn a_wrong_value_ends_with_its_key_and_an_exit_code() {
    let dir = tempfile::tempdir().expect("a directory");
    for arguments in [&["config", "check"][..], &["run"]] {
        let output = jadi(dir.path(), arguments, &[("JADI_LANGAGE", "en")]);
        let (out, error) = texts(&output);
        assert_eq!(output.status.code(), Some(1));
        assert!(out.is_empty());
        assert!(
            error.contains("JADI_LANGAGE") && error.contains("did you mean language?"),
            "{error}"
        );
    }
}

/// The names of such servers are compiled into builds for the simulator only, whatever an operator writes.
#[cfg(not(feature = "simulator"))]
#[test]
fn an_ordinary_build_can_not_be_told_of_servers_on_this_machine() {
    let dir = tempfile::tempdir().expect("a directory");
    let servers = "api.example.org=127.0.0.1:80";
    let check = ["config", "check"];
    let refused = |output: Output, name: &str| {
        let (_, error) = texts(&output);
        assert!(!output.status.success() && error.contains(name), "{error}");
    };
    let environment = [("JADI_SIMULATOR_SERVERS", servers)];
    let variable = jadi(dir.path(), &check, &environment);
    refused(variable, "JADI_SIMULATOR_SERVERS");
    let flag = format!("--simulator-servers={servers}");
    let flagged = jadi(dir.path(), &["config", "check", &flag], &[]);
    refused(flagged, "--simulator-servers");
    let line = format!("simulator_servers = \"{servers}\"\n");
    std::fs::write(dir.path().join("jadi.toml"), line).expect("a file");
    refused(jadi(dir.path(), &check, &[]), "simulator_servers");
}

#[test]
fn a_data_directory_that_can_not_be_made_is_told() {
    let dir = tempfile::tempdir().expect("a directory");
    std::fs::write(dir.path().join("file"), "").expect("a file");
    let output = jadi(dir.path(), &["run", "--data-dir", "file/data"], &[]);
    let (_, error) = texts(&output);
    assert_eq!(output.status.code(), Some(1));
    assert!(error.contains("file/data"), "{error}");
}

#[test]
fn authors_verbs_need_no_configuration_and_teach() {
    let dir = tempfile::tempdir().expect("a directory");
    // A configuration that nothing else would start with.
    std::fs::write(dir.path().join("jadi.toml"), "no_such_key = 1\n").expect("a file");
    let output = jadi(dir.path(), &["plugin", "new", "dice"], &[]);
    let (out, error) = texts(&output);
    assert!(output.status.success(), "{error}");
    assert!(out.contains("jadi plugin test"), "{out}");
    assert!(dir.path().join("dice/src/lib.rs").is_file());

    let (out, _) = texts(&jadi(dir.path(), &["plugin", "--help"], &[]));
    for wanted in ["new", "build", "test", "check", "pack", "An evening"] {
        assert!(out.contains(wanted), "{wanted} in {out}");
    }
    for verb in ["new", "build", "test", "check", "pack"] {
        let (out, _) = texts(&jadi(dir.path(), &["plugin", verb, "--help"], &[]));
        assert!(out.contains("Examples:"), "{verb}: {out}");
        assert!(
            !out.contains("--master-key") && !out.contains("--listen"),
            "{verb}: {out}"
        );
    }
}

#[test]
fn what_is_no_plugin_is_told_with_what_to_do() {
    let dir = tempfile::tempdir().expect("a directory");
    std::fs::write(dir.path().join("text.wasm"), "hello").expect("a file");
    std::fs::write(dir.path().join("module.wasm"), b"\0asm\x01\0\0\0").expect("a file");
    std::fs::write(
        dir.path().join("m.json"),
        r#"{"name":"a","version":"1.0.0","languages":["en"]}"#,
    )
    .expect("a file");
    for (arguments, wanted) in [
        (&["check", "text.wasm"][..], "not a WebAssembly file"),
        (&["check", "module.wasm"], "a core WebAssembly module"),
        (&["check", "nothing.wasm"], "nothing.wasm can't be read"),
        (&["build"], "jadi plugin new"),
        (&["test"], "jadi plugin new"),
        (&["new", "Dice"], "is not a plugin's name"),
        (
            &["pack", "module.wasm", "--manifest", "m.json"],
            "a core module",
        ),
    ] {
        let output = jadi(dir.path(), &[&["plugin"], arguments].concat(), &[]);
        let (_, error) = texts(&output);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(error.contains(wanted), "{arguments:?}: {error}");
    }
}

#[test]
fn plugin_commands_teach_and_need_a_running_host() {
    let dir = tempfile::tempdir().expect("a directory");
    let (out, _) = texts(&jadi(dir.path(), &["plugin", "--help"], &[]));
    for wanted in [
        "install",
        "upgrade",
        "rollback",
        "enable",
        "grants",
        "dev",
        "--bot main",
    ] {
        assert!(out.contains(wanted), "{wanted} in {out}");
    }
    for verb in [
        "install", "enable", "disable", "rollback", "remove", "grants", "dev", "list",
    ] {
        let (out, error) = texts(&jadi(dir.path(), &["plugin", verb, "--help"], &[]));
        assert!(out.contains("Example"), "{verb}: {out}{error}");
    }
    let file = dir.path().join("hello.wasm");
    std::fs::write(&file, "no component").expect("written");
    for arguments in [
        &["plugin", "list"][..],
        &["plugin", "install", "hello.wasm", "--yes"],
        &["plugin", "enable", "hello", "--bot", "main"],
        &["plugin", "remove", "hello", "--yes"],
        &["plugin", "dev", "hello.wasm"],
    ] {
        let output = jadi(dir.path(), arguments, &[]);
        let (out, error) = texts(&output);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {out}");
        assert!(
            error.contains("no host is running on") && error.contains("`jadi run`"),
            "{arguments:?}: {error}"
        );
    }
    assert!(
        !dir.path().join("jadi-data").exists(),
        "asking makes nothing"
    );
}

#[test]
fn a_plugin_file_that_is_not_there_is_told_and_switches_exclude_each_other() {
    let dir = tempfile::tempdir().expect("a directory");
    for verb in ["install", "dev"] {
        let output = jadi(dir.path(), &["plugin", verb, "hello.wasm"], &[]);
        let (_, error) = texts(&output);
        assert_eq!(output.status.code(), Some(1));
        assert!(error.contains("there is no file hello.wasm"), "{error}");
    }
    let both = ["plugin", "enable", "hello", "--bot", "main", "--all"];
    assert_eq!(jadi(dir.path(), &both, &[]).status.code(), Some(2));
    let (_, error) = texts(&jadi(
        dir.path(),
        &["plugin", "grants", "hello", "--deny", "disk"],
        &[],
    ));
    assert!(error.contains("unknown capability `disk`"), "{error}");
}

#[test]
fn the_help_on_plugins_teaches_what_to_do_with_a_failure() {
    let dir = tempfile::tempdir().expect("a directory");
    for (arguments, wanted) in [
        (&["plugin", "--help"][..], "replay"),
        (&["plugin", "failures", "--help"], "It says so on top"),
        (&["plugin", "replay", "--help"], "--wasm"),
        (&["plugin", "limits", "--help"], "limits.most"),
    ] {
        let output = jadi(dir.path(), arguments, &[]);
        let (out, error) = texts(&output);
        assert!(output.status.success(), "{error}");
        assert!(out.contains(wanted), "{wanted} in {out}");
    }
}

#[test]
fn plugins_of_no_data_are_told_and_nothing_is_made() {
    let dir = tempfile::tempdir().expect("a directory");
    for arguments in [
        &["plugin", "logs", "core"][..],
        &["plugin", "failures"],
        &["plugin", "release", "core"],
    ] {
        let output = jadi(dir.path(), arguments, &[]);
        let (_, error) = texts(&output);
        assert_eq!(output.status.code(), Some(1));
        assert!(error.contains("holds no data of Jadi"), "{error}");
    }
    let output = jadi(dir.path(), &["plugin", "replay", "nowhere.json"], &[]);
    let (_, error) = texts(&output);
    assert!(error.contains("nowhere.json can't be read"), "{error}");
    assert_eq!(dir.path().read_dir().expect("list").count(), 0);
}

#[test]
fn a_key_can_only_be_replaced_where_there_is_one() {
    let dir = tempfile::tempdir().expect("a directory");
    let output = jadi(dir.path(), &["key", "rotate"], &[]);
    let (out, error) = texts(&output);
    assert!(!output.status.success() && out.is_empty(), "{out}");
    assert!(error.contains("holds no data yet"), "{error}");
    assert!(!dir.path().join("jadi-data").exists(), "nothing is made");

    let data = dir.path().join("jadi-data");
    std::fs::create_dir(&data).expect("a directory");
    std::fs::write(data.join("registry.db"), "not a database").expect("a file");
    let key = "ab".repeat(32);
    let given = [("JADI_MASTER_KEY", key.as_str())];
    let (_, error) = texts(&jadi(dir.path(), &["key", "rotate"], &given));
    assert!(error.contains("JADI_NEW_MASTER_KEY"), "{error}");
    let both = [given[0], ("JADI_NEW_MASTER_KEY", "cd")];
    let (_, error) = texts(&jadi(dir.path(), &["key", "rotate"], &both));
    assert!(error.contains("registry.db is damaged"), "{error}");
    assert!(!error.contains(&key), "{error}");
    let kept = std::fs::read(data.join("registry.db")).expect("a file");
    assert_eq!(kept, b"not a database");
}
