"""One module a document format, each turning a file into the same structured text."""
