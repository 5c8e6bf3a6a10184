"""What people remarked on the cells of an .xlsx sheet."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any, Final

from localassist.adapters.readers.archives import read_member
from localassist.adapters.readers.formats import BROKEN_ARCHIVE
from localassist.adapters.readers.xml_parts import parse_xml

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zipfile import ZipFile

_MAX_PART_BYTES: Final = 50_000_000
_PLAIN: Final = "/comments"
_THREADED: Final = "/threadedComment"
"""How relations end whose parts hold remarks (ECMA-376-1, 18.7; MS-XLSX 2.6.205). Threads are kept a second time as
plain remarks, below a notice for old programs."""


def cell_comments(archive: ZipFile, member: str) -> list[tuple[str, str]]:
    """The remarks on the sheet in that member, each as (cell, words); damaged ones are left out."""
    found: dict[str, list[tuple[str, str]]] = {_PLAIN: [], _THREADED: []}
    for kind, part in _parts(archive, member):
        try:
            root = parse_xml(read_member(archive, part, _MAX_PART_BYTES))
        except (KeyError, SyntaxError, *BROKEN_ARCHIVE):  # lxml's errors are SyntaxErrors
            continue
        found[kind] += [(cell.get("ref") or "", _words(cell)) for cell in root.iter("{*}comment", "{*}threadedComment")]
    threaded = {cell for cell, _ in found[_THREADED]}
    plain = [each for each in found[_PLAIN] if each[0] not in threaded]
    return [each for each in plain + found[_THREADED] if each[1]]


def _parts(archive: ZipFile, member: str) -> Iterator[tuple[str, str]]:
    folder, name = posixpath.split(member)
    try:
        relations = parse_xml(read_member(archive, f"{folder}/_rels/{name}.rels", _MAX_PART_BYTES))
    except (KeyError, SyntaxError, *BROKEN_ARCHIVE):
        return
    for relation in relations.iterfind("{*}Relationship"):
        kind = f"/{(relation.get('Type') or '').rpartition('/')[2]}"
        if kind in {_PLAIN, _THREADED}:
            target = posixpath.join("/", folder, relation.get("Target") or "")
            yield kind, posixpath.normpath(target)[1:]


def _words(comment: Any) -> str:
    text = comment.find("{*}text")
    return "" if text is None else "".join(text.itertext()).strip()
