"""What the styles of a Word document make of a paragraph and of the words in it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any, Final

from localassist.adapters.readers.looks import PLAIN, Look, is_white

W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_HEADING: Final = re.compile(r"heading ([1-9])$", re.IGNORECASE)
_CONTENTS: Final = re.compile(r"toc [1-9]$", re.IGNORECASE)
_BLACK: Final = "000000"


@dataclass(frozen=True, slots=True)
class Style:
    """What a style says: a heading of some level (else 0), an item of a list, a line of the table of contents.

    `numbering` is the id of what counts its paragraphs, "" for nothing, and `depth` its level (from 0);
    `numbered_by` is the id of the style that says so, "" where the paragraph does.
    """

    level: int = 0
    is_contents: bool = False
    look: Look = PLAIN
    numbering: str = ""
    depth: int = 0
    numbered_by: str = ""

    @property
    def is_item(self) -> bool:
        """Whether it is an item of a list."""
        return bool(self.numbering) and not self.level


class Styles:
    """The styles of a document by id, with what they inherit; `root` is the part that holds them, None without one."""

    def __init__(self, root: Any) -> None:
        self._elements = {} if root is None else {style.get(f"{W}styleId"): style for style in root.iter(f"{W}style")}
        self._known: dict[str, Style] = {}
        default = next(
            (
                style_id
                for style_id, style in self._elements.items()
                if style.get(f"{W}type") == "paragraph" and style.get(f"{W}default") in {"1", "true", "on"}
            ),
            "",
        )
        self._default = self.named(default)

    def named(self, style_id: str) -> Style:
        """The style of that id, a plain one for ids that are not known."""
        if style_id not in self._known:
            self._known[style_id] = self._inherited(style_id)
        return self._known[style_id]

    def of_paragraph(self, properties: Any) -> Style:
        """What a paragraph is, by its properties (`w:pPr`, None without) and its style."""
        if properties is None:
            return self._default
        style_id = value(properties.find(f"{W}pStyle"))
        style = self.named(style_id) if style_id in self._elements else self._default
        level = _outline_level(properties) or style.level
        look = Look(on_colour=_on_colour(properties)).over(style.look)
        numbering, depth = _numbering(properties)
        if numbering is None and depth is None:
            return replace(style, level=level, look=look)
        numbering = style.numbering if numbering is None else numbering
        return Style(level, style.is_contents, look, numbering, depth or 0)

    def of_run(self, run: Any, around: Look) -> Look:
        """How a run is set that stands in something set like `around`."""
        properties = run.find(f"{W}rPr")
        if properties is None:
            return around
        style_id = value(properties.find(f"{W}rStyle"))
        return _said(properties).over(self.named(style_id).look if style_id else PLAIN).over(around)

    def _inherited(self, style_id: str) -> Style:
        level, name, look = 0, "", PLAIN
        numbering: str | None = None
        depth: int | None = None
        by = ""
        seen: set[str] = set()
        while style_id in self._elements and style_id not in seen:
            seen.add(style_id)
            element = self._elements[style_id]
            name = name or value(element.find(f"{W}name"))
            level = level or _heading_level(element)
            if numbering is None:
                numbering, depth = _numbering(element.find(f"{W}pPr"))
                by = style_id
            look = look.over(_said(element.find(f"{W}rPr"))).over(Look(on_colour=_on_colour(element.find(f"{W}pPr"))))
            style_id = value(element.find(f"{W}basedOn"))
        return Style(level, bool(_CONTENTS.match(name)), look, numbering or "", depth or 0, by)


def value(element: Any) -> str:
    """What an element says in its `w:val`, "" for none."""
    return (element.get(f"{W}val") or "") if element is not None else ""


def is_on(element: Any) -> bool:
    """Whether a property that is on by its mere presence is there and not switched off."""
    return element is not None and value(element).lower() not in {"0", "false", "off"}


def is_shaded(properties: Any) -> bool:
    """Whether something other than white lies behind what has these properties."""
    return bool(_on_colour(properties))


def _numbering(properties: Any) -> tuple[str | None, int | None]:
    """The id of the numbering that properties (`w:pPr`) name, "" where they end it, and the level; None if unsaid."""
    found = properties.find(f"{W}numPr") if properties is not None else None
    if found is None:
        return None, None
    level, numbering = value(found.find(f"{W}ilvl")), found.find(f"{W}numId")
    named = None if numbering is None else value(numbering).lstrip("0")
    return named, int(level) if level.isdigit() else None


def _heading_level(style: Any) -> int:
    """1 to 6 by the style's name, which is English in every Word, or by its outline level; else 0."""
    name = value(style.find(f"{W}name"))
    named = _HEADING.match(name)
    if named:
        return min(int(named.group(1)), 6)
    if name.lower() == "title":
        return 1
    return _outline_level(style.find(f"{W}pPr"))


def _outline_level(properties: Any) -> int:
    outline = value(properties.find(f"{W}outlineLvl")) if properties is not None else ""
    return min(int(outline) + 1, 6) if outline.isdigit() and int(outline) < 9 else 0


def _said(properties: Any) -> Look:
    """What the properties of a run (`w:rPr`, None without) say."""
    if properties is None:
        return PLAIN
    hides = properties.find(f"{W}vanish")
    colour = value(properties.find(f"{W}color")).lower()
    size = value(properties.find(f"{W}sz"))
    return Look(
        None if hides is None else is_on(hides),
        (_BLACK if colour == "auto" else colour) or None,
        int(size) / 2 if size.isdigit() else None,
        _on_colour(properties),
    )


def _on_colour(properties: Any) -> bool | None:
    """Whether colour lies behind a run, a paragraph or a cell; None where its properties do not say."""
    if properties is None:
        return None
    marker = value(properties.find(f"{W}highlight"))
    if marker and marker != "none":
        return marker != "white"
    shading = properties.find(f"{W}shd")
    if shading is None:
        return None
    fill = (shading.get(f"{W}fill") or "auto").lower()
    if value(shading) in {"", "nil", "clear"}:
        return None if fill == "auto" else not is_white(fill)
    return True
