"""Rich Text Format (.rtf): paragraphs, headings, lists, tables and notes.

The format is Microsoft's "Rich Text Format (RTF) Specification", version 1.9.1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from localassist.adapters.readers.assembly import TextAssembly
from localassist.adapters.readers.looks import Look
from localassist.adapters.readers.rtf_header import Header
from localassist.adapters.readers.rtf_tokens import LEAVE, Destination, Reading, State
from localassist.adapters.readers.text import read_bytes
from localassist.adapters.readers.unreadable import UnreadableError
from localassist.domain.documents import BlockKind

if TYPE_CHECKING:
    from localassist.domain.documents import StructuredText

_COMMENTS: Final = "Comments"
_SIGNS: Final = {
    "tab": "\t",
    "line": "\n",
    "lbr": "\n",
    "zwj": "\u200d",
    "zwnj": "\u200c",
    "emdash": "\u2014",
    "endash": "\u2013",
    "emspace": " ",
    "enspace": " ",
    "qmspace": " ",
    "bullet": "\u2022",
    "lquote": "\u2018",
    "rquote": "\u2019",
    "ldblquote": "\u201c",
    "rdblquote": "\u201d",
    "nestcell": " ",
    "nestrow": "\n",
}
_ENDS: Final = frozenset({"par", "sect", "page", "column"})
_DAMAGED: Final = (
    "is damaged or no complete RTF document",
    "Open it in Word or LibreOffice and save it again as .docx or .rtf.",
)


def read(path: str) -> StructuredText:
    """The structured text of an .rtf file. Raises `UnreadableError`."""
    data = read_bytes(path)
    if not data.lstrip().startswith(b"{\\rtf"):
        raise UnreadableError(*_DAMAGED)
    return structure(data)


def structure(data: bytes) -> StructuredText:
    """The structured text of an RTF document. Raises `UnreadableError`."""
    return _Document().read(data)


class _Document:
    """Takes what an RTF file says piece by piece and makes blocks of it."""

    def __init__(self) -> None:
        self._assembly = TextAssembly()
        self._header = Header()
        self._line: list[str] = []
        self._cells: list[str] = []
        self._asides: dict[Destination, list[str]] = {}
        self._marker: str | None = None
        self._boxes: list[str] = []
        self._notes: list[str] = []
        self._comments: list[str] = []
        self._title = ""

    def read(self, data: bytes) -> StructuredText:
        """The whole: the text, then its notes and comments."""
        reading = Reading(data, self._header)
        for state, word, text in reading.pieces():
            if text:
                self._say(text, state)
            elif word == LEAVE:
                self._end_aside(state.destination)
            else:
                self._do(word, state)
        self._end_paragraph(reading.state)
        self._end_row()
        for note in self._notes:
            self._add_lines(note)
        if any(comment.strip() for comment in self._comments):
            self._assembly.add_label(_COMMENTS, 1)
        for comment in self._comments:
            self._add_lines(comment)
        return self._assembly.finish(self._title)

    def _say(self, text: str, state: State) -> None:
        """Take words where they belong, or keep them apart if nobody sees them."""
        if state.deleted:
            return
        reason = "" if text.isspace() or state.destination is Destination.TITLE else self._why_unseen(state)
        if reason:
            self._assembly.hide(reason, text)
        elif state.destination is Destination.TEXT:
            self._line.append(text)
        else:
            self._asides.setdefault(state.destination, []).append(text)

    def _why_unseen(self, state: State) -> str:
        colour = self._header.colours.get(state.colour)
        size = state.half_points / 2 if state.half_points else None
        on_colour = state.on_colour or state.in_colour or state.in_coloured_row
        return Look(state.hidden, colour, size, on_colour).why_unseen()

    def _do(self, word: str, state: State) -> None:
        """Follow a control word that has a part in the text."""
        if word in _SIGNS:
            self._say(_SIGNS[word], state)
        elif state.destination is not Destination.TEXT:
            if word in _ENDS:
                self._say("\n", state)
        elif word in _ENDS:
            self._end_paragraph(state)
        elif word == "cell":
            self._cells.append("".join(self._line))
            self._line = []
            self._marker = None
        elif word == "row":
            self._end_row()

    def _end_paragraph(self, state: State) -> None:
        if state.in_table:
            self._line.append("\n")
            return
        if self._cells:
            self._end_row()
        text = "".join(self._line)
        self._line = []
        level = self._header.level(state.style, state.outline)
        if level:
            self._assembly.add(BlockKind.HEADING, text, level)
        elif self._marker is not None:
            self._assembly.add(BlockKind.LIST_ITEM, self._marker + text)
        else:
            self._assembly.add(BlockKind.PARAGRAPH, text)
        self._marker = None
        self._add_boxes()

    def _end_row(self) -> None:
        cells, self._cells = self._cells, []
        if len(cells) == 1:  # a frame around text, not a table of data
            self._add_lines(cells[0])
        else:
            self._assembly.add_row(cells)
        self._add_boxes()

    def _add_boxes(self) -> None:
        boxes, self._boxes = self._boxes, []
        for box in boxes:
            self._add_lines(box)

    def _add_lines(self, text: str) -> None:
        for line in text.split("\n"):
            self._assembly.add(BlockKind.PARAGRAPH, line)

    def _end_aside(self, destination: Destination) -> None:
        """A group with a destination of its own ends: put what it said where it belongs."""
        text = "".join(self._asides.pop(destination, []))
        match destination:
            case Destination.MARKER:
                number = text.strip()
                self._marker = f"{number} " if any(sign.isalnum() for sign in number) else ""
            case Destination.NOTE:
                self._notes.append(text)
            case Destination.COMMENT:
                self._comments.append(text)
            case Destination.BOX:
                self._boxes.append(text)
            case Destination.TITLE:
                self._title = text
            case _:
                pass
