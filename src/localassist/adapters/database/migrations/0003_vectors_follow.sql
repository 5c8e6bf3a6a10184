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

-- embedded_title is the title that was embedded with the chunks, a file's name at that time where there is none;
-- parts are the names of the files inside, each with the problem of reading it, if there is one.
ALTER TABLE contents ADD COLUMN embedded_title TEXT NOT NULL DEFAULT '';
ALTER TABLE contents ADD COLUMN partly INTEGER NOT NULL DEFAULT 0;
ALTER TABLE contents ADD COLUMN hidden TEXT NOT NULL DEFAULT '[]';
ALTER TABLE contents ADD COLUMN parts TEXT NOT NULL DEFAULT '[]';

-- state is 'waiting', 'reading' or 'ignored', or '' where the content and the problem tell; reader is the version of
-- the reader that failed; container_id is the file that holds this one.
ALTER TABLE documents ADD COLUMN state TEXT NOT NULL DEFAULT '';
ALTER TABLE documents ADD COLUMN reader TEXT NOT NULL DEFAULT '';
ALTER TABLE documents ADD COLUMN container_id INTEGER REFERENCES documents (id) ON DELETE CASCADE;
CREATE INDEX documents_by_container ON documents (container_id) WHERE container_id IS NOT NULL;
CREATE INDEX documents_by_hash ON documents (content_hash);
