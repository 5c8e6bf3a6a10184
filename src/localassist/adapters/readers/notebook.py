"""Notebooks (.ipynb): their text, code and what the code printed, cell by cell."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from localassist.adapters.readers.assembly import TextAssembly
from localassist.adapters.readers.decoding import decode
from localassist.adapters.readers.html import add_fragment
from localassist.adapters.readers.markdown import add_source
from localassist.adapters.readers.text import read_bytes
from localassist.adapters.readers.unreadable import UnreadableError
from localassist.domain.documents import BlockKind

if TYPE_CHECKING:
    from localassist.domain.documents import StructuredText

_DAMAGED: Final = ("is damaged or no notebook", "Open it in Jupyter and save it again.")
_MAX_OUTPUT: Final = 4000
"""Characters of one output that are kept: logs of training run to megabytes."""

_COLOURS: Final = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


def read(path: str) -> StructuredText:
    """The structured text of a notebook of format 3 or 4; pictures are left out."""
    try:
        notebook = json.loads(decode(read_bytes(path)))
    except (ValueError, RecursionError) as error:
        raise UnreadableError(*_DAMAGED) from error
    cells = _cells(notebook)
    if cells is None:
        raise UnreadableError(*_DAMAGED)
    assembly = TextAssembly()
    for cell in cells:
        if isinstance(cell, dict):
            _add_cell(assembly, cell)
    metadata = notebook.get("metadata")
    title = metadata.get("title") if isinstance(metadata, dict) else ""
    return assembly.finish(title if isinstance(title, str) else "")


def _cells(notebook: Any) -> list[Any] | None:
    if not isinstance(notebook, dict):
        return None
    cells = notebook.get("cells")
    if isinstance(cells, list):
        return cells
    sheets = notebook.get("worksheets")
    if not isinstance(sheets, list):
        return None
    return [cell for sheet in sheets if isinstance(sheet, dict) for cell in _listed(sheet.get("cells"))]


def _add_cell(assembly: TextAssembly, cell: dict[str, Any]) -> None:
    source = _joined(cell.get("source", cell.get("input")))
    match cell.get("cell_type"):
        case "markdown":
            add_source(assembly, source)
        case "heading":
            level = cell.get("level")
            assembly.add(BlockKind.HEADING, source, level if isinstance(level, int) and 1 <= level <= 6 else 1)
        case "code":
            assembly.add(BlockKind.CODE, source)
            for output in _listed(cell.get("outputs")):
                if isinstance(output, dict):
                    _add_output(assembly, output)
        case _:
            assembly.add(BlockKind.PARAGRAPH, source)


def _add_output(assembly: TextAssembly, output: dict[str, Any]) -> None:
    data = output.get("data")
    shown = data if isinstance(data, dict) else output
    page = _joined(shown.get("text/html"))
    if "<table" in page and len(page) < 10 * _MAX_OUTPUT:
        add_fragment(assembly, page)
        return
    text = _joined(shown.get("text/plain", output.get("text"))) or _joined(output.get("evalue"))
    text = _COLOURS.sub("", text)
    assembly.add(BlockKind.CODE, text[:_MAX_OUTPUT])
    if len(text) > _MAX_OUTPUT:
        assembly.note("Of long outputs only the beginning was read.")


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _joined(value: Any) -> str:
    """A text, which notebooks keep whole or as a list of lines."""
    if isinstance(value, list):
        return "".join(line for line in value if isinstance(line, str))
    return value if isinstance(value, str) else ""
