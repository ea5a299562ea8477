-- What was done with the host and its bots, and by whom. The oldest deeds are forgotten, and stay when what they are about goes.
CREATE TABLE deed (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    at        INTEGER NOT NULL,
    by        TEXT NOT NULL,
    what      TEXT NOT NULL,
    with_what TEXT NOT NULL,
    detail    TEXT NOT NULL
) STRICT;
