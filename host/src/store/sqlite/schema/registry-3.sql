-- Bots that are being ended: what is there after a crash is ended then.
CREATE TABLE bot_ending (
    bot    TEXT PRIMARY KEY NOT NULL REFERENCES bot (id) ON DELETE CASCADE,
    ending TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What was set for the host while it ran. Values are JSON.
CREATE TABLE host_setting (
    name  TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX bot_made ON bot (role, created, id);
