-- Whose doing a deed is: of each kind of deed everybody has only so many, so that nobody's push out what others did. What was kept
-- before counts as the operator's, and stays.
ALTER TABLE deed ADD COLUMN actor TEXT NOT NULL DEFAULT 'operator';

CREATE INDEX deed_actor ON deed (actor, what, id);
CREATE INDEX deed_others ON deed (id) WHERE actor <> 'operator';

-- How many there are that are not the operator's: one row.
CREATE TABLE deed_state (others INTEGER NOT NULL) STRICT;
INSERT INTO deed_state VALUES (0);

CREATE TRIGGER deed_kept AFTER INSERT ON deed WHEN new.actor <> 'operator' BEGIN
    UPDATE deed_state SET others = others + 1;
END;
CREATE TRIGGER deed_forgotten AFTER DELETE ON deed WHEN old.actor <> 'operator' BEGIN
    UPDATE deed_state SET others = others - 1;
END;
