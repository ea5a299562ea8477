-- How much is kept of each plugin's runs, so that nobody has to count, and the last row of it that is gone, so that nobody searches
-- what was searched before.
CREATE TABLE receipt_state (
    plugin TEXT PRIMARY KEY NOT NULL,
    rows   INTEGER NOT NULL,
    bytes  INTEGER NOT NULL,
    gone   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO receipt_state SELECT plugin, count(*), sum(length(content)), 0 FROM receipt GROUP BY plugin;
ALTER TABLE receipt DROP COLUMN total;

CREATE TABLE failure_state (
    plugin TEXT PRIMARY KEY NOT NULL,
    rows   INTEGER NOT NULL,
    bytes  INTEGER NOT NULL,
    gone   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO failure_state
    SELECT plugin, count(*), sum(length(summary) + length(content)), 0 FROM failure GROUP BY plugin;
ALTER TABLE failure DROP COLUMN total;
