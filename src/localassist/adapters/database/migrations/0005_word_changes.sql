-- Which chunks' words were written, written anew or removed, in that order: an index beside the database follows it.
CREATE TABLE word_changes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    first_chunk INTEGER NOT NULL,
    chunk_count INTEGER NOT NULL
) STRICT;

-- What tells this database's changes from another's.
CREATE TABLE word_origin (
    origin TEXT NOT NULL
) STRICT;

INSERT INTO word_origin (origin) VALUES (lower(hex(randomblob(16))));

CREATE INDEX word_changes_by_chunk ON word_changes (first_chunk);

INSERT INTO word_changes (first_chunk, chunk_count)
WITH RECURSIVE parts (first, count) AS (
    SELECT first_chunk, chunk_count FROM contents WHERE chunk_count > 0
    UNION ALL SELECT first + 2000, count - 2000 FROM parts WHERE count > 2000
) SELECT first, min(count, 2000) FROM parts ORDER BY first;
