"""What of an HTML page can be seen: the few rules of style that hide words, in attributes and simple style sheets."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

    Declared = dict[str, str]
    Colour = tuple[int, int, int]

BY_PAGE: Final = "hidden by its page"
OFF_SCREEN: Final = "placed where no reader sees it"
TOO_SMALL: Final = "too small to be seen"
NO_CONTRAST: Final = "written in the colour of what is behind it"

_MAX_SHEET: Final = 500_000
_MAX_RULES: Final = 20_000
_COMMENT: Final = re.compile(r"/\*.*?\*/", re.DOTALL)
_RULE: Final = re.compile(r"([^{}]{1,2000})\{([^{}]*)\}")
_SIMPLE: Final = re.compile(r"(?P<tag>[a-z][\w-]*|\*)?(?P<rest>(?:[.#][\w-]+)*)")
_PIECE: Final = re.compile(r"[.#][\w-]+")
_TELLING: Final = frozenset(
    {"display", "visibility", "opacity", "font-size", "color", "background-color", "background", "position"}
) | {"left", "right", "top", "bottom", "text-indent", "clip", "clip-path", "height", "max-height", "width", "overflow"}
_LENGTH: Final = re.compile(r"(-?\d*\.?\d+)(px|pt|em|rem|%|vw|vh|ex|ch)?")
_PIXELS: Final = {"pt": 4 / 3, "em": 16.0, "rem": 16.0, "%": 0.16, "vw": 10.0, "vh": 8.0, "ex": 8.0, "ch": 8.0}
_FAR: Final = -400.0
"""Pixels to the left of a page or above it: no wide screen shows that."""

_SMALLEST: Final = 2.0
"""Pixels: letters below are a line at best."""

_NAMED: Final = {"white": (255, 255, 255), "black": (0, 0, 0), "red": (255, 0, 0), "yellow": (255, 255, 0)} | {
    "snow": (255, 250, 250),
    "ivory": (255, 255, 240),
    "whitesmoke": (245, 245, 245),
}
_RGB: Final = re.compile(r"rgba?\(\s*(\d+)[\s,]+(\d+)[\s,]+(\d+)(?:[\s,/]+([\d.]+%?))?\s*\)")
_SAME: Final = 8
"""Two colours are one to the eye when no channel of 256 steps differs by more."""

_PAPER: Final = (255, 255, 255)


class Sheets:
    """The rules of a page's own style sheets whose selector is a tag, classes or an id, and nothing else."""

    def __init__(self, tree: LexborHTMLParser) -> None:
        self._rules: dict[str, list[tuple[int, frozenset[str], Declared]]] = {}
        self.may_paint = tree.css_first("link[rel~=stylesheet]") is not None
        """Whether rules that are not understood may colour what is behind a text."""
        for sheet in tree.css("style"):
            self._take(_COMMENT.sub(" ", sheet.text()[:_MAX_SHEET]).lower())

    def declared(self, node: LexborNode) -> Declared:
        """What is declared of an element: by rules, those of more weight last, then by its own attributes."""
        attributes = node.attributes
        names = {node.tag or "", "*"}
        names |= {f".{name}" for name in (attributes.get("class") or "").lower().split()}
        if attributes.get("id"):
            names.add(f"#{attributes['id']}".lower())
        declared: Declared = {}
        if self._rules:
            fitting = [rule for name in names for rule in self._rules.get(name, ()) if rule[1] <= names]
            for _, _, declarations in sorted(fitting, key=lambda rule: rule[0]):
                declared |= declarations
        if attributes.get("bgcolor"):
            declared["background-color"] = str(attributes["bgcolor"]).lower()
        if node.tag == "font" and attributes.get("color"):
            declared["color"] = str(attributes["color"]).lower()
        style = attributes.get("style")
        return declared | _declarations(style.lower()) if style else declared

    def _take(self, sheet: str) -> None:
        for count, found in enumerate(_RULE.finditer(_without_conditions(sheet))):
            if count > _MAX_RULES:
                return
            declarations = _declarations(found.group(2))
            for selector in found.group(1).split(","):
                self._add(selector.strip(), declarations)

    def _add(self, selector: str, declarations: Declared) -> None:
        simple = _SIMPLE.fullmatch(selector)
        if not simple or not selector:
            self.may_paint = self.may_paint or any(name.startswith("background") for name in declarations)
            return
        pieces = frozenset(_PIECE.findall(simple["rest"]))
        needed = pieces | ({simple["tag"]} if simple["tag"] else set())
        weight = sum(100 if piece[0] == "#" else 10 for piece in pieces) + bool(simple["tag"])
        key = max(needed, key=lambda name: (name[0] == "#", name[0] == "."))
        self._rules.setdefault(key, []).append((weight, needed, declarations))


def _without_conditions(sheet: str) -> str:
    """The rules that hold on any screen: those below `@media` and its like go."""
    kept, position = [], 0
    while (at := sheet.find("@", position)) >= 0:
        kept.append(sheet[position:at])
        opened, ended = sheet.find("{", at), sheet.find(";", at)
        if opened < 0 or 0 <= ended < opened:
            position = ended + 1 if ended >= 0 else len(sheet)
        else:
            position = _closing(sheet, opened)
    return "".join(kept) + sheet[position:]


def _closing(sheet: str, opened: int) -> int:
    depth = 0
    for brace in re.compile(r"[{}]").finditer(sheet, opened):
        depth += 1 if brace.group() == "{" else -1
        if depth == 0:
            return brace.end()
    return len(sheet)


def _declarations(style: str) -> Declared:
    declared = {}
    for declaration in style.split(";"):
        name, colon, value = declaration.partition(":")
        if colon and name.strip() in _TELLING:
            declared[name.strip()] = value.replace("!important", "").strip()
    return declared


def hiding(node: LexborNode, declared: Declared) -> str:
    """Why an element and all inside it can't be seen, "" where it can."""
    if "hidden" in node.attributes and node.attributes.get("hidden") != "until-found":
        return BY_PAGE
    if declared.get("display") == "none" or declared.get("visibility") in {"hidden", "collapse"}:
        return BY_PAGE
    opacity = declared.get("opacity", "")
    if opacity and _pixels(opacity, 1.0) < 0.05:
        return BY_PAGE
    if _is_folded(declared):
        return TOO_SMALL
    return OFF_SCREEN if _is_off_screen(declared) else ""


def _is_folded(declared: Declared) -> bool:
    if declared.get("overflow") not in {"hidden", "clip"}:
        return False
    sides = [declared[side] for side in ("height", "max-height", "width") if side in declared]
    return any(_pixels(side, 99.0) <= 1 for side in sides)


def _is_off_screen(declared: Declared) -> bool:
    if _pixels(declared.get("text-indent", ""), 0.0) < _FAR:
        return True
    if declared.get("position") not in {"absolute", "fixed"}:
        return False
    clip = declared.get("clip", "").replace(" ", "").replace("px", "").replace(",", "")
    if clip in {"rect(0000)", "rect(1111)"} or declared.get("clip-path", "") in {"inset(50%)", "inset(100%)"}:
        return True
    return any(_pixels(declared.get(side, ""), 0.0) < _FAR for side in ("left", "top", "right", "bottom"))


def _pixels(value: str, otherwise: float) -> float:
    found = _LENGTH.fullmatch(value)
    return float(found.group(1)) * _PIXELS.get(found.group(2) or "px", 1.0) if found else otherwise


@dataclass(frozen=True, slots=True)
class Look:
    """How words look at some place of a page, as far as it is known: `colour` on `background`, None if unknown."""

    colour: Colour | None = (0, 0, 0)
    background: Colour | None = _PAPER
    is_tiny: bool = False

    def within(self, declared: Declared) -> Look:
        """How they look inside an element."""
        look = self
        if "font-size" in declared:
            size = declared["font-size"]
            relative = size.endswith(("em", "%")) and not size.endswith("rem")
            tiny = _pixels(size, 16.0) < _SMALLEST or (self.is_tiny and relative)
            look = replace(look, is_tiny=tiny)
        for name in ("background", "background-color"):
            if declared.get(name, "transparent") not in {"transparent", "none", "inherit", "initial"}:
                look = replace(look, background=_colour(declared[name]))
        if "color" in declared and declared["color"] not in {"inherit", "currentcolor"}:
            look = replace(look, colour=_colour(declared["color"]))
        return look

    @property
    def unseen(self) -> str:
        """Why words of this look can't be seen, "" where they can."""
        if self.is_tiny:
            return TOO_SMALL
        if self.colour is None or self.background is None:
            return ""
        differences = (abs(one - other) for one, other in zip(self.colour, self.background, strict=True))
        return NO_CONTRAST if max(differences) <= _SAME else ""


def _colour(value: str) -> Colour | None:
    """A colour as red, green and blue, None for one that is not understood or partly transparent."""
    if value in _NAMED:
        return _NAMED[value]
    digits = value[1:]
    if value.startswith("#") and re.fullmatch(r"[0-9a-f]+", digits):
        if len(digits) == 3:
            digits = "".join(2 * digit for digit in digits)
        return (int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)) if len(digits) == 6 else None
    found = _RGB.fullmatch(value)
    if not found or found.group(4) not in {None, "1", "1.0", "100%"}:
        return None
    red, green, blue = (min(int(channel), 255) for channel in found.groups()[:3])
    return red, green, blue
