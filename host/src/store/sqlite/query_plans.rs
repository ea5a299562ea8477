//! Every statement that tests run is noted, and none of them may read a table from its beginning to its end, or sort, unless it is
//! named here with the reason.

use std::collections::BTreeSet;
use std::path::{Component, Path};
use std::sync::{Mutex, PoisonError};

use rusqlite::Connection;
use rusqlite::trace::{TraceEvent, TraceEventCodes};

use super::database::Database;
use super::fault::Fault;
use super::tests::{Files, open};
use crate::store::conformance;

/// Texts of statements: SQLite tells them to a function that knows of nothing else.
static SEEN: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// How the directories begin whose files are watched: other tests run in this process too.
const WATCHED: &str = "jadi-query-plans-";

/// How many statements the suite runs at least.
const FEWEST: usize = 100;

/// Statements that may read a table from its beginning, or sort: how they begin, and why they may.
const MEANT: &[(&str, &str)] = &[
    (
        "SELECT count(*) FROM inbox WHERE done IS NULL",
        "what waits is bounded",
    ),
    (
        "SELECT seq, chat FROM inbox WHERE done IS NULL",
        "all that waits, once at a start",
    ),
    (
        "SELECT seq, chat FROM outbox",
        "all that waits, once at a start",
    ),
    (
        "SELECT count(*) FROM user",
        "for somebody who waits for the figure",
    ),
    (
        "SELECT plugin, limits FROM plugin_limit",
        "all of it, once at a start",
    ),
    (
        "SELECT plugin, state FROM breaker",
        "all of it, once at a start",
    ),
    (
        "SELECT * FROM plugin ORDER BY name",
        "all of it, once at a start",
    ),
    (
        "SELECT * FROM plugin_version WHERE plugin",
        "the last five of one plugin",
    ),
    ("SELECT number FROM system_owner", "all of the few"),
    ("SELECT rows, bytes FROM kept_state", "it has one row"),
    ("UPDATE kept_state", "it has one row"),
    ("SELECT others FROM deed_state", "it has one row"),
    (
        "UPDATE kv_state SET version = version + 1",
        "all plugins, when a bot is erased",
    ),
    (
        "SELECT sum(rows), sum(bytes) FROM receipt_state",
        "one row for each plugin",
    ),
    (
        "SELECT sum(rows), sum(bytes) FROM failure_state",
        "one row for each plugin",
    ),
    (
        "DELETE FROM receipt_state WHERE rows",
        "one row for each plugin",
    ),
    (
        "DELETE FROM failure_state WHERE rows",
        "one row for each plugin",
    ),
    ("DELETE FROM page_session WHERE bot", "the few of one bot"),
    (
        "DELETE FROM sign_in_link WHERE digest IN",
        "the few of one bot",
    ),
    (
        "SELECT jid, lid, name, first_seen",
        "all of it goes into an archive",
    ),
    (
        "SELECT jid, kind, first_seen",
        "all of it goes into an archive",
    ),
    (
        "SELECT plugin, chat, name, value FROM plugin_setting",
        "all of it goes into an archive",
    ),
    (
        "SELECT plugin, key, value FROM kv",
        "all of it goes into an archive",
    ),
    (
        "SELECT plugin, chat, name, at, event FROM schedule",
        "all of it goes into an archive",
    ),
    (
        "SELECT day, received, sent, client_us, plugins_us FROM usage ORDER",
        "all of it goes into an archive",
    ),
    ("INSERT INTO invite", "there are few in all"),
    (
        "SELECT id, name, made, uses, free FROM invite",
        "all of the few",
    ),
    ("SELECT count(*) FROM webhook", "the few of one bot"),
    ("SELECT id, url, made, delivered", "the few of one bot"),
    (
        "DELETE FROM webhook",
        "the few of one bot, and what waits for them is bounded",
    ),
    (
        "SELECT id FROM webhook WHERE id NOT IN",
        "the few of one bot",
    ),
    ("INSERT INTO delivery", "the few of one bot"),
    (
        "INSERT INTO operator_token",
        "there are ten of them at most",
    ),
    (
        "SELECT id, name, created, used FROM operator_token",
        "all of the few",
    ),
    (
        "SELECT count(*), coalesce(sum(length(body)), 0) FROM delivery WHERE given_up IS NULL",
        "what waits is bounded",
    ),
];

/// Notes what this connection runs from now on, when its file is one of the test's.
pub(super) fn watch(path: &Path, connection: &Connection) {
    let is_of_test = |part: Component<'_>| part.as_os_str().to_string_lossy().starts_with(WATCHED);
    if !path.components().any(is_of_test) {
        return;
    }
    let note = |event: TraceEvent<'_>| {
        if let TraceEvent::Stmt(statement, _) = event {
            let sql = statement.sql();
            let text = sql.split_whitespace().collect::<Vec<_>>();
            let mut seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
            seen.insert(text.join(" "));
        }
    };
    connection.trace_v2(TraceEventCodes::SQLITE_TRACE_STMT, Some(note));
}

/// A step of a statement's plan.
struct Step {
    sql: String,
    detail: String,
}

/// The plans of those statements that mean something in this file, and how many these are.
async fn plans(database: &Database, statements: BTreeSet<String>) -> (usize, Vec<Step>) {
    let explain = move |connection: &Connection| {
        let (mut count, mut steps) = (0, Vec::new());
        for sql in statements {
            // Of another file's tables, or one that a test made up.
            let Ok(mut statement) = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")) else {
                continue;
            };
            count += 1;
            let mut rows = statement.raw_query();
            while let Some(row) = rows.next()? {
                let detail = row.get("detail")?;
                let sql = sql.clone();
                steps.push(Step { sql, detail });
            }
        }
        Ok::<_, Fault>((count, steps))
    };
    database.read(explain).await.expect("plans")
}

/// Whether a step looks at more rows than are asked for.
fn looks_at_more(step: &Step) -> bool {
    let detail = step.detail.as_str();
    (detail.starts_with("SCAN") && detail != "SCAN CONSTANT ROW") || detail.contains("TEMP B-TREE")
}

#[tokio::test]
async fn every_statement_of_the_store_goes_by_an_index() {
    let files = Files::within(WATCHED);
    conformance::run(&files).await;
    let seen = {
        let seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
        let reads_or_writes = |sql: &&String| {
            ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH"]
                .iter()
                .any(|verb| sql.starts_with(verb))
        };
        seen.iter().filter(reads_or_writes).cloned().collect()
    };
    let context = open(&files.next(), 1_000).await.expect("open");
    let registry = files.sqlite_registry().await;
    let (of_context, mut steps) = plans(&context.database, BTreeSet::clone(&seen)).await;
    let (of_registry, more) = plans(&registry.database, seen).await;
    steps.extend(more);
    assert!(
        of_context + of_registry > FEWEST,
        "only {of_context} and {of_registry} statements"
    );
    let all = || steps.iter().filter(|step| looks_at_more(step));
    let others: Vec<String> = all()
        .filter(|step| !MEANT.iter().any(|(start, _)| step.sql.starts_with(start)))
        .map(|step| format!("{}: {}", step.detail, step.sql))
        .collect();
    assert!(others.is_empty(), "{}", others.join("\n"));
    for (start, why) in MEANT {
        let is_met = all().any(|step| step.sql.starts_with(start));
        assert!(is_met, "nothing begins with {start:?} any more ({why})");
    }
}

#[tokio::test]
async fn a_statement_without_an_index_is_noticed() {
    let files = Files::new();
    let context = open(&files.next(), 1_000).await.expect("open");
    for (sql, by_index) in [
        ("SELECT * FROM inbox WHERE chat = ?1 AND sender = ?2", true),
        ("SELECT * FROM inbox WHERE sender = ?1", false),
        ("SELECT * FROM user ORDER BY jid", false),
        ("SELECT * FROM user WHERE jid = ?1", true),
        (
            "SELECT * FROM chat WHERE kind = ?1 ORDER BY last_seen",
            false,
        ),
    ] {
        let (count, steps) = plans(&context.database, [sql.to_owned()].into()).await;
        assert_eq!(count, 1, "{sql}");
        assert_eq!(!steps.iter().any(looks_at_more), by_index, "{sql}");
    }
}
