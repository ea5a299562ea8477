-- The message that an edit, deletion or reaction is about, as it was when that came in.
ALTER TABLE inbox ADD COLUMN original BLOB;

-- Messages of chats where a plugin wants to know what was edited, deleted or reacted to. Bounded, oldest out first.
CREATE TABLE kept (
    seq     INTEGER PRIMARY KEY AUTOINCREMENT,
    chat    TEXT NOT NULL,
    author  TEXT NOT NULL,
    id      TEXT NOT NULL,
    at      INTEGER NOT NULL,
    message BLOB NOT NULL,
    UNIQUE (chat, id, author)
) STRICT;

-- How many rows it has, and what their messages weigh.
CREATE TABLE kept_state (
    one   INTEGER PRIMARY KEY CHECK (one = 1),
    rows  INTEGER NOT NULL,
    bytes INTEGER NOT NULL
) STRICT;
INSERT INTO kept_state VALUES (1, 0, 0);

-- What the owner, or a group's admins, have set of a plugin. Values are JSON; a chat is empty where it is for the bot.
CREATE TABLE plugin_setting (
    plugin TEXT NOT NULL,
    chat   TEXT NOT NULL,
    name   TEXT NOT NULL,
    value  TEXT NOT NULL,
    PRIMARY KEY (plugin, chat, name)
) STRICT, WITHOUT ROWID;

-- Events that plugins have asked for. The event is whole, so that it goes into the inbox as it is.
CREATE TABLE schedule (
    seq    INTEGER PRIMARY KEY AUTOINCREMENT,
    plugin TEXT NOT NULL,
    chat   TEXT NOT NULL,
    name   TEXT NOT NULL,
    at     INTEGER NOT NULL,
    event  BLOB NOT NULL,
    UNIQUE (plugin, chat, name)
) STRICT;

CREATE INDEX schedule_at ON schedule (at);

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
