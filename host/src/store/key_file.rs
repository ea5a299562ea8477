//! Where the master key comes from: the environment, or a file in the data directory that only its owner can read.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use super::{MasterKey, StoreError, rotation};
use crate::random::Random;

pub(super) const KEY_FILE: &str = "master.key";
pub(super) const FINGERPRINT_FILE: &str = "master.id";
/// What shows that a data directory has been used.
const TRACES: [&str; 3] = [FINGERPRINT_FILE, "registry.db", "bots"];

impl MasterKey {
    /// The master key of `data_dir`: the given one, else the one in its key file, else, in a directory that holds no data
    /// yet, a new one, which is written to the key file.
    ///
    /// # Errors
    ///
    /// When there is data but no key, the key is not the one that the data was made with, it has the wrong form, its file
    /// can be read by others, or the file system refuses. Nothing is changed then.
    pub fn load(
        data_dir: &Path,
        given: Option<&SecretString>,
        random: &dyn Random,
    ) -> Result<Self, StoreError> {
        rotation::settle(data_dir)?;
        let key_file = data_dir.join(KEY_FILE);
        let key = match given {
            Some(text) => parse(text.expose_secret(), "JADI_MASTER_KEY")?,
            None if key_file.exists() => read(&key_file)?,
            None if TRACES.iter().any(|name| data_dir.join(name).exists()) => {
                return Err(StoreError::KeyMissing {
                    data_dir: data_dir.to_owned(),
                    key_file,
                });
            }
            None => {
                make_private_dir(data_dir)?;
                let key = Self::generate(random);
                key.write(&key_file)?;
                key
            }
        };
        key.check_fingerprint(data_dir)?;
        Ok(key)
    }

    /// Refuses a key that the data was not made with.
    fn check_fingerprint(&self, data_dir: &Path) -> Result<(), StoreError> {
        let path = data_dir.join(FINGERPRINT_FILE);
        match fs::read_to_string(&path) {
            Ok(kept) if kept.trim() == self.fingerprint() => Ok(()),
            Ok(_) => Err(StoreError::KeyWrong {
                data_dir: data_dir.to_owned(),
            }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(StoreError::io(&path)(error)),
        }
    }

    /// Notes beside the data which key it is made with, once the key has proved to open it.
    pub(super) fn keep_fingerprint(&self, data_dir: &Path) -> Result<(), StoreError> {
        let path = data_dir.join(FINGERPRINT_FILE);
        if path.try_exists().map_err(StoreError::io(&path))? {
            return Ok(());
        }
        self.write_fingerprint(&path)
    }

    /// Writes what tells this key from another.
    pub(super) fn write_fingerprint(&self, path: &Path) -> Result<(), StoreError> {
        write_whole(path, self.fingerprint().as_bytes())
    }

    /// A new random one.
    pub(super) fn generate(random: &dyn Random) -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        random.fill(bytes.as_mut());
        Self::from_bytes(*bytes)
    }

    /// Writes it into a file that only its owner can read.
    pub(super) fn write(&self, path: &Path) -> Result<(), StoreError> {
        let text = Zeroizing::new(format!("{}\n", hex::encode(self.expose())));
        write_whole(path, text.as_bytes())
    }
}

/// Makes a directory, and those above it, that only its owner can look into.
pub(super) fn make_private_dir(path: &Path) -> Result<(), StoreError> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(StoreError::io(path))
}

/// How a file is opened, or made when it is not there, that only its owner can read.
pub(super) fn private_file() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create(true).mode(0o600);
    options
}

pub(super) fn parse(text: &str, place: &str) -> Result<MasterKey, StoreError> {
    let text = text.trim();
    let bytes = match text.len() {
        64 => hex::decode(text).ok(),
        _ => STANDARD.decode(text).ok(),
    }
    .map(Zeroizing::new);
    bytes
        .and_then(|bytes| <[u8; 32]>::try_from(bytes.as_slice()).ok())
        .map(MasterKey::from_bytes)
        .ok_or_else(|| StoreError::KeyForm {
            place: place.to_owned(),
        })
}

fn read(path: &Path) -> Result<MasterKey, StoreError> {
    let mode = fs::metadata(path)
        .map_err(StoreError::io(path))?
        .permissions()
        .mode()
        & 0o777;
    if mode & 0o077 != 0 {
        return Err(StoreError::KeyExposed {
            path: path.to_owned(),
            mode,
        });
    }
    let text = Zeroizing::new(fs::read_to_string(path).map_err(StoreError::io(path))?);
    parse(&text, &path.display().to_string())
}

/// Writes a file that is there as a whole or not at all, readable by its owner only.
pub(super) fn write_whole(path: &Path, content: &[u8]) -> Result<(), StoreError> {
    let unfinished = path.with_extension("new");
    let written = private_file()
        .truncate(true)
        .open(&unfinished)
        .and_then(|mut file| {
            file.write_all(content)?;
            file.sync_all()
        })
        .and_then(|()| fs::rename(&unfinished, path));
    written.map_err(StoreError::io(path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SystemRandom;

    fn load(dir: &Path, given: Option<&str>) -> Result<MasterKey, StoreError> {
        let given = given.map(SecretString::from);
        MasterKey::load(dir, given.as_ref(), &SystemRandom)
    }

    #[test]
    fn the_first_start_makes_a_key_that_only_its_owner_reads() {
        let dir = tempfile::tempdir().expect("dir");
        let data = dir.path().join("data");
        let made = load(&data, None).expect("first");
        let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
        assert_eq!(mode(&data.join(KEY_FILE)), 0o600);
        assert_eq!(mode(&data), 0o700);
        let again = load(&data, None).expect("second");
        assert_eq!(made.expose(), again.expose());
    }

    #[test]
    fn a_missing_key_beside_data_changes_nothing() {
        let dir = tempfile::tempdir().expect("dir");
        let key = load(dir.path(), None).expect("first");
        key.keep_fingerprint(dir.path()).expect("used");
        fs::remove_file(dir.path().join(KEY_FILE)).expect("remove");
        let Err(error) = load(dir.path(), None) else {
            panic!("a key was made up");
        };
        assert!(matches!(error, StoreError::KeyMissing { .. }), "{error}");
        assert!(!dir.path().join(KEY_FILE).exists());
    }

    #[test]
    fn a_wrong_key_is_told_from_the_right_one() {
        let dir = tempfile::tempdir().expect("dir");
        let (right, wrong) = ("11".repeat(32), "22".repeat(32));
        let key = load(dir.path(), Some(&right)).expect("first");
        key.keep_fingerprint(dir.path()).expect("used");
        assert!(
            !dir.path().join(KEY_FILE).exists(),
            "a given key is not kept"
        );
        assert!(matches!(
            load(dir.path(), Some(&wrong)),
            Err(StoreError::KeyWrong { .. })
        ));
        let as_base64 = STANDARD.encode([0x11; 32]);
        load(dir.path(), Some(&as_base64)).expect("the same key in the other form");
    }

    #[test]
    fn a_key_that_others_can_read_is_refused() {
        let dir = tempfile::tempdir().expect("dir");
        load(dir.path(), None).expect("first");
        let path = dir.path().join(KEY_FILE);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("chmod");
        let Err(StoreError::KeyExposed { mode, .. }) = load(dir.path(), None) else {
            panic!("it was taken");
        };
        assert_eq!(mode, 0o640);
    }

    #[test]
    fn a_key_of_the_wrong_form_names_its_place() {
        let dir = tempfile::tempdir().expect("dir");
        for text in ["", "abc", "zz", &"1".repeat(63), &"g".repeat(64)] {
            let Err(error) = load(dir.path(), Some(text)) else {
                panic!("{text:?} was taken");
            };
            assert!(error.to_string().contains("JADI_MASTER_KEY"), "{error}");
        }
        assert!(fs::read_dir(dir.path()).expect("list").next().is_none());
    }
}
