-- Vectors follow the words: float32 rows of neighbouring chunks of one content, in the order they were made.
-- Whoever mirrors them goes by the ids of the runs, which rise with every commit and are never used again.
CREATE TABLE vector_runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    content_id INTEGER NOT NULL REFERENCES contents (id) ON DELETE CASCADE,
    embedder TEXT NOT NULL,
    first_chunk INTEGER NOT NULL,
    chunk_count INTEGER NOT NULL,
    dimension INTEGER NOT NULL,
    data BLOB NOT NULL
) STRICT;

INSERT INTO vector_runs (content_id, embedder, first_chunk, chunk_count, dimension, data)
SELECT c.id, c.embedder, c.first_chunk, c.chunk_count, v.dimension, v.data
FROM contents c JOIN vectors v ON v.content_id = c.id WHERE c.chunk_count > 0 ORDER BY c.first_chunk;

DROP TABLE vectors;

CREATE INDEX vector_runs_by_content ON vector_runs (content_id, first_chunk);
CREATE INDEX vector_runs_by_embedder ON vector_runs (embedder, id, chunk_count);

-- digest stands for what is embedded of a chunk (its document's title, its headings, its text): equal ones share a vector.
ALTER TABLE chunks ADD COLUMN place TEXT NOT NULL DEFAULT '';
ALTER TABLE chunks ADD COLUMN digest BLOB;
ALTER TABLE chunks ADD COLUMN pending INTEGER NOT NULL DEFAULT 0;
CREATE INDEX chunks_by_digest ON chunks (digest) WHERE digest IS NOT NULL;
CREATE INDEX chunks_pending ON chunks (content_id, id) WHERE pending = 1;

-- What is long stands apart: SQLite reads a row from its beginning and writes it whole, so counting documents or
-- renaming one would take as long as their texts are.
CREATE TABLE texts (
    content_id INTEGER PRIMARY KEY REFERENCES contents (id) ON DELETE CASCADE,
    pages TEXT NOT NULL,
    blocks TEXT NOT NULL,
    hidden TEXT NOT NULL,
    text TEXT NOT NULL
) STRICT;

INSERT INTO texts (content_id, pages, blocks, hidden, text) SELECT id, pages, blocks, '[]', text FROM contents;

-- embedded_title is the title that was embedded with the chunks, a file's name at that time where there is none;
-- parts are the names of the files inside, each with the problem of reading it, if there is one.
CREATE TABLE contents_apart (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    content_hash TEXT NOT NULL,
    reader TEXT NOT NULL,
    embedder TEXT NOT NULL,
    first_chunk INTEGER NOT NULL,
    chunk_count INTEGER NOT NULL,
    page_count INTEGER NOT NULL,
    hidden_count INTEGER NOT NULL DEFAULT 0,
    partly INTEGER NOT NULL DEFAULT 0,
    title TEXT NOT NULL,
    indexed_title TEXT NOT NULL,
    embedded_title TEXT NOT NULL,
    notes TEXT NOT NULL,
    parts TEXT NOT NULL DEFAULT '[]',
    UNIQUE (content_hash, reader, embedder)
) STRICT;

INSERT INTO contents_apart (id, content_hash, reader, embedder, first_chunk, chunk_count, page_count, title,
                            indexed_title, embedded_title, notes)
SELECT id, content_hash, reader, embedder, first_chunk, chunk_count, page_count, title, indexed_title, title, notes
FROM contents;

DROP TABLE contents;
ALTER TABLE contents_apart RENAME TO contents;
CREATE INDEX contents_by_embedder ON contents (embedder, first_chunk, chunk_count);

-- state is 'waiting', 'reading' or 'ignored', or '' where the content and the problem tell; reader is the version of
-- the reader that failed; container_id is the file that holds this one.
ALTER TABLE documents ADD COLUMN state TEXT NOT NULL DEFAULT '';
ALTER TABLE documents ADD COLUMN reader TEXT NOT NULL DEFAULT '';
ALTER TABLE documents ADD COLUMN container_id INTEGER REFERENCES documents (id) ON DELETE CASCADE;
CREATE INDEX documents_by_container ON documents (container_id) WHERE container_id IS NOT NULL;
CREATE INDEX documents_by_hash ON documents (content_hash);
