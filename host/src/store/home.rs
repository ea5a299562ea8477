//! Where all data of a host lives: the registry, the bots' directories, and the keys to them.

use std::collections::HashMap;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};

use tokio::sync::Mutex;

use super::StoreError;
use super::audit::Audit;
use super::context::{BotData, DataContext, Settings};
use super::credentials::Credentials;
use super::invites::Invites;
use super::key_file::{make_private_dir, private_file};
use super::keys::{BotKey, MasterKey, SecretKey};
use super::ownership::Ownership;
use super::plans::Plans;
use super::plugin_records::RecordBounds;
use super::registry::Registry;
use super::seats::Seats;
use super::shelf::Shelf;
use super::sqlite::{ContextOptions, SqliteContext, SqliteRegistry, SqliteShelf};
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
    /// How many unhandled events one bot's inbox may hold.
    pub inbox_bound: u64,
    /// How much is kept of plugins' runs in each bot.
    pub records: RecordBounds,
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

/// The open store of a host.
pub struct Store {
    registry: Arc<SqliteRegistry>,
    shelf: Arc<SqliteShelf>,
    bots_dir: PathBuf,
    master: MasterKey,
    random: SharedRandom,
    context_options: ContextOptions,
    open: Mutex<HashMap<BotId, Weak<dyn DataContext>>>,
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
        let registry = SqliteRegistry::open(path, master.registry_key()).await?;
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
                inbox_bound: options.inbox_bound,
                records: options.records,
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
        let mut open = self.open.lock().await;
        if let Some(context) = open.remove(&id).and_then(|context| context.upgrade()) {
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
        let mut open = self.open.lock().await;
        if let Some(context) = open.get(&id).and_then(Weak::upgrade) {
            return Ok(context);
        }
        let key = self.bot_key(id).await?.context_key();
        let path = self.directory(id)?.join("context.db");
        let context: BotData =
            Arc::new(SqliteContext::open(path, key, self.context_options.clone()).await?);
        open.retain(|_, context| context.strong_count() > 0);
        open.insert(id, Arc::downgrade(&context));
        Ok(context)
    }

    /// How many unhandled events one bot's inbox may hold.
    pub fn inbox_bound(&self) -> u64 {
        self.context_options.inbox_bound
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
        for (_, context) in self.open.lock().await.drain() {
            if let Some(context) = context.upgrade() {
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
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use tempfile::TempDir;

    use super::*;
    use crate::model::{BotRole, LinkMethod};
    use crate::random::SystemRandom;
    use crate::store::conformance::{ALICE, answer, jid, message, wanted};
    use crate::store::{Handled, KvChange};

    fn options(dir: &Path) -> StoreOptions {
        StoreOptions {
            data_dir: dir.to_owned(),
            session_dir: None,
            defaults: Settings::default(),
            inbox_bound: 1_000,
            records: RecordBounds::default(),
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
    async fn nothing_of_a_person_is_readable_in_the_files() {
        let dir = tempfile::tempdir().expect("dir");
        let store = used(&dir).await;
        let needles = [
            "for the scan",
            "62800000",
            "SQLite format",
            "CREATE TABLE",
            "inbox",
        ];
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
                for needle in needles {
                    let found = content
                        .windows(needle.len())
                        .any(|window| window == needle.as_bytes());
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
}
