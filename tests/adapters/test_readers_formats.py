"""Formats are told by what is in a file before what it is called, and every one has its reader."""

import importlib
import zipfile

import pytest

from localassist.adapters.readers import dispatch
from localassist.adapters.readers.formats import Format, named_format
from localassist.adapters.readers.telling import may_be_readable, tell_format
from localassist.adapters.readers.unreadable import UnreadableError

COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
MAIL = b"Received: from x\nFrom: a@example.org\nSubject: Lease\n\nwords"


def told(tmp_path, name, data):
    path = tmp_path / name
    if isinstance(data, dict):
        with zipfile.ZipFile(path, "w") as archive:
            for member, content in data.items():
                archive.writestr(member, content)
    else:
        path.write_bytes(data)
    return tell_format(str(path))


def stream(*names):
    return COMPOUND + b"".join(name.encode("utf-16-le") + bytes(64) for name in names)


_SUFFIXES = (
    "pdf docx pptx xlsx xlsm xls xlsb ods csv tsv odt odp rtf epub eml mbox mht msg zip ipynb md html txt png tif"
)
TYPES = {"[Content_Types].xml": ""}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"\n%PDF-1.7", Format.PDF),
        (b"{\\rtf1 words}", Format.RTF),
        (b"\x89PNG\r\n\x1a\n...", Format.IMAGE),
        (b"\xff\xd8\xff\xe0", Format.IMAGE),
        (b"RIFF\x10\0\0\0WEBPVP8 ", Format.IMAGE),
        (b"BM\x36\x10\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0", Format.IMAGE),
        (TYPES | {"word/document.xml": ""}, Format.DOCX),
        (TYPES | {"ppt/presentation.xml": ""}, Format.PPTX),
        (TYPES | {"xl/workbook.bin": ""}, Format.SHEET),
        ({"mimetype": "application/vnd.oasis.opendocument.text"}, Format.ODT),
        ({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}, Format.SHEET),
        ({"mimetype": "application/vnd.oasis.opendocument.presentation"}, Format.ODP),
        ({"mimetype": "application/epub+zip"}, Format.EPUB),
        ({"word/document.xml": "", "notes.txt": ""}, Format.ARCHIVE),
        (stream("Workbook"), Format.SHEET),
        (stream("__properties_version1.0", "__nameid_version1.0", "WordDocument"), Format.OUTLOOK),
        (MAIL, Format.MAIL),
        (b"From a@example.org Tue Mar  4 10:00:00 2025\n" + MAIL, Format.MAILBOX),
        (b"<!-- saved -->\n<!DOCTYPE html><p>words", Format.HTML),
        (b"\xef\xbb\xbf<html lang=de>", Format.HTML),
        (b'<?xml version="1.0"?><rss version="2.0">', Format.FEED),
        (b'{"cells": [{"cell_type": "code"}]}', Format.NOTEBOOK),
        (b"#!/usr/bin/env python\n", Format.CODE),
        (b"just words", Format.TEXT),
        ("слова".encode("utf-16"), Format.TEXT),
    ],
)
def test_content_is_told_without_a_name(tmp_path, data, expected):
    assert told(tmp_path, "nameless", data) is expected
    assert told(tmp_path, "odd.ending", data) is expected


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("pages.xls", b"<html><table>", Format.HTML),
        ("text.pdf", b"%PDF-1.4", Format.PDF),
        ("words.docx", TYPES | {"xl/workbook.xml": ""}, Format.SHEET),
        ("cut.docx", b"PK\x03\x04cut off", Format.DOCX),
        ("index.php", b"<html><?php echo 1 ?>", Format.CODE),
        ("page.md", b"<html>\n\n# Markdown all the same", Format.MARKDOWN),
        ("mail.txt", MAIL, Format.MAIL),
        ("mail.py", MAIL, Format.CODE),
        ("note.txt", b"From: the office\nTo: all\nSubject: keys\n\nwords", Format.TEXT),
        ("data.json", b'{"cells": [{"cell_type": 1}]}', Format.CODE),
        ("Makefile", b"all:\n", Format.CODE),
        ("UPPER.PDF", b"no magic", Format.PDF),
    ],
)
def test_the_name_decides_where_content_does_not(tmp_path, name, data, expected):
    assert told(tmp_path, name, data) is expected


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("letter.doc", stream("WordDocument", "1Table"), "is in an old format of Word, PowerPoint"),
        ("letter.doc", stream("Workbook", "WordDocument"), "is in an old format of Word, PowerPoint"),
        ("talk.ppt", stream("PowerPoint Document"), "is in an old format of Word, PowerPoint"),
        ("locked.xlsx", stream("EncryptedPackage"), "is protected by a password"),
        ("talk.key", {"Index/Document.iwa": ""}, "was made by Pages, Numbers or Keynote"),
        ("song.mp3", b"ID3\x04\0\0\0\0" + bytes(100), "is of a kind that can't be read yet"),
        ("program", b"\x7fELF\x02\x01\x01" + bytes(100), "is of a kind that can't be read yet"),
    ],
)
def test_what_has_no_reader_says_what_to_do(tmp_path, name, data, expected):
    with pytest.raises(UnreadableError, match=expected) as caught:
        told(tmp_path, name, data)
    assert caught.value.hint.endswith(".")


def test_comments_without_end_take_no_time(tmp_path):
    assert told(tmp_path, "a", b"<!-- -->" * 1000 + b"<p") is Format.TEXT  # trying every pairing would take years


def test_every_format_has_its_reader():
    modules = dispatch._READERS | dispatch._CONTAINERS
    assert set(modules) == set(Format)
    for module in modules.values():
        assert callable(importlib.import_module(f"localassist.adapters.readers.{module}").read)


def test_suffixes_of_all_readable_formats_are_known():
    for suffix in _SUFFIXES.split():
        assert named_format(f"a.{suffix}")
        assert named_format(f"A.{suffix.upper()}")
    assert not named_format("song.mp3")
    assert not named_format("letter.doc")


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("README", b"words", True),
        ("notes.xyz", "слова и числа".encode("utf-16-le"), True),
        ("a.pdf", b"\0\0\0", True),
        ("letter.doc", b"\0\0\0", True),  # its refusal says what to do
        ("song.mp3", b"words, but nobody looks", False),
        ("a.pyc", b"\x6f\x0d\r\n" + bytes(40), False),
        ("program", b"\x7fELF\x02\x01\x01" + bytes(40), False),
    ],
)
def test_what_is_worth_a_look_is_told_by_name_or_by_its_beginning(tmp_path, name, data, expected):
    (tmp_path / name).write_bytes(data)
    assert may_be_readable(str(tmp_path / name)) is expected
