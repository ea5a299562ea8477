-- People whom the bot has met, each under one address. Who was first known by linked identity alone is joined to their number.
CREATE TABLE user (
    jid        TEXT PRIMARY KEY NOT NULL,
    lid        TEXT,
    name       TEXT NOT NULL DEFAULT '',
    first_seen INTEGER NOT NULL,
    last_seen  INTEGER NOT NULL,
    messages   INTEGER NOT NULL DEFAULT 0,
    -- Since when.
    banned     INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX user_lid ON user (lid) WHERE lid IS NOT NULL;
CREATE INDEX user_banned ON user (banned) WHERE banned IS NOT NULL;

-- Chats in which the bot has received something.
CREATE TABLE chat (
    jid        TEXT PRIMARY KEY NOT NULL,
    kind       TEXT NOT NULL,
    first_seen INTEGER NOT NULL,
    last_seen  INTEGER NOT NULL,
    messages   INTEGER NOT NULL DEFAULT 0,
    -- Since when the bot is off there.
    off        INTEGER,
    language   TEXT
) STRICT, WITHOUT ROWID;

CREATE INDEX chat_kind ON chat (kind);

-- Until when an event waits for others that become one with it.
ALTER TABLE inbox ADD COLUMN gathers INTEGER;
CREATE INDEX inbox_gathers ON inbox (gathers) WHERE gathers IS NOT NULL;
