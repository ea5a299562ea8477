//! Files of every earlier version of the schema, with rows in all of their tables, opened by this one: nothing of them is lost, and
//! what has come since has its defaults.

use std::collections::BTreeMap;
use std::path::Path;

use rusqlite::Connection;
use rusqlite::types::Value;
use rusqlite_migration::{M, Migrations};

use super::database::connect;
use super::tests::{Files, key, open};
use super::{context, registry};
use crate::model::{BotId, BotRole, StateName};
use crate::store::conformance::{ALICE, answer, message};
use crate::store::{DataContext, Inbox, Outbox, PluginKv, Registry, Settings, StoreError};

/// What an id or key is in every table, so that references hold.
const X: &str = "x";

fn bot() -> BotId {
    BotId::from_random([7; 16])
}

/// A row, by column.
type Row = BTreeMap<String, Value>;
/// All rows of all tables.
type Rows = BTreeMap<String, Vec<Row>>;

/// What columns hold that are read back; others hold something of their type, or nothing where they may.
fn given(table: &str, column: &str) -> Option<Value> {
    let text = |text: &str| Some(Value::Text(text.to_owned()));
    let json = |json: serde_json::Result<Vec<u8>>| Some(Value::Blob(json.expect("JSON")));
    match (table, column) {
        ("bot", "id") | (_, "bot") => text(&bot().to_string()),
        ("bot", "role") => text("sub"),
        ("bot", "method") => text("qr"),
        ("bot", "state") => text("open"),
        ("bot", "owner" | "jid") => text(ALICE),
        ("setting", "name") => text("language"),
        ("setting" | "plugin_setting", "value") => text("\"id\""),
        ("total", "name") => text("received"),
        ("inbox" | "outbox", "chat") | ("inbox", "sender") => text(ALICE),
        ("inbox", "event") => json(serde_json::to_vec(&message(ALICE, ALICE, "A1", "hello"))),
        ("outbox", "outgoing") => json(serde_json::to_vec(&answer(ALICE, "B1", "hi"))),
        _ => None,
    }
}

fn tables(connection: &Connection) -> Vec<String> {
    let mut statement = connection
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
        .expect("a statement");
    let names = statement.query_map([], |row| row.get(0)).expect("tables");
    names.collect::<Result<_, _>>().expect("names")
}

/// Puts a row into a table.
fn fill(connection: &Connection, table: &str) {
    let mut statement = connection
        .prepare(&format!("PRAGMA table_info({table})"))
        .expect("a statement");
    let columns = statement
        .query_map([], |row| {
            let (name, kind): (String, String) = (row.get("name")?, row.get("type")?);
            Ok((
                name,
                kind,
                row.get::<_, bool>("notnull")?,
                row.get::<_, i64>("pk")?,
            ))
        })
        .expect("columns");
    let (mut names, mut values) = (Vec::new(), Vec::new());
    for column in columns {
        let (name, kind, needed, part_of_key) = column.expect("a column");
        let value = match (given(table, &name), kind.as_str()) {
            (Some(value), _) => value,
            (None, _) if !needed && part_of_key == 0 => continue,
            (None, "TEXT") => Value::Text(X.to_owned()),
            (None, "BLOB") => Value::Blob(X.into()),
            (None, _) => Value::Integer(1),
        };
        names.push(name);
        values.push(value);
    }
    let places = vec!["?"; names.len()].join(", ");
    // What the schema itself puts into a table stays.
    let sql = format!(
        "INSERT OR IGNORE INTO {table} ({}) VALUES ({places})",
        names.join(", ")
    );
    let filled = connection.execute(&sql, rusqlite::params_from_iter(values));
    filled.unwrap_or_else(|error| panic!("{table}: {error}"));
}

fn rows(connection: &Connection) -> Rows {
    let tables = tables(connection).into_iter();
    let all = tables.map(|table| {
        let mut statement = connection
            .prepare(&format!("SELECT * FROM {table}"))
            .expect("a statement");
        let names: Vec<String> = statement
            .column_names()
            .iter()
            .map(|name| (*name).to_owned())
            .collect();
        let rows = statement
            .query_map([], |row| {
                let columns = names.iter().enumerate();
                columns
                    .map(|(n, name)| Ok((name.clone(), row.get(n)?)))
                    .collect()
            })
            .expect("rows");
        (table, rows.collect::<Result<_, _>>().expect("a row"))
    });
    all.collect()
}

/// A file as a host of an earlier version left it, with a row in each table. What is in it.
fn earlier(path: &Path, schema: &[M<'_>]) -> Rows {
    std::fs::write(path, "").expect("a file");
    let connected = connect(path, &key()).map_err(|fault| fault.at(path));
    let mut connection = connected.expect("a connection");
    let migrations = Migrations::from_slice(schema);
    migrations.to_latest(&mut connection).expect("a schema");
    connection
        .pragma_update(None, "foreign_keys", false)
        .expect("set");
    for table in tables(&connection) {
        fill(&connection, &table);
    }
    let rows = rows(&connection);
    assert!(rows.values().all(|rows| !rows.is_empty()), "{rows:?}");
    connection
        .close()
        .map_err(|(_, error)| error)
        .expect("closed");
    rows
}

/// Whether all that was there is there still, but for columns that are gone.
fn kept(before: &Rows, now: &Rows, version: usize) {
    for (table, rows) in before {
        let found = now
            .get(table)
            .unwrap_or_else(|| panic!("{table} of version {version} is gone"));
        for row in rows {
            let is_kept = found.iter().any(|now| {
                row.iter()
                    .all(|(name, value)| now.get(name).is_none_or(|now| now == value))
            });
            assert!(
                is_kept,
                "{row:?} of {table}, version {version}, became {found:?}"
            );
        }
    }
}

#[test]
fn each_step_of_the_schemas_applies_to_the_one_before() {
    for migrations in [&context::MIGRATIONS, &registry::MIGRATIONS] {
        migrations.validate().expect("a schema");
    }
}

#[tokio::test]
async fn a_bots_data_of_every_earlier_version_is_read_whole() {
    let files = Files::new();
    for version in 1..=context::SCHEMA.len() {
        let path = files.next();
        let before = earlier(&path, &context::SCHEMA[..version]);
        let data = open(&path, 1_000).await.expect("open");
        let now = data.database.read(|connection| Ok(rows(connection)));
        let now = now.await.expect("read");
        kept(&before, &now, version);
        if (2..9).contains(&version) {
            // What is kept of runs was not counted then.
            for (state, bytes) in [("receipt_state", 1), ("failure_state", 2)] {
                let counted = now[state].iter().map(|row| [&row["rows"], &row["bytes"]]);
                let one = [&Value::Integer(1), &Value::Integer(bytes)];
                assert_eq!(counted.collect::<Vec<_>>(), [one], "{state}");
            }
        }

        let (defaults, settings) = (
            Settings::default(),
            data.settings().await.expect("settings"),
        );
        assert_eq!(settings.language, "id");
        assert_eq!(settings.prefixes, defaults.prefixes);
        let totals = data.totals().await.expect("totals");
        assert_eq!((totals.received, totals.sent), (1, 0));
        let value = data.kv_get(X, X).await.expect("read").value;
        assert_eq!(value.as_deref(), Some(X.as_bytes()));
        let waiting = data.waiting().await.expect("waiting");
        assert_eq!(waiting.len(), 1);
        let event = data
            .unhandled(waiting[0].row)
            .await
            .expect("read")
            .expect("it waits");
        assert_eq!(event.event, message(ALICE, ALICE, "A1", "hello"));
        assert_eq!(
            (event.original, event.handled_by),
            (None, vec![X.to_owned()])
        );
        let leaving = data.leaving().await.expect("leaving");
        let unsent = data
            .unsent(leaving[0].row)
            .await
            .expect("read")
            .expect("it leaves");
        assert_eq!(unsent.outgoing, answer(ALICE, "B1", "hi"));
        // And it goes on from there.
        data.finish(vec![waiting[0].row], 2).await.expect("handled");
        assert!(data.waiting().await.expect("waiting").is_empty());
        DataContext::close(&data).await.expect("close");
    }
}

#[tokio::test]
async fn a_registry_of_every_earlier_version_is_read_whole() {
    let files = Files::new();
    for version in 1..=registry::SCHEMA.len() {
        let path = files.next();
        let before = earlier(&path, &registry::SCHEMA[..version]);
        let registry = registry::SqliteRegistry::open(path, key())
            .await
            .expect("open");
        let now = registry.database.read(|connection| Ok(rows(connection)));
        kept(&before, &now.await.expect("read"), version);
        let record = registry.get(bot()).await.expect("read").expect("a record");
        assert_eq!((record.role, record.state), (BotRole::Sub, StateName::Open));
        assert_eq!(record.owner.expect("an owner").as_str(), ALICE);
        assert_eq!(record.name, X);
        assert_eq!(
            registry.wrapped_key(bot()).await.expect("a key"),
            X.as_bytes()
        );
        // What refers to a bot goes with it, whenever it was put there.
        registry.remove(bot()).await.expect("removed");
        assert!(matches!(
            registry.wrapped_key(bot()).await,
            Err(StoreError::NoSuchBot(_))
        ));
        let id = bot().to_string();
        let left = registry.database.read(|connection| Ok(rows(connection)));
        let left = left.await.expect("read");
        assert!(
            !format!("{left:?}").contains(&id),
            "version {version}: {left:?}"
        );
        registry.close().await.expect("close");
    }
}
