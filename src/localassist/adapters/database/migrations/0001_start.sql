-- Conversations: a tree of messages each; head_id is the last message of the branch on show.
CREATE TABLE conversations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    title TEXT NOT NULL,
    system_prompt TEXT NOT NULL,
    head_id INTEGER REFERENCES messages (id) DEFERRABLE INITIALLY DEFERRED,
    created REAL NOT NULL,
    updated REAL NOT NULL
) STRICT;

CREATE INDEX conversations_by_updated ON conversations (updated, id);

-- writer names the process that streams an answer, so that another can tell whether it died.
-- parent_id has no ON DELETE action: one cascade a message would pass SQLite's limit of 1,000 nested triggers.
CREATE TABLE messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation_id INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    parent_id INTEGER REFERENCES messages (id) DEFERRABLE INITIALLY DEFERRED,
    role TEXT NOT NULL,
    text TEXT NOT NULL,
    created REAL NOT NULL,
    status TEXT NOT NULL,
    problem TEXT NOT NULL DEFAULT '',
    evidence TEXT NOT NULL DEFAULT '',
    writer TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE INDEX messages_by_conversation ON messages (conversation_id);
CREATE INDEX messages_by_parent ON messages (parent_id);
CREATE INDEX messages_streaming ON messages (id) WHERE status = 'streaming';

-- Words of titles (rowid: conversation) and of finished messages (rowid: message).
CREATE VIRTUAL TABLE title_words USING fts5 (
    words, content = '', contentless_delete = 1, tokenize = 'porter unicode61 remove_diacritics 2'
);
CREATE VIRTUAL TABLE message_words USING fts5 (
    words, content = '', contentless_delete = 1, tokenize = 'porter unicode61 remove_diacritics 2'
);

-- Documents: what a file says (contents) apart from where it lies (documents), so that copies share it.
CREATE TABLE collections (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE
) STRICT;

-- Paths are BLOBs because file names need not be valid text.
CREATE TABLE roots (
    collection_id INTEGER NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
    path BLOB NOT NULL,
    PRIMARY KEY (collection_id, path)
) STRICT, WITHOUT ROWID;

-- chunk ids of a content are first_chunk, first_chunk + 1, ... and never used again.
CREATE TABLE contents (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    content_hash TEXT NOT NULL,
    reader TEXT NOT NULL,
    embedder TEXT NOT NULL,
    first_chunk INTEGER NOT NULL,
    chunk_count INTEGER NOT NULL,
    page_count INTEGER NOT NULL,
    title TEXT NOT NULL,
    indexed_title TEXT NOT NULL DEFAULT '',
    blocks TEXT NOT NULL,
    pages TEXT NOT NULL,
    notes TEXT NOT NULL,
    text TEXT NOT NULL,
    UNIQUE (content_hash, reader, embedder)
) STRICT;

CREATE INDEX contents_by_embedder ON contents (embedder, first_chunk, chunk_count);

-- float32, row after row in the order of the chunks; one BLOB a content is read twice as fast as one a chunk.
CREATE TABLE vectors (
    content_id INTEGER PRIMARY KEY REFERENCES contents (id) ON DELETE CASCADE,
    dimension INTEGER NOT NULL,
    data BLOB NOT NULL
) STRICT;

CREATE TABLE chunks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    content_id INTEGER NOT NULL REFERENCES contents (id) ON DELETE CASCADE,
    char_start INTEGER NOT NULL,
    char_end INTEGER NOT NULL,
    page INTEGER,
    heading TEXT NOT NULL,
    text TEXT NOT NULL
) STRICT;

CREATE INDEX chunks_by_content ON chunks (content_id);

CREATE VIRTUAL TABLE chunk_words USING fts5 (
    text, heading, title, content = '', contentless_delete = 1, tokenize = 'porter unicode61 remove_diacritics 2'
);
CREATE VIRTUAL TABLE chunk_terms USING fts5vocab (chunk_words, 'row');

CREATE TABLE documents (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    path BLOB NOT NULL UNIQUE,
    content_hash TEXT NOT NULL,
    size INTEGER NOT NULL,
    modified REAL NOT NULL,
    content_id INTEGER REFERENCES contents (id),
    problem TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE INDEX documents_by_content ON documents (content_id);

CREATE TABLE memberships (
    collection_id INTEGER NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
    document_id INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    PRIMARY KEY (collection_id, document_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX memberships_by_document ON memberships (document_id);
