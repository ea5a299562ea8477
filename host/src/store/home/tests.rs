//! What the files of a host keep to themselves, and who may open them.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use proptest::test_runner::{Config, TestRunner};
use tempfile::TempDir;

use super::*;
use crate::model::{BotRole, LinkMethod};
use crate::random::SystemRandom;
use crate::store::conformance::{self, ALICE, answer, jid, message, wanted};
use crate::store::{Handled, KvChange};

const DEADLINE: Duration = Duration::from_secs(60);

fn options(dir: &Path) -> StoreOptions {
    StoreOptions {
        data_dir: dir.to_owned(),
        session_dir: None,
        defaults: Settings::default(),
        kept: KeptBounds::default(),
        random: Arc::new(SystemRandom),
    }
}

async fn open(dir: &Path) -> Result<Store, StoreError> {
    let master = MasterKey::load(dir, None, &SystemRandom)?;
    Store::open(options(dir), master).await
}

fn bot(n: u8) -> BotRecord {
    let id = BotId::from_random([n; 16]);
    let mut bot = BotRecord::requested(id, BotRole::Sub, LinkMethod::Qr, 1);
    bot.jid = Some(jid(&format!("628000000020{n}@s.whatsapp.net")));
    bot
}

/// All files below a directory, with their content.
fn files(dir: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).expect("list") {
        let path = entry.expect("entry").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            let content = fs::read(&path).expect("read");
            found.push((path, content));
        }
    }
    found
}

async fn used(dir: &TempDir) -> Store {
    let store = open(dir.path()).await.expect("open");
    for n in [1, 2] {
        store.add_bot(&bot(n)).await.expect("add");
        let data = store.bot(bot(n).id).await.expect("bot");
        let event = message(ALICE, ALICE, "A1", "a message for the scan");
        let accepted = data.accept(wanted(vec![event]), 1).await.expect("accept");
        let handled = Handled {
            event: accepted.new[0].row,
            plugin: Some("core".to_owned()),
            writes: vec![KvChange {
                key: "a key for the scan".to_owned(),
                value: Some(b"a value for the scan".to_vec()),
            }],
            outgoing: vec![answer(ALICE, "B1", "an answer for the scan")],
            ..Handled::default()
        };
        data.commit(handled).await.expect("commit");
    }
    store
}

#[tokio::test]
async fn nothing_of_a_person_and_no_bots_key_is_readable_in_the_files() {
    let dir = tempfile::tempdir().expect("dir");
    let store = used(&dir).await;
    let texts = [
        "for the scan",
        "62800000",
        "SQLite format",
        "CREATE TABLE",
        "inbox",
    ];
    let mut needles: Vec<_> = texts.map(|text| text.as_bytes().to_vec()).into();
    for n in [1, 2] {
        let key = store.bot_key(bot(n).id).await.expect("a key");
        let expose = |key: SecretKey| *secrecy::ExposeSecret::expose_secret(&key);
        let (context, session) = (expose(key.context_key()), expose(key.session_key()));
        for bytes in [*key.expose(), context, session] {
            let hex = hex::encode(bytes);
            needles.extend([
                bytes.to_vec(),
                hex.to_uppercase().into_bytes(),
                hex.into_bytes(),
            ]);
        }
    }
    let scan = || {
        let files = files(dir.path());
        assert!(files.iter().any(|(path, _)| path.ends_with("registry.db")));
        assert!(
            files
                .iter()
                .filter(|(path, _)| path.ends_with("context.db"))
                .count()
                == 2
        );
        for (path, content) in files {
            let name = path.display().to_string();
            assert!(!name.contains("62800000"), "{name}");
            for needle in &needles {
                let found = content.windows(needle.len()).any(|window| window == needle);
                let needle = String::from_utf8_lossy(needle);
                assert!(!found, "{needle:?} stands in {name}");
            }
        }
    };
    scan();
    store.close().await.expect("close");
    scan();
}

#[tokio::test]
async fn only_their_owner_may_open_the_files() {
    let dir = tempfile::tempdir().expect("dir");
    let data = dir.path().join("data");
    let store = open(&data).await.expect("open");
    store.add_bot(&bot(1)).await.expect("add");
    store.bot(bot(1).id).await.expect("bot");
    let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
    for (path, _) in files(&data) {
        assert_eq!(mode(&path), 0o600, "{}", path.display());
        let directory = path.parent().expect("a directory");
        assert_eq!(mode(directory), 0o700, "{}", directory.display());
    }
    let names: BTreeSet<_> = files(&data)
        .iter()
        .filter_map(|(path, _)| Some(path.file_name()?.to_string_lossy().into_owned()))
        .collect();
    for name in ["host.lock", "registry.db", "registry.db-wal", "context.db"] {
        assert!(names.contains(name), "{name} in {names:?}");
    }
}

#[tokio::test]
async fn a_removed_bot_leaves_nothing() {
    let dir = tempfile::tempdir().expect("dir");
    let store = used(&dir).await;
    let gone = bot(1).id;
    let held = store.bot(gone).await.expect("bot");
    store.remove_bot(gone).await.expect("remove");
    assert!(matches!(held.totals().await, Err(StoreError::Closed)));
    assert!(matches!(
        store.bot(gone).await,
        Err(StoreError::NoSuchBot(_))
    ));
    let left = files(dir.path());
    assert!(
        left.iter()
            .all(|(path, _)| !path.to_string_lossy().contains(&gone.to_string()))
    );
    let other = store.bot(bot(2).id).await.expect("other");
    assert_eq!(other.totals().await.expect("totals").received, 1);

    let directory = store
        .directory(gone)
        .expect("as if the removal was cut short");
    store.remove_bot(gone).await.expect("remove again");
    assert!(!directory.exists());
    assert!(matches!(
        store.remove_bot(gone).await,
        Err(StoreError::NoSuchBot(_))
    ));
}

#[test]
fn random_interleavings_of_two_bots_of_a_store_never_cross() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("runtime");
    let config = Config {
        cases: 24,
        failure_persistence: None,
        ..Config::default()
    };
    TestRunner::new(config)
        .run(&conformance::steps(), |steps| {
            runtime.block_on(async {
                let dir = tempfile::tempdir().expect("dir");
                let store = open(dir.path()).await.expect("open");
                for n in [1, 2] {
                    store.add_bot(&bot(n)).await.expect("add");
                }
                let bots = [bot(1).id, bot(2).id];
                conformance::writes_never_cross(&store, bots, steps).await;
            });
            Ok(())
        })
        .expect("no crossing");
}

#[tokio::test]
async fn one_context_is_shared_by_all_who_ask() {
    let dir = tempfile::tempdir().expect("dir");
    let store = used(&dir).await;
    let (one, again) = (store.bot(bot(1).id).await, store.bot(bot(1).id).await);
    let (one, again) = (one.expect("one"), again.expect("again"));
    assert!(Arc::ptr_eq(&one, &again));
    let other = store.bot(bot(2).id).await.expect("other");
    assert!(!Arc::ptr_eq(&one, &other));
    drop((one, again));
    store.bot(bot(1).id).await.expect("opened anew");
}

#[tokio::test]
async fn who_asks_for_a_bot_and_goes_away_keeps_nobody_from_it() {
    let dir = tempfile::tempdir().expect("dir");
    let store = open(dir.path()).await.expect("open");
    store.add_bot(&bot(1)).await.expect("add");
    let mut gone = Box::pin(store.bot(bot(1).id));
    assert!(futures::poll!(&mut gone).is_pending());
    let other = tokio::time::timeout(DEADLINE, store.bot(bot(1).id)).await;
    let other = other.expect("it is opened").expect("bot");
    let first = gone.await.expect("bot");
    assert!(Arc::ptr_eq(&first, &other));
}

#[tokio::test]
async fn each_file_has_its_own_key() {
    let dir = tempfile::tempdir().expect("dir");
    let store = used(&dir).await;
    let mut keys = BTreeSet::new();
    for n in [1, 2] {
        let place = store.session(bot(n).id).await.expect("session");
        assert!(place.path.parent().expect("directory").is_dir());
        keys.insert(*secrecy::ExposeSecret::expose_secret(&place.key));
    }
    assert_eq!(keys.len(), 2);
    drop(store);
    let (one, two) = (bot(1).id.to_string(), bot(2).id.to_string());
    let context = |id: &str| dir.path().join("bots").join(id).join("context.db");
    fs::copy(context(&one), context(&two)).expect("swap");
    let _ = fs::remove_file(context(&two).with_extension("db-wal"));
    let store = open(dir.path()).await.expect("open");
    let swapped = store.bot(bot(2).id).await.map(drop);
    assert!(
        matches!(swapped, Err(StoreError::Corrupt { .. })),
        "{swapped:?}"
    );
    store.bot(bot(1).id).await.expect("the other bot is well");
}

#[tokio::test]
async fn a_second_host_is_refused() {
    let dir = tempfile::tempdir().expect("dir");
    let store = used(&dir).await;
    let second = open(dir.path()).await.map(drop);
    assert!(
        matches!(second, Err(StoreError::Locked { .. })),
        "{second:?}"
    );
    drop(store);
    open(dir.path()).await.expect("when the first is gone");
}

#[tokio::test]
async fn a_wrong_key_changes_nothing() {
    let dir = tempfile::tempdir().expect("dir");
    used(&dir).await.close().await.expect("close");
    let before = files(dir.path());
    let wrong = secrecy::SecretString::from("ab".repeat(32));
    let loaded = MasterKey::load(dir.path(), Some(&wrong), &SystemRandom).map(drop);
    assert!(
        matches!(loaded, Err(StoreError::KeyWrong { .. })),
        "{loaded:?}"
    );
    assert_eq!(files(dir.path()), before);

    // Without the fingerprint a wrong key shows only when the registry is opened.
    fs::remove_file(dir.path().join("master.id")).expect("remove");
    let key = MasterKey::load(dir.path(), Some(&wrong), &SystemRandom).expect("not known yet");
    let opened = Store::open(options(dir.path()), key).await.map(drop);
    assert!(
        matches!(opened, Err(StoreError::Corrupt { .. })),
        "{opened:?}"
    );
    open(dir.path())
        .await
        .expect("the right one still opens it");
}

#[tokio::test]
async fn directories_can_be_elsewhere() {
    let dir = tempfile::tempdir().expect("dir");
    let elsewhere = tempfile::tempdir().expect("dir");
    let master = MasterKey::load(dir.path(), None, &SystemRandom).expect("key");
    let mut options = options(dir.path());
    options.session_dir = Some(elsewhere.path().to_owned());
    let store = Store::open(options, master).await.expect("open");
    store.add_bot(&bot(1)).await.expect("add");
    let place = store.session(bot(1).id).await.expect("session");
    assert!(place.path.starts_with(elsewhere.path()));
    store.bot(bot(1).id).await.expect("bot");
    assert!(place.path.with_file_name("context.db").exists());
}
