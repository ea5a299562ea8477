-- Polls that the bot has sent, while votes in them are told to their plugins. What a poll is, its secret among it, is in one piece.
CREATE TABLE poll (
    seq  INTEGER PRIMARY KEY NOT NULL,
    chat TEXT NOT NULL,
    id   TEXT NOT NULL,
    poll BLOB NOT NULL,
    UNIQUE (chat, id)
) STRICT;
