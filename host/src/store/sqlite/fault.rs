//! From SQLite's errors to the store's.

use std::path::Path;

use rusqlite::ErrorCode;
use rusqlite_migration::MigrationDefinitionError;

use crate::store::StoreError;

/// What a job on a database can end with, before the file's path is known.
pub(super) enum Fault {
    Sql(rusqlite::Error),
    Migration(rusqlite_migration::Error),
    /// A kept value can't be read back.
    Value(serde_json::Error),
    Store(StoreError),
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

impl From<rusqlite_migration::Error> for Fault {
    fn from(error: rusqlite_migration::Error) -> Self {
        match error {
            rusqlite_migration::Error::RusqliteError { err, .. } => Self::Sql(err),
            other => Self::Migration(other),
        }
    }
}

impl From<serde_json::Error> for Fault {
    fn from(error: serde_json::Error) -> Self {
        Self::Value(error)
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Fault {
    /// Whether a row breaks a uniqueness rule, and SQLite's words on which.
    pub(super) fn uniqueness(&self) -> Option<&str> {
        match self {
            Self::Sql(rusqlite::Error::SqliteFailure(error, Some(message)))
                if error.code == ErrorCode::ConstraintViolation && message.contains("UNIQUE") =>
            {
                Some(message)
            }
            _ => None,
        }
    }

    /// The same once more, for another write that it undid.
    pub(super) fn again(&self) -> Self {
        let (error, words) = match self {
            Self::Sql(rusqlite::Error::SqliteFailure(error, words)) => (*error, words.clone()),
            _ => (
                rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_ABORT),
                Some("another write failed".to_owned()),
            ),
        };
        Self::Sql(rusqlite::Error::SqliteFailure(error, words))
    }

    /// The store's error, about the file at `path`.
    pub(super) fn at(self, path: &Path) -> StoreError {
        let path = path.to_owned();
        let error = match self {
            Self::Store(error) => return error,
            Self::Value(error) => {
                return StoreError::Corrupt {
                    path,
                    source: error.into(),
                };
            }
            Self::Migration(rusqlite_migration::Error::MigrationDefinition(
                MigrationDefinitionError::DatabaseTooFarAhead,
            )) => return StoreError::Newer { path },
            Self::Migration(error) => {
                return StoreError::Other {
                    path,
                    source: error.into(),
                };
            }
            Self::Sql(error) => error,
        };
        // The key was checked before the file was opened, so a file that is "not a database" is a damaged one.
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                StoreError::Locked { path }
            }
            Some(ErrorCode::DiskFull) => StoreError::Full { path },
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => StoreError::Corrupt {
                path,
                source: error.into(),
            },
            Some(
                ErrorCode::CannotOpen
                | ErrorCode::PermissionDenied
                | ErrorCode::ReadOnly
                | ErrorCode::SystemIoFailure,
            ) => StoreError::Io {
                path,
                source: std::io::Error::other(error),
            },
            Some(_) => StoreError::Other {
                path,
                source: error.into(),
            },
            // Not SQLite but a value in a row: of another type than was written.
            None => StoreError::Corrupt {
                path,
                source: error.into(),
            },
        }
    }
}
