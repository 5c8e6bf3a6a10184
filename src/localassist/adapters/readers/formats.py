"""Which formats can be read, and how a file's format is told."""

from __future__ import annotations

import zipfile
import zlib
from enum import StrEnum
from pathlib import Path
from typing import Final

from localassist.adapters.readers.unreadable import UnreadableError


class Format(StrEnum):
    """A format with a reader, by the name people give it."""

    PDF = "PDF"
    DOCX = "Word (.docx)"
    MARKDOWN = "Markdown"
    HTML = "HTML"
    TEXT = "plain text"


SUFFIXES: Final = {
    ".pdf": Format.PDF,
    ".docx": Format.DOCX,
    ".md": Format.MARKDOWN,
    ".markdown": Format.MARKDOWN,
    ".html": Format.HTML,
    ".htm": Format.HTML,
    ".xhtml": Format.HTML,
    ".txt": Format.TEXT,
    ".text": Format.TEXT,
    ".log": Format.TEXT,
    ".rst": Format.TEXT,
}

BROKEN_ARCHIVE: Final = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError)
"""What `zipfile` raises over damaged archives: bad offsets seek nowhere (OSError), odd entries are not
implemented or ask for a password (RuntimeError)."""

_READABLE: Final = f"{', '.join(list(Format)[:-1])} and {list(Format)[-1]}"
NO_READER_HINT: Final = f"Files that can be read: {_READABLE}."
_PDF_MAGIC_WITHIN: Final = 1024
"""Readers of PDF have always accepted its magic within the first 1,024 bytes."""


def readable_suffix(path: str) -> bool:
    """Whether a file of that name belongs to a format with a reader."""
    return Path(path).suffix.lower() in SUFFIXES


def tell_format(path: str) -> Format:
    """The format of a file, by its content where that is unmistakable, else by its name.

    Raises `UnreadableError` for a format without a reader, `OSError` when the file can't be opened.
    """
    with Path(path).open("rb") as file:
        head = file.read(_PDF_MAGIC_WITHIN)
    if b"%PDF-" in head:
        return Format.PDF
    if head.startswith(b"PK\x03\x04") and _holds_word_document(path):
        return Format.DOCX
    named = SUFFIXES.get(Path(path).suffix.lower())
    if named is None:
        raise UnreadableError("is of a kind that can't be read yet", NO_READER_HINT)
    return named


def _holds_word_document(path: str) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return "word/document.xml" in archive.namelist()
    except BROKEN_ARCHIVE:
        return False
