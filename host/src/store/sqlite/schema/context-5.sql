-- Where what happens to the bot is posted. The secret signs what is posted; the owner is who made it.
CREATE TABLE webhook (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    url       TEXT NOT NULL,
    secret    TEXT NOT NULL,
    owner     TEXT NOT NULL,
    made      INTEGER NOT NULL,
    -- When something was taken there last, and why the last one was not taken, when it was not. JSON.
    delivered INTEGER,
    failure   TEXT
) STRICT;

-- What is on its way to webhooks, each until it is taken. What was given up is a dead letter. Bounded, oldest out first.
CREATE TABLE delivery (
    seq      INTEGER PRIMARY KEY AUTOINCREMENT,
    webhook  INTEGER NOT NULL REFERENCES webhook (id) ON DELETE CASCADE,
    id       TEXT NOT NULL,
    event    TEXT NOT NULL,
    at       INTEGER NOT NULL,
    tries    INTEGER NOT NULL DEFAULT 0,
    next_try INTEGER NOT NULL,
    -- Why it was not taken last. JSON.
    error    TEXT,
    given_up INTEGER,
    body     BLOB NOT NULL
) STRICT;

CREATE INDEX delivery_waiting ON delivery (webhook, seq, next_try) WHERE given_up IS NULL;
CREATE INDEX delivery_dead ON delivery (given_up) WHERE given_up IS NOT NULL;
