-- What programs show to manage a bot. Of a token only the digest is kept.
CREATE TABLE api_token (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    digest  BLOB NOT NULL UNIQUE,
    bot     TEXT NOT NULL REFERENCES bot (id) ON DELETE CASCADE,
    name    TEXT NOT NULL,
    created INTEGER NOT NULL,
    used    INTEGER
) STRICT;

CREATE INDEX api_token_bot ON api_token (bot, id);

-- Who a bot is given to makes tokens of their own.
CREATE TRIGGER bot_given_token AFTER UPDATE OF owner ON bot WHEN old.owner IS NOT new.owner BEGIN
    DELETE FROM api_token WHERE bot = new.id;
END;
