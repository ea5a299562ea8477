//! What can go wrong with kept data, told to the person who can mend it.

use std::path::{Path, PathBuf};

use crate::model::BotId;

/// An error of a library below, without its type.
pub type Source = Box<dyn std::error::Error + Send + Sync>;

/// Why data could not be read or kept. A failed write has changed nothing.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is data, but no master key.
    #[error(
        "{} holds data, but its master key is missing; put the file {} back, or set JADI_MASTER_KEY. Nothing was changed",
        data_dir.display(), key_file.display()
    )]
    KeyMissing {
        /// The data directory.
        data_dir: PathBuf,
        /// Where the key belongs.
        key_file: PathBuf,
    },
    /// The master key is not the one that the data was made with.
    #[error(
        "this is not the master key that {} was made with; start with the right one (file master.key, or JADI_MASTER_KEY). Nothing was changed",
        data_dir.display()
    )]
    KeyWrong {
        /// The data directory.
        data_dir: PathBuf,
    },
    /// The master key has the wrong form.
    #[error("{place}: a master key is 32 bytes, written as 64 hexadecimal digits or as base64")]
    KeyForm {
        /// Where it was read.
        place: String,
    },
    /// Others could read the master key.
    #[error(
        "the master key {} can be read by others (mode {mode:03o}); if nobody has, run: chmod 600 {}",
        path.display(), path.display()
    )]
    KeyExposed {
        /// The key's file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// A bot's own key does not open with the master key although the registry does.
    #[error("the key of bot {0} is damaged in the registry; restore registry.db from a backup")]
    BotKeyDamaged(BotId),
    /// Another process has the files open.
    #[error("{} is in use by another process; stop the other jadi first", path.display())]
    Locked {
        /// The file or directory.
        path: PathBuf,
    },
    /// No room on the disk.
    #[error("the disk is full: {} can't be written; free some space, it goes on by itself", path.display())]
    Full {
        /// The file.
        path: PathBuf,
    },
    /// The file is not a whole database any more.
    #[error(
        "{} is damaged, cut off, or not made with this master key ({source}); restore it from a backup, or move it away to begin without it",
        path.display()
    )]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// What the library said.
        source: Source,
    },
    /// The file was written by a later version.
    #[error("{} was written by a newer jadi; run that version, or a newer one", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
    },
    /// A file or directory can't be used.
    #[error("{} can't be used: {source}; check that it exists and belongs to jadi's user", path.display())]
    Io {
        /// The path.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The library failed in another way.
    #[error("{}: {source}", path.display())]
    Other {
        /// The file.
        path: PathBuf,
        /// What the library said.
        source: Source,
    },
    /// The bot's inbox holds as many unhandled events as it may.
    #[error(
        "the inbox is full with {bound} events; WhatsApp keeps the rest until they are handled"
    )]
    InboxFull {
        /// How many it may hold.
        bound: u64,
    },
    /// A plugin's value or all it keeps would get too large.
    #[error("plugin {plugin} may keep {allowed} bytes {what}")]
    KvLimit {
        /// Which plugin.
        plugin: String,
        /// Of what, such as `in one value`.
        what: &'static str,
        /// How many.
        allowed: u64,
    },
    /// Another event of the same plugin changed its key-values in between: run the event again.
    #[error("the plugin's data was changed by another event in between")]
    KvConflict,
    /// There is no such bot.
    #[error("there is no bot {0}")]
    NoSuchBot(BotId),
    /// There is no such plugin.
    #[error("no plugin {0} is installed")]
    NoSuchPlugin(String),
    /// The file of an installed plugin is gone.
    #[error("the component file {} is gone; install the plugin again from its file, or roll it back", path.display())]
    ComponentMissing {
        /// The file.
        path: PathBuf,
    },
    /// The file of an installed plugin is not what was installed.
    #[error(
        "the component file {} was changed since it was installed, and is not run; install the plugin again from its file, or roll it back",
        path.display()
    )]
    ComponentDamaged {
        /// The file.
        path: PathBuf,
    },
    /// Something that must be unique is taken.
    #[error("another bot has the same {0}")]
    Taken(&'static str),
    /// The store was closed.
    #[error("the store is closed")]
    Closed,
}

impl StoreError {
    /// An error of the file system.
    pub(super) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| match source.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
                Self::Full { path }
            }
            _ => Self::Io { path, source },
        }
    }
}
