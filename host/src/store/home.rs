//! Where all data of a host lives: the registry, the bots' directories, and the keys to them.

use std::collections::HashMap;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::StoreError;
use super::audit::Audit;
use super::bounds::KeptBounds;
use super::context::{BotData, DataContext, Settings};
use super::credentials::Credentials;
use super::invites::Invites;
use super::key_file::{make_private_dir, private_file};
use super::keys::{BotKey, MasterKey, SecretKey};
use super::ownership::Ownership;
use super::plans::Plans;
use super::registry::Registry;
use super::seats::Seats;
use super::shelf::Shelf;
use super::sqlite::{ContextOptions, SqliteContext, SqliteRegistry, SqliteShelf, cut_short};
use crate::model::{BotId, BotRecord};
use crate::random::SharedRandom;

/// What a store is opened with.
pub struct StoreOptions {
    /// The data directory.
    pub data_dir: PathBuf,
    /// Where the bots' directories are, when not under the data directory.
    pub session_dir: Option<PathBuf>,
    /// Settings of bots where nothing was set.
    pub defaults: Settings,
    /// How much is kept.
    pub kept: KeptBounds,
    /// For keys.
    pub random: SharedRandom,
}

/// Where a bot's WhatsApp session is kept.
pub struct SessionPlace {
    /// The file; its directory exists.
    pub path: PathBuf,
    /// The file's key.
    pub key: SecretKey,
}

/// Where a bot's data is while somebody holds it. Who opens or removes it keeps others from opening it meanwhile.
type Place = Arc<tokio::sync::Mutex<Option<Weak<dyn DataContext>>>>;

/// The open store of a host.
pub struct Store {
    registry: Arc<SqliteRegistry>,
    shelf: Arc<SqliteShelf>,
    bots_dir: PathBuf,
    master: MasterKey,
    random: SharedRandom,
    context_options: ContextOptions,
    open: Mutex<HashMap<BotId, Place>>,
    /// Held until the store is gone.
    _lock: File,
}

impl Store {
    /// Opens the data directory for this process alone.
    ///
    /// # Errors
    ///
    /// [`StoreError::Locked`] when another host runs on it; else when the registry can't be opened.
    pub async fn open(options: StoreOptions, master: MasterKey) -> Result<Self, StoreError> {
        make_private_dir(&options.data_dir)?;
        let lock = lock(&options.data_dir)?;
        let bots_dir = options
            .session_dir
            .unwrap_or_else(|| options.data_dir.join("bots"));
        make_private_dir(&bots_dir)?;
        let path = options.data_dir.join("registry.db");
        let registry = SqliteRegistry::open(path, master.registry_key())
            .await?
            .keeping(options.kept.deeds);
        master.keep_fingerprint(&options.data_dir)?;
        let shelf = registry.shelf(options.data_dir.join("plugins"))?;
        Ok(Self {
            registry: Arc::new(registry),
            shelf: Arc::new(shelf),
            bots_dir,
            master,
            random: options.random,
            context_options: ContextOptions {
                defaults: options.defaults,
                kept: options.kept,
            },
            open: Mutex::default(),
            _lock: lock,
        })
    }

    /// The table of all bots. Bots are added and removed through the store, which makes their keys and files.
    pub fn registry(&self) -> Arc<dyn Registry> {
        self.registry.clone()
    }

    /// Whose the host and its bots are.
    pub fn ownership(&self) -> Arc<dyn Ownership> {
        self.registry.clone()
    }

    /// What was done about plans.
    pub fn plans(&self) -> Arc<dyn Plans> {
        self.registry.clone()
    }

    /// Which bot answers in a group.
    pub fn seats(&self) -> Arc<dyn Seats> {
        self.registry.clone()
    }

    /// Who may use the bots' pages.
    pub fn credentials(&self) -> Arc<dyn Credentials> {
        self.registry.clone()
    }

    /// Who did what.
    pub fn audit(&self) -> Arc<dyn Audit> {
        self.registry.clone()
    }

    /// Whom the operator invites to make bots.
    pub fn invites(&self) -> Arc<dyn Invites> {
        self.registry.clone()
    }

    /// The installed plugins.
    pub fn shelf(&self) -> Arc<dyn Shelf> {
        self.shelf.clone()
    }

    /// Adds a bot with a key of its own.
    ///
    /// # Errors
    ///
    /// As for [`Registry::add`].
    pub async fn add_bot(&self, bot: &BotRecord) -> Result<(), StoreError> {
        let key = BotKey::generate(self.random.as_ref());
        let wrapped = self
            .master
            .wrap(bot.id, &key, self.random.as_ref())
            .ok_or(StoreError::BotKeyDamaged(bot.id))?;
        self.registry.add(bot, wrapped).await
    }

    /// Removes a bot: its key first, so that its files are unreadable from then on, then the files. A bot whose files are
    /// there but whose record is gone can be removed again.
    ///
    /// # Errors
    ///
    /// When registry or files can't be changed.
    pub async fn remove_bot(&self, id: BotId) -> Result<(), StoreError> {
        let place = self.place(id);
        let mut place = place.lock().await;
        if let Some(context) = place.take().and_then(|context| context.upgrade()) {
            context.close().await?;
        }
        let directory = self.bots_dir.join(id.to_string());
        match self.registry.remove(id).await {
            Ok(()) => {}
            Err(StoreError::NoSuchBot(_)) if directory.exists() => {}
            Err(error) => return Err(error),
        }
        match tokio::fs::remove_dir_all(&directory).await {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(StoreError::io(&directory)(error))
            }
            _ => Ok(()),
        }
    }

    /// Removes the directories of bots whose records are gone: a removal that was cut short left them. Returns how many.
    ///
    /// # Errors
    ///
    /// When registry or directories can't be read; one that can't be removed is told in the log.
    pub async fn sweep(&self) -> Result<u32, StoreError> {
        let failed = |source| StoreError::io(&self.bots_dir)(source);
        let mut swept: u32 = 0;
        let mut entries = tokio::fs::read_dir(&self.bots_dir).await.map_err(failed)?;
        while let Some(entry) = entries.next_entry().await.map_err(failed)? {
            let name = entry.file_name();
            let Some(id) = name.to_str().and_then(|name| name.parse::<BotId>().ok()) else {
                continue;
            };
            if self.registry.get(id).await?.is_some() {
                continue;
            }
            match self.remove_bot(id).await {
                Ok(()) => swept = swept.saturating_add(1),
                Err(error) => {
                    tracing::error!(bot = %id, %error, "what is left of a bot can't be removed");
                }
            }
        }
        Ok(swept)
    }

    /// A bot's data; opened when it is not open yet, closed when nobody holds it any more.
    ///
    /// # Errors
    ///
    /// When there is no such bot, or its file can't be opened. Other bots are not affected.
    pub async fn bot(&self, id: BotId) -> Result<BotData, StoreError> {
        let place = self.place(id);
        let is_open = place.try_lock().ok().and_then(|place| held(&place));
        if let Some(context) = is_open {
            return Ok(context);
        }
        let key = self.bot_key(id).await?.context_key();
        let path = self.directory(id)?.join("context.db");
        let (registry, options) = (self.registry.clone(), self.context_options.clone());
        let file = path.clone();
        // In a task of its own: one who asks and is polled no more would keep everybody else from the bot's data.
        let opening = tokio::spawn(async move {
            let mut place = place.lock().await;
            if let Some(context) = held(&place) {
                return Ok(context);
            }
            // It may have been removed meanwhile.
            registry.wrapped_key(id).await?;
            let context: BotData = Arc::new(SqliteContext::open(path, key, options).await?);
            *place = Some(Arc::downgrade(&context));
            Ok(context)
        });
        opening
            .await
            .unwrap_or_else(|error| Err(cut_short(&file, error)))
    }

    /// Where a bot's data is, or is going to be, while somebody holds it. A new place forgets those that nobody holds.
    fn place(&self, id: BotId) -> Place {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = open.get(&id) {
            return place.clone();
        }
        open.retain(|_, place| {
            // Nobody is about to open it as long as only this table knows it.
            let is_idle = Arc::strong_count(place) == 1;
            !is_idle || place.try_lock().is_ok_and(|place| held(&place).is_some())
        });
        open.entry(id).or_default().clone()
    }

    /// How many unhandled events one bot's inbox may hold.
    pub fn inbox_bound(&self) -> u64 {
        self.context_options.kept.inbox_events
    }

    /// Where a bot's WhatsApp session belongs.
    ///
    /// # Errors
    ///
    /// When there is no such bot, or its directory can't be made.
    pub async fn session(&self, id: BotId) -> Result<SessionPlace, StoreError> {
        let key = self.bot_key(id).await?.session_key();
        let path = self.directory(id)?.join("session.db");
        Ok(SessionPlace { path, key })
    }

    /// How much room a bot takes on the disk, bytes: its data and its session.
    ///
    /// # Errors
    ///
    /// When its directory can't be read.
    pub async fn bytes(&self, id: BotId) -> Result<u64, StoreError> {
        let directory = self.bots_dir.join(id.to_string());
        let failed = |source| StoreError::io(&directory)(source);
        let mut entries = match tokio::fs::read_dir(&directory).await {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(0),
            entries => entries.map_err(failed)?,
        };
        let mut bytes: u64 = 0;
        while let Some(entry) = entries.next_entry().await.map_err(failed)? {
            match entry.metadata().await {
                Ok(file) => bytes = bytes.saturating_add(file.len()),
                // A file may go meanwhile.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => return Err(failed(error)),
            }
        }
        Ok(bytes)
    }

    /// Deletes a bot's WhatsApp session.
    ///
    /// # Errors
    ///
    /// When a file stays.
    pub async fn forget_session(&self, id: BotId) -> Result<(), StoreError> {
        let path = self.bots_dir.join(id.to_string()).join("session.db");
        for suffix in ["", "-wal", "-shm"] {
            let mut file = path.clone().into_os_string();
            file.push(suffix);
            let file = PathBuf::from(file);
            match tokio::fs::remove_file(&file).await {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(StoreError::io(&file)(error));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Closes everything that is open. What is used afterwards fails with [`StoreError::Closed`].
    ///
    /// # Errors
    ///
    /// The first file that could not be closed; the others are closed all the same.
    pub async fn close(&self) -> Result<(), StoreError> {
        let mut result = Ok(());
        let open = std::mem::take(&mut *self.open.lock().unwrap_or_else(PoisonError::into_inner));
        for place in open.into_values() {
            let context = place.lock().await.take();
            if let Some(context) = context.and_then(|context| context.upgrade()) {
                result = result.and(context.close().await);
            }
        }
        result.and(self.registry.close().await)
    }

    async fn bot_key(&self, id: BotId) -> Result<BotKey, StoreError> {
        let wrapped = self.registry.wrapped_key(id).await?;
        self.master
            .unwrap(id, &wrapped)
            .ok_or(StoreError::BotKeyDamaged(id))
    }

    fn directory(&self, id: BotId) -> Result<PathBuf, StoreError> {
        let directory = self.bots_dir.join(id.to_string());
        make_private_dir(&directory)?;
        Ok(directory)
    }
}

/// A bot's data, if somebody holds it.
fn held(place: &Option<Weak<dyn DataContext>>) -> Option<BotData> {
    place.as_ref().and_then(Weak::upgrade)
}

/// Takes a data directory for this process alone, until the file is dropped.
pub(super) fn lock(data_dir: &Path) -> Result<File, StoreError> {
    let path = data_dir.join("host.lock");
    let file = private_file()
        .truncate(false)
        .open(&path)
        .map_err(StoreError::io(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::Locked {
            path: data_dir.to_owned(),
        }),
        Err(TryLockError::Error(source)) => Err(StoreError::io(&path)(source)),
    }
}

#[cfg(test)]
mod tests;
