-- Codes by which the operator invites people to make bots. Of a code only the digest is kept.
CREATE TABLE invite (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    digest BLOB NOT NULL UNIQUE,
    name   TEXT NOT NULL,
    made   INTEGER NOT NULL,
    uses   INTEGER NOT NULL,
    free   INTEGER NOT NULL CHECK (free BETWEEN 0 AND uses)
) STRICT;
