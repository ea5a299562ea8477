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

/// Opens the store, made when absent, readable by this user only.
pub(super) async fn open(
    path: &Path,
    key: &SecretBox<[u8; 32]>,
) -> Result<SqliteStore, SessionError> {
    let unlock = Zeroizing::new(format!(
        "PRAGMA key = \"x'{}'\"; PRAGMA cipher_page_size = 1024; SELECT count(*) FROM sqlite_master;",
        Zeroizing::new(hex::encode(key.expose_secret())).as_str()
    ));
    let checked = unlock.clone();
    let file = path.to_owned();
    let url = tokio::task::spawn_blocking(move || check(&file, &checked))
        .await
        .map_err(|error| SessionError::Store(error.into()))??;
    let config = SqliteStoreConfig::default().with_connection_init(move |connection| {
        connection.batch_execute(&unlock)?;
        Ok(connection.batch_execute(SMALL)?)
    });
    SqliteStore::with_config(&url, config)
        .await
        .map_err(|error| SessionError::Store(error.into()))
}

/// Makes the file with its mode; when it was there already, tries the key and gives room back that was freed. SQLite gives its journal the same mode.
fn check(path: &PathBuf, unlock: &str) -> Result<String, SessionError> {
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
        .and_then(|file| file.metadata())
        .map_err(|error| SessionError::Store(error.into()))?;
    let url = path
        .to_str()
        .ok_or_else(|| SessionError::Store("its path is not UTF-8".into()))?
        .to_owned();
    if file.len() > 0 {
        let mut connection =
            SqliteConnection::establish(&url).map_err(|error| SessionError::Store(error.into()))?;
        connection
            .batch_execute(unlock)
            .map_err(|_| SessionError::WrongKey)?;
        connection
            .batch_execute("PRAGMA incremental_vacuum")
            .map_err(|error| SessionError::Store(error.into()))?;
    }
    Ok(url)
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
        let path = dir.path().join("session.db");
        drop(open(&path, &key(1)).await.expect("a new store"));
        let content = std::fs::read(&path).expect("the file");
        assert!(
            !content.is_empty() && !content.starts_with(b"SQLite format"),
            "the file is encrypted"
        );
        let mode = std::fs::metadata(&path).expect("the file").permissions();
        assert_eq!(mode.mode() & 0o777, 0o600);
        drop(open(&path, &key(1)).await.expect("the same store"));
        let started = Instant::now();
        let wrong = open(&path, &key(2)).await.err().expect("an error");
        assert!(matches!(wrong, SessionError::WrongKey), "{wrong}");
        assert!(started.elapsed() < Duration::from_secs(10));
    }

    #[tokio::test]
    async fn a_directory_that_is_not_there_is_told() {
        let error = open(Path::new("/nonexistent/session.db"), &key(1))
            .await
            .err()
            .expect("an error");
        assert!(matches!(error, SessionError::Store(_)), "{error}");
    }
}
