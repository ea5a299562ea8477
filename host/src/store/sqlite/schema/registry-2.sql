-- Limits that were changed for one plugin on this host. JSON.
CREATE TABLE plugin_limit (
    plugin TEXT PRIMARY KEY NOT NULL,
    limits TEXT NOT NULL
) STRICT, WITHOUT ROWID;
