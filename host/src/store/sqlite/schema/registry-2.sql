-- Installed plugins. The files are beside the database, by digest.
CREATE TABLE plugin (
    name       TEXT PRIMARY KEY NOT NULL,
    -- The version in use: one of plugin_version.
    digest     TEXT NOT NULL,
    -- Whether it serves every bot that plugin_switch says nothing about.
    everywhere INTEGER NOT NULL,
    -- What its operator took from it: a JSON list of capabilities.
    denied     TEXT NOT NULL,
    -- The file of the plugins' directory that was seen last, when it comes from there.
    built_in   TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE plugin_version (
    -- Rises with each installation.
    seq          INTEGER PRIMARY KEY AUTOINCREMENT,
    plugin       TEXT NOT NULL REFERENCES plugin (name) ON DELETE CASCADE,
    digest       TEXT NOT NULL,
    version      TEXT NOT NULL,
    installed    INTEGER NOT NULL,
    installed_by TEXT NOT NULL,
    UNIQUE (plugin, digest)
) STRICT;

-- Bots for which a plugin is switched on or off by itself.
CREATE TABLE plugin_switch (
    plugin  TEXT NOT NULL REFERENCES plugin (name) ON DELETE CASCADE,
    bot     TEXT NOT NULL REFERENCES bot (id) ON DELETE CASCADE,
    enabled INTEGER NOT NULL,
    PRIMARY KEY (plugin, bot)
) STRICT, WITHOUT ROWID;

CREATE INDEX plugin_switch_bot ON plugin_switch (bot);

-- Limits that were changed for one plugin on this host. JSON.
CREATE TABLE plugin_limit (
    plugin TEXT PRIMARY KEY NOT NULL,
    limits TEXT NOT NULL
) STRICT, WITHOUT ROWID;
