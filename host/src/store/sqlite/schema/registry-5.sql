-- System owners that were named while the host ran, beside those of its configuration.
CREATE TABLE system_owner (
    number TEXT PRIMARY KEY NOT NULL,
    since  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Bots that their owners want to give away.
CREATE TABLE bot_offer (
    bot   TEXT PRIMARY KEY NOT NULL REFERENCES bot (id) ON DELETE CASCADE,
    taker TEXT NOT NULL,
    until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX bot_offer_taker ON bot_offer (taker, until);
