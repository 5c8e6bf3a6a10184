"""What was filled into a PDF's form and typed onto its pages: words that stand in no page's own content."""

from __future__ import annotations

import ctypes
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from localassist.adapters.readers.cleaning import clean
from localassist.adapters.readers.pdf_lines import Glyph, Line, upright

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localassist.adapters.readers.pdf_lines import Box

_MAX_VALUE: Final = 20_000
_USUAL_SIZE: Final = 10.0
_LETTER: Final = 0.5
"""A letter's usual width in em."""

_OVERLAP: Final = 3.0
"""Points by which a field may reach into its label."""

_PASSWORD_FIELD: Final = 1 << 13
_CHECKED: Final = "☒"


def needs_form(document: Any, page: Any) -> bool:
    """Whether a page has fields and the document's form was not made readable yet: it must be before the page is."""
    from pypdfium2 import raw

    if document.formenv or document.get_formtype() == raw.FORMTYPE_NONE:
        return False
    return any(_is_field(page, index) for index in range(raw.FPDFPage_GetAnnotCount(page)))


def _is_field(page: Any, index: int) -> bool:
    from pypdfium2 import raw

    annotation = raw.FPDFPage_GetAnnot(page, index)
    if not annotation:
        return False
    kind = raw.FPDFAnnot_GetSubtype(annotation)
    raw.FPDFPage_CloseAnnot(annotation)
    return bool(kind == raw.FPDF_ANNOT_WIDGET)


def start_form(document: Any) -> None:
    """Make a document's form readable; one that PDFium can't start is left alone.

    Not before it is needed: PDFium then goes through the form's whole tree, which can be made to take it forever.
    """
    from pypdfium2 import PdfiumError

    with suppress(PdfiumError):
        document.init_forms()


def read_fields(document: Any, page: Any, first: int) -> tuple[list[Line], list[str]]:
    """The values of a page's form fields and the texts typed onto it, as lines where they stand, and hidden values.

    Their characters are numbered from `first`.
    """
    from pypdfium2 import raw

    lines: list[Line] = []
    hidden: list[str] = []
    for index in range(raw.FPDFPage_GetAnnotCount(page)):
        annotation = raw.FPDFPage_GetAnnot(page, index)
        if not annotation:
            continue
        value = _value(document, annotation)
        if value and raw.FPDFAnnot_GetFlags(annotation) & (raw.FPDF_ANNOT_FLAG_HIDDEN | raw.FPDF_ANNOT_FLAG_NOVIEW):
            hidden.append(value)
        elif value:
            made = list(_lines(value, _box(annotation), page.get_rotation() // 90, first))
            first += sum(len(line.glyphs) for line in made)
            lines += made
        raw.FPDFPage_CloseAnnot(annotation)
    return lines, hidden


def put_in_place(lines: list[Line], typed: list[Line]) -> list[Line]:
    """The lines of a page with what was typed into it: behind its label, before it (boxes to tick), or between."""
    for value in typed:
        left = [line for line in lines if _is_beside(line, value) and line.right <= value.left + _OVERLAP]
        right = [line for line in lines if _is_beside(line, value) and line.left >= value.right - _OVERLAP]
        space = Glyph(" ", -1, 0, 0, 0, 0)
        if left:
            label = max(left, key=lambda line: line.right)
            glyphs = [*label.glyphs, space, *value.glyphs]
        elif right:
            label = min(right, key=lambda line: line.left)
            glyphs = [*value.glyphs, space, *label.glyphs]
        else:
            below = (place for place, line in enumerate(lines) if line.bottom < value.bottom)
            place = next(below, len(lines))
            lines = [*lines[:place], value, *lines[place:]]
            continue
        filled = Line(glyphs, label.size, label.bold, label.quarter)
        lines = [filled if line is label else line for line in lines]
    return lines


def _is_beside(line: Line, value: Line) -> bool:
    shared = min(line.highest, value.highest) - max(line.lowest, value.lowest)
    height = min(line.highest - line.lowest, value.highest - value.lowest)
    return line.quarter == value.quarter and shared > 0.5 * height


def _value(document: Any, annotation: Any) -> str:
    from pypdfium2 import raw

    kind = raw.FPDFAnnot_GetSubtype(annotation)
    if kind == raw.FPDF_ANNOT_FREETEXT:
        return _told(lambda buffer, size: raw.FPDFAnnot_GetStringValue(annotation, b"Contents", buffer, size))
    if kind != raw.FPDF_ANNOT_WIDGET or not document.formenv:
        return ""
    form = document.formenv.raw
    field = raw.FPDFAnnot_GetFormFieldType(form, annotation)
    if field in {raw.FPDF_FORMFIELD_CHECKBOX, raw.FPDF_FORMFIELD_RADIOBUTTON}:
        return _CHECKED if raw.FPDFAnnot_IsChecked(form, annotation) else ""
    shows_value = field in {raw.FPDF_FORMFIELD_TEXTFIELD, raw.FPDF_FORMFIELD_COMBOBOX, raw.FPDF_FORMFIELD_LISTBOX}
    if not shows_value or raw.FPDFAnnot_GetFormFieldFlags(form, annotation) & _PASSWORD_FIELD:
        return ""
    return _told(lambda buffer, size: raw.FPDFAnnot_GetFormFieldValue(form, annotation, buffer, size))


def _told(ask: Any) -> str:
    """What PDFium writes into a buffer as UTF-16, cleaned; `ask` takes the buffer and its size in bytes."""
    from pypdfium2 import raw

    size = ask(None, 0)
    if not 2 < size <= 2 * _MAX_VALUE:
        return ""
    buffer = ctypes.create_string_buffer(size)
    ask(ctypes.cast(buffer, ctypes.POINTER(raw.FPDF_WCHAR)), size)
    return clean(buffer.raw.decode("utf-16-le", "ignore").split("\0", maxsplit=1)[0])[0].strip()


def _box(annotation: Any) -> Box:
    from pypdfium2 import raw

    box = raw.FS_RECTF()
    raw.FPDFAnnot_GetRect(annotation, box)
    return min(box.left, box.right), min(box.bottom, box.top), max(box.left, box.right), max(box.bottom, box.top)


def _lines(value: str, box: Box, quarter: int, first: int) -> Iterator[Line]:
    """The words of a field spread over its box, as lines of letters of one width."""
    _, _, left, bottom, right, top = upright(Glyph("", 0, *box), quarter)
    texts = [" ".join(line.split()) for line in value.splitlines() if line.strip()]
    height = max(top - bottom, 1.0) / max(len(texts), 1)
    size = min(height, _USUAL_SIZE)
    for place, text in enumerate(texts):
        ceiling = top - height * place
        width = min(_LETTER * size, (right - left) / len(text))
        glyphs = [
            Glyph(letter, first + at, left + width * at, ceiling - height, left + width * (at + 1), ceiling)
            for at, letter in enumerate(text)
        ]
        first += len(glyphs)
        yield Line(glyphs, size, bold=False, quarter=quarter)
