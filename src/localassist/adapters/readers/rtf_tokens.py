"""Takes RTF apart: groups, control words, and bytes turned into text in the encoding that holds where they stand."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import TYPE_CHECKING, Final

from localassist.adapters.readers.looks import is_white
from localassist.adapters.readers.unreadable import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localassist.adapters.readers.rtf_header import Header

_TOKEN: Final = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\(.)|([{}])|([^\\{}\r\n]+)|[\r\n]+|\\", re.DOTALL
)
_MAX_DEPTH: Final = 10_000
_SYMBOLS: Final = {b"~": b" ", b"_": b"-", b"\\": b"\\", b"{": b"{", b"}": b"}"}
_NAMED_SYMBOLS: Final = {b"*": "*", b"\n": "par", b"\r": "par"}


class Destination(Enum):
    """Where the text of a group belongs."""

    TEXT = auto()
    SKIPPED = auto()
    FONTS = auto()
    COLOURS = auto()
    STYLES = auto()
    INFO = auto()
    TITLE = auto()
    MARKER = auto()
    NOTE = auto()
    COMMENT = auto()
    BOX = auto()


_DESTINATIONS: Final = {
    "fonttbl": Destination.FONTS,
    "colortbl": Destination.COLOURS,
    "stylesheet": Destination.STYLES,
    "info": Destination.INFO,
    "listtext": Destination.MARKER,
    "pntext": Destination.MARKER,
    "footnote": Destination.NOTE,
    "annotation": Destination.COMMENT,
    "shptxt": Destination.BOX,
    "dptxbxtext": Destination.BOX,
}
_SKIPPED: Final = frozenset(
    {
        "pict",
        "objdata",
        "objclass",
        "objname",
        "fldinst",
        "header",
        "headerl",
        "headerr",
        "headerf",
        "footer",
        "footerl",
    }
) | {"footerr", "footerf", "nonshppict", "shprslt", "nonesttables", "sp", "xe", "tc", "rxe", "filetbl"}
_TRANSPARENT: Final = frozenset({"shpinst", "do"})
"""Groups that a program may pass over and that hold text all the same, deeper down."""

_HEAD: Final = frozenset({Destination.FONTS, Destination.COLOURS, Destination.STYLES})
_UNSAID: Final = _HEAD | {Destination.SKIPPED, Destination.INFO}
_NUMBERS: Final = {
    "f": "font",
    "uc": "skip",
    "cf": "colour",
    "fs": "half_points",
    "s": "style",
    "outlinelevel": "outline",
}
_SWITCHES: Final = {"v": "hidden", "deleted": "deleted", "intbl": "in_table"}
_BEHIND: Final = {"highlight": "on_colour", "cb": "on_colour", "chcbpat": "on_colour", "cbpat": "in_colour"} | {
    "clcbpat": "in_coloured_row"
}
_RESETS: Final[dict[str, dict[str, object]]] = {
    "plain": {"hidden": False, "deleted": False, "colour": 0, "half_points": 0, "on_colour": False},
    "pard": {"style": 0, "outline": None, "in_table": False, "in_colour": False},
    "trowd": {"in_coloured_row": False},
}
_CODE_PAGES: Final = {"mac": 10000, "pc": 437, "pca": 850}


@dataclass(slots=True)
class State:
    """What holds in a group: where its text belongs, how it is set, and what its paragraph is.

    `font`, `colour` and `style` are numbers of the head's tables; `half_points` is 0 where no size was said;
    `outline` is a heading's level from 0, None where the style decides; `skip` is how many characters stand for
    one given as Unicode before them.
    """

    destination: Destination = Destination.TEXT
    starred: bool = False
    font: int = -1
    skip: int = 1
    hidden: bool = False
    deleted: bool = False
    colour: int = 0
    half_points: int = 0
    on_colour: bool = False
    in_colour: bool = False
    in_coloured_row: bool = False
    style: int = 0
    outline: int | None = None
    in_table: bool = False


Piece = tuple[State, str, str]
"""What holds, then a control word or text."""

LEAVE: Final = "}"
"""Stands for a control word at the end of a group that had a destination of its own."""


class Reading:
    """One way through a file; `state` is what holds where it is."""

    def __init__(self, data: bytes, header: Header) -> None:
        self.state = State()
        self._data = data
        self._header = header
        self._groups: list[State] = []
        self._default_font = -1
        self._text: list[str] = []
        self._bytes = bytearray()
        self._units: list[int] = []
        self._to_skip = 0

    def pieces(self) -> Iterator[Piece]:
        """Text, and the control words that have a part in it, in order, to the end of the outermost group."""
        position = 0
        while (found := _TOKEN.match(self._data, position)) is not None:
            position = found.end()
            word, number, byte, symbol, brace, text = found.groups()
            if word == b"bin":
                position += max(int(number or 0), 0)
            elif word == b"u":
                self._take_unit(int(number or 0))
            elif word or brace or symbol in _NAMED_SYMBOLS:
                yield from self._flushed()
                if brace == b"}" and len(self._groups) <= 1:
                    return
                yield from self._follow(brace, word, symbol, None if number is None else int(number))
            else:
                self._take_bytes(text or _SYMBOLS.get(symbol, b"") or bytes.fromhex((byte or b"").decode()))
        yield from self._flushed()

    def _follow(self, brace: bytes | None, word: bytes, symbol: bytes, number: int | None) -> Iterator[Piece]:
        if brace == b"{":
            if len(self._groups) == _MAX_DEPTH:
                raise UnreadableError("nests its groups deeper than any document does", "It was not read to its end.")
            self._groups.append(self.state)
            self.state = replace(self.state, starred=False)
        elif brace:
            left, self.state = self.state, self._groups.pop()
            if left.destination is not self.state.destination:
                yield left, LEAVE, ""
        else:
            name = word.decode() if word else _NAMED_SYMBOLS[symbol]
            if not (self._is_destination(name) or self._is_said_of_head(name, number) or self._is_set(name, number)):
                yield self.state, name, ""

    def _is_destination(self, word: str) -> bool:
        """Whether a word says where its group belongs; it is heeded then."""
        state = self.state
        if word == "*":
            state.starred = True
            return True
        starred, state.starred = state.starred, False
        if state.destination is Destination.SKIPPED or word in _TRANSPARENT:
            return True
        if state.destination is Destination.INFO:
            state.destination = Destination.TITLE if word == "title" else Destination.INFO
            return True
        if word not in _DESTINATIONS and word not in _SKIPPED and not starred:
            return False
        state.destination = _DESTINATIONS.get(word, Destination.SKIPPED)
        return True

    def _is_said_of_head(self, word: str, number: int | None) -> bool:
        """Whether a word belongs to one of the head's tables or names an encoding; it is heeded then."""
        match self.state.destination:
            case Destination.FONTS:
                self._header.font_word(word, number or 0)
            case Destination.COLOURS:
                self._header.colour_word(word, number or 0)
            case Destination.STYLES:
                self._header.style_word(word, number or 0)
            case _:
                return self._is_said_of_text(word, number)
        return True

    def _is_said_of_text(self, word: str, number: int | None) -> bool:
        if word == "ansicpg" or word in _CODE_PAGES:
            self._header.set_code_page(_CODE_PAGES.get(word, number or 0))
        elif word == "deff":
            self._default_font = self.state.font = number or 0
        else:
            return False
        return True

    def _is_set(self, word: str, number: int | None) -> bool:
        """Whether a word changes how what follows is set; it is heeded then."""
        if word in _NUMBERS:
            setattr(self.state, _NUMBERS[word], number or 0)
        elif word in _SWITCHES:
            setattr(self.state, _SWITCHES[word], number != 0)
        elif word in _BEHIND:
            setattr(self.state, _BEHIND[word], bool(number) and not is_white(self._header.colours.get(number or 0)))
        elif word in _RESETS:
            for name, value in _RESETS[word].items():
                setattr(self.state, name, value)
            if word == "plain":
                self.state.font = self._default_font
        else:
            return False
        return True

    def _take_bytes(self, data: bytes) -> None:
        """Bytes of text; after a Unicode character first come those that say it again for old programs."""
        skipped = min(self._to_skip, len(data))
        self._to_skip -= skipped
        if skipped < len(data) and self.state.destination is not Destination.SKIPPED:
            self._settle_units()
            self._bytes += data[skipped:]

    def _take_unit(self, number: int) -> None:
        """A unit of UTF-16, written as a signed number."""
        self._settle_bytes()
        self._units.append(number & 0xFFFF)
        self._to_skip = max(self.state.skip, 0)

    def _settle_bytes(self) -> None:
        if self._bytes:
            self._text.append(self._bytes.decode(self._header.encoding_of(self.state.font), "replace"))
            self._bytes.clear()

    def _settle_units(self) -> None:
        if self._units:
            data = b"".join(unit.to_bytes(2, "little") for unit in self._units)
            self._text.append(data.decode("utf-16-le", "replace"))
            self._units.clear()

    def _flushed(self) -> Iterator[Piece]:
        """The text up to here, as it belongs to its destination."""
        self._to_skip = 0
        self._settle_bytes()
        self._settle_units()
        text, self._text = "".join(self._text), []
        if text and self.state.destination is Destination.COLOURS:
            self._header.colour_text(text)
        elif text and self.state.destination is Destination.STYLES:
            self._header.style_text(text)
        elif text and self.state.destination not in _UNSAID:
            yield self.state, "", text
