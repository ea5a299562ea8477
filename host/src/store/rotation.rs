//! Replacing the master key: the registry under the new one, every bot's key wrapped anew, no bot's data touched.
//!
//! It is made beside what is there and put in its place at once, so that a crash at any point leaves the old key or the new
//! one in force and never half of each. The files `*.next` are made first; the new fingerprint, `master.id.next`, is the last
//! of them: with it the new key counts, and whoever opens the directory next finishes the moves. Without it what was made is
//! thrown away.

use std::fs;
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};

use super::home::lock;
use super::key_file::{self, FINGERPRINT_FILE, KEY_FILE};
use super::sqlite::{SqliteRegistry, rekey};
use super::{MasterKey, StoreError};
use crate::random::Random;

const REGISTRY: &str = "registry.db";
/// The environment variable that a new key is given in.
pub const NEW_KEY: &str = "JADI_NEW_MASTER_KEY";

impl MasterKey {
    /// Replaces this key of a data directory by another: the given text, which is kept nowhere (a key file that is there goes),
    /// or else a random one, which is kept in the key file. Returns how many bots' keys were wrapped with it.
    ///
    /// # Errors
    ///
    /// [`StoreError::Locked`] while a host runs on it; when the new key has the wrong form, or a file can't be read or written.
    /// The old key stays in force then.
    pub async fn rotate(
        self,
        data_dir: &Path,
        given: Option<&SecretString>,
        random: &dyn Random,
    ) -> Result<u32, StoreError> {
        let _lock = lock(data_dir)?;
        let registry = data_dir.join(REGISTRY);
        // Opening and closing it writes the log of a host that did not end by itself into the file.
        let opened = SqliteRegistry::open(registry.clone(), self.registry_key()).await?;
        opened.close().await?;

        let new_key = match given {
            Some(text) => key_file::parse(text.expose_secret(), NEW_KEY)?,
            None => Self::generate(random),
        };
        discard(data_dir)?;
        let copy = next(data_dir, REGISTRY);
        copy_private(&registry, &copy)?;
        let wrap = |bot, wrapped: &[u8]| {
            let key = self.unwrap(bot, wrapped)?;
            new_key.wrap(bot, &key, random)
        };
        let bots = rekey(&copy, &self.registry_key(), &new_key.registry_key(), wrap)?;
        match given {
            None => new_key.write(&next(data_dir, KEY_FILE))?,
            // An empty file says that the key file goes.
            Some(_) => key_file::write_whole(&next(data_dir, KEY_FILE), b"")?,
        }
        new_key.write_fingerprint(&next(data_dir, FINGERPRINT_FILE))?;
        finish(data_dir)?;
        Ok(bots)
    }
}

/// Finishes, or undoes, a replacement that was cut short. Nothing is changed when there was none.
pub(super) fn settle(data_dir: &Path) -> Result<(), StoreError> {
    let left = [REGISTRY, KEY_FILE, FINGERPRINT_FILE].map(|name| next(data_dir, name));
    if !left.iter().any(|path| path.exists()) {
        return Ok(());
    }
    let _lock = lock(data_dir)?;
    if next(data_dir, FINGERPRINT_FILE).exists() {
        finish(data_dir)
    } else {
        discard(data_dir)
    }
}

/// Puts what was made in its place. Each step may have been done before.
fn finish(data_dir: &Path) -> Result<(), StoreError> {
    put(data_dir, REGISTRY)?;
    let key = next(data_dir, KEY_FILE);
    let goes = fs::metadata(&key).is_ok_and(|metadata| metadata.len() == 0);
    if goes {
        remove(&data_dir.join(KEY_FILE))?;
        remove(&key)?;
    } else {
        put(data_dir, KEY_FILE)?;
    }
    put(data_dir, FINGERPRINT_FILE)
}

fn discard(data_dir: &Path) -> Result<(), StoreError> {
    for name in [FINGERPRINT_FILE, KEY_FILE, REGISTRY] {
        remove(&next(data_dir, name))?;
    }
    remove(&data_dir.join("registry.db.next-journal"))
}

fn put(data_dir: &Path, name: &str) -> Result<(), StoreError> {
    let path = data_dir.join(name);
    match fs::rename(next(data_dir, name), &path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(StoreError::io(&path)(error))
        }
        _ => sync(data_dir),
    }
}

fn remove(path: &Path) -> Result<(), StoreError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(StoreError::io(path)(error))
        }
        _ => Ok(()),
    }
}

/// What is in a directory survives a power cut once the directory itself is synced.
fn sync(data_dir: &Path) -> Result<(), StoreError> {
    let synced = fs::File::open(data_dir).and_then(|directory| directory.sync_all());
    synced.map_err(StoreError::io(data_dir))
}

fn copy_private(from: &Path, to: &Path) -> Result<(), StoreError> {
    let copied = fs::File::open(from).and_then(|mut source| {
        let mut target = key_file::private_file().truncate(true).open(to)?;
        std::io::copy(&mut source, &mut target)?;
        target.sync_all()
    });
    copied.map_err(StoreError::io(to))
}

fn next(data_dir: &Path, name: &str) -> PathBuf {
    data_dir.join(format!("{name}.next"))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::model::{BotId, BotRecord, BotRole, LinkMethod};
    use crate::random::SystemRandom;
    use crate::store::conformance::{ALICE, message, wanted};
    use crate::store::{KeptBounds, Settings, Store, StoreOptions};

    /// Numbers of bots here are made up.
    const BOTS: u8 = 3;

    fn bot(n: u8) -> BotRecord {
        let id = BotId::from_random([n; 16]);
        BotRecord::requested(id, BotRole::Sub, LinkMethod::Qr, 1)
    }

    fn load(dir: &Path, given: Option<&str>) -> Result<MasterKey, StoreError> {
        let given = given.map(SecretString::from);
        MasterKey::load(dir, given.as_ref(), &SystemRandom)
    }

    async fn open(dir: &Path, given: Option<&str>) -> Result<Store, StoreError> {
        let options = StoreOptions {
            data_dir: dir.to_owned(),
            session_dir: None,
            defaults: Settings::default(),
            kept: KeptBounds::default(),
            random: Arc::new(SystemRandom),
        };
        Store::open(options, load(dir, given)?).await
    }

    /// A directory in which each bot has received one message.
    async fn used(dir: &Path, given: Option<&str>) {
        let store = open(dir, given).await.expect("open");
        for n in 1..=BOTS {
            store.add_bot(&bot(n)).await.expect("add");
            let data = store.bot(bot(n).id).await.expect("bot");
            let event = message(ALICE, ALICE, "A1", "hello");
            data.accept(wanted(vec![event]), 1).await.expect("accept");
        }
        store.close().await.expect("close");
    }

    async fn all_is_there(dir: &Path, given: Option<&str>) {
        let store = open(dir, given).await.expect("open");
        for n in 1..=BOTS {
            let data = store.bot(bot(n).id).await.expect("bot");
            assert_eq!(data.totals().await.expect("totals").received, 1);
        }
        store.close().await.expect("close");
    }

    fn names(dir: &Path) -> Vec<String> {
        let entries = fs::read_dir(dir).expect("list");
        let mut names: Vec<_> = entries
            .map(|entry| {
                entry
                    .expect("entry")
                    .file_name()
                    .to_string_lossy()
                    .into_owned()
            })
            .collect();
        names.sort();
        names
    }

    #[tokio::test]
    async fn a_new_key_opens_everything_and_the_old_one_nothing() {
        let dir = tempfile::tempdir().expect("dir");
        used(dir.path(), None).await;
        let (files, before) = (names(dir.path()), fs::read(dir.path().join(KEY_FILE)));
        let old = load(dir.path(), None).expect("old");
        let rotated = old.rotate(dir.path(), None, &SystemRandom).await;
        assert_eq!(rotated.expect("rotate"), u32::from(BOTS));
        assert_eq!(names(dir.path()), files, "nothing is left lying about");
        let before = String::from_utf8(before.expect("a key")).expect("text");
        assert!(matches!(
            open(dir.path(), Some(&before)).await,
            Err(StoreError::KeyWrong { .. })
        ));
        all_is_there(dir.path(), None).await;
        let opened = SqliteRegistry::open(
            dir.path().join(REGISTRY),
            load(dir.path(), None).expect("new").registry_key(),
        );
        drop(opened.await.expect("the new key is the registry's"));
    }

    #[tokio::test]
    async fn a_key_that_is_given_is_kept_nowhere() {
        let dir = tempfile::tempdir().expect("dir");
        let new = "5a".repeat(32);
        used(dir.path(), None).await;
        let old = load(dir.path(), None).expect("old");
        let given = SecretString::from(new.as_str());
        let rotated = old.rotate(dir.path(), Some(&given), &SystemRandom).await;
        assert_eq!(rotated.expect("rotate"), u32::from(BOTS));
        assert!(!names(dir.path()).contains(&KEY_FILE.to_owned()));
        assert!(matches!(
            open(dir.path(), None).await,
            Err(StoreError::KeyMissing { .. })
        ));
        all_is_there(dir.path(), Some(&new)).await;
    }

    #[tokio::test]
    async fn what_is_wrong_with_it_leaves_the_old_key_in_force() {
        let dir = tempfile::tempdir().expect("dir");
        used(dir.path(), None).await;
        let given = SecretString::from("no key");
        let rotated = load(dir.path(), None).expect("old");
        let rotated = rotated
            .rotate(dir.path(), Some(&given), &SystemRandom)
            .await;
        let Err(error) = rotated else {
            panic!("it was taken");
        };
        assert!(error.to_string().contains(NEW_KEY), "{error}");
        let running = open(dir.path(), None).await.expect("open");
        let rotated = load(dir.path(), None).expect("old");
        let rotated = rotated.rotate(dir.path(), None, &SystemRandom).await;
        assert!(matches!(rotated, Err(StoreError::Locked { .. })));
        drop(running);
        all_is_there(dir.path(), None).await;
    }

    /// Cut short at every step, it is either as if it had not begun or finished at the next start.
    #[tokio::test]
    async fn a_crash_leaves_the_old_key_or_the_new_one() {
        let source = tempfile::tempdir().expect("dir");
        used(source.path(), None).await;
        let copy = |name: &str, from: &Path, to: &Path| {
            fs::copy(from.join(name), to.join(name)).expect("copy");
        };
        let rotated = tempfile::tempdir().expect("dir");
        for name in [REGISTRY, KEY_FILE, FINGERPRINT_FILE] {
            copy(name, source.path(), rotated.path());
        }
        let old = load(rotated.path(), None).expect("old");
        old.rotate(rotated.path(), None, &SystemRandom)
            .await
            .expect("rotate");
        // What there is of the new state, and what of it has been moved to its place, in the order in which it is done.
        let made = [
            (vec![REGISTRY], vec![]),
            (vec![REGISTRY, KEY_FILE], vec![]),
            (vec![REGISTRY, KEY_FILE, FINGERPRINT_FILE], vec![]),
            (vec![KEY_FILE, FINGERPRINT_FILE], vec![REGISTRY]),
            (vec![FINGERPRINT_FILE], vec![REGISTRY, KEY_FILE]),
        ];
        for (waiting, moved) in made {
            let dir = tempfile::tempdir().expect("dir");
            let all = fs::read_dir(source.path().join("bots")).expect("bots");
            for bot in all {
                let bot = bot.expect("bot").path();
                let to = dir.path().join("bots").join(bot.file_name().expect("name"));
                fs::create_dir_all(&to).expect("directory");
                copy("context.db", &bot, &to);
            }
            for name in [REGISTRY, KEY_FILE, FINGERPRINT_FILE] {
                let from = if moved.contains(&name) {
                    &rotated
                } else {
                    &source
                };
                copy(name, from.path(), dir.path());
            }
            for name in &waiting {
                let from = rotated.path().join(name);
                fs::copy(from, next(dir.path(), name)).expect("copy");
            }
            all_is_there(dir.path(), None).await;
            let left = names(dir.path());
            assert!(left.iter().all(|name| !name.ends_with(".next")), "{left:?}");
            let counts = waiting.contains(&FINGERPRINT_FILE);
            let same = |name| {
                fs::read(dir.path().join(name)).ok() == fs::read(rotated.path().join(name)).ok()
            };
            assert_eq!(same(KEY_FILE), counts, "{waiting:?}");
            assert_eq!(same(FINGERPRINT_FILE), counts, "{waiting:?}");
        }
    }
}
