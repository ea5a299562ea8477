-- What programs show to operate the host. Of a token only the digest is kept. They are no bot's, and stay apart from those.
CREATE TABLE operator_token (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    digest  BLOB NOT NULL UNIQUE,
    name    TEXT NOT NULL,
    created INTEGER NOT NULL,
    used    INTEGER
) STRICT;
