"""Tables as text (.csv, .tsv): their rows, with the cells that a spreadsheet would put them in."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING, Final

from localassist.adapters.readers.assembly import MAX_CHARACTERS, TextAssembly
from localassist.adapters.readers.cells import SheetRows
from localassist.adapters.readers.decoding import decode
from localassist.adapters.readers.text import read_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localassist.domain.documents import StructuredText

_MAX_CHARACTERS: Final = 20_000_000
_DELIMITERS: Final = ("\t", ";", "|", ",")
"""The comma comes last: where numbers are written 1,5 a comma stands in every row too."""

_SAMPLE_CHARACTERS: Final = 65_536
_SAMPLE_RECORDS: Final = 200
_NAMED: Final = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
_RUNAWAY_LINES: Final = 100
"""More lines than this in the last record: its quotation mark was never closed and is none."""


def read(path: str) -> StructuredText:
    """The structured text of a table; numbers stay as they are written."""
    return structure(decode(read_bytes(path)))


def structure(text: str) -> StructuredText:
    """The rows of a table written as text, its delimiter found."""
    text = text.replace("\0", "")
    named = _NAMED.match(text)
    delimiter = named.group(1) if named else _delimiter(text)
    skipped = 1 if named else 0
    assembly = TextAssembly()
    rows = SheetRows(assembly, "")
    for number, record in enumerate(_records(text[named.end() :] if named else text, delimiter), skipped):
        rows.add(number, 0, [" ".join(cell.split()) for cell in record])
        if assembly.length > _MAX_CHARACTERS:
            assembly.note(
                f"Only the first {_MAX_CHARACTERS // 1_000_000} million characters were read: "
                f"what follows row {number + 1:,} was left out.",
                misses_text=True,
            )
            break
    rows.finish()
    return assembly.finish()


def _delimiter(text: str) -> str:
    """The sign that divides most records into the same number of cells, more than one."""
    sample = text[:_SAMPLE_CHARACTERS]
    best, best_share = ",", 0.0
    for delimiter in _DELIMITERS:
        widths = [len(record) for record in islice(_parsed(sample, delimiter), _SAMPLE_RECORDS) if record]
        if len(sample) < len(text) and len(widths) > 1:
            widths.pop()  # cut off in its middle
        counts = Counter(width for width in widths if width > 1)
        share = counts.most_common(1)[0][1] / len(widths) if counts else 0.0
        if share > best_share:
            best, best_share = delimiter, share
    return best


def _records(text: str, delimiter: str) -> Iterator[list[str]]:
    """The records; where a quotation mark is never closed, the lines after it each are one."""
    before: list[str] | None = None
    ends = [0]
    reader = _parsed(text, delimiter, ends)
    for record in reader:
        if before is not None:
            yield before
        before = record
    if before is None:
        return
    if ends[-1] - ends[-2] <= _RUNAWAY_LINES:
        yield before
        return
    lines = islice(io.StringIO(text, newline=""), ends[-2], None)
    yield from csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE)


def _parsed(text: str, delimiter: str, ends: list[int] | None = None) -> Iterator[list[str]]:
    """The records as they are written; `ends` keeps the numbers of the lines that the last two end at."""
    csv.field_size_limit(MAX_CHARACTERS)  # the default ends the reading of a table that holds a long text
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    for record in reader:
        if ends is not None:
            ends[:] = [ends[-1], reader.line_num]
        yield record
