"""Office files that other people made are read to what they are known to hold."""

import importlib
from contextlib import suppress

import pytest
from reading import assert_sound

from localassist.adapters.readers.unreadable import UnreadableError

pytestmark = pytest.mark.corpus

READERS = {
    ".docx": "docx",
    ".pptx": "pptx",
    ".pptm": "pptx",
    ".xlsx": "sheets",
    ".xls": "sheets",
    ".odt": "odt",
    ".rtf": "rtf",
    ".epub": "epub",
    ".csv": "csv",
}

KNOWN = {
    "test.docx": ("314b0a30-5b04-470b-b9f7-eed2c2bec74a", "# Abstract", "AutoGen is an open-source framework"),
    "test_with_comment.docx": ("This is a test comment. 12df-321a", "Yet another comment in the doc. 55yiyi-asd09"),
    "test.pptx": ("2cdda5c8-e50e-4db4-b5f0-9722a649f455", "1b92870d-e3b5-4e65-8153-919f4ff45592", "2003 | 2003"),
    "test.xlsx": ("Alpha | Beta | Gamma | Delta", "6ff4173b-42a5-4784-9b19-f49caff4d93d", "13 | 14 | 15 | affc7dad"),
    "test.xls": ("Alpha | Beta | Gamma | Delta", "6ff4173b-42a5-4784-9b19-f49caff4d93d", "13 | 14 | 15 | affc7dad"),
    "test.epub": ("# Chapter 1: Test Content", "A bullet point"),
    "test.rtf": ("# This is a Sample RTF File",),
    "test_mskanji.csv": ("名前 | 年齢 | 住所\n佐藤太郎 | 30 | 東京",),
    "newlines.csv": ("Once upon a time | 5 | 6",),
    "quotes_and_newlines.csv": ('1 | ha "ha" ha',),
}


def read(path):
    return importlib.import_module(f"localassist.adapters.readers.{READERS[path.suffix.lower()]}").read(str(path))


def marked(content):
    """The text with a # before each heading."""
    headings = {block.start for block in content.blocks if block.kind == "heading"}
    return "".join("# " * (at in headings) + sign for at, sign in enumerate(content.text))


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_what_a_file_is_known_to_hold_is_found(corpus, name):
    texts = [marked(read(path)) for path in corpus.rglob(name)]
    for words in KNOWN[name]:
        assert any(words in text for text in texts), words


@pytest.mark.parametrize("suffix", sorted(READERS))
def test_every_file_is_read_or_refused_in_a_sentence(corpus, suffix):
    for path in corpus.rglob(f"*{suffix}"):
        with suppress(UnreadableError):
            assert_sound(read(path))
