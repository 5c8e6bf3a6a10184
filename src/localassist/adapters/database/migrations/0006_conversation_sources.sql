-- The documents that a conversation asks, as JSON (see `sources_to_json`); NULL where it was never said.
ALTER TABLE conversations ADD COLUMN sources TEXT;
