"""What the drawings of office documents say: the figures behind a chart, the points of SmartArt."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from localassist.domain.documents import BlockKind

if TYPE_CHECKING:
    from localassist.adapters.readers.assembly import TextAssembly

CHART: Final = "{http://schemas.openxmlformats.org/drawingml/2006/chart}chart"
DIAGRAM: Final = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}relIds"
"""The elements that stand for a drawing in a text; they name the part that holds it."""

_C: Final = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_A: Final = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_DGM: Final = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
_UNSHOWN_POINTS: Final = frozenset({"pres", "parTrans", "sibTrans"})
_MAX_ROWS: Final = 5000
_QUOTED: Final = re.compile(r"\"[^\"]*\"|\[[^\]]*\]|\\.")
"""What a format of numbers shows as it is: it holds no signs for days or shares."""

_DAY_ZERO: Final = date(1899, 12, 30)
"""Spreadsheets count days from here (ECMA-376, 18.17.4.1)."""

_LAST_DAY: Final = 2_958_466


def add_chart(assembly: TextAssembly, chart: Any) -> None:
    """Append a chart's title, its axes' titles and its series as columns beside its categories (or its x values).

    `chart` is the root of a chart part, of DrawingML; values are the ones that the document keeps beside the drawing.
    """
    for title in chart.iter(f"{_C}title"):
        assembly.add(BlockKind.PARAGRAPH, _text(title))
    series = list(chart.iter(f"{_C}ser"))
    columns = [_points(one, "val", "yVal") for one in series]
    labels: dict[int, str] = {}
    for one in series:
        labels = {**_points(one, "cat", "xVal"), **labels}
    assembly.add_row(["", *(_name(one) for one in series)])
    rows = sorted({index for column in columns for index in column})
    for index in rows[:_MAX_ROWS]:
        label = labels.get(index, str(index + 1))
        assembly.add_row([label, *(column.get(index, "") for column in columns)])
    assembly.end_table()
    if len(rows) > _MAX_ROWS:
        assembly.note(f"Only the first {_MAX_ROWS:,} points of a chart were read.", misses_text=True)


def add_diagram(assembly: TextAssembly, model: Any) -> None:
    """Append the points of SmartArt, each an item; `model` is the root of a diagram's data part."""
    for point in model.iter(f"{_DGM}pt"):
        if point.get("type") not in _UNSHOWN_POINTS:
            for paragraph in point.iter(f"{_A}p"):
                assembly.add(BlockKind.LIST_ITEM, "".join(text.text or "" for text in paragraph.iter(f"{_A}t")))


def shows_something(drawing: Any) -> bool:
    """Whether the root of a drawing's part holds any text or figure."""
    return next(drawing.iter(f"{_A}t", f"{_C}v"), None) is not None


def _name(series: Any) -> str:
    named = series.find(f"{_C}tx")
    return "" if named is None else " ".join(value.text or "" for value in named.iter(f"{_C}v"))


def _points(series: Any, *names: str) -> dict[int, str]:
    """The values of the first of these parts that a series has, by their place."""
    found: Any = next((part for name in names if (part := series.find(f"{_C}{name}")) is not None), None)
    if found is None:
        return {}
    code = next(found.iter(f"{_C}formatCode"), None)
    shape = "" if code is None else _QUOTED.sub("", code.text or "").lower()
    levels = found.findall(f"{_C}multiLvlStrRef/{_C}multiLvlStrCache/{_C}lvl")
    points: dict[int, str] = {}
    for point in (levels[0] if levels else found).iter(f"{_C}pt"):
        value = next(point.iter(f"{_C}v"), None)
        if value is not None and (point.get("idx") or "").isdigit():
            points[int(point.get("idx"))] = _number(value.text or "", shape)
    return points


def _number(value: str, shape: str) -> str:
    """A value as the drawing shows it: a share, a day, a number without traces of its binary form, else as it is."""
    try:
        number = float(value)
    except ValueError:
        return value
    if shape.endswith("%"):
        return f"{number * 100:.10g}%"
    if "d" in shape and "y" in shape and 0 < number < _LAST_DAY:
        return (_DAY_ZERO + timedelta(days=int(number))).isoformat()
    return f"{number:.15g}"


def _text(element: Any) -> str:
    return " ".join("".join(text.text or "" for text in line.iter(f"{_A}t")) for line in element.iter(f"{_A}p"))
