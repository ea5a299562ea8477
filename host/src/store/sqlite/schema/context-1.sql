-- Events that came in. A handled one keeps its key, so that it is recognised when it comes again, and loses its content.
CREATE TABLE inbox (
    seq    INTEGER PRIMARY KEY AUTOINCREMENT,
    chat   TEXT NOT NULL,
    sender TEXT NOT NULL,
    id     TEXT NOT NULL,
    event  BLOB,
    came   INTEGER NOT NULL,
    done   INTEGER,
    UNIQUE (chat, sender, id)
) STRICT;

CREATE INDEX inbox_waiting ON inbox (seq, chat) WHERE done IS NULL;
CREATE INDEX inbox_done ON inbox (done) WHERE done IS NOT NULL;

-- Which plugins have handled an event that others have not handled yet.
CREATE TABLE inbox_handled (
    seq    INTEGER NOT NULL REFERENCES inbox (seq) ON DELETE CASCADE,
    plugin TEXT NOT NULL,
    PRIMARY KEY (seq, plugin)
) STRICT, WITHOUT ROWID;

-- Messages that go out. One that is sent or given up loses its content.
CREATE TABLE outbox (
    seq      INTEGER PRIMARY KEY AUTOINCREMENT,
    chat     TEXT NOT NULL,
    id       TEXT NOT NULL,
    outgoing BLOB,
    attempts INTEGER NOT NULL DEFAULT 0,
    next_try INTEGER NOT NULL DEFAULT 0,
    ended    INTEGER,
    reason   TEXT
) STRICT;

CREATE INDEX outbox_leaving ON outbox (seq, chat) WHERE ended IS NULL;
CREATE INDEX outbox_ended ON outbox (ended) WHERE ended IS NOT NULL;

CREATE TABLE kv (
    plugin TEXT NOT NULL,
    key    TEXT NOT NULL,
    value  BLOB NOT NULL,
    UNIQUE (plugin, key)
) STRICT;

-- What all key-values of a plugin weigh, and how often they have changed.
CREATE TABLE kv_state (
    plugin  TEXT PRIMARY KEY NOT NULL,
    version INTEGER NOT NULL,
    bytes   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Values are JSON.
CREATE TABLE setting (
    name  TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE total (
    name  TEXT PRIMARY KEY NOT NULL,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
