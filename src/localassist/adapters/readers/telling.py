"""Tells a file's format: by its content where that is unmistakable, else by its name."""

from __future__ import annotations

import mmap
import re
import zipfile
from pathlib import Path
from typing import Final

from localassist.adapters.readers.archives import PROTECTED
from localassist.adapters.readers.decoding import holds_text
from localassist.adapters.readers.formats import (
    BROKEN_ARCHIVE,
    NO_READER_HINT,
    OLD_SUFFIXES,
    OTHER_SUFFIXES,
    Format,
    named_format,
)
from localassist.adapters.readers.unreadable import UnreadableError

_HEAD_BYTES: Final = 8192
_PDF_MAGIC_WITHIN: Final = 1024
"""Readers of PDF have always accepted its magic within the first 1,024 bytes."""

_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_COMPOUND: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_WINMAIL: Final = b"\x78\x9f\x3e\x22"
_PICTURES: Final = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\0", b"MM\0*", b"GIF87a", b"GIF89a")
_BITMAP: Final = re.compile(rb"BM.{4}\0{4}.{4}[\x0c\x28\x38\x40\x6c\x7c]\0{3}", re.DOTALL)
_OPEN_DOCUMENTS: Final = {
    "application/vnd.oasis.opendocument.text": Format.ODT,
    "application/vnd.oasis.opendocument.text-template": Format.ODT,
    "application/vnd.oasis.opendocument.presentation": Format.ODP,
    "application/vnd.oasis.opendocument.presentation-template": Format.ODP,
    "application/vnd.oasis.opendocument.spreadsheet": Format.SHEET,
    "application/epub+zip": Format.EPUB,
}
_OFFICE_MEMBERS: Final = (("word/", Format.DOCX), ("ppt/", Format.PPTX), ("xl/", Format.SHEET))
_ZIPPED: Final = frozenset({Format.DOCX, Format.PPTX, Format.SHEET, Format.ODT, Format.ODP, Format.EPUB})
_BINARY: Final = _ZIPPED | {Format.PDF, Format.IMAGE, Format.OUTLOOK, Format.ARCHIVE}

_BEFORE_ROOT: Final = rb"(?:<\?xml[^>]*>|(?><!--.*?-->)|\s)*+"
"""What may stand before a document's first element; nothing in it is tried twice."""

_MARKUP: Final = re.compile(_BEFORE_ROOT + rb"<(?:!doctype\s+html|html)[\s>]", re.IGNORECASE | re.DOTALL)
_FEED: Final = re.compile(_BEFORE_ROOT + rb"<(?:rss|rdf:RDF|feed)[\s>]", re.DOTALL)
_MAILBOX: Final = re.compile(rb"\s*From \S+[^\n]*\d\d:\d\d[^\n]*\n[!-9;-~]+:")
_HEADER: Final = re.compile(rb"([!-9;-~]+):[ \t]*")
_TRACED: Final = frozenset({b"received", b"message-id", b"mime-version", b"return-path", b"delivered-to"})
_WRITTEN: Final = frozenset({b"from", b"to", b"date", b"subject"})
_SAVED_PAGE: Final = re.compile(rb"^(?:Snapshot-Content-Location:|From: <Saved by )", re.MULTILINE | re.IGNORECASE)


def tell_format(path: str) -> Format:
    """The format of a file.

    Raises `UnreadableError` for a format without a reader, `OSError` when the file can't be opened.
    """
    with Path(path).open("rb") as file:
        head = file.read(_HEAD_BYTES)
    named = named_format(path)
    return _by_magic(path, head, named) or _by_words(head, named) or _by_name(head, named)


def may_be_readable(path: str) -> bool:
    """Whether a file is worth handing to its reader: by its name, else because it begins like text.

    Raises `OSError` when it can't be opened.
    """
    suffix = Path(path).suffix.lower()
    if named_format(path) or suffix in OLD_SUFFIXES | OTHER_SUFFIXES:
        return suffix not in OTHER_SUFFIXES
    with Path(path).open("rb") as file:
        return holds_text(file.read(_HEAD_BYTES))


def _by_magic(path: str, head: bytes, named: Format | None) -> Format | None:
    """The format that a file's first bytes stand for, None where they are no known magic."""
    if b"%PDF-" in head[:_PDF_MAGIC_WITHIN]:
        return Format.PDF
    if head.startswith(_ZIP):
        return _zipped(path, named)
    if head.startswith(_COMPOUND):
        return _compound(path, named)
    if head.startswith(b"{\\rtf"):
        return Format.RTF
    if head.startswith(_WINMAIL):
        return Format.WINMAIL
    is_picture = head.startswith(_PICTURES) or _BITMAP.match(head) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP")
    return Format.IMAGE if is_picture else None


def _zipped(path: str, named: Format | None) -> Format:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            kind = _stored_kind(archive) if "mimetype" in names else ""
    except BROKEN_ARCHIVE:
        return named if named in _ZIPPED else Format.ARCHIVE
    if kind in _OPEN_DOCUMENTS:
        return _OPEN_DOCUMENTS[kind]
    if any(name.startswith("Index/") and name.endswith(".iwa") for name in names):
        raise UnreadableError(
            "was made by Pages, Numbers or Keynote, which can't be read", "Export it from there as PDF or .docx."
        )
    if "[Content_Types].xml" in names:
        for folder, form in _OFFICE_MEMBERS:
            if any(name.startswith(folder) for name in names):
                return form
    return named if named in _ZIPPED else Format.ARCHIVE


def _stored_kind(archive: zipfile.ZipFile) -> str:
    with archive.open("mimetype") as member:
        return member.read(100).decode("ascii", "replace").strip()


def _compound(path: str, named: Format | None) -> Format:
    """Which program wrote an OLE compound file, by the names of its streams; these are UTF-16.

    An embedded sheet brings its streams along: where two programs' are found, the file's name decides.
    """
    with Path(path).open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:

        def holds(stream: str) -> bool:
            return data.find(stream.encode("utf-16-le")) >= 0

        if holds("__properties_version1.0") and holds("__nameid_version1.0"):
            return Format.OUTLOOK
        if holds("EncryptedPackage"):
            raise UnreadableError(*PROTECTED)
        others = holds("WordDocument") or holds("PowerPoint Document")
        if (holds("Workbook") or holds("Book")) and (named is Format.SHEET or not others):
            return Format.SHEET
    if named in {Format.OUTLOOK, Format.SHEET} and not others:
        return named  # damaged, which its reader says
    raise UnreadableError(
        "is in an old format of Word, PowerPoint or another program, which can't be read",
        "Open it in Word, PowerPoint or LibreOffice and save it as .docx, .pptx or PDF.",
    )


def _by_words(head: bytes, named: Format | None) -> Format | None:
    """The format of text that says itself what it is, where the name says nothing better."""
    if named is None or named is Format.TEXT or named in {Format.MAIL, Format.MAILBOX}:
        mail = _kind_of_mail(head)
        if mail:
            return mail
    open_to_markup = named is None or named in _BINARY or named is Format.TEXT
    if open_to_markup and _MARKUP.match(head.removeprefix(b"\xef\xbb\xbf")):
        return Format.HTML
    if named in {None, Format.CODE, Format.TEXT} and _FEED.match(head.removeprefix(b"\xef\xbb\xbf")):
        return Format.FEED
    is_notebook = head.lstrip().startswith(b"{") and b'"cells"' in head and b'"cell_type"' in head
    return Format.NOTEBOOK if is_notebook and named is None else None


def _kind_of_mail(head: bytes) -> Format | None:
    if _MAILBOX.match(head):
        return Format.MAILBOX
    names = set()
    for line in head.splitlines():
        found = _HEADER.match(line)
        if found:
            names.add(found.group(1).lower())
        elif not line.startswith((b" ", b"\t")):
            break
    if not (names & _TRACED and len(names & (_WRITTEN | _TRACED)) >= 3):
        return None
    return Format.WEB_ARCHIVE if _SAVED_PAGE.search(head) else Format.MAIL


def _by_name(head: bytes, named: Format | None) -> Format:
    if named is not None:
        return named
    if not holds_text(head):
        raise UnreadableError("is of a kind that can't be read yet", NO_READER_HINT)
    return Format.CODE if head.startswith(b"#!") else Format.TEXT
