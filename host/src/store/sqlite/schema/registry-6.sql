-- What was done about the end of a bot's plan.
CREATE TABLE plan_note (
    bot     TEXT PRIMARY KEY NOT NULL REFERENCES bot (id) ON DELETE CASCADE,
    ends    INTEGER NOT NULL,
    stage   INTEGER NOT NULL,
    stopped INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX bot_expires ON bot (expires, id) WHERE expires IS NOT NULL;
