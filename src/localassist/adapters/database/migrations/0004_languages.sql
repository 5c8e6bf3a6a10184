-- The ISO 639-1 code of the language whose endings are taken off the words of a content in chunk_words, '' for none but
-- English ones; NULL until its words were written anew, which `chunk_words.catch_up` does.
ALTER TABLE contents ADD COLUMN language TEXT;
CREATE INDEX contents_by_language ON contents (language);
