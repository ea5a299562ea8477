-- Which bot of this host answers in a group: who came first.
CREATE TABLE group_seat (
    chat  TEXT PRIMARY KEY NOT NULL,
    bot   TEXT NOT NULL REFERENCES bot (id) ON DELETE CASCADE,
    since INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX group_seat_bot ON group_seat (bot);
