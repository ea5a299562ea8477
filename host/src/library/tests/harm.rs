//! Files that are no plugins, names that mean no good, a disk that is full or harmed, and askers that go away.

use std::fs;
use std::os::unix::fs::symlink;

use super::*;
use crate::model::Digest;

#[tokio::test]
async fn what_is_not_a_plugin_is_told_and_changes_nothing() {
    let place = Place::new();
    let host = place.start().await;
    let whole = plugin("sign", 1, "v1");
    let cases: [(&str, Vec<u8>, &str); 3] = [
        ("a text", b"hello".to_vec(), "not a WebAssembly file"),
        ("nothing", Vec::new(), "not a WebAssembly file"),
        ("most of one", whole[..whole.len() - 8].to_vec(), "damaged"),
    ];
    for (what, component, expected) in cases {
        let looked = host.library.look(component.clone()).await.map(drop);
        let installed = host.install(component).await.map(drop);
        assert_eq!(looked, installed, "{what}");
        match installed {
            Err(LibraryError::NotAPlugin { why, .. }) => assert!(why.contains(expected), "{why}"),
            other => panic!("{what}: {other:?}"),
        }
    }
    assert!(host.names().await.is_empty());
    host.end().await;
}

#[tokio::test]
async fn a_name_can_not_escape_the_shelf() {
    let place = Place::new();
    let host = place.start().await;
    let before = files(place.dir.path());
    for name in [
        "../../evil",
        "/tmp/evil",
        "..",
        "a/b",
        "a\\\\b",
        "a\\u0000",
        "Sign",
        "",
        "registry.db",
    ] {
        let component = sketched(&Sketch {
            manifest: manifest(name, 1, "sign"),
            mark: "evil",
            kv: false,
        });
        match host.install(component).await {
            Err(LibraryError::NotAPlugin { why, .. }) => {
                assert!(why.contains("manifest"), "{name}: {why}");
            }
            other => panic!("{name}: {other:?}"),
        }
    }
    assert_eq!(files(place.dir.path()), before, "no file came or went");
    // Even a name that is allowed names no file: the digest does.
    let component = plugin("sign", 1, "v1");
    let file = format!("{}.wasm", Digest::of(&component));
    host.install(component).await.expect("in");
    let kept: Vec<_> = files(&place.data().join("plugins"));
    assert_eq!(kept, [PathBuf::from(file)]);
    host.end().await;
}

/// The names of all files below a directory, machine code aside.
fn files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![dir.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(&next).expect("list") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else if path
                .extension()
                .is_none_or(|end| end != "bin" && end != "db-wal")
            {
                found.push(path.strip_prefix(dir).expect("below").to_owned());
            }
        }
    }
    found.sort();
    found
}

#[tokio::test]
async fn a_full_disk_is_told_and_what_served_goes_on() {
    let place = Place::new();
    let host = place.start().await;
    host.serve("sign", plugin("sign", 1, "v1")).await;
    let next = plugin("sign", 2, "v2");
    let unfinished = place
        .data()
        .join("plugins")
        .join(format!("{}.new", Digest::of(&next)));
    symlink("/dev/full", &unfinished).expect("a disk without room");
    match host.install(next.clone()).await {
        Err(LibraryError::DiskFull { why }) => assert!(why.contains("free some space"), "{why}"),
        other => panic!("{other:?}"),
    }
    assert_eq!(host.bots[0].answers("a").await, ["v1      a"]);
    host.install(next).await.expect("there is room again");
    assert_eq!(host.bots[0].answers("b").await, ["v2      b"]);
    host.end().await;
}

#[tokio::test]
async fn a_changed_file_is_never_run_and_can_be_mended() {
    let place = Place::new();
    let host = place.start().await;
    let (whole, guest) = (plugin("sign", 2, "v2"), plugin("guest", 1, "guest"));
    host.serve("sign", plugin("sign", 1, "v1")).await;
    host.install(whole.clone()).await.expect("in");
    host.serve("guest", guest).await;
    host.end().await;
    // Another plugin in its place, sound in itself and of the same name.
    let path = place
        .data()
        .join("plugins")
        .join(format!("{}.wasm", Digest::of(&whole)));
    fs::write(&path, plugin("sign", 9, "evil")).expect("written");

    let host = place.start().await;
    let bot = &host.bots[0];
    assert_eq!(bot.answers("a").await, ["guest   a"], "the others serve");
    let view = host.library.get("sign").await.expect("listed");
    let problem = view.problem.expect("told");
    assert!(problem.contains("was changed since"), "{problem}");
    let enabled = host.enable("sign").await;
    assert!(matches!(enabled, Err(LibraryError::Broken { .. })));
    host.library.rollback("sign").await.expect("1 is whole");
    assert_eq!(bot.answers("b").await, ["guest   b", "v1      b"]);
    host.install(whole).await.expect("mended");
    assert_eq!(bot.answers("c").await, ["guest   c", "v2      c"]);
    host.end().await;

    fs::remove_file(&path).expect("removed");
    let host = place.start().await;
    let view = host.library.get("sign").await.expect("listed");
    let problem = view.problem.expect("told");
    assert!(problem.contains("is gone"), "{problem}");
    host.end().await;
}

#[tokio::test]
async fn a_change_whose_asker_goes_away_is_done_all_the_same() {
    let place = Place::new();
    let host = place.start().await;
    // Polled once and dropped.
    tokio::select! {
        biased;
        _ = host.library.install(agreed(plugin("sign", 1, "v1"))) => panic!("it takes a moment"),
        () = std::future::ready(()) => {}
    }
    host.library.shutdown().await;
    assert_eq!(host.names().await, ["sign"]);
    let late = host.install(plugin("guest", 1, "guest")).await;
    assert_eq!(late, Err(LibraryError::Ending));
    host.end().await;
}
