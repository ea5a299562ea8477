//! Changed limits: the same table for a bot and for the host.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};

use super::fault::Fault;
use crate::store::plugin_records::LimitValues;

pub(super) fn read(connection: &Connection) -> Result<BTreeMap<String, LimitValues>, Fault> {
    let mut statement = connection.prepare_cached("SELECT plugin, limits FROM plugin_limit")?;
    let mut rows = statement.query([])?;
    let mut all = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let limits: String = row.get(1)?;
        all.insert(row.get(0)?, serde_json::from_str(&limits)?);
    }
    Ok(all)
}

pub(super) fn set(
    connection: &Connection,
    plugin: &str,
    limits: &LimitValues,
) -> Result<(), Fault> {
    if limits.is_empty() {
        connection
            .prepare_cached("DELETE FROM plugin_limit WHERE plugin = ?1")?
            .execute([plugin])?;
    } else {
        connection
            .prepare_cached(
                "INSERT INTO plugin_limit VALUES (?1, ?2)
                 ON CONFLICT DO UPDATE SET limits = excluded.limits",
            )?
            .execute(params![plugin, serde_json::to_string(limits)?])?;
    }
    Ok(())
}
