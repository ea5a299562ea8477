-- Links that sign somebody in to a bot's page, once. Of a secret only the digest is kept.
CREATE TABLE sign_in_link (
    digest  BLOB PRIMARY KEY NOT NULL,
    bot     TEXT NOT NULL REFERENCES bot (id) ON DELETE CASCADE,
    expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX sign_in_link_bot ON sign_in_link (bot, expires);
CREATE INDEX sign_in_link_expires ON sign_in_link (expires);

-- Who is signed in to a bot's page. While a session's secret is replaced both are here, so that no request under way is lost.
CREATE TABLE page_session (
    digest   BLOB PRIMARY KEY NOT NULL,
    -- The same for all secrets of one session: what its forms carry.
    form     TEXT NOT NULL,
    bot      TEXT NOT NULL REFERENCES bot (id) ON DELETE CASCADE,
    begun    INTEGER NOT NULL,
    issued   INTEGER NOT NULL,
    expires  INTEGER NOT NULL,
    replaced INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE INDEX page_session_form ON page_session (form);
CREATE INDEX page_session_bot ON page_session (bot);
CREATE INDEX page_session_expires ON page_session (expires);

-- Who a bot is given to finds no door open.
CREATE TRIGGER bot_given_page AFTER UPDATE OF owner ON bot WHEN old.owner IS NOT new.owner BEGIN
    DELETE FROM sign_in_link WHERE bot = new.id;
    DELETE FROM page_session WHERE bot = new.id;
END;
