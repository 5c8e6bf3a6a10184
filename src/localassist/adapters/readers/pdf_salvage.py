"""Saves the pages of a PDF whose page tree or end is lost, as a copy that was broken off in the middle."""

from __future__ import annotations

import re
from typing import Final

_MAX_BYTES: Final = 200_000_000
_OBJECT: Final = re.compile(rb"(?<!\d)(\d{1,7})[ \r\n]+(\d{1,5})[ \r\n]+obj\b")
_PAGE: Final = re.compile(rb"/Type\s*/Page(?![A-Za-z])")
_OBJECT_END: Final = b"endobj"
_MAX_PAGE_BYTES: Final = 20_000
_MAX_PAGES: Final = 20_000
_MAX_OBJECTS: Final = 1_000_000


def salvaged(path: str) -> bytes | None:
    """A whole PDF of the pages that stand in a broken one, None where there are none.

    Only pages that are plain objects are seen: those inside compressed ones, and all of an encrypted file, are lost
    with its end. The copy is the file's bytes with a page tree and a cross-reference table of its own after them
    (ISO 32000-1, 7.5.4 and 7.7.3).
    """
    with open(path, "rb") as file:  # noqa: PTH123  a path of any system, as it came
        data = file.read(_MAX_BYTES + 1)
    if len(data) > _MAX_BYTES or b"/Encrypt" in data:
        return None
    places: dict[int, int] = {}
    for found in _OBJECT.finditer(data):
        places[int(found.group(1))] = found.start()
        if len(places) > _MAX_OBJECTS:
            return None
    pages = [number for number, place in sorted(places.items(), key=lambda item: item[1]) if _is_page(data, place)]
    return _whole(data, places, pages[:_MAX_PAGES]) if pages else None


def _is_page(data: bytes, place: int) -> bool:
    end = data.find(_OBJECT_END, place, place + _MAX_PAGE_BYTES)
    return end > 0 and _PAGE.search(data, place, end) is not None


def _whole(data: bytes, places: dict[int, int], pages: list[int]) -> bytes:
    """The bytes with a catalog, a tree of those pages and a table of all objects after them."""
    tree = max(places) + 1
    kids = b" ".join(b"%d 0 R" % number for number in pages)
    body = [data, b"\n"]
    length = len(data) + 1
    added = (
        b"<< /Type /Pages /Kids [%s] /Count %d /MediaBox [0 0 612 792] >>" % (kids, len(pages)),
        b"<< /Type /Catalog /Pages %d 0 R >>" % tree,
    )
    for number, content in enumerate(added, tree):
        places[number] = length
        body.append(b"%d 0 obj\n%s\nendobj\n" % (number, content))
        length += len(body[-1])
    body.append(b"xref\n0 1\n0000000000 65535 f \n")
    body += [b"%d 1\n%010d 00000 n \n" % (number, place) for number, place in sorted(places.items())]
    body.append(b"trailer\n<< /Size %d /Root %d 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (tree + 2, tree + 1, length))
    return b"".join(body)
