"""What the styles of an OpenDocument text say that its words depend on: titles, and text that nobody sees."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from localassist.adapters.readers.looks import PLAIN, Look, is_white

if TYPE_CHECKING:
    from collections.abc import Iterable

_URN: Final = "urn:oasis:names:tc:opendocument:xmlns:"
_STYLE, _TEXT = f"{{{_URN}style:1.0}}", f"{{{_URN}text:1.0}}"
_FO: Final = f"{{{_URN}xsl-fo-compatible:1.0}}"
_POINTS: Final = re.compile(r"(\d+(?:\.\d+)?)pt")
_COLOUR: Final = re.compile(r"#([0-9a-fA-F]{6})")


class Styles:
    """The styles of a document by family and name, later ones over earlier ones of that name."""

    def __init__(self, roots: Iterable[Any]) -> None:
        self._elements = {
            (style.get(f"{_STYLE}family"), style.get(f"{_STYLE}name")): style
            for root in roots
            for style in root.iter(f"{_STYLE}style")
        }
        self._looks: dict[tuple[str, str], Look] = {}

    def paragraph(self, name: str | None, *, on_colour: bool) -> Look:
        """How a paragraph of that style is set; `on_colour`: its cell is coloured."""
        look = self._look("paragraph", name)
        return Look(on_colour=True).over(look) if on_colour else look

    def span(self, name: str | None) -> Look:
        """How a stretch of a paragraph is set that has that style."""
        return self._look("text", name)

    def is_title(self, name: str | None) -> bool:
        """Whether paragraphs of that style hold the document's title."""
        return any(style.get(f"{_STYLE}name") == "Title" for style in self._line("paragraph", name))

    def is_coloured_cell(self, name: str | None) -> bool:
        """Whether a table's cell of that style may have something other than white behind its text."""
        return any(_is_coloured(part) for style in self._line("table-cell", name) for part in style)

    def _look(self, family: str, name: str | None) -> Look:
        if not name:
            return PLAIN
        if (family, name) not in self._looks:
            look = PLAIN
            for style in self._line(family, name):
                look = look.over(_said(style))
            self._looks[family, name] = look
        return self._looks[family, name]

    def _line(self, family: str, name: str | None) -> list[Any]:
        """A style and what it builds on, itself first."""
        line: list[Any] = []
        while (style := self._elements.get((family, name))) is not None and style not in line:
            line.append(style)
            name = style.get(f"{_STYLE}parent-style-name")
        return line


def _said(style: Any) -> Look:
    text = style.find(f"{_STYLE}text-properties")
    paragraph = style.find(f"{_STYLE}paragraph-properties")
    on_colour = True if _is_coloured(text) or _is_coloured(paragraph) else None
    if text is None:
        return Look(on_colour=on_colour)
    display = text.get(f"{_TEXT}display")
    colour = _COLOUR.fullmatch(text.get(f"{_FO}color") or "")
    size = _POINTS.fullmatch(text.get(f"{_FO}font-size") or "")
    return Look(
        None if display is None else display == "none",
        colour.group(1).lower() if colour else None,
        float(size.group(1)) if size else None,
        on_colour,
    )


def _is_coloured(properties: Any) -> bool:
    behind = "" if properties is None else properties.get(f"{_FO}background-color") or ""
    return behind not in {"", "transparent"} and not is_white(behind.removeprefix("#"))
