//! The conformance suite on SQLite, and what only a file can suffer.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use tempfile::TempDir;

use super::context::{ContextOptions, SqliteContext};
use super::registry::SqliteRegistry;
use crate::store::conformance::{self, ALICE, Bench, FORTNIGHT, message, wanted};
use crate::store::keys::SecretKey;
use crate::store::{
    Audit, BotData, Credentials, DataContext, Inbox, Invites, KeptBounds, MasterKey, Ownership,
    Plans, Registry, Seats, Settings, Shelf, StoreError,
};

pub(super) fn key() -> SecretKey {
    MasterKey::from_bytes([7; 32]).registry_key()
}

pub(super) async fn open(path: &Path, inbox_events: u64) -> Result<SqliteContext, StoreError> {
    let kept = KeptBounds {
        inbox_events,
        ..conformance::BOUNDS
    };
    keeping(path, kept).await
}

async fn keeping(path: &Path, kept: KeptBounds) -> Result<SqliteContext, StoreError> {
    let options = ContextOptions {
        defaults: Settings::default(),
        kept,
    };
    SqliteContext::open(path.to_owned(), key(), options).await
}

/// Files in a directory of its own, a new one for each context.
pub(super) struct Files {
    dir: TempDir,
    count: AtomicU32,
}

impl Files {
    pub(super) fn new() -> Self {
        Self {
            dir: tempfile::tempdir().expect("dir"),
            count: AtomicU32::new(0),
        }
    }

    /// In a directory whose name begins with this.
    pub(super) fn within(prefix: &str) -> Self {
        Self {
            dir: TempDir::with_prefix(prefix).expect("dir"),
            count: AtomicU32::new(0),
        }
    }

    pub(super) fn next(&self) -> PathBuf {
        let n = self.count.fetch_add(1, Ordering::Relaxed);
        self.dir.path().join(format!("{n}.db"))
    }

    pub(super) async fn sqlite_registry(&self) -> SqliteRegistry {
        let registry = SqliteRegistry::open(self.next(), key()).await;
        registry.expect("open")
    }

    fn last(&self) -> PathBuf {
        let n = self.count.load(Ordering::Relaxed).saturating_sub(1);
        self.dir.path().join(format!("{n}.db"))
    }
}

#[async_trait]
impl Bench for Files {
    async fn registry(&self) -> Arc<dyn Registry> {
        Arc::new(self.sqlite_registry().await)
    }

    async fn seats(&self) -> (Arc<dyn Registry>, Arc<dyn Seats>) {
        let registry = Arc::new(self.sqlite_registry().await);
        (registry.clone(), registry)
    }

    async fn credentials(&self) -> (Arc<dyn Registry>, Arc<dyn Credentials>) {
        let registry = Arc::new(self.sqlite_registry().await);
        (registry.clone(), registry)
    }

    async fn audit(&self, deeds: u64) -> Arc<dyn Audit> {
        Arc::new(self.sqlite_registry().await.keeping(deeds))
    }

    async fn invites(&self) -> Arc<dyn Invites> {
        Arc::new(self.sqlite_registry().await)
    }

    async fn ownership(&self) -> (Arc<dyn Registry>, Arc<dyn Ownership>) {
        let registry = Arc::new(self.sqlite_registry().await);
        (registry.clone(), registry)
    }

    async fn plans(&self) -> (Arc<dyn Registry>, Arc<dyn Plans>) {
        let registry = Arc::new(self.sqlite_registry().await);
        (registry.clone(), registry)
    }

    async fn shelf(&self) -> (Arc<dyn Registry>, Arc<dyn Shelf>) {
        let path = self.next();
        let files = path.with_extension("plugins");
        let registry = SqliteRegistry::open(path, key()).await.expect("open");
        let shelf = registry.shelf(files).expect("open");
        (Arc::new(registry), Arc::new(shelf))
    }

    async fn keeping(&self, kept: KeptBounds) -> BotData {
        Arc::new(keeping(&self.next(), kept).await.expect("open"))
    }

    /// A copy of the files while they are open is what a killed process leaves.
    async fn reopened(&self, context: BotData) -> BotData {
        let (from, to) = (self.last(), self.next());
        fs::copy(&from, &to).expect("copy");
        fs::copy(with_suffix(&from, "-wal"), with_suffix(&to, "-wal")).expect("copy of the log");
        drop(context);
        Arc::new(open(&to, 1_000).await.expect("reopen"))
    }
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// A context with some content, closed.
async fn filled(path: &Path) {
    let context = open(path, 1_000).await.expect("open");
    let events = (0..100)
        .map(|n| message(ALICE, ALICE, &format!("A{n}"), &"text ".repeat(100)))
        .collect();
    context.accept(wanted(events), 1).await.expect("accept");
    DataContext::close(&context).await.expect("close");
}

/// The error of opening and reading everything.
async fn reading(path: &Path) -> Result<(), StoreError> {
    let context = open(path, 1_000).await?;
    for waiting in context.waiting().await? {
        context.unhandled(waiting.row).await?;
    }
    Ok(())
}

#[tokio::test]
async fn sqlite_does_what_every_store_has_to() {
    conformance::run(&Files::new()).await;
}

#[tokio::test]
async fn a_damaged_file_is_told_and_left_as_it_is() {
    let files = Files::new();
    let whole = files.next();
    filled(&whole).await;
    reading(&whole).await.expect("whole");
    let content = fs::read(&whole).expect("read");
    type Damage = fn(&mut Vec<u8>);
    let damages: [(&str, Damage); 4] = [
        ("emptied", Vec::clear),
        ("cut in the first page", |content| content.truncate(1_000)),
        ("cut in the middle", |content| {
            content.truncate(content.len() / 2);
        }),
        ("bytes changed", |content| {
            // All pages but the first: which of them a reading meets is SQLite's business.
            content[4_096..].fill(0x55);
        }),
    ];
    for (what, damage) in damages {
        let path = files.next();
        let mut damaged = content.clone();
        damage(&mut damaged);
        fs::write(&path, &damaged).expect("write");
        match reading(&path).await {
            Err(error @ StoreError::Corrupt { .. }) => {
                assert!(error.to_string().contains("backup"), "{what}: {error}");
            }
            other => panic!("{what}: {other:?}"),
        }
        assert_eq!(
            fs::read(&path).expect("read").len(),
            damaged.len(),
            "{what}"
        );
    }
}

#[tokio::test]
async fn a_full_disk_is_told_and_nothing_is_half_kept() {
    let files = Files::new();
    let context = open(&files.next(), 1_000).await.expect("open");
    let limit = |pages: &'static str| {
        context.database.read(move |connection| {
            let sql = format!("PRAGMA max_page_count = {pages}");
            Ok(connection.query_row(&sql, [], |_| Ok(()))?)
        })
    };
    limit("1").await.expect("no page more than there are");
    let large = || vec![message(ALICE, ALICE, "A1", &"text ".repeat(20_000))];
    match context.accept(wanted(large()), 1).await {
        Err(error @ StoreError::Full { .. }) => {
            assert!(error.to_string().contains("free some space"), "{error}");
        }
        other => panic!("{other:?}"),
    }
    assert!(context.waiting().await.expect("readable").is_empty());
    limit("100000").await.expect("room again");
    let kept = context.accept(wanted(large()), 2).await.expect("goes on");
    assert_eq!(kept.new.len(), 1);
}

#[tokio::test]
async fn a_file_in_use_is_told() {
    let files = Files::new();
    let path = files.next();
    let context = open(&path, 1_000).await.expect("open");
    context.accept(wanted(Vec::new()), 1).await.expect("used");
    let second = open(&path, 1_000).await.map(drop);
    assert!(
        matches!(second, Err(StoreError::Locked { .. })),
        "{second:?}"
    );
}

#[tokio::test]
async fn a_file_of_a_newer_version_is_left_alone() {
    let files = Files::new();
    let path = files.next();
    let context = open(&path, 1_000).await.expect("open");
    context
        .database
        .write(|transaction| Ok(transaction.pragma_update(None, "user_version", 99)?))
        .await
        .expect("a later schema");
    context.database.close().await.expect("close");
    let opened = open(&path, 1_000).await.map(drop);
    assert!(
        matches!(opened, Err(StoreError::Newer { .. })),
        "{opened:?}"
    );
}

#[tokio::test]
async fn a_half_made_file_is_made_again() {
    let files = Files::new();
    let path = files.next();
    fs::write(path.with_extension("new"), b"left by a killed process").expect("write");
    filled(&path).await;
    reading(&path).await.expect("whole");
}

#[tokio::test]
async fn a_burst_takes_few_commits_and_each_write_is_there() {
    let files = Files::new();
    let context = open(&files.next(), 1_000).await.expect("open");
    let before = context.database.commits();
    let accepts = (0..20).map(|n| {
        // One of them came already: all of a burst is told of its own.
        let id = if n == 7 { 6 } else { n };
        let event = message(ALICE, ALICE, &format!("A{id}"), "!ping");
        context.accept(wanted(vec![event]), 1)
    });
    let accepted = futures::future::join_all(accepts).await;
    let new: Vec<usize> = accepted
        .iter()
        .map(|accepted| accepted.as_ref().expect("accepted").new.len())
        .collect();
    let expected: Vec<usize> = (0..20).map(|n| usize::from(n != 7)).collect();
    assert_eq!(new, expected);
    assert_eq!(context.waiting().await.expect("waiting").len(), 19);
    // The first one may have begun alone; all others waited for it.
    let commits = context.database.commits() - before;
    assert!(commits <= 2, "{commits} commits");
}

#[tokio::test]
async fn room_of_what_is_forgotten_is_given_back() {
    let files = Files::new();
    let path = files.next();
    let size = |suffix| {
        fs::metadata(with_suffix(&path, suffix))
            .expect("a file")
            .len()
    };
    let context = open(&path, 5_000).await.expect("new");
    context.clean_up(0).await.expect("clean up");
    let fresh = size("");
    for n in 0..2_000 {
        let event = message(ALICE, ALICE, &format!("A{n}"), &format!("{n:0>500}"));
        context.accept(wanted(vec![event]), 1).await.expect("kept");
    }
    context.clean_up(0).await.expect("clean up");
    assert!(size("") > fresh + 500_000, "{} after {fresh}", size(""));
    assert_eq!(size("-wal"), 0, "the log is merged into the file");
    let waiting = context.waiting().await.expect("waiting");
    let rows = waiting.iter().map(|waiting| waiting.row).collect();
    context.finish(rows, 1).await.expect("done");
    let forgotten = context.clean_up(FORTNIGHT + 2).await.expect("clean up");
    assert!(forgotten >= 2_000);
    assert!(size("") < fresh + 50_000, "{} after {fresh}", size(""));
    assert_eq!(size("-wal"), 0);
}

#[tokio::test]
async fn who_asks_and_goes_away_does_not_keep_the_others_waiting() {
    let files = Files::new();
    let context = open(&files.next(), 1_000).await.expect("open");
    let (go_on, waits) = std::sync::mpsc::channel();
    let (begun, begins) = tokio::sync::oneshot::channel();
    let database = context.database.clone();
    let busy = tokio::spawn(async move {
        let job = move |_: &rusqlite::Connection| {
            let _ = begun.send(());
            waits.recv().expect("it goes on");
            Ok(())
        };
        database.read(job).await
    });
    begins.await.expect("it has the connection");
    // They want their turn, and are never looked at again.
    let mut reads = Box::pin(context.totals());
    let mut writes = Box::pin(context.finish(vec![1], 1));
    assert!(futures::poll!(&mut reads).is_pending());
    assert!(futures::poll!(&mut writes).is_pending());
    go_on.send(()).expect("it waits");
    busy.await.expect("it ends").expect("read");
    let others = async {
        context.totals().await.expect("read");
        context.finish(vec![2], 2).await.expect("written");
    };
    let others = tokio::time::timeout(std::time::Duration::from_secs(20), others);
    others.await.expect("their turn comes");
    drop((reads, writes));
}
