//! The shelf's tables, which stand in the registry's file, and its component files beside it.

use std::collections::{BTreeMap, HashSet};
use std::ffi::OsString;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use rusqlite::{Connection, Transaction, params};

use super::database::{Database, blocking};
use super::fault::Fault;
use super::{of_word, word};
use crate::model::{BotId, Digest};
use crate::store::StoreError;
use crate::store::key_file::make_private_dir;
use crate::store::shelf::{PluginRecord, PluginVersion, Shelf};

/// The shelf in the registry's file and a directory.
pub(in crate::store) struct SqliteShelf {
    database: Database,
    dir: PathBuf,
}

impl SqliteShelf {
    /// The shelf whose tables are in `database` and whose files are in `dir`, which is made.
    pub(super) fn open(database: Database, dir: PathBuf) -> Result<Self, StoreError> {
        make_private_dir(&dir)?;
        Ok(Self { database, dir })
    }
}

/// The file of a component.
fn file(dir: &Path, digest: Digest) -> PathBuf {
    dir.join(format!("{digest}.wasm"))
}

/// Reads a text that was written from a value of this type.
fn parsed<T: std::str::FromStr>(text: &str) -> Result<T, Fault>
where
    T::Err: std::error::Error + Send + Sync + 'static,
{
    text.parse().map_err(|error: T::Err| {
        let kind = rusqlite::types::Type::Text;
        rusqlite::Error::FromSqlConversionFailure(0, kind, error.into()).into()
    })
}

fn list(connection: &Connection) -> Result<Vec<PluginRecord>, Fault> {
    let mut records = Vec::new();
    let mut plugins = connection.prepare_cached("SELECT * FROM plugin ORDER BY name")?;
    let mut rows = plugins.query([])?;
    while let Some(row) = rows.next()? {
        let name: String = row.get("name")?;
        let denied: String = row.get("denied")?;
        let built_in: Option<String> = row.get("built_in")?;
        records.push(PluginRecord {
            versions: versions(connection, &name)?,
            current: parsed(&row.get::<_, String>("digest")?)?,
            everywhere: row.get("everywhere")?,
            switches: switches(connection, &name)?,
            denied: serde_json::from_str(&denied)?,
            built_in: built_in.as_deref().map(parsed).transpose()?,
            name,
        });
    }
    Ok(records)
}

fn versions(connection: &Connection, plugin: &str) -> Result<Vec<PluginVersion>, Fault> {
    let mut versions = Vec::new();
    let mut select =
        connection.prepare_cached("SELECT * FROM plugin_version WHERE plugin = ?1 ORDER BY seq")?;
    let mut rows = select.query([plugin])?;
    while let Some(row) = rows.next()? {
        versions.push(PluginVersion {
            digest: parsed(&row.get::<_, String>("digest")?)?,
            version: row.get("version")?,
            installed: row.get("installed")?,
            by: of_word(row.get("installed_by")?)?,
        });
    }
    Ok(versions)
}

fn switches(connection: &Connection, plugin: &str) -> Result<BTreeMap<BotId, bool>, Fault> {
    let mut switches = BTreeMap::new();
    let mut select =
        connection.prepare_cached("SELECT bot, enabled FROM plugin_switch WHERE plugin = ?1")?;
    let mut rows = select.query([plugin])?;
    while let Some(row) = rows.next()? {
        let bot: String = row.get("bot")?;
        switches.insert(parsed(&bot)?, row.get("enabled")?);
    }
    Ok(switches)
}

fn put(transaction: &Transaction<'_>, record: &PluginRecord) -> Result<(), Fault> {
    let name = &record.name;
    remove(transaction, name)?;
    transaction
        .prepare_cached(
            "INSERT INTO plugin (name, digest, everywhere, denied, built_in) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![
            name,
            record.current.to_string(),
            record.everywhere,
            serde_json::to_string(&record.denied)?,
            record.built_in.map(|digest| digest.to_string()),
        ])?;
    let mut version = transaction.prepare_cached(
        "INSERT INTO plugin_version (plugin, digest, version, installed, installed_by) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    for each in &record.versions {
        version.execute(params![
            name,
            each.digest.to_string(),
            each.version,
            each.installed,
            word(&each.by)?,
        ])?;
    }
    let mut switch = transaction.prepare_cached(
        "INSERT INTO plugin_switch (plugin, bot, enabled) SELECT ?1, id, ?3 FROM bot WHERE id = ?2",
    )?;
    for (bot, enabled) in &record.switches {
        switch.execute(params![name, bot.to_string(), enabled])?;
    }
    Ok(())
}

fn remove(transaction: &Transaction<'_>, name: &str) -> Result<usize, Fault> {
    Ok(transaction
        .prepare_cached("DELETE FROM plugin WHERE name = ?1")?
        .execute([name])?)
}

/// Writes a file that is there as a whole or not at all.
fn write_whole(path: &Path, content: &[u8]) -> Result<(), StoreError> {
    let unfinished = path.with_extension("new");
    let written = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&unfinished)
        .and_then(|mut file| {
            file.write_all(content)?;
            file.sync_all()
        })
        .and_then(|()| fs::rename(&unfinished, path));
    if written.is_err() {
        // What is half written has no use; that it can't be removed either is the smaller trouble.
        drop(fs::remove_file(&unfinished));
    }
    written.map_err(StoreError::io(path))
}

/// Reads a file, which has to be what its name says.
fn read(path: &Path, digest: Digest) -> Result<Vec<u8>, StoreError> {
    let content = fs::read(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => StoreError::ComponentMissing {
            path: path.to_owned(),
        },
        _ => StoreError::io(path)(error),
    })?;
    if Digest::of(&content) != digest {
        return Err(StoreError::ComponentDamaged {
            path: path.to_owned(),
        });
    }
    Ok(content)
}

#[async_trait]
impl Shelf for SqliteShelf {
    async fn list(&self) -> Result<Vec<PluginRecord>, StoreError> {
        self.database.read(list).await
    }

    async fn put(&self, record: &PluginRecord) -> Result<(), StoreError> {
        let record = record.clone();
        self.database
            .write(move |transaction| put(transaction, &record))
            .await
    }

    async fn take(&self, name: &str) -> Result<(), StoreError> {
        let name = name.to_owned();
        self.database
            .write(move |transaction| match remove(transaction, &name)? {
                0 => Err(StoreError::NoSuchPlugin(name).into()),
                _ => Ok(()),
            })
            .await
    }

    async fn keep(&self, component: Vec<u8>) -> Result<Digest, StoreError> {
        let digest = Digest::of(&component);
        let path = file(&self.dir, digest);
        blocking(&self.dir, move || {
            if read(&path, digest).is_err() {
                write_whole(&path, &component)?;
            }
            Ok(digest)
        })
        .await
    }

    async fn component(&self, digest: Digest) -> Result<Vec<u8>, StoreError> {
        let path = file(&self.dir, digest);
        blocking(&self.dir, move || read(&path, digest)).await
    }

    async fn tidy(&self) -> Result<(), StoreError> {
        let records = self.list().await?;
        let needed: HashSet<OsString> = records
            .iter()
            .flat_map(|record| &record.versions)
            .map(|version| file(Path::new(""), version.digest).into_os_string())
            .collect();
        let dir = self.dir.clone();
        blocking(&self.dir, move || {
            for entry in fs::read_dir(&dir).map_err(StoreError::io(&dir))? {
                let entry = entry.map_err(StoreError::io(&dir))?;
                if !needed.contains(&entry.file_name()) {
                    let path = entry.path();
                    fs::remove_file(&path).map_err(StoreError::io(&path))?;
                }
            }
            Ok(())
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use tempfile::TempDir;

    use super::*;
    use crate::store::MasterKey;
    use crate::store::sqlite::SqliteRegistry;

    async fn shelf(dir: &TempDir) -> SqliteShelf {
        let key = MasterKey::from_bytes([7; 32]).registry_key();
        let registry = SqliteRegistry::open(dir.path().join("registry.db"), key).await;
        let files = dir.path().join("plugins");
        registry.expect("open").shelf(files).expect("open")
    }

    #[tokio::test]
    async fn a_file_that_was_changed_is_told_and_can_be_kept_again() {
        let dir = tempfile::tempdir().expect("dir");
        let shelf = shelf(&dir).await;
        let digest = shelf.keep(b"component".to_vec()).await.expect("kept");
        let path = file(&shelf.dir, digest);
        let mode = fs::metadata(&path).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        for harmed in [&b"componenT"[..], b"compo", b""] {
            fs::write(&path, harmed).expect("harmed");
            let read = shelf.component(digest).await;
            assert!(
                matches!(read, Err(StoreError::ComponentDamaged { .. })),
                "{read:?}"
            );
        }
        shelf.keep(b"component".to_vec()).await.expect("mended");
        let read = shelf.component(digest).await.expect("whole");
        assert_eq!(read, b"component");
    }

    #[tokio::test]
    async fn a_full_disk_is_told_and_leaves_nothing() {
        let dir = tempfile::tempdir().expect("dir");
        let shelf = shelf(&dir).await;
        let unfinished = file(&shelf.dir, Digest::of(b"component")).with_extension("new");
        symlink("/dev/full", &unfinished).expect("a disk without room");
        let kept = shelf.keep(b"component".to_vec()).await;
        assert!(matches!(kept, Err(StoreError::Full { .. })), "{kept:?}");
        let left = fs::read_dir(&shelf.dir).expect("list").count();
        assert_eq!(left, 0, "no half of a file");
        shelf.keep(b"component".to_vec()).await.expect("room again");
    }

    #[test]
    fn rows_that_nobody_wrote_are_damage() {
        let fault = parsed::<Digest>("../../etc/passwd").expect_err("refused");
        let error = fault.at(Path::new("registry.db"));
        assert!(matches!(error, StoreError::Corrupt { .. }), "{error}");
    }
}
