//! A session's store: the client's own SQLite schema, in a file that SQLCipher encrypts under the bot's key.
//!
//! The key is checked on a plain connection first: the client's connection pool would try a wrong one for half a minute.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use secrecy::{ExposeSecret, SecretBox};
use whatsapp_rust::store::{SqliteStore, SqliteStoreConfig};
use zeroize::Zeroizing;

use crate::whatsapp::SessionError;

/// What keeps the file small, beside its pages of a kilobyte (it has some fifty tables and indexes of a page each): room that was freed
/// can be given back, which counts when the file is made, and the log goes into the file after a quarter of a megabyte and is cut to
/// that after a burst. The library's own log may grow to four megabytes and stays that large.
const SMALL: &str = "PRAGMA auto_vacuum = INCREMENTAL; PRAGMA wal_autocheckpoint = 256; PRAGMA journal_size_limit = 262144;";

/// What gives room back: it moves free pages to the file's end and cuts them off, and merges the log, which else would have them still.
const SHRINK: &str = "PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(TRUNCATE);";
/// How long that waits for the client's own connections, milliseconds. They wait for it longer.
const PATIENCE: &str = "PRAGMA busy_timeout = 200;";

/// A session's file and what opens it.
#[derive(Clone)]
pub(super) struct StoreFile {
    path: PathBuf,
    unlock: Zeroizing<String>,
}

impl StoreFile {
    pub(super) fn new(path: &Path, key: &SecretBox<[u8; 32]>) -> Self {
        let digits = Zeroizing::new(hex::encode(key.expose_secret()));
        Self {
            path: path.to_owned(),
            unlock: Zeroizing::new(format!(
                "PRAGMA key = \"x'{}'\"; PRAGMA cipher_page_size = 1024; SELECT count(*) FROM sqlite_master;",
                digits.as_str()
            )),
        }
    }

    /// Opens the store, made when absent, readable by this user only.
    pub(super) async fn open(&self) -> Result<SqliteStore, SessionError> {
        let url = self.clone().blocking(Self::check).await?;
        let unlock = self.unlock.clone();
        let config = SqliteStoreConfig::default().with_connection_init(move |connection| {
            connection.batch_execute(&unlock)?;
            Ok(connection.batch_execute(SMALL)?)
        });
        SqliteStore::with_config(&url, config)
            .await
            .map_err(trouble)
    }

    /// Gives the disk back what is free in the file. The client may have it open: this takes a connection more, and each waits for the
    /// other.
    pub(super) async fn give_back(&self) -> Result<(), SessionError> {
        let shrink = |file: Self| {
            let mut connection = file.connect(file.url()?)?;
            let shrunk = connection.batch_execute(PATIENCE);
            shrunk
                .and_then(|()| connection.batch_execute(SHRINK))
                .map_err(|error| SessionError::Store(error.into()))
        };
        self.clone().blocking(shrink).await
    }

    async fn blocking<T: Send + 'static>(
        self,
        job: impl FnOnce(Self) -> Result<T, SessionError> + Send + 'static,
    ) -> Result<T, SessionError> {
        tokio::task::spawn_blocking(move || job(self))
            .await
            .map_err(|error| SessionError::Store(error.into()))?
    }

    fn url(&self) -> Result<&str, SessionError> {
        let url = self.path.to_str();
        url.ok_or_else(|| SessionError::Store("its path is not UTF-8".into()))
    }

    /// Makes the file with its mode; when it was there already, tries the key and gives room back that was freed. SQLite gives its
    /// journal the same mode.
    fn check(self) -> Result<String, SessionError> {
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&self.path)
            .and_then(|file| file.metadata())
            .map_err(|error| SessionError::Store(error.into()))?;
        let url = self.url()?.to_owned();
        if file.len() > 0 {
            self.connect(&url)?.batch_execute(SHRINK).map_err(trouble)?;
        }
        Ok(url)
    }

    fn connect(&self, url: &str) -> Result<SqliteConnection, SessionError> {
        let mut connection =
            SqliteConnection::establish(url).map_err(|error| SessionError::Store(error.into()))?;
        match connection.batch_execute(&self.unlock) {
            Ok(()) => Ok(connection),
            Err(error) if error.to_string().contains(OTHER_KEY) => Err(SessionError::WrongKey),
            Err(error) => Err(trouble(error)),
        }
    }
}

/// What SQLite says of a file that another key has encrypted, or that is none of its own.
const OTHER_KEY: &str = "file is not a database";
/// And of one in which something is not as it was written.
const SPOILT: [&str; 2] = ["database disk image is malformed", OTHER_KEY];

/// Whether a store that can't be used stays so. Of an error there is a text only: the library passes on no code.
pub(super) fn trouble(error: impl std::error::Error + Send + Sync + 'static) -> SessionError {
    let causes = std::iter::successors(Some(&error as &dyn std::error::Error), |error| {
        error.source()
    });
    let is_spoilt = causes
        .map(ToString::to_string)
        .any(|text| SPOILT.iter().any(|says| text.contains(says)));
    match is_spoilt {
        true => SessionError::Damaged(Box::new(error)),
        false => SessionError::Store(Box::new(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;
    use std::time::{Duration, Instant};

    fn key(byte: u8) -> SecretBox<[u8; 32]> {
        SecretBox::new(Box::new([byte; 32]))
    }

    #[tokio::test]
    async fn a_store_opens_again_with_its_key_and_at_once_not_with_another() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = &dir.path().join("session.db");
        let open = |byte| async move { StoreFile::new(path, &key(byte)).open().await };
        drop(open(1).await.expect("a new store"));
        let content = std::fs::read(path).expect("the file");
        assert!(
            !content.is_empty() && !content.starts_with(b"SQLite format"),
            "the file is encrypted"
        );
        let mode = std::fs::metadata(path).expect("the file").permissions();
        assert_eq!(mode.mode() & 0o777, 0o600);
        drop(open(1).await.expect("the same store"));
        let started = Instant::now();
        let wrong = open(2).await.err().expect("an error");
        assert!(matches!(wrong, SessionError::WrongKey), "{wrong}");
        assert!(started.elapsed() < Duration::from_secs(10));
    }

    #[tokio::test]
    async fn a_damaged_store_is_told_as_that_whatever_is_left_of_it() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("session.db");
        let file = StoreFile::new(&path, &key(1));
        drop(file.open().await.expect("a new store"));
        file.give_back().await.expect("its log is merged");
        let whole = std::fs::read(&path).expect("the file");
        let pages = whole.len() / 1024;
        for left in [1, pages / 3, pages / 2, pages - 1] {
            std::fs::write(&path, &whole[..left * 1024]).expect("cut off");
            let error = file.open().await.err().expect("an error");
            assert!(matches!(error, SessionError::Damaged(_)), "{left}: {error}");
            let mut spoilt = whole.clone();
            spoilt[left * 1024..].fill(0x5a);
            std::fs::write(&path, spoilt).expect("spoilt");
            let opened = file.open().await;
            // What is spoilt may be nothing that is needed to open it.
            if let Some(error) = opened.err() {
                assert!(matches!(error, SessionError::Damaged(_)), "{left}: {error}");
            }
        }
        std::fs::write(&path, &whole).expect("mended");
        drop(file.open().await.expect("it is whole"));
    }

    #[tokio::test]
    async fn a_directory_that_is_not_there_is_told() {
        let error = StoreFile::new(Path::new("/nonexistent/session.db"), &key(1))
            .open()
            .await
            .err()
            .expect("an error");
        assert!(matches!(error, SessionError::Store(_)), "{error}");
    }

    #[tokio::test]
    async fn room_is_given_back_while_the_client_has_the_file_open() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("session.db");
        let file = StoreFile::new(&path, &key(1));
        let client = file.open().await.expect("a new store");
        file.give_back().await.expect("nothing is free yet");
        let size = || std::fs::metadata(&path).expect("the file").len();
        let fresh = size();
        let url = file.url().expect("a path");
        let mut connection = file.connect(url).expect("another connection");
        let mut run = |sql: &str| connection.batch_execute(sql).expect(sql);
        run("CREATE TABLE used (content BLOB); INSERT INTO used VALUES (zeroblob(3000000));");
        file.give_back().await.expect("it is in use");
        assert!(size() > fresh + 2_900_000, "{} after {fresh}", size());
        run("DROP TABLE used;");
        assert!(size() > fresh + 2_900_000, "it does not shrink by itself");
        file.give_back().await.expect("it is free");
        assert!(size() <= fresh, "{} after {fresh}", size());

        // While somebody else writes it is not had now, and nothing is lost by that.
        run("BEGIN IMMEDIATE; CREATE TABLE used (content BLOB);");
        assert!(file.give_back().await.is_err());
        run("COMMIT;");
        file.give_back().await.expect("now it is");
        drop(client);
        file.open().await.expect("it is whole");
    }
}
