-- Limits that were changed for one plugin in this bot. JSON.
CREATE TABLE plugin_limit (
    plugin TEXT PRIMARY KEY NOT NULL,
    limits TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE breaker (
    plugin TEXT PRIMARY KEY NOT NULL,
    state  BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- What runs of plugins cost and logged. `total` is the bytes of all rows up to and with this one since the first that ever
-- was, so that two rows tell what lies between them and nothing has to be summed up.
CREATE TABLE receipt (
    seq     INTEGER PRIMARY KEY,
    plugin  TEXT NOT NULL,
    at      INTEGER NOT NULL,
    total   INTEGER NOT NULL,
    content BLOB NOT NULL
) STRICT;

-- Failed events with what it takes to run them again; a list reads no content.
CREATE TABLE failure (
    seq     INTEGER PRIMARY KEY,
    plugin  TEXT NOT NULL,
    at      INTEGER NOT NULL,
    total   INTEGER NOT NULL,
    summary BLOB NOT NULL,
    content BLOB NOT NULL
) STRICT;
