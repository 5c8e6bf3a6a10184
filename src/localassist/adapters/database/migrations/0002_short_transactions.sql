-- Chunk ids whose words are in chunk_words while there are no such chunks: not yet, because the process named writer is
-- storing them, or no more (writer is ''). Nothing finds them; they are taken away a few at a time.
CREATE TABLE loose_words (
    first_chunk INTEGER PRIMARY KEY,
    chunk_count INTEGER NOT NULL,
    writer TEXT NOT NULL
) STRICT;

-- When a document was last added or asked for, in seconds since the epoch: those in no collection are a cache.
ALTER TABLE documents ADD COLUMN used REAL NOT NULL DEFAULT 0;

-- Left to itself the index now and then merges all its parts inside one commit; `chunk_words.py` merges some each time.
INSERT INTO chunk_words (chunk_words, rank) VALUES ('automerge', 0);
