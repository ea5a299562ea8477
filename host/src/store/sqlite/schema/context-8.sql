-- Keys of events that were handled, as digests: enough to recognise one that comes again, and a fifth of the room.
CREATE TABLE seen (
    key  BLOB PRIMARY KEY NOT NULL,
    done INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX seen_done ON seen (done);

-- What was handled before keeps its place in the inbox until it is forgotten. What was sent leaves the outbox.
DELETE FROM outbox WHERE ended IS NOT NULL;
DROP INDEX outbox_ended;
DROP INDEX outbox_leaving;
ALTER TABLE outbox DROP COLUMN ended;
ALTER TABLE outbox DROP COLUMN reason;
