"""The lower left column: collections of documents, how indexing goes, what became of every file."""
