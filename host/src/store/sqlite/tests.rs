//! The conformance suite on SQLite, and what only a file can suffer.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use proptest::test_runner::{Config, TestRunner};
use tempfile::TempDir;

use super::context::{ContextOptions, SqliteContext};
use super::registry::SqliteRegistry;
use super::{gather, inbox, known, kv, outbox, webhooks};
use crate::store::conformance::{self, ALICE, Bench, answer, message, wanted};
use crate::store::keys::SecretKey;
use crate::store::{
    Audit, BotData, Credentials, Handled, Inbox, KvChange, MasterKey, Ownership, Plans, Registry,
    Seats, Settings, Shelf, StoreError,
};

fn key() -> SecretKey {
    MasterKey::from_bytes([7; 32]).registry_key()
}

async fn open(path: &Path, inbox_bound: u64) -> Result<SqliteContext, StoreError> {
    let options = ContextOptions {
        defaults: Settings::default(),
        inbox_bound,
        records: conformance::BOUNDS,
    };
    SqliteContext::open(path.to_owned(), key(), options).await
}

/// Files in a directory of its own, a new one for each context.
struct Files {
    dir: TempDir,
    count: AtomicU32,
}

impl Files {
    fn new() -> Self {
        Self {
            dir: tempfile::tempdir().expect("dir"),
            count: AtomicU32::new(0),
        }
    }

    fn next(&self) -> PathBuf {
        let n = self.count.fetch_add(1, Ordering::Relaxed);
        self.dir.path().join(format!("{n}.db"))
    }

    fn last(&self) -> PathBuf {
        let n = self.count.load(Ordering::Relaxed).saturating_sub(1);
        self.dir.path().join(format!("{n}.db"))
    }
}

#[async_trait]
impl Bench for Files {
    async fn registry(&self) -> Arc<dyn Registry> {
        Arc::new(
            SqliteRegistry::open(self.next(), key())
                .await
                .expect("open"),
        )
    }

    async fn seats(&self) -> (Arc<dyn Registry>, Arc<dyn Seats>) {
        let registry = SqliteRegistry::open(self.next(), key()).await;
        let registry = Arc::new(registry.expect("open"));
        (registry.clone(), registry)
    }

    async fn credentials(&self) -> (Arc<dyn Registry>, Arc<dyn Credentials>) {
        let registry = SqliteRegistry::open(self.next(), key()).await;
        let registry = Arc::new(registry.expect("open"));
        (registry.clone(), registry)
    }

    async fn audit(&self) -> Arc<dyn Audit> {
        let registry = SqliteRegistry::open(self.next(), key()).await;
        Arc::new(registry.expect("open"))
    }

    async fn ownership(&self) -> (Arc<dyn Registry>, Arc<dyn Ownership>) {
        let registry = SqliteRegistry::open(self.next(), key()).await;
        let registry = Arc::new(registry.expect("open"));
        (registry.clone(), registry)
    }

    async fn plans(&self) -> (Arc<dyn Registry>, Arc<dyn Plans>) {
        let registry = SqliteRegistry::open(self.next(), key()).await;
        let registry = Arc::new(registry.expect("open"));
        (registry.clone(), registry)
    }

    async fn shelf(&self) -> (Arc<dyn Registry>, Arc<dyn Shelf>) {
        let path = self.next();
        let files = path.with_extension("plugins");
        let registry = SqliteRegistry::open(path, key()).await.expect("open");
        let shelf = registry.shelf(files).expect("open");
        (Arc::new(registry), Arc::new(shelf))
    }

    async fn context(&self, inbox_bound: u64) -> BotData {
        Arc::new(open(&self.next(), inbox_bound).await.expect("open"))
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
    crate::store::DataContext::close(&context)
        .await
        .expect("close");
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

#[test]
fn writes_of_two_bots_never_cross() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("runtime");
    let files = Files::new();
    let mut runner = TestRunner::new(Config {
        failure_persistence: None,
        ..Config::with_cases(24)
    });
    runner
        .run(&conformance::steps(), |steps| {
            runtime.block_on(async {
                let (one, other) = (files.context(1_000).await, files.context(1_000).await);
                conformance::writes_never_cross(one, other, steps).await;
            });
            Ok(())
        })
        .expect("no crossing");
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
async fn queues_and_key_values_are_read_by_index() {
    let files = Files::new();
    let context = open(&files.next(), 1_000).await.expect("open");
    let row = {
        let events = vec![message(ALICE, ALICE, "A1", "!ping")];
        context.accept(wanted(events), 1).await.expect("accept").new[0].row
    };
    let handled = Handled {
        event: row,
        plugin: Some("core".to_owned()),
        writes: vec![KvChange {
            key: "a".to_owned(),
            value: Some(vec![1]),
        }],
        outgoing: vec![answer(ALICE, "B1", "Pong")],
        ..Handled::default()
    };
    context.commit(handled).await.expect("commit");
    let plans = context
        .database
        .read(|connection| {
            let mut plans = Vec::new();
            for sql in [
                inbox::WAITING,
                inbox::COUNT_WAITING,
                inbox::FORGET,
                outbox::LEAVING,
                outbox::FORGET,
                kv::GET,
                kv::KEYS,
                known::USER,
                known::USER_BY_LID,
                known::CHAT,
                known::BANS,
                gather::GATHERING,
                gather::NEXT,
                webhooks::DUE,
                webhooks::NEXT,
            ] {
                let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
                for n in 1..=statement.parameter_count() {
                    statement.raw_bind_parameter(n, "x")?;
                }
                let mut rows = statement.raw_query();
                while let Some(row) = rows.next()? {
                    plans.push((sql, row.get::<_, String>("detail")?));
                }
            }
            Ok(plans)
        })
        .await
        .expect("plans");
    for (sql, plan) in plans {
        let by_index = plan.starts_with("SEARCH")
            || plan.contains("INDEX inbox_waiting")
            || plan.contains("INDEX outbox_leaving")
            || plan.contains("INDEX user_banned");
        assert!(by_index, "{sql}: {plan}");
    }
}
