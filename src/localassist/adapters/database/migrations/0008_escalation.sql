-- What a request belongs to: the conversation (0: none), the consent in words, and the SHA-256 of what was sent, which
-- stands apart so that it can be erased with its conversation without breaking the chain. Rows without any of the three are
-- hashed as before (see `DatabaseLedger`).
ALTER TABLE ledger ADD COLUMN conversation INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ledger ADD COLUMN consent TEXT NOT NULL DEFAULT '';
ALTER TABLE ledger ADD COLUMN body_hash TEXT NOT NULL DEFAULT '';

CREATE TABLE ledger_bodies (
    number INTEGER PRIMARY KEY,
    conversation INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT;
CREATE INDEX ledger_bodies_by_conversation ON ledger_bodies (conversation);

-- What the user said of collections and conversations (target: the id as text) and of folders (target: the path).
-- known: by what a folder is found again once it has another path, see `whereabouts.Known`; '' of others.
CREATE TABLE labels (
    kind TEXT NOT NULL,
    target BLOB NOT NULL,
    sensitivity TEXT NOT NULL,
    known TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (kind, target)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER labels_go_with_collections AFTER DELETE ON collections BEGIN
    DELETE FROM labels WHERE kind = 'collection' AND target = CAST(CAST(old.id AS TEXT) AS BLOB);
END;
CREATE TRIGGER labels_go_with_conversations AFTER DELETE ON conversations BEGIN
    DELETE FROM labels WHERE kind = 'conversation' AND target = CAST(CAST(old.id AS TEXT) AS BLOB);
END;

-- Documents that are gone and never left when they went: what was made from them may still be there.
CREATE TABLE departed (
    document_id INTEGER PRIMARY KEY
) STRICT;

-- Consents that are remembered, and the model that a conversation asks ('' for this computer's).
CREATE TABLE consents (
    conversation_id INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    provider TEXT NOT NULL,
    given TEXT NOT NULL,
    PRIMARY KEY (conversation_id, provider)
) STRICT, WITHOUT ROWID;
ALTER TABLE conversations ADD COLUMN target TEXT NOT NULL DEFAULT '';

-- What was spent elsewhere, also by conversations that are gone: the budget counts on. cost: US dollars, NULL: not known.
CREATE TABLE spendings (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    time TEXT NOT NULL,
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    prompt_tokens INTEGER NOT NULL,
    answer_tokens INTEGER NOT NULL,
    cost REAL
) STRICT;
CREATE INDEX spendings_by_time ON spendings (time);

CREATE TABLE private_words (
    word TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

CREATE TABLE servers (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    address TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- One's own questions put to several models, with one's own verdicts (verdict: '' for none yet). sources: which documents
-- they ask, as a conversation has them. first_word: seconds, NULL where no word came. evidence: what stands behind an
-- answer, as a message has it.
CREATE TABLE comparisons (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    created TEXT NOT NULL,
    sources TEXT NOT NULL
) STRICT;
CREATE TABLE comparison_models (
    comparison_id INTEGER NOT NULL REFERENCES comparisons (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    model TEXT NOT NULL,
    PRIMARY KEY (comparison_id, model)
) STRICT, WITHOUT ROWID;
CREATE TABLE comparison_questions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    comparison_id INTEGER NOT NULL REFERENCES comparisons (id) ON DELETE CASCADE,
    text TEXT NOT NULL
) STRICT;
CREATE INDEX comparison_questions_by_comparison ON comparison_questions (comparison_id);
CREATE TABLE comparison_answers (
    question_id INTEGER NOT NULL REFERENCES comparison_questions (id) ON DELETE CASCADE,
    model TEXT NOT NULL,
    text TEXT NOT NULL,
    evidence TEXT NOT NULL,
    problem TEXT NOT NULL,
    asked TEXT NOT NULL,
    seconds REAL NOT NULL,
    first_word REAL,
    verdict TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (question_id, model)
) STRICT, WITHOUT ROWID;
