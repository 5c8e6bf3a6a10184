"""What tests of readers ask for, and what they say about a structured text."""

import tempfile
import time
from pathlib import Path

from localassist.adapters.readers.dispatch import read_file
from localassist.adapters.readers.parts import Allowance, Parts
from localassist.adapters.readers.patience import Patience

ODF_SPACES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in {
        "office": "office",
        "text": "text",
        "table": "table",
        "draw": "drawing",
        "style": "style",
        "fo": "xsl-fo-compatible",
        "presentation": "presentation",
        "manifest": "manifest",
        "svg": "svg-compatible",
    }.items()
)


def read_whole(path, password="", recognising=60.0, seconds=float("inf"), **allowed):
    """A file's structured text, with the files inside it; `recognising` are the seconds for text in pictures.

    All is to be read within `seconds`; `allowed` are other bounds of the `Allowance`.
    """
    with tempfile.TemporaryDirectory() as folder:
        scratch, deadline = str(Path(folder, "scratch")), time.monotonic() + seconds
        allowance = Allowance(scratch, deadline, patience=Patience(recognising), **allowed)
        return read_file(str(path), Parts(read_file, allowance, {"": password} if password else {}))


def shown(content):
    """Each block as (kind with its level, text)."""
    return [(f"{block.kind}{block.level or ''}", content.text[block.start : block.end]) for block in content.blocks]


def assert_sound(content):
    """Blocks and pages are in order, apart, and leave out nothing but white space."""
    position = 0
    for block in content.blocks:
        assert position <= block.start < block.end
        assert not content.text[position : block.start].strip()
        position = block.end
    assert not content.text[position:].strip()
    edge = 0
    for number, page in enumerate(content.pages, 1):
        assert page.number == number
        assert edge <= page.start <= page.end <= len(content.text)
        assert not content.text[edge : page.start].strip()
        edge = page.end
    if content.pages:
        assert not content.text[edge:].strip()
