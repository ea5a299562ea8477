-- When what a message answers had come in.
ALTER TABLE outbox ADD COLUMN came INTEGER;

-- How long people waited for answers, by day of UTC: how many answers were sent within which time. A bucket is twice as long as the one
-- before it.
CREATE TABLE latency (
    day    INTEGER NOT NULL,
    bucket INTEGER NOT NULL,
    count  INTEGER NOT NULL,
    PRIMARY KEY (day, bucket)
) STRICT, WITHOUT ROWID;
