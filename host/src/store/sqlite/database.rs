//! One encrypted SQLite file with one connection, used by one job at a time on a blocking thread. Writes that wait for it at the same
//! time are committed together.
//!
//! The file is locked for this process while it is open: a second host on the same data would answer everything twice.
//! That also spares the shared-memory file of WAL mode. Every commit is synced: what is acknowledged to WhatsApp must
//! survive a power cut.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rusqlite::{Connection, OpenFlags, Transaction};
use rusqlite_migration::Migrations;
use secrecy::ExposeSecret;
use tokio::sync::Mutex;
use zeroize::Zeroizing;

use super::fault::Fault;
use super::queue::Queue;
use crate::store::key_file::private_file;
use crate::store::keys::SecretKey;
use crate::store::{Source, StoreError};

/// Prepared statements that a connection keeps.
const STATEMENTS: usize = 32;

/// An open file. Its clones share one connection.
#[derive(Clone)]
pub(super) struct Database {
    path: Arc<Path>,
    connection: Arc<Mutex<Option<Connection>>>,
    queue: Queue,
    commits: Arc<AtomicU64>,
}

impl Database {
    /// Opens the file, makes it when it is not there, and brings its schema up to date.
    pub(super) async fn open(
        path: PathBuf,
        key: SecretKey,
        migrations: &'static Migrations<'static>,
    ) -> Result<Self, StoreError> {
        let at: Arc<Path> = path.into();
        let path = at.clone();
        let connection = blocking(&at, move || {
            if !path.try_exists().map_err(StoreError::io(&path))? {
                create(&path, &key, migrations)?;
            }
            open(&path, &key, migrations)
        })
        .await?;
        Ok(Self {
            path: at,
            connection: Arc::new(Mutex::new(Some(connection))),
            queue: Queue::default(),
            commits: Arc::default(),
        })
    }

    /// Runs reads.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Connection) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, StoreError> {
        let path = self.path.clone();
        self.in_turn(
            |_| true,
            move |connection| {
                let connection = connection.as_ref().ok_or(StoreError::Closed)?;
                job(connection).map_err(|fault| fault.at(&path))
            },
        )
        .await?
        .ok_or(StoreError::Closed)
    }

    /// Runs writes, all of it or, when `job` fails, nothing. It is committed when this returns.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Transaction<'_>) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, StoreError> {
        let outcome = self.queue.push(job);
        let database = self.clone();
        // Who had the connection before has done this one too, if it waited by then.
        self.in_turn(
            |database| !database.queue.is_empty(),
            move |connection| {
                match connection {
                    Some(connection) => database.serve(connection),
                    None => database.queue.clear(),
                }
                Ok(())
            },
        )
        .await?;
        let outcome = outcome.await.map_err(|_| StoreError::Closed)?;
        outcome.map_err(|fault| fault.at(&self.path))
    }

    /// Does something with the connection when its turn has come, if it is still to be done then.
    ///
    /// It waits for its turn in a task of its own. One who asks may not be polled any more, such as a page whose reader has gone: it
    /// would be given the connection, do nothing with it, and let nobody else have it.
    async fn in_turn<T: Send + 'static>(
        &self,
        wanted: impl FnOnce(&Self) -> bool + Send + 'static,
        job: impl FnOnce(&mut Option<Connection>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<Option<T>, StoreError> {
        let database = self.clone();
        let turn = tokio::spawn(async move {
            let mut connection = database.connection.clone().lock_owned().await;
            if !wanted(&database) {
                return Ok(None);
            }
            blocking(&database.path, move || job(&mut connection).map(Some)).await
        });
        turn.await
            .unwrap_or_else(|error| Err(cut_short(&self.path, error)))
    }

    fn serve(&self, connection: &mut Connection) {
        let commits = self.queue.serve(connection);
        self.commits.fetch_add(commits, Ordering::Relaxed);
    }

    /// Gives the disk back what deleted rows took, and what the log took since it was merged into the file last.
    pub(super) async fn give_back(&self) -> Result<(), StoreError> {
        self.read(|connection| {
            // It gives back a page at each step, and is done when there is no further one.
            let mut vacuum = connection.prepare("PRAGMA incremental_vacuum")?;
            let mut pages = vacuum.query([])?;
            while pages.next()?.is_some() {}
            Ok(connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?)
        })
        .await
    }

    /// How many commits there were since it was opened.
    #[cfg(test)]
    pub(super) fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }

    /// Writes the log back into the file and closes it. Later calls fail with [`StoreError::Closed`].
    pub(super) async fn close(&self) -> Result<(), StoreError> {
        let path = self.path.clone();
        self.in_turn(
            |_| true,
            move |connection| match connection.take() {
                Some(connection) => connection
                    .close()
                    .map_err(|(_, error)| Fault::from(error).at(&path)),
                None => Ok(()),
            },
        )
        .await
        .map(drop)
    }
}

pub(super) async fn blocking<T: Send + 'static>(
    path: &Path,
    job: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    let done = tokio::task::spawn_blocking(job).await;
    done.unwrap_or_else(|error| Err(cut_short(path, error)))
}

/// What was begun did not come to its end.
pub(in crate::store) fn cut_short(path: &Path, error: tokio::task::JoinError) -> StoreError {
    StoreError::Other {
        path: path.to_owned(),
        source: Source::from(error),
    }
}

/// Makes the file under another name first, so that under its own name it is always a whole database: an empty or short
/// one is then known to be damaged, not new.
fn create(path: &Path, key: &SecretKey, migrations: &Migrations<'_>) -> Result<(), StoreError> {
    let unfinished = path.with_extension("new");
    for left in [unfinished.clone(), path.with_extension("new-journal")] {
        match fs::remove_file(&left) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(StoreError::io(&left)(error));
            }
            _ => {}
        }
    }
    // SQLite would let others read what it makes; to a file that is there it adds journals with the same mode.
    private_file()
        .create_new(true)
        .open(&unfinished)
        .map_err(StoreError::io(&unfinished))?;
    let made = (|| -> Result<(), Fault> {
        let mut connection = connect(&unfinished, key)?;
        // Takes effect only before the first table is made.
        connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
        migrations.to_latest(&mut connection)?;
        connection.close().map_err(|(_, error)| error.into())
    })();
    made.map_err(|fault| fault.at(path))?;
    fs::rename(&unfinished, path).map_err(StoreError::io(path))
}

fn open(
    path: &Path,
    key: &SecretKey,
    migrations: &Migrations<'_>,
) -> Result<Connection, StoreError> {
    if fs::metadata(path).map_err(StoreError::io(path))?.len() == 0 {
        return Err(StoreError::Corrupt {
            path: path.to_owned(),
            source: "the file is empty".into(),
        });
    }
    let opened = (|| -> Result<Connection, Fault> {
        let mut connection = connect(path, key)?;
        connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
        connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        // The log goes back into the file at a quarter of a megabyte, and shrinks to it after a burst.
        connection.pragma_update(None, "wal_autocheckpoint", 256)?;
        connection.query_row("PRAGMA journal_size_limit = 262144", [], |_| Ok(()))?;
        connection.pragma_update(None, "foreign_keys", true)?;
        migrations.to_latest(&mut connection)?;
        #[cfg(test)]
        super::query_plans::watch(path, &connection);
        Ok(connection)
    })();
    opened.map_err(|fault| fault.at(path))
}

/// A connection to a file under this key.
pub(super) fn connect(path: &Path, key: &SecretKey) -> Result<Connection, Fault> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(std::time::Duration::from_millis(500))?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // SQLCipher would write its own lines about a damaged file to standard error; the typed error tells it.
    connection.execute_batch("PRAGMA cipher_log_level = NONE")?;
    let digits = Zeroizing::new(hex::encode(key.expose_secret()));
    let statement = Zeroizing::new(format!("PRAGMA key = \"x'{}'\"", digits.as_str()));
    connection.execute_batch(&statement)?;
    // A fresh file has some forty tables and indexes of a page each, and a commit writes whole pages.
    connection.execute_batch("PRAGMA cipher_page_size = 1024")?;
    // A quarter of a megabyte of pages: a host has hundreds of these.
    connection.pragma_update(None, "cache_size", -256)?;
    // Sorting must not leave plain text in a temporary file.
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    Ok(connection)
}
