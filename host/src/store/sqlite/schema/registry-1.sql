CREATE TABLE bot (
    id           TEXT PRIMARY KEY NOT NULL,
    role         TEXT NOT NULL CHECK (role IN ('main', 'sub')),
    jid          TEXT UNIQUE,
    lid          TEXT UNIQUE,
    owner        TEXT,
    name         TEXT NOT NULL,
    method       TEXT NOT NULL,
    language     TEXT NOT NULL,
    plan         TEXT,
    expires      INTEGER,
    created      INTEGER NOT NULL,
    last_connect INTEGER,
    is_new       INTEGER NOT NULL,
    stopped      INTEGER NOT NULL,
    state        TEXT NOT NULL,
    cause        TEXT,
    since        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX bot_main ON bot (role) WHERE role = 'main';
CREATE INDEX bot_owner ON bot (owner, id) WHERE owner IS NOT NULL;
CREATE INDEX bot_state ON bot (state, id);

-- Apart from the record, so that listing bots touches no key.
CREATE TABLE bot_key (
    bot     TEXT PRIMARY KEY NOT NULL REFERENCES bot (id) ON DELETE CASCADE,
    wrapped BLOB NOT NULL
) STRICT, WITHOUT ROWID;
