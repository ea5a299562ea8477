-- What the bot did and used on each day of UTC, counted from 1970-01-01. Times are microseconds of a processor.
CREATE TABLE usage (
    day        INTEGER PRIMARY KEY NOT NULL,
    received   INTEGER NOT NULL DEFAULT 0,
    sent       INTEGER NOT NULL DEFAULT 0,
    client_us  INTEGER NOT NULL DEFAULT 0,
    plugins_us INTEGER NOT NULL DEFAULT 0
) STRICT;
