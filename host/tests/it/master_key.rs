//! The master key as an operator meets it: `jadi run` with a wrong one, or none, ends with what to do and changes nothing;
//! `jadi key rotate` replaces it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use secrecy::SecretString;

use super::cli::{jadi, texts};
use super::takeout::{SHOP, host, note, pieces, pieces_under};

/// The content of all files of a host's data.
fn files(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(dir).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            let content = std::fs::read(&path).expect("a file");
            found.insert(path, content);
        }
    }
    found
}

/// What a start that fails says.
fn refused(dir: &Path, environment: &[(&str, &str)]) -> String {
    let output = jadi(dir, &["run", "--server", "false"], environment);
    let (out, error) = texts(&output);
    assert_eq!(output.status.code(), Some(1), "{out}{error}");
    error
}

#[tokio::test]
async fn a_start_with_a_wrong_or_missing_key_is_refused_and_changes_nothing() {
    let dir = tempfile::tempdir().expect("a directory");
    host(dir.path(), SHOP, vec![note(b"tea")]).await;
    let data = dir.path().join("jadi-data");
    let key_file = data.join("master.key");
    let right = std::fs::read_to_string(&key_file).expect("the key");
    let before = files(&data);

    let wrong = "ab".repeat(32);
    let error = refused(dir.path(), &[("JADI_MASTER_KEY", &wrong)]);
    assert!(
        error.contains("this is not the master key") && error.contains("jadi-data"),
        "{error}"
    );
    assert!(!error.contains(&wrong), "{error}");
    assert_eq!(files(&data), before);

    let error = refused(dir.path(), &[("JADI_MASTER_KEY", "no key")]);
    assert!(error.contains("JADI_MASTER_KEY"), "{error}");
    assert_eq!(files(&data), before);

    // Its file is lost: none is made up in its place.
    std::fs::remove_file(&key_file).expect("removed");
    let error = refused(dir.path(), &[]);
    assert!(
        error.contains("its master key is missing; put the file"),
        "{error}"
    );
    assert!(!key_file.exists());
    let mut without = before.clone();
    without.remove(&key_file);
    assert_eq!(files(&data), without);

    // With the right one all is there.
    let right = SecretString::from(right.trim());
    let found = pieces_under(dir.path(), Some(&right)).await;
    assert_eq!(found, [note(b"tea")]);
}

#[tokio::test]
async fn a_key_is_replaced_by_another_and_the_old_one_opens_nothing() {
    let dir = tempfile::tempdir().expect("a directory");
    host(dir.path(), SHOP, vec![note(b"tea")]).await;
    let key_file = dir.path().join("jadi-data/master.key");
    let first = std::fs::read_to_string(&key_file).expect("the key");

    // A random one, in the file.
    let output = jadi(dir.path(), &["key", "rotate"], &[]);
    let (out, error) = texts(&output);
    assert!(output.status.success(), "{error}");
    assert!(
        out.contains("the keys of 1 bots are wrapped with it") && out.contains("master.key"),
        "{out}"
    );
    let second = std::fs::read_to_string(&key_file).expect("the key");
    assert_ne!(first, second);
    assert!(!out.contains(second.trim()), "{out}");
    assert_eq!(pieces(dir.path()).await, [note(b"tea")]);
    let error = refused(dir.path(), &[("JADI_MASTER_KEY", first.trim())]);
    assert!(error.contains("this is not the master key"), "{error}");

    // A given one, which is kept nowhere.
    let third = "cd".repeat(32);
    let given = [("JADI_NEW_MASTER_KEY", third.as_str())];
    let output = jadi(dir.path(), &["key", "rotate"], &given);
    let (out, error) = texts(&output);
    assert!(output.status.success(), "{error}");
    assert!(
        out.contains("Start with it as JADI_MASTER_KEY") && !out.contains(&third),
        "{out}"
    );
    assert!(!key_file.exists(), "the key file goes");
    let third = SecretString::from(third);
    let found = pieces_under(dir.path(), Some(&third)).await;
    assert_eq!(found, [note(b"tea")]);
    let error = refused(dir.path(), &[("JADI_MASTER_KEY", second.trim())]);
    assert!(error.contains("this is not the master key"), "{error}");
}
