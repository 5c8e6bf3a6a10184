"""What the head of an RTF file says: fonts and their encodings, colours, styles."""

from __future__ import annotations

import codecs
import re
from typing import Final

_CHARSETS: Final = {
    0: "cp1252",
    77: "mac_roman",
    128: "cp932",
    129: "cp949",
    130: "johab",
    134: "gbk",
    136: "cp950",
    161: "cp1253",
    162: "cp1254",
    163: "cp1258",
    177: "cp1255",
    178: "cp1256",
    186: "cp1257",
    204: "cp1251",
    222: "cp874",
    238: "cp1250",
    254: "cp437",
    255: "cp850",
}
"""The code page of each `\\fcharset`, as the specification lists them; 1 stands for the document's own."""

_CODE_PAGES: Final = {65001: "utf-8", 10000: "mac_roman", 1361: "johab"}
_NAMED_LEVEL: Final = re.compile(r"heading ([1-9])$", re.IGNORECASE)


class Header:
    """Grows while the head is read; after that it answers."""

    def __init__(self) -> None:
        self.encoding = "cp1252"
        self.colours: dict[int, str] = {}
        self._fonts: dict[int, str] = {}
        self._levels: dict[int, int] = {}
        self._font = 0
        self._style = 0
        self._name = ""
        self._rgb: dict[str, int] = {}
        self._next_colour = 0

    def set_code_page(self, number: int) -> None:
        """Take the document's own encoding (`\\ansicpg`); one that is not known changes nothing."""
        name = _CODE_PAGES.get(number, f"cp{number}")
        try:
            codecs.lookup(name)
        except LookupError:
            return
        self.encoding = name

    def encoding_of(self, font: int) -> str:
        """The encoding of bytes that are set in that font."""
        return self._fonts.get(font, self.encoding)

    def level(self, style: int, outline: int | None) -> int:
        """1 to 6 for a paragraph that is a heading by its own outline level (from 0) or its style's, else 0."""
        outline = outline if outline is not None else self._levels.get(style, 9)
        return min(outline + 1, 6) if 0 <= outline < 9 else 0

    def font_word(self, word: str, number: int) -> None:
        """Take a control word of the table of fonts."""
        if word == "f":
            self._font = number
        elif word == "fcharset" and number in _CHARSETS:
            self._fonts[self._font] = _CHARSETS[number]

    def colour_word(self, word: str, number: int) -> None:
        """Take a control word of the table of colours."""
        self._rgb[word] = number & 0xFF

    def colour_text(self, text: str) -> None:
        """Take text of the table of colours: each semicolon ends an entry, an empty one means no colour of its own."""
        for _ in range(text.count(";")):
            if self._rgb:
                parts = (self._rgb.get(part, 0) for part in ("red", "green", "blue"))
                self.colours[self._next_colour] = "".join(f"{part:02x}" for part in parts)
            self._rgb = {}
            self._next_colour += 1

    def style_word(self, word: str, number: int) -> None:
        """Take a control word of the table of styles."""
        if word == "s":
            self._style = number
        elif word == "outlinelevel":
            self._levels[self._style] = number

    def style_text(self, text: str) -> None:
        """Take text of the table of styles: names, each ended by a semicolon."""
        name, ended, _ = (self._name + text).partition(";")
        self._name = "" if ended else name[-100:]
        if not ended:
            return
        named = _NAMED_LEVEL.search(name.strip())
        if named:
            self._levels.setdefault(self._style, int(named.group(1)) - 1)
        elif name.strip().lower() == "title":
            self._levels[self._style] = 0
        self._style = 0
